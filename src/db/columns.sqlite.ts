import {
  blob,
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core'
import type { Columns } from './columns.postgres.ts'

const kit = {
  table: sqliteTable,
  text,
  integer,
  long: integer,
  vector: (name: string) => blob(name, { mode: 'buffer' }),
  real,
  bool: (name: string) => integer(name, { mode: 'boolean' }),
  json: (name: string) => text(name, { mode: 'json' }),
  instant: (name: string) => integer(name, { mode: 'timestamp_ms' }),
  index,
  uniqueIndex,
  primaryKey,
}

// The two kits agree in meaning, not in type; this is the one place that says so.
export const sqliteColumns = kit as unknown as Columns
