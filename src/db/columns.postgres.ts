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
import { fromSql } from 'pgvector'

/** Of any number of dimensions. In and out it is little-endian float32, as on SQLite. */
const vector = customType<{ data: Buffer; driverData: string }>({
  dataType: () => 'vector',
  toDriver: (bytes) =>
    `[${Array.from({ length: bytes.length / 4 }, (_, at) => written(bytes.readFloatLE(at * 4))).join()}]`,
  fromDriver: (text) => Buffer.from(Float32Array.from(fromSql(text)).buffer),
})

/** JSON, which the package's own writer uses, forgets the sign of a zero. */
const written = (value: number) => (Object.is(value, -0) ? '-0' : value)

export const postgresColumns = {
  table: pgTable,
  text,
  integer,
  /** Up to 2^53. */
  long: (name: string) => bigint(name, { mode: 'number' }),
  vector: (name: string) => vector(name),
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
