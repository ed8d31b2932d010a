import {
  type Column,
  type DriverValueEncoder,
  Param,
  type Placeholder,
  type SQL,
  sql,
} from 'drizzle-orm'
import type { PgDatabase, PgQueryResultHKT, PgTable } from 'drizzle-orm/pg-core'
import type { Tables } from './schema.ts'

/** Drizzle's verbs, typed by Postgres for both databases: its builder has only what both can do. */
export type Queries = Pick<
  PgDatabase<PgQueryResultHKT>,
  'select' | 'selectDistinct' | 'insert' | 'update' | 'delete' | '$count'
>

/** A statement that ends in `.returning()` and has not run yet: built for this once, or bound. */
export type Statement<T> = PromiseLike<T[]> | Bound<T>

/**
 * A statement that is built once under its name, and values for its placeholders. One that touches
 * rows whatever they are may be `blind`, without `.returning()`: many rows cost as much to return as
 * to write.
 */
export type Bound<T> = { name: string; values: Record<string, unknown> } & (
  | { blind?: never; build(q: Queries): { prepare(name: string): Prepared<T[]> } }
  | { blind: true; build(q: Queries): { prepare(name: string): Prepared<unknown> } }
)

type Rows<S> = { -readonly [K in keyof S]: S[K] extends Statement<infer T> ? T[] : never }

/** A query with placeholders, built and prepared. */
export type Prepared<T> = { execute(values: Record<string, unknown>): PromiseLike<T> }

/** Where a bound statement takes the value `name`, written as `column` stores it. */
export function slot(column: Column, name: string): SQL {
  return sql`${new Param(sql.placeholder(name), column as DriverValueEncoder<unknown, unknown>)}`
}

/**
 * A value written into the statement itself. SQLite plans a statement anew at every run, at the cost
 * of several reads, where it is given a limit or what a partial index goes by: those of a statement
 * that every request runs are written, or left out.
 */
export function literal(value: string): SQL {
  return sql`${value}`.inlineParams()
}

/**
 * A row to insert or set, its values as slots: rows of one shape (which columns are given, and which
 * of them are null) share one statement, named by that shape.
 */
export function slots<T extends PgTable>(table: T, row: Partial<T['$inferSelect']>) {
  const given = Object.entries(row).filter(([, value]) => value !== undefined)
  const columns = table as unknown as Record<string, Column>
  const filled = () =>
    Object.fromEntries(
      given.map(([name, value]) => [
        name,
        value === null ? sql`null` : slot(columns[name] as Column, name),
      ]),
    ) as T['$inferInsert']
  return {
    shape: given.map(([name, value]) => (value === null ? `no ${name}` : name)).join(),
    filled,
  }
}

/** The same for several rows that give the same columns, all with values. */
export function slotsOfRows<T extends PgTable>(table: T, rows: T['$inferInsert'][]) {
  const names = Object.keys(rows[0] ?? {})
  const columns = table as unknown as Record<string, Column>
  const values: Record<string, unknown> = {}
  for (const [at, row] of rows.entries()) {
    for (const name of names) values[`${name}${at}`] = (row as Record<string, unknown>)[name]
  }
  return {
    values,
    filled: () =>
      rows.map((_, at) =>
        Object.fromEntries(
          names.map((name) => [name, slot(columns[name] as Column, `${name}${at}`)]),
        ),
      ) as T['$inferInsert'][],
  }
}

/** Rows of one statement at most: both databases bound the number of values they take. */
const MOST_ROWS = 256

/**
 * Rows of one shape to insert in few statements: in batches of a power of two, so that the sizes
 * there are, and with them the statements to build, stay few.
 */
export function manySlots<T extends PgTable>(table: T, rows: T['$inferInsert'][]) {
  const batches: ({ size: number } & ReturnType<typeof slotsOfRows<T>>)[] = []
  for (let at = 0, size = MOST_ROWS; at < rows.length; at += size) {
    while (size > rows.length - at) size /= 2
    batches.push({ size, ...slotsOfRows(table, rows.slice(at, at + size)) })
  }
  return batches
}

/** One question to the full-text index: what holds any of these terms and, if given, any of those. */
export type Lookup = { any: string[]; among?: string[] }

