#!/bin/sh
# Makes the office files, PDFs and most pictures of this folder from its sources (guide.html, deck.fodp,
# book.fods, picture.png), with LibreOffice, qpdf and ffmpeg. The results are committed: run it when a
# source changes, from this folder.
set -e

convert() { soffice --headless --convert-to "$@" >/dev/null; }

convert odt --writer --infilter='HTML (StarWriter)' guide.html
for kind in docx doc pdf; do convert "$kind" guide.odt; done
for kind in xlsx xls; do convert "$kind" book.fods; done
for kind in pptx ppt; do convert "$kind" deck.fodp; done
for kind in jpg webp gif tif; do convert "$kind" picture.png; done
rm guide.odt

# The thumbnail is most of a .ppt: the container is packed again without it.
node -e "
  const cfb = require('cfb')
  const packed = cfb.utils.cfb_new()
  for (const { name, type, size, content } of cfb.read('deck.ppt', { type: 'file' }).FileIndex) {
    const kept = type === 2 && size > 0 && !/SummaryInformation|Sh33t/.test(name)
    if (kept) cfb.utils.cfb_add(packed, '/' + name, content)
  }
  cfb.writeFile(packed, 'deck.ppt')
"

qpdf --encrypt secret owner 256 -- guide.pdf encrypted.pdf
qpdf --encrypt '' owner 256 -- guide.pdf restricted.pdf

# A tenth of a second of sound or of a grey picture, with ffmpeg.
for kind in mp3 wav m4a ogg flac aac; do
  ffmpeg -loglevel error -y -f lavfi -i 'sine=440:d=0.1:r=8000' -ac 1 "tone.$kind"
done
for kind in mp4 mov avi mkv mpeg mpg webm; do
  ffmpeg -loglevel error -y -f lavfi -i 'color=gray:s=32x32:d=0.2:r=25' -pix_fmt yuv420p "clip.$kind"
done
