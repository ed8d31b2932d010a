import mammoth from 'mammoth'
import { damaged } from '../document-error.ts'
import type { ParsedDocument, ParseLimits } from '../parsed.ts'
import { readHtml } from './html.ts'
import { openZip, requirePart, storeZip } from './zip.ts'

const what = 'Word document'

/** A Word document: text, headings by style, lists, tables, notes. Pictures are not unpacked. */
export async function readDocx(bytes: Uint8Array, limits: ParseLimits): Promise<ParsedDocument> {
  const parts = openZip(bytes, what, limits, (name) => /\.(xml|rels)$/i.test(name))
  requirePart(parts, 'word/document.xml', what)
  const stored = storeZip(parts)
  parts.clear()
  try {
    const { value } = await mammoth.convertToHtml(
      { buffer: Buffer.from(stored.buffer, stored.byteOffset, stored.length) },
      {
        styleMap: [
          "p[style-name='Title'] => h1.title:fresh",
          "p[style-name='Subtitle'] => p:fresh",
        ],
        convertImage: mammoth.images.imgElement(async () => ({ src: '' })),
      },
    )
    const { blocks } = readHtml(value)
    const first = blocks[0]
    return first?.kind === 'heading' ? { blocks, title: first.text } : { blocks }
  } catch (error) {
    throw damaged(what, error)
  }
}
