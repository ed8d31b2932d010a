import readWorkbook from 'read-excel-file/universal'
import { damaged } from '../document-error.ts'
import type { ParsedDocument, ParseLimits } from '../parsed.ts'
import { type Row, tableBlocks } from './table.ts'
import { openZip, requirePart, storeZip } from './zip.ts'

const what = 'Excel workbook'

/** An Excel workbook: every sheet in the order of its tabs. */
export async function readXlsx(bytes: Uint8Array, limits: ParseLimits): Promise<ParsedDocument> {
  const parts = openZip(bytes, what, limits, (name) => /\.(xml|rels)$/i.test(name))
  requirePart(parts, 'xl/workbook.xml', what)
  const stored = storeZip(parts)
  parts.clear()
  try {
    const sheets = await readWorkbook(stored.buffer as ArrayBuffer)
    const blocks = sheets.flatMap(({ sheet, data }) =>
      tableBlocks(
        data.map((row): Row => row.map(cellText)),
        { sheet },
      ),
    )
    return { blocks }
  } catch (error) {
    throw damaged(what, error)
  }
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Date) return dateText(value)
  // 15 digits are what a cell holds; the rest is the noise of binary fractions.
  if (typeof value === 'number') return String(Number(value.toPrecision(15)))
  return String(value)
}

function dateText(value: Date) {
  if (Number.isNaN(value.getTime())) return ''
  const text = value.toISOString()
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text.slice(0, 16).replace('T', ' ')
}
