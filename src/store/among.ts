import { type Column, type SQL, sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'

/**
 * `column in (…)` for any number of values, given as one: what `asSet` makes of them, under the name
 * `values`. So one statement serves lists of any length.
 */
export function isAmong(db: Db, column: Column): SQL {
  const given = db.pairs(sql.placeholder('values'))
  const value = column.dataType === 'number' ? sql`cast(key as bigint)` : sql`key`
  return sql`${column} in (select ${value} from ${given})`
}

/** Written by hand: an object of a thousand large numbers takes milliseconds to make. */
export function asSet(values: readonly (number | string)[]): string {
  const nameOf = (value: number | string) =>
    typeof value === 'number' ? `"${value}"` : JSON.stringify(value)
  return `{${values.map((value) => `${nameOf(value)}:0`).join()}}`
}
