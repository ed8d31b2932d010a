/** The first bytes that give a kind of file away, and what to call it in a message. */
const signatures: readonly [kind: string, name: string, at: number, bytes: string][] = [
  ['zip', 'a ZIP archive', 0, 'PK\x03\x04'],
  ['zip', 'a ZIP archive', 0, 'PK\x05\x06'],
  ['ole', 'an Office 97-2003 file', 0, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
  ['png', 'a PNG image', 0, '\x89PNG\r\n\x1a\n'],
  ['jpeg', 'a JPEG image', 0, '\xff\xd8\xff'],
  ['gif', 'a GIF image', 0, 'GIF8'],
  ['webp', 'a WebP image', 8, 'WEBP'],
  ['tiff', 'a TIFF image', 0, 'II*\0'],
  ['tiff', 'a TIFF image', 0, 'MM\0*'],
  ['rtf', 'a rich text (RTF) file', 0, '{\\rtf'],
  ['gzip', 'a gzip archive', 0, '\x1f\x8b\x08'],
  ['7z', 'a 7z archive', 0, '7z\xbc\xaf\x27\x1c'],
  ['rar', 'a RAR archive', 0, 'Rar!\x1a\x07'],
  ['xz', 'an xz archive', 0, '\xfd7zXZ\0'],
  ['zstd', 'a Zstandard archive', 0, '\x28\xb5\x2f\xfd'],
  ['elf', 'a Linux program', 0, '\x7fELF'],
  ['macho', 'a macOS program', 0, '\xcf\xfa\xed\xfe'],
  ['sqlite', 'an SQLite database', 0, 'SQLite format 3\0'],
  ['wasm', 'a WebAssembly module', 0, '\0asm'],
  ['mkv', 'a Matroska video', 0, '\x1aE\xdf\xa3'],
]

/** Signatures a text may well begin with: believed only in binary content. */
const weakSignatures: typeof signatures = [
  ['bmp', 'a BMP image', 0, 'BM'],
  ['exe', 'a Windows program', 0, 'MZ'],
  ['mp4', 'an MP4 video', 4, 'ftyp'],
  ['mp3', 'an MP3 recording', 0, 'ID3'],
  ['ogg', 'an Ogg recording', 0, 'OggS'],
  ['flac', 'a FLAC recording', 0, 'fLaC'],
  ['wav', 'a WAV recording', 8, 'WAVE'],
  ['avi', 'an AVI video', 8, 'AVI '],
  ['mov', 'a QuickTime video', 4, 'moov'],
  ['mov', 'a QuickTime video', 4, 'mdat'],
  ['mov', 'a QuickTime video', 4, 'wide'],
  ['mp3', 'an MP3 recording', 0, '\xff\xfb'],
  ['mp3', 'an MP3 recording', 0, '\xff\xf3'],
  ['mp3', 'an MP3 recording', 0, '\xff\xf2'],
  ['aac', 'an AAC recording', 0, '\xff\xf1'],
  ['aac', 'an AAC recording', 0, '\xff\xf9'],
  ['mpeg', 'an MPEG video', 0, '\0\0\x01\xba'],
  ['mpeg', 'an MPEG video', 0, '\0\0\x01\xb3'],
  ['bzip2', 'a bzip2 archive', 0, 'BZh'],
]

export type Sniffed = { kind: string; name: string }

/** What the content looks like by its first bytes, whatever the file is called; null if unknown. */
export function sniff(bytes: Uint8Array): Sniffed | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 4096))
  const text = head.toString('latin1')
  // Readers accept rubbish before the header of a PDF, so programs write it.
  if (text.slice(0, 1024).includes('%PDF-')) return { kind: 'pdf', name: 'a PDF document' }
  const known = isBinary(bytes) ? [...signatures, ...weakSignatures] : signatures
  const found = known.find(([, , at, magic]) => text.startsWith(magic, at))
  return found ? { kind: found[0], name: found[1] } : null
}

/** NUL bytes or a mass of control characters: nothing a text in an 8-bit encoding would hold. */
export function isBinary(bytes: Uint8Array): boolean {
  const head = bytes.subarray(0, 65_536)
  let controls = 0
  for (const byte of head) {
    if (byte === 0) return true
    if (isControl(byte)) controls += 1
  }
  return controls > head.length / 50
}

/** Backspace to carriage return shape a text, and escape colours a log; the others have no use. */
export function isControl(code: number): boolean {
  return code < 32 && !(code >= 8 && code <= 13) && code !== 27
}
