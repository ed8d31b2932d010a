import { find, read } from 'cfb'
import WordExtractor from 'word-extractor'
import { DocumentError, damaged } from '../document-error.ts'
import type { Block, ParsedDocument } from '../parsed.ts'
import { type Row, tableBlocks } from './table.ts'

const what = 'Word 97-2003 document'

/** A Word 97-2003 document: paragraphs, tables as far as tabs show them, text boxes and notes. */
export async function readDoc(bytes: Uint8Array): Promise<ParsedDocument> {
  try {
    if (isEncrypted(bytes)) throw encrypted()
    const word = await new WordExtractor().extract(Buffer.from(bytes))
    const notes = [word.getTextboxes(), word.getFootnotes(), word.getEndnotes()]
    const blocks = withHeadings(bodyBlocks(word.getBody()))
    for (const text of notes.map((note) => note.trim())) {
      if (text) blocks.push({ kind: 'note', text, position: {} })
    }
    return { blocks }
  } catch (error) {
    throw damaged(what, error)
  }
}

/** One bit of the header, which the library does not look at. */
function isEncrypted(bytes: Uint8Array) {
  const header = find(read(bytes, { type: 'buffer' }), 'WordDocument')?.content
  return header !== undefined && header.length > 11 && ((header[11] ?? 0) & 1) === 1
}

function encrypted() {
  return new DocumentError(
    'encrypted',
    `The ${what} is encrypted; remove its password and upload it again.`,
  )
}

function bodyBlocks(body: string) {
  const blocks: Block[] = []
  let rows: Row[] = []
  for (const line of [...body.split(/\r\n?|\n/), '']) {
    const cells = line.split('\t')
    if (cells.length > 1 && line.trim() !== '') {
      rows.push(cells)
      continue
    }
    // A lone tab only indents; rows come in numbers.
    if (rows.length > 1) blocks.push(...tableBlocks(rows, {}))
    else if (rows[0]) blocks.push(paragraph(rows[0].join(' ')))
    rows = []
    if (line.trim() !== '') blocks.push(paragraph(line))
  }
  return blocks
}

function paragraph(text: string): Block {
  return { kind: 'paragraph', text: text.trim(), position: {} }
}

/** The library tells no styles: a short line without a stop before running text is a heading. */
function withHeadings(blocks: Block[]): Block[] {
  let headings: string[] = []
  return blocks.map((block, at) => {
    const next = blocks[at + 1]
    const leads = next !== undefined && (next.kind === 'table' || next.text.length > 80)
    const isShort = block.kind === 'paragraph' && block.text.length <= 80
    const isHeading = isShort && leads && /[\p{L}\p{N}]$/u.test(block.text)
    if (isHeading) headings = [block.text]
    const position = headings.length > 0 ? { headings } : {}
    return { ...block, kind: isHeading ? 'heading' : block.kind, position }
  })
}
