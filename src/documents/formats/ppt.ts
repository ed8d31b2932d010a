import { find, read } from 'cfb'
import { DocumentError, damaged } from '../document-error.ts'
import type { Block, ParsedDocument } from '../parsed.ts'
import {
  childrenOf,
  currentEdit,
  openPersisted,
  type Persisted,
  type Record,
} from './ppt-records.ts'
import { isTitle, oneLine } from './slide-title.ts'

const what = 'PowerPoint 97-2003 presentation'

// Record types of [MS-PPT].
const slideAtom = 0x03ef
const slidePersist = 0x03f3
const textHeader = 0x0f9f
const textChars = 0x0fa0
const textBytes = 0x0fa8
const slideList = 0x0ff0

const slidesList = 0
const notesList = 2
const titleTypes = new Set([0, 6])

type Run = { text: string; isTitle: boolean }
type Listed = { persistId: number; id: number; runs: Run[] }

/** A PowerPoint 97-2003 presentation: title, text and notes of each slide in the order of showing. */
export function readPpt(bytes: Uint8Array): ParsedDocument {
  try {
    const file = read(bytes, { type: 'buffer' })
    const stream = streamOf(file, 'PowerPoint Document')
    const edit = currentEdit(streamOf(file, 'Current User'))
    if (edit.isEncrypted) throw encrypted()
    const persisted = openPersisted(stream, edit.offset)
    const lists = childrenOf(persisted.document).filter((record) => record.type === slideList)
    const notes = listed(lists.find((record) => record.instance === notesList))
    const slides = listed(lists.find((record) => record.instance === slidesList))
    return { blocks: slides.flatMap((slide, at) => slideBlocks(persisted, slide, notes, at + 1)) }
  } catch (error) {
    throw damaged(what, error)
  }
}

function encrypted() {
  return new DocumentError(
    'encrypted',
    `The ${what} is encrypted; remove its password and upload it again.`,
  )
}

function streamOf(file: ReturnType<typeof read>, name: string): Buffer {
  const content = find(file, name)?.content
  if (!content) throw new Error(`no stream "${name}"`)
  return Buffer.from(content)
}

/** The slides of a list, each with the placeholder text that the list keeps for it. */
function listed(list: Record | undefined): Listed[] {
  const found: Listed[] = []
  let type = 0
  for (const { type: kind, data } of list ? childrenOf(list) : []) {
    if (kind === slidePersist) {
      found.push({ persistId: data.readUInt32LE(0), id: data.readUInt32LE(12), runs: [] })
    }
    if (kind === textHeader) type = data.readUInt32LE(0)
    const text = runText(kind, data)
    if (text) found.at(-1)?.runs.push({ text, isTitle: titleTypes.has(type) })
  }
  return found
}

function slideBlocks(persisted: Persisted, slide: Listed, notes: Listed[], number: number) {
  const record = persisted.at(slide.persistId)
  const runs = [...slide.runs, ...(record ? drawnRuns(record) : [])]
  const title = runs.find((run) => run.isTitle) ?? (isTitle(runs[0]?.text) ? runs[0] : undefined)
  const position = title ? { slide: number, headings: [oneLine(title.text)] } : { slide: number }
  const blocks: Block[] = []
  if (title) blocks.push({ kind: 'heading', text: oneLine(title.text), position })
  const text = runs.flatMap((run) => (run === title ? [] : run.text)).join('\n')
  if (text) blocks.push({ kind: 'paragraph', text, position })
  const note = record ? noteText(persisted, record, notes) : ''
  if (note) blocks.push({ kind: 'note', text: `Notes: ${note}`, position })
  return blocks
}

function noteText(persisted: Persisted, slide: Record, notes: Listed[]) {
  const id = childrenOf(slide)
    .find((record) => record.type === slideAtom)
    ?.data.readUInt32LE(16)
  const page = id ? notes.find((note) => note.id === id) : undefined
  const record = page ? persisted.at(page.persistId) : undefined
  const runs = [...(page?.runs ?? []), ...(record ? drawnRuns(record) : [])]
  return runs.map((run) => run.text).join('\n')
}

/** The text of shapes that are no placeholders, wherever it is nested in the drawing. */
function drawnRuns(container: Record): Run[] {
  const runs: Run[] = []
  let type = 4
  const visit = (record: Record) => {
    for (const child of childrenOf(record)) {
      if (child.type === textHeader) type = child.data.readUInt32LE(0)
      const text = runText(child.type, child.data)
      if (text) runs.push({ text, isTitle: titleTypes.has(type) })
      if (child.isContainer) visit(child)
    }
  }
  visit(container)
  return runs
}

/** Paragraphs end in \r there, lines in \v; a lone asterisk stands for a date or a number. */
function runText(type: number, data: Buffer): string {
  if (type !== textChars && type !== textBytes) return ''
  const text = data.toString(type === textChars ? 'utf16le' : 'latin1')
  const lines = text.split(/[\r\n\v]+/).map((line) => line.trim())
  return lines.filter((line) => line !== '' && line !== '*').join('\n')
}
