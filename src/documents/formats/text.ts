import type { Block, ParsedDocument } from '../parsed.ts'

/** Plain text: paragraphs are what blank lines part. */
export function readText(text: string): ParsedDocument {
  return { blocks: paragraphs(text) }
}

/** Paragraphs of `text`; a line of spaces is blank too. */
export function paragraphs(text: string): Block[] {
  const blocks: Block[] = []
  for (const part of text.split(/\n(?:[^\S\n]*\n)+/)) {
    const trimmed = part.replace(/^(?:[^\S\n]*\n)+/, '').trimEnd()
    if (trimmed) blocks.push({ kind: 'paragraph', text: trimmed, position: {} })
  }
  return blocks
}
