import type { Block, BlockKind, ParsedDocument } from '../parsed.ts'
import { headingPath, under } from './heading-path.ts'

const fence = /^ {0,3}(`{3,}|~{3,})/
const atx = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/
const setext = /^ {0,3}(=+|-+)[ \t]*$/
const rule = /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/
const item = /^\s*(?:[-*+]|\d{1,9}[.)])[ \t]+\S/
const tableRule = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/

/** Markdown by its blocks; what is within a line is left as it was written. */
export function readMarkdown(text: string): ParsedDocument {
  const lines = text.split('\n')
  const blocks: Block[] = []
  const headings = headingPath()
  let title = ''
  const add = (kind: BlockKind, from: number, to: number) => {
    const text = lines.slice(from, to).join('\n').trimEnd()
    if (text) blocks.push({ kind, text, position: under(headings.current()) })
  }
  for (let at = frontMatterEnd(lines); at < lines.length; ) {
    const heading = headingAt(lines, at)
    if (heading) {
      const position = { headings: headings.enter(heading.level, heading.text) }
      if (heading.text) blocks.push({ kind: 'heading', text: heading.text, position })
      title ||= heading.text
      at = heading.end
      continue
    }
    const { kind, end } = blockAt(lines, at)
    if (kind) add(kind, at, end)
    const last = blocks.at(-1)
    if (kind === 'table' && last) last.header = lines.slice(at, at + 2).join('\n')
    at = end
  }
  return title ? { blocks, title } : { blocks }
}

/** YAML between two rules at the very top is a paragraph of its own, not a heading. */
function frontMatterEnd(lines: string[]) {
  if (lines[0]?.trimEnd() !== '---') return 0
  const end = lines.findIndex((line, at) => at > 0 && /^(---|\.\.\.)\s*$/.test(line))
  if (end < 1 || end > 200) return 0
  lines[0] = ''
  lines[end] = ''
  return 0
}

function headingAt(lines: string[], at: number) {
  const line = lines[at] ?? ''
  const marked = atx.exec(line)
  if (marked) return { level: marked[1]?.length ?? 1, text: (marked[2] ?? '').trim(), end: at + 1 }
  const below = setext.exec(lines[at + 1] ?? '')
  const canBeTitle = line.trim() !== '' && !item.test(line) && !/^\s*[>|]|^ {4}/.test(line)
  if (!below || !canBeTitle || fence.test(line) || rule.test(line)) return null
  return { level: below[1]?.startsWith('=') ? 1 : 2, text: line.trim(), end: at + 2 }
}

function blockAt(lines: string[], at: number): { kind: BlockKind | null; end: number } {
  const line = lines[at] ?? ''
  if (line.trim() === '' || rule.test(line)) return { kind: null, end: at + 1 }
  const opened = fence.exec(line)?.[1]
  if (opened) return { kind: 'code', end: fenceEnd(lines, at, opened) }
  if (isTable(lines, at))
    return { kind: 'table', end: runEnd(lines, at, (next) => next.includes('|')) }
  if (item.test(line)) return { kind: 'list', end: listEnd(lines, at) }
  return { kind: 'paragraph', end: paragraphEnd(lines, at) }
}

function isTable(lines: string[], at: number) {
  const next = lines[at + 1] ?? ''
  return (lines[at] ?? '').includes('|') && next.includes('-') && tableRule.test(next)
}

function fenceEnd(lines: string[], at: number, opened: string) {
  for (let end = at + 1; end < lines.length; end += 1) {
    const mark = fence.exec(lines[end] ?? '')?.[1]
    if (mark?.startsWith(opened) && (lines[end] ?? '').trim() === mark) return end + 1
  }
  return lines.length
}

/** Items and what is indented under them; a blank line ends the list unless it goes on after. */
function listEnd(lines: string[], at: number) {
  let end = at + 1
  while (end < lines.length) {
    const line = lines[end] ?? ''
    const next = line.trim() === '' ? (lines[end + 1] ?? '') : line
    const goesOn =
      item.test(next) || /^\s{2,}\S/.test(next) || (next === line && !isStart(lines, end))
    if (!goesOn || rule.test(next)) break
    end += next === line ? 1 : 2
  }
  return end
}

function paragraphEnd(lines: string[], at: number) {
  let end = at + 1
  while (end < lines.length && !isStart(lines, end)) end += 1
  return end
}

function isStart(lines: string[], at: number) {
  const line = lines[at] ?? ''
  const opens = line.trim() === '' || fence.test(line) || rule.test(line) || item.test(line)
  return opens || headingAt(lines, at) !== null || isTable(lines, at)
}

function runEnd(lines: string[], at: number, belongs: (line: string) => boolean) {
  let end = at + 1
  while (end < lines.length && belongs(lines[end] ?? '')) end += 1
  return end
}
