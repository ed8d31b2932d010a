import type { Block, Position } from '../parsed.ts'

export type Row = readonly string[]

const headerSearchRows = 10

/**
 * The rows of a sheet as blocks: what stands above the header (a caption, a date) as a paragraph,
 * then the table, a row a line. Empty rows and columns past the last value are left out.
 */
export function tableBlocks(rows: readonly Row[], position: Position): Block[] {
  const lines: string[] = []
  const filled: Row[] = []
  for (const row of rows) {
    const line = rowText(row)
    if (!line) continue
    lines.push(line)
    filled.push(row)
  }
  const header = findHeader(filled)
  const above = lines.splice(0, Math.max(header, 0)).join('\n')
  const blocks: Block[] = above ? [{ kind: 'paragraph', text: above, position }] : []
  const text = lines.join('\n')
  if (!text) return blocks
  const table: Block = { kind: 'table', text, position }
  if (header >= 0 && lines.length > 1) table.header = lines[0] ?? ''
  blocks.push(table)
  return blocks
}

/** One row as a line; empty cells keep their place so that values stay under their header. */
export function rowText(row: Row): string {
  const cells = row.map((cell) => cell.replace(/\s+/g, ' ').trim())
  while (cells.length > 0 && cells.at(-1) === '') cells.pop()
  return cells.join(' | ')
}

/** The first row with several cells and nothing in them that reads as a value; -1 without one. */
function findHeader(rows: readonly Row[]) {
  const widest = rows.slice(0, 50).reduce((most, row) => Math.max(most, filledCells(row).length), 0)
  const found = rows.slice(0, headerSearchRows).findIndex((row) => {
    const cells = filledCells(row)
    return cells.length >= Math.min(2, widest) && cells.length * 2 > widest
  })
  const cells = filledCells(rows[found] ?? [])
  return cells.length > 0 && cells.every(isName) ? found : -1
}

function filledCells(row: Row) {
  return row.filter((cell) => cell.trim() !== '')
}

function isName(cell: string) {
  // A column may be called by its year.
  return cell.length <= 120 && (/\p{L}/u.test(cell) || /^\d{4}$/.test(cell.trim()))
}