/** What to look for: the vectors of one space in these scopes that are nearest to the query. */
export type Nearness = { scopeIds: string[]; space: string; query: Float32Array; limit: number }

export type VectorIndexing = {
  /** Vectors of a scope in one space from which it has an index. */
  atLeast: number
  /** Spaces nobody searches by nearness. */
  except: string[]
  onChange(change: IndexChange): void
}

export type IndexChange =
  | { type: 'built'; name: string; scopeId: string; space: string; ms: number }
  | { type: 'dropped'; name: string }

export type Db = Queries & {
  t: Tables

  /**
   * The query of this name, built on its first use: building one costs many times what running it
   * does, so those every request needs are built once.
   */
  prepared<T>(name: string, build: () => { prepare(name: string): Prepared<T> }): Prepared<T>

  /**
   * Runs the statements as one. If any of them touches no row, all are undone and the answer is
   * null: a compare-and-set placed first guards whatever follows it.
   */
  atomic<const S extends readonly Statement<unknown>[]>(
    build: (q: Queries) => S,
  ): Promise<Rows<S> | null>

  /**
   * Puts the full-text index of passages in order after some were added or removed, in steps with
   * room for others between them. Nothing where the database does so by itself.
   */
  mergeTerms(): Promise<void>

  /**
   * For each lookup the keys of passages in these scopes that answer it, from the full-text index;
   * which ones, when there are more than `limit`, is the index's choice.
   */
  matchChunks(scopeIds: string[], lookups: readonly Lookup[], limit: number): Promise<number[][]>

  /**
   * The same of an assistant's memories, of which the newest are chosen; with `past` of versions that
   * are not active any more as well.
   */
  matchMemories(
    assistantId: string,
    lookups: readonly Lookup[],
    options: { limit: number; past: boolean },
  ): Promise<number[][]>

  /**
   * Keys of the passages in these scopes whose vectors are nearest by cosine, the nearest first:
   * exactly, or where a large scope has an index, all but a few of them.
   */
  nearestChunks(wanted: Nearness): Promise<number[]>

  /** The same of active memories; their scopes are assistants. */
  nearestMemories(wanted: Nearness): Promise<number[]>

  /** A column of vectors as its bytes, little-endian float32, for queries that read many. */
  bytesOf(column: Column): SQL<Buffer>

  /**
   * Gives large scopes their indexes and takes away those nobody needs. May take minutes, and leaves
   * off at the signal. Nothing where the database needs none.
   */
  indexVectors(options: VectorIndexing, signal: AbortSignal): Promise<void>

  /** The members of a JSON object as rows of `key` and `value`: one value for however many rows. */
  pairs(json: Placeholder | string): SQL

  /** Whether an error thrown by a statement means that a unique index refused it. */
  isConflict(error: unknown): boolean

  /** What time the database’s own clock says. */
  now(): Promise<Date>

  /** Applies pending migrations; safe to call from several processes at once. */
  migrate(): Promise<void>

  /** Throws unless the database can be written and has every migration. */
  check(): Promise<void>

  /**
   * From now on this handle, opened with one connection, sees the database as it is now. Returns a
   * check that throws where it did not stay so.
   */
  freeze(): Promise<() => Promise<void>>

  /** Copies the whole database, as it is at one moment, into a file that is not there yet. */
  copyTo(path: string): Promise<void>

  close(): Promise<void>
}

/** `Db.prepared` for one database, which knows each query by what `nameOf` makes of its name. */
export function preparedQueries(nameOf = (name: string) => name): Db['prepared'] {
  const known = new Map<string, Prepared<unknown>>()
  return <T>(name: string, build: () => { prepare(name: string): Prepared<T> }) => {
    const query = known.get(name) ?? build().prepare(nameOf(name))
    known.set(name, query)
    return query as Prepared<T>
  }
}

/** `error` itself or the driver's error inside the query builder's wrapping. */
export function driverCode(error: unknown): string | undefined {
  for (let e = error; e instanceof Error; e = e.cause) {
    if ('code' in e && typeof e.code === 'string') return e.code
  }
  return undefined
}
