import { Column, is } from 'drizzle-orm'
import type { Db } from './db.ts'

/** What drizzle keeps of a prepared query: what its rows hold, and how to read them if not its own way. */
type Reading = {
  fields?: { path: string[]; field: unknown }[]
  customResultMapper?: (rows: unknown[][]) => unknown[]
}

/**
 * The same queries, their rows read faster: drizzle finds out anew what each value is and where it
 * goes, which takes longer than SQLite takes to find a row.
 */
export function withQuickRows(prepared: Db['prepared']): Db['prepared'] {
  return (name, build) => {
    const prepare = (as: string) => {
      const query = build().prepare(as)
      const columns = columnsOf(query as Reading)
      return columns ? Object.assign(query, { customResultMapper: readerOf(columns) }) : query
    }
    return prepared(name, () => ({ prepare }))
  }
}

/** By their names; null where a row holds rows, or what is no plain column. */
function columnsOf({ fields = [] }: Reading): [string, Column][] | null {
  const columns: [string, Column][] = []
  for (const { path, field } of fields) {
    const [name, ...inner] = path
    if (name === undefined || inner.length > 0 || !is(field, Column)) return null
    columns.push([name, field])
  }
  return columns.length > 0 ? columns : null
}

function readerOf(columns: [string, Column][]): NonNullable<Reading['customResultMapper']> {
  const fields = columns.map(([name, column]) => {
    const isAsStored = column.mapFromDriverValue === Column.prototype.mapFromDriverValue
    return { name, column: isAsStored ? null : column }
  })
  return (rows) =>
    rows.map((row) => {
      const read: Record<string, unknown> = {}
      for (const [at, { name, column }] of fields.entries()) {
        const value = row[at]
        read[name] = column === null || value === null ? value : column.mapFromDriverValue(value)
      }
      return read
    })
}
