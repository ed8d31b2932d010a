/** A figure, what it should be (null = nothing said), and its unit; `of direct` should be at least that. */
type Cell = [value: number | null | undefined, goal: number | null, unit: string]
export type Row = [what: string, cells: Cell[]]

export function table(rows: Row[]): string {
  const lines = rows.map(
    ([what, cells]) => `| ${[what, measured(cells), goals(cells), verdict(cells)].join(' | ')} |`,
  )
  return ['| | measured | goal | |', '| --- | --- | --- | --- |', ...lines].join('\n')
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
    ([value, goal, unit]) =>
      value != null && goal !== null && (unit === 'of direct' ? value < goal : value > goal),
  )
  return missed ? 'missed' : ''
}
