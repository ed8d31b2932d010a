import { createHash } from 'node:crypto'
import type { Db } from '../db/db.ts'
import { columnsOf, type Row, type TableName } from '../store/transfer.ts'

type Coding = { key: string; write(value: unknown): unknown; read(value: unknown): unknown }

/** How a table's rows are written as lines of JSON, and read again: the same on every database. */
export type RowFormat = { write(row: Row): string; read(line: string): Row }

/** Instants are milliseconds since 1970, vectors are base64 of little-endian float32; the rest is as JSON has it. */
export function formatOf(db: Db, name: TableName): RowFormat {
  const codings = Object.entries(columnsOf(db, name)).map(([key, column]): Coding => {
    if (column.dataType === 'date') return { key, write: millis, read: fromMillis }
    if (/^(blob|vector)/i.test(column.getSQLType())) return { key, write: base64, read: fromBase64 }
    return { key, write: (value) => value, read: (value) => value }
  })
  return {
    write: (row) =>
      JSON.stringify(
        Object.fromEntries(codings.map(({ key, write }) => [key, orNull(row[key], write)])),
      ),
    read: (line) => {
      const given = JSON.parse(line) as Row
      return Object.fromEntries(codings.map(({ key, read }) => [key, orNull(given[key], read)]))
    },
  }
}

const orNull = (value: unknown, as: (value: unknown) => unknown) =>
  value === null || value === undefined ? null : as(value)
const millis = (value: unknown) => (value as Date).getTime()
const fromMillis = (value: unknown) => new Date(value as number)
const base64 = (value: unknown) => Buffer.from(value as Uint8Array).toString('base64')
const fromBase64 = (value: unknown) => Buffer.from(value as string, 'base64')

/** How many lines there were and a hash of them all, whatever their order: databases sort differently. */
export class Tally {
  #rows = 0
  #sum = 0n

  add(line: string): void {
    this.#rows += 1
    this.#sum += BigInt(`0x${createHash('sha256').update(line).digest('hex')}`)
  }

  get result(): TallyResult {
    const sum = (this.#sum % 2n ** 256n).toString(16).padStart(64, '0')
    return { rows: this.#rows, hash: sum }
  }
}

export type TallyResult = { rows: number; hash: string }
