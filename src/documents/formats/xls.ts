import { read, utils } from '@e965/xlsx'
import { DocumentError, damaged } from '../document-error.ts'
import type { ParsedDocument } from '../parsed.ts'
import { type Row, tableBlocks } from './table.ts'

/** An Excel 97-2003 workbook: every sheet, cells as the workbook formats them. */
export function readXls(bytes: Uint8Array): ParsedDocument {
  const workbook = open(bytes)
  const blocks = workbook.SheetNames.flatMap((name) => {
    const sheet = workbook.Sheets[name]
    if (!sheet) return []
    const options = { header: 1, raw: false, defval: '', dateNF: 'yyyy-mm-dd' } as const
    const rows = utils.sheet_to_json<Row>(sheet, options)
    return tableBlocks(
      rows.map((row) => Array.from(row, String)),
      { sheet: name },
    )
  })
  return { blocks }
}

function open(bytes: Uint8Array) {
  try {
    return read(bytes, { type: 'array', dense: true, cellFormula: false, cellHTML: false })
  } catch (error) {
    if (error instanceof Error && /password|encrypt/i.test(error.message)) {
      throw new DocumentError(
        'encrypted',
        'The Excel workbook is encrypted; remove its password and upload it again.',
      )
    }
    throw damaged('Excel workbook', error)
  }
}
