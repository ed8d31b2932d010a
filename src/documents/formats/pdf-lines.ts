import type { TextItem } from 'pdfjs-dist/types/src/display/api.js'

/** One line of a page. `size` is the height of its type, `y` grows upwards as PDFs count. */
export type Line = {
  text: string
  size: number
  y: number
  left: number
  right: number
  cells: number
}

type Run = { text: string; x: number; y: number; width: number; size: number }

/** In ems: what is wider than a space between words, and what parts the cells of a table. */
const wordGap = 0.15
const cellGap = 0.9

/** The runs of text of a page as lines, in the order in which the page draws them. */
export function linesOf(items: readonly TextItem[]): Line[] {
  const lines: Line[] = []
  let runs: Run[] = []
  const end = () => {
    const line = joinRuns(runs)
    if (line) lines.push(line)
    runs = []
  }
  for (const item of items) {
    const run = toRun(item)
    const last = runs.at(-1)
    if (last && run.text.trim() && !isSameLine(last, run)) end()
    if (run.text !== '') runs.push(run)
    if (item.hasEOL) end()
  }
  end()
  return lines
}

function toRun({ str, transform, width }: TextItem): Run {
  const [, , c = 0, d = 0, x = 0, y = 0] = transform as number[]
  return { text: str, x, y, width, size: Math.hypot(c, d) || 1 }
}

function isSameLine(last: Run, next: Run) {
  const size = Math.max(last.size, next.size)
  return Math.abs(last.y - next.y) < size * 0.5 && next.x > last.x - size
}

function joinRuns(runs: readonly Run[]): Line | null {
  let text = ''
  let cells = 1
  let last: Run | null = null
  let [size, sizedChars] = [0, 0]
  for (const run of runs) {
    if (run.text.trim() === '') {
      if (text && !/\s$/.test(text)) text += ' '
      continue
    }
    const gap = last ? (run.x - last.x - last.width) / run.size : 0
    if (gap > cellGap) cells += 1
    text = text.trimEnd() === text && gap > wordGap ? `${text} ` : text
    text = gap > cellGap ? `${text.trimEnd()} | ${run.text}` : text + run.text
    if (run.text.length >= sizedChars) [size, sizedChars] = [run.size, run.text.length]
    last = run
  }
  const [first] = runs.filter((run) => run.text.trim() !== '')
  if (!first || !last) return null
  const clean = text.replace(/\s+/g, ' ').trim()
  return { text: clean, size, y: first.y, left: first.x, right: last.x + last.width, cells }
}
