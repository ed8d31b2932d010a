import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

const page = 'docs/performance.md'

/** A figure, what it should be at most (null = nothing said), and its unit; some should be `more`. */
type Cell = [value: number | null | undefined, goal: number | null, unit: string, should?: 'more']
export type Row = [what: string, cells: Cell[]]

const head = ['| | measured | goal | |', '| --- | --- | --- | --- |']

export function table(rows: Row[]): string {
  return [...head, ...rows.map(toLine)].join('\n')
}

/**
 * Puts the rows into the table between its marks on the page, with what they were measured on;
 * `whole` = nothing of the old one stays.
 */
export function keep(
  rows: Row[],
  { as, command, whole }: { as: string; command: string; whole: boolean },
) {
  const [start, end] = [`<!-- ${as} -->`, '<!-- end -->']
  const cores = availableParallelism()
  const on = `Measured by \`${command}\` on ${cores} cores, Node ${process.version}.`
  const [before = '', rest = ''] = readFileSync(page, 'utf8').split(start)
  const at = rest.indexOf(end)
  const [held, after] = [rest.slice(0, at), rest.slice(at)]
  const text = merged(held, rows, { whole })
  writeFileSync(page, `${before}${start}\n${on}\n\n${text}\n${after}`)
}

/** A table with newly measured rows in their old places; `whole` = nothing of the old one stays. */
function merged(old: string, rows: Row[], { whole }: { whole: boolean }): string {
  const lines = new Map<string, string>()
  for (const line of whole ? [] : old.split('\n')) {
    const [, what = ''] = line.split(' | ')[0]?.split('| ') ?? []
    if (line.startsWith('| ') && !head.includes(line)) lines.set(what, line)
  }
  for (const row of rows) lines.set(row[0], toLine(row))
  return [...head, ...lines.values()].join('\n')
}

function toLine([what, cells]: Row) {
  return `| ${[what, measured(cells), goals(cells), verdict(cells)].join(' | ')} |`
}

function measured(cells: Cell[]) {
  return joined(cells.map(([value, _, unit]) => [value ?? null, unit]))
}

function goals(cells: Cell[]) {
  return joined(cells.map(([_, goal, unit]) => [goal, unit]))
}

/** `1.5 / 7 ms`: the unit once where all have the same. */
function joined(figures: [number | null, string][]) {
  const units = new Set(figures.map(([, unit]) => unit))
  const unit = units.size === 1 ? ` ${figures[0]?.[1]}` : ''
  const texts = figures.map(([figure, own]) =>
    figure === null ? '–' : `${short(figure)}${unit ? '' : ` ${own}`}`,
  )
  return `${texts.join(unit ? ' / ' : ', ')}${unit}`
}

function short(figure: number) {
  return figure >= 100 ? figure.toFixed(0) : String(Number(figure.toPrecision(2)))
}

function verdict(cells: Cell[]) {
  const missed = cells.some(
    ([value, goal, unit, should]) =>
      value != null &&
      goal !== null &&
      (unit === 'of direct' || should === 'more' ? value < goal : value > goal),
  )
  return missed ? 'missed' : ''
}
