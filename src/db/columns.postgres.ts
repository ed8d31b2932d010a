import {
  bigint,
  boolean,
  customType,
  doublePrecision,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core'

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

export const postgresColumns = {
  table: pgTable,
  text,
  integer,
  /** Up to 2^53. */
  long: (name: string) => bigint(name, { mode: 'number' }),
  bytes: (name: string) => bytea(name),
  real: (name: string) => doublePrecision(name),
  bool: (name: string) => boolean(name),
  // `json`, not `jsonb`: what a client stored comes back with its key order and its numbers as written
  json: <T>(name: string) => json(name).$type<T>(),
  instant: (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' }),
  index,
  uniqueIndex,
  primaryKey,
}

/** The kit `defineSchema` draws from. Queries are typed by this one, so they stay in the common subset. */
export type Columns = typeof postgresColumns
