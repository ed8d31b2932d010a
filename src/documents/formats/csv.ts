import { parse } from 'csv-parse/sync'
import type { ParsedDocument } from '../parsed.ts'
import { type Row, tableBlocks } from './table.ts'

const delimiters = [',', ';', '\t', '|']
const sampleChars = 20_000
const sampleLines = 30

/** A delimited file; rows may differ in length, and quotes may be stray. */
export function readCsv(text: string): ParsedDocument {
  const delimiter = sniffDelimiter(text)
  try {
    return { blocks: tableBlocks(parseRows(text, delimiter), {}) }
  } catch (error) {
    // A quote that never closes would swallow the rest of the file: then a line is a row.
    const rows = text.split('\n').map((line) => line.split(delimiter))
    const reason = error instanceof Error ? error.message : String(error)
    return {
      blocks: tableBlocks(rows, {}),
      warnings: [`Read line by line, because the quotes do not match: ${reason}`],
    }
  }
}

function parseRows(text: string, delimiter: string): Row[] {
  return parse(text, {
    delimiter,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: 2_000_000,
  }) as unknown as Row[]
}

/** The delimiter that cuts most lines of a sample into the same number of cells, more than one. */
function sniffDelimiter(text: string) {
  const sample = text.slice(0, sampleChars).replace(/"(?:[^"]|"")*"/g, '')
  const lines = sample.split('\n').filter((line) => line.trim() !== '')
  const kept = lines.slice(0, Math.max(1, Math.min(sampleLines, lines.length - 1)))
  const scored = delimiters.map((delimiter) => ({ delimiter, score: agreement(kept, delimiter) }))
  return scored.reduce((best, next) => (next.score > best.score ? next : best)).delimiter
}

function agreement(lines: readonly string[], delimiter: string) {
  const counts = new Map<number, number>()
  for (const line of lines) {
    const cells = line.split(delimiter).length
    if (cells > 1) counts.set(cells, (counts.get(cells) ?? 0) + 1)
  }
  let best = 0
  for (const [cells, times] of counts) best = Math.max(best, times + cells / 1000)
  return best
}
