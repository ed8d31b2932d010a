import { damaged } from '../document-error.ts'
import type { Block, ParsedDocument, ParseLimits } from '../parsed.ts'
import { readPart, relationsOf, targetsOf } from './ooxml.ts'
import { isTitle, oneLine } from './slide-title.ts'
import { type Row, tableBlocks } from './table.ts'
import { openZip, type Parts, requirePart } from './zip.ts'

const what = 'PowerPoint presentation'
const main = 'ppt/presentation.xml'

/** A presentation: each slide's title, text and tables, then its notes, in the order of showing. */
export function readPptx(bytes: Uint8Array, limits: ParseLimits): ParsedDocument {
  const parts = openZip(bytes, what, limits, (name) => /\.(xml|rels)$/i.test(name))
  requirePart(parts, main, what)
  try {
    const blocks = slidePaths(parts).flatMap((path, at) => slideBlocks(parts, path, at + 1))
    const first = blocks.find((block) => block.kind === 'heading')
    return first ? { blocks, title: first.text } : { blocks }
  } catch (error) {
    throw damaged(what, error)
  }
}

function slidePaths(parts: Parts) {
  const relations = relationsOf(parts, main)
  const paths: string[] = []
  readPart(parts, main, {
    open(name, attributes) {
      const target = name === 'sldId' ? relations.get(attributes['r:id'] ?? '') : undefined
      if (target) paths.push(target.path)
    },
  })
  return paths
}

function slideBlocks(parts: Parts, path: string, slide: number): Block[] {
  const { title, shapes } = withTitle(readShapes(parts, path))
  const headings = title ? [title] : []
  const position = title ? { slide, headings } : { slide }
  const blocks: Block[] = title ? [{ kind: 'heading', text: title, position }] : []
  for (const shape of shapes) {
    if ('rows' in shape) blocks.push(...tableBlocks(shape.rows, position))
    else blocks.push({ kind: 'paragraph', text: shape.text, position })
  }
  for (const diagram of targetsOf(parts, path, 'diagramData')) {
    const text = allText(parts, diagram)
    if (text) blocks.push({ kind: 'list', text, position })
  }
  for (const notes of targetsOf(parts, path, 'notesSlide')) {
    const text = allText(parts, notes)
    if (text) blocks.push({ kind: 'note', text: `Notes: ${text}`, position })
  }
  return blocks
}

function allText(parts: Parts, path: string) {
  const { shapes } = readShapes(parts, path)
  return shapes.flatMap((shape) => ('text' in shape ? shape.text : [])).join('\n')
}

function withTitle({ title, shapes }: { title: string; shapes: Shape[] }) {
  const [first, ...rest] = shapes
  if (title || !first || !('text' in first) || !isTitle(first.text)) return { title, shapes }
  return { title: first.text, shapes: rest }
}

type Shape = { text: string } | { rows: Row[] }

/** Placeholders that repeat on every slide and say nothing about this one. */
const repeated = new Set(['sldNum', 'dt', 'ftr', 'hdr', 'sldImg'])

/** The text of each shape of a slide, the title apart; a table is rows of cells. */
function readShapes(parts: Parts, path: string) {
  const shapes: Shape[] = []
  let title = ''
  let placeholder = ''
  let inText = false
  let line = ''
  let lines: string[] = []
  let rows: string[][] | null = null
  const endShape = () => {
    const text = lines.join('\n')
    if (text && /title/i.test(placeholder) && !title) title = oneLine(text)
    else if (text && !repeated.has(placeholder)) shapes.push({ text })
    lines = []
    placeholder = ''
  }
  readPart(parts, path, {
    open(name, attributes) {
      if (name === 'ph') placeholder = attributes.type ?? ''
      if (name === 't') inText = true
      if (name === 'br') line += '\n'
      if (name === 'tab') line += '\t'
      if (name === 'tbl') rows = []
      if (name === 'tr') rows?.push([])
    },
    text(data) {
      if (inText) line += data
    },
    close(name) {
      if (name === 't') inText = false
      if (name === 'p' && line.trim()) lines.push(line.trim())
      if (name === 'p') line = ''
      if (name === 'tc') {
        rows?.at(-1)?.push(lines.join(' '))
        lines = []
      }
      if (name === 'tbl' && rows) shapes.push({ rows })
      if (name === 'tbl') rows = null
      if (name === 'sp' || name === 'graphicFrame' || name === 'pt') endShape()
    },
  })
  endShape()
  return { title, shapes }
}
