import type { Block } from '../parsed.ts'
import { headingPath, under } from './heading-path.ts'
import type { Line } from './pdf-lines.ts'
import { findRunning } from './pdf-running.ts'
import { tableBlocks } from './table.ts'

/** Type this much larger than the body's is a heading, if it is short. */
const headingRatio = 1.12
const headingChars = 200
const headingLevels = 6

/** The lines of all pages as headings, paragraphs and tables with their page. */
export function layoutBlocks(pages: readonly Line[][]): Block[] {
  const isRunning = findRunning(pages)
  const kept = pages.map((lines, page) => lines.filter((_, at) => !isRunning(lines, at, page)))
  const body = bodySize(kept)
  const levels = headingSizes(kept, body)
  const headings = headingPath()
  const blocks: Block[] = []
  kept.forEach((lines, at) => {
    for (const group of groupLines(lines, (line) => levels.indexOf(round(line.size)))) {
      const page = at + 1
      const text = joinLines(group.lines)
      if (group.level >= 0 && text.length <= headingChars) {
        const path = headings.enter(group.level + 1, text)
        blocks.push({ kind: 'heading', text, position: { page, headings: path } })
        continue
      }
      const position = { page, ...under(headings.current()) }
      if (group.isTable) {
        blocks.push(
          ...tableBlocks(
            group.lines.map((line) => line.text.split(' | ')),
            position,
          ),
        )
      } else blocks.push({ kind: 'paragraph', text, position })
    }
  })
  return blocks
}

type Group = { lines: Line[]; level: number; isTable: boolean }

function groupLines(lines: readonly Line[], levelOf: (line: Line) => number): Group[] {
  const groups: Group[] = []
  const pitch = usualPitch(lines)
  const right = lines.reduce((most, line) => Math.max(most, line.right), 0)
  let previous: Line | null = null
  lines.forEach((line, at) => {
    const level = levelOf(line)
    const isTable = level < 0 && isRow(lines, at)
    const group = groups.at(-1)
    const goesOn = group && previous && group.level === level && group.isTable === isTable
    if (goesOn && (isTable || !isBreak(previous as Line, line, pitch, right)))
      group.lines.push(line)
    else groups.push({ lines: [line], level, isTable })
    previous = line
  })
  return groups
}

/** A row has cells, and so has the line above or below it. */
function isRow(lines: readonly Line[], at: number) {
  const hasCells = (line: Line | undefined) => line !== undefined && line.cells > 1
  return hasCells(lines[at]) && (hasCells(lines[at - 1]) || hasCells(lines[at + 1]))
}

function isBreak(above: Line, line: Line, pitch: number, right: number) {
  const drop = (above.y - line.y) / line.size
  if (drop < 0 || drop > pitch * 1.3) return true
  const endsEarly = above.right < right - 4 * above.size
  const startsNew = /^\p{Lu}|^[\p{N}•–\-*(]/u.test(line.text)
  return endsEarly && startsNew && /[.!?:;。!?…"”)]$/u.test(above.text)
}

/** The middle distance of two lines of a page, in ems. */
function usualPitch(lines: readonly Line[]) {
  const drops: number[] = []
  lines.forEach((line, at) => {
    const drop = ((lines[at - 1]?.y ?? line.y) - line.y) / line.size
    if (drop > 0.5 && drop < 4) drops.push(drop)
  })
  drops.sort((a, b) => a - b)
  return drops[Math.floor(drops.length / 2)] ?? 1.2
}

const cjk = /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]/

/** Joins lines to running text; a hyphen at the end before a small letter only broke the word. */
function joinLines(lines: readonly Line[]) {
  let text = ''
  for (const line of lines) {
    const first = line.text[0] ?? ''
    const last = text.at(-1) ?? ''
    if (text === '') text = line.text
    else if (last === '\u00ad') text = text.slice(0, -1) + line.text
    else if (/\p{Ll}[-\u2010]$/u.test(text) && /^\p{Ll}/u.test(first))
      text = text.slice(0, -1) + line.text
    else if (cjk.test(last) && cjk.test(first)) text += line.text
    else text += ` ${line.text}`
  }
  return text
}

function bodySize(pages: readonly Line[][]) {
  const chars = new Map<number, number>()
  for (const line of pages.flat()) {
    chars.set(round(line.size), (chars.get(round(line.size)) ?? 0) + line.text.length)
  }
  let [body, most] = [0, 0]
  for (const [size, count] of chars) if (count > most) [body, most] = [size, count]
  return body
}

/** The sizes of headings, largest first; more sizes than levels is a poster, not an outline. */
function headingSizes(pages: readonly Line[][], body: number) {
  const sizes = new Set<number>()
  for (const line of pages.flat()) {
    const isHeading = line.size >= body * headingRatio && line.text.length <= headingChars
    if (isHeading && /\p{L}{2}/u.test(line.text)) sizes.add(round(line.size))
  }
  return [...sizes].sort((a, b) => b - a).slice(0, headingLevels)
}

function round(size: number) {
  return Math.round(size * 2) / 2
}
