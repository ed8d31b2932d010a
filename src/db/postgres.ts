import { createHash } from 'node:crypto'
import { type Column, type Placeholder, type SQL, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'
import pg from 'pg'
import {
  type Db,
  driverCode,
  type Lookup,
  type Nearness,
  preparedQueries,
  type Queries,
  type Statement,
} from './db.ts'
import { keepIndexes } from './indexes.postgres.ts'
import { migrationsFolder } from './migrations.ts'
import { bytesOf, nearestKeys } from './nearest.postgres.ts'
import * as tables from './schema.postgres.ts'

const UNIQUE_VIOLATION = '23505'
/** Two transactions waited for each other; this one was undone, and may be run again. */
const DEADLOCK = '40P01'
const MOST_TRIES = 5
/** Any fixed number: it only has to be the same in every process of this program. */
const MIGRATION_LOCK = 5_032_026

class Undo extends Error {}

export type PostgresOptions = {
  /** Most connections at once. */
  connections?: number
  /** How long one statement may take; 0 is for ever. */
  statementMs?: number
}

/** How long a query waits for a connection, free or new. */
const CONNECT_MS = 10_000
/** How long a process that hangs may hold up others with a transaction it does not end. */
const IDLE_TRANSACTION_MS = 60_000

/** Opens a pool on `url` (`postgres://…`). Migrations are not applied yet. */
export function openPostgres(
  url: string,
  { connections = 10, statementMs = 30_000 }: PostgresOptions = {},
): Db {
  const pool = new pg.Pool({
    ...{ connectionString: url, max: connections, keepAlive: true },
    connectionTimeoutMillis: CONNECT_MS,
    // The only connection of a pool may be in the middle of something.
    ...(connections === 1 ? { idleTimeoutMillis: 0 } : {}),
    statement_timeout: statementMs,
    idle_in_transaction_session_timeout: IDLE_TRANSACTION_MS,
  })
  // A connection may die at any time, in a transaction too; the next query opens another.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return postgresDb(drizzle(pool), {
    migrate: () =>
      apart(url, async (client) => {
        await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
        await migrate(drizzle(client), { migrationsFolder: migrationsFolder('postgres') })
      }),
    indexVectors: (options, signal) =>
      apart(url, async (client) => {
        // Without us the server builds on what it is building: then it is there when we come back.
        const leave = () => void client.end()
        signal.addEventListener('abort', leave, { once: true })
        try {
          // Told while it connected, it would build for minutes under a server that stops.
          signal.throwIfAborted()
          await keepIndexes((text, values) => client.query(text, values), options)
        } catch (error) {
          if (!signal.aborted) throw error
        } finally {
          signal.removeEventListener('abort', leave)
        }
      }),
    async check() {
      await pool.query('select count(*) from drizzle.__drizzle_migrations')
      const { rows } = await pool.query('show transaction_read_only')
      if (rows[0]?.transaction_read_only !== 'off') throw new Error('the database is read-only')
    },
    async freeze() {
      await pool.query('set idle_in_transaction_session_timeout = 0')
      await pool.query('set statement_timeout = 0')
      await pool.query('begin isolation level repeatable read read only')
      const snapshot = async () =>
        (await pool.query('select pg_current_snapshot()::text as s')).rows[0]?.s
      const first = await snapshot()
      return async () => {
        if ((await snapshot()) !== first) throw new Error('the connection to Postgres was lost')
      }
    },
    async copyTo() {
      throw new Error('Postgres is backed up by its own tools: pg_dump, or its archive of writes')
    },
    close: () => pool.end(),
  })
}

/** On a connection of its own: it may take longer than a statement may, and its end frees the locks. */
async function apart(url: string, task: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url, keepAlive: true })
  client.on('error', () => {})
  await client.connect()
  try {
    await task(client)
  } finally {
    await client.end()
  }
}

/** The shared half of every Postgres, whatever its driver: the server's, or one inside this process. */
export function postgresDb(
  orm: PgDatabase<PgQueryResultHKT>,
  own: Pick<Db, 'indexVectors' | 'migrate' | 'check' | 'freeze' | 'copyTo' | 'close'>,
): Db {
  const prepared = preparedQueries(shortName)
  return Object.assign(orm as Queries, {
    t: tables,
    prepared,
    atomic: (build: (q: Queries) => readonly Statement<unknown>[]) => atomic(orm, build),
    mergeTerms: async () => {},
    async matchChunks(scopeIds: string[], lookups: Lookup[], limit: number) {
      const { chunks } = tables
      const query = prepared('match_chunks', () => {
        const holds = holding(chunks.scopeId, chunks.terms)
        return forEachLookup(orm, sql`select key from ${chunks} where ${holds} limit ${most}`)
      })
      return keysOfEach(lookups, await query.execute({ asked: askedOf(scopeIds, lookups), limit }))
    },
    async matchMemories(
      assistantId: string,
      lookups: Lookup[],
      { limit, past }: { limit: number; past: boolean },
    ) {
      const { memories } = tables
      const query = prepared(`match_memories(${past})`, () => {
        const holds = holding(memories.assistantId, memories.terms)
        const seen = past ? sql`true` : sql`${memories.status} = 'active'`
        const newest = sql`select key from ${memories} where ${holds} and ${seen} order by key desc limit ${most}`
        return forEachLookup(orm, newest)
      })
      return keysOfEach(
        lookups,
        await query.execute({ asked: askedOf([assistantId], lookups), limit }),
      )
    },
    nearestChunks: (wanted: Nearness) => nearestKeys(orm, 'embeddings', wanted),
    nearestMemories: (wanted: Nearness) => nearestKeys(orm, 'memory_vectors', wanted),
    bytesOf,
    pairs: (json: Placeholder | string) => sql`json_each_text(cast(${json} as json))`,
    isConflict: (error: unknown) => driverCode(error) === UNIQUE_VIOLATION,
    async now() {
      const ms = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::float8`
      const [row] = await orm.select({ ms }).from(sql`(select 1) as one`)
      return new Date(Number(row?.ms))
    },
    ...own,
  }) as Db
}

const most = sql`cast(${sql.placeholder('limit')} as integer)`

/** Whether a row holds what a lookup asks for, in the very words of the full-text indexes. */
function holding(scope: Column, terms: Column) {
  // Every term begins with its scope, without dashes.
  const start = sql`replace(${scope}, '-', '')`
  const indexed = sql`array_to_tsvector(string_to_array(${start} || replace(${terms}, ' ', ' ' || ${start}), ' '))`
  return sql`${indexed} @@ asked.value::tsquery`
}

/** What `find` finds for each of any number of lookups: one statement, built and planned once. */
function forEachLookup(orm: PgDatabase<PgQueryResultHKT>, find: SQL) {
  const asked = sql`json_each_text(cast(${sql.placeholder('asked')} as json)) as asked`
  const columns = { at: sql<string>`asked.key`, key: sql<number>`found.key`.mapWith(Number) }
  return orm.select(columns).from(sql`${asked}, lateral (${find}) as found`)
}

/** The lookups as tsqueries, by their places. */
function askedOf(scopes: string[], lookups: readonly Lookup[]): string {
  const queries = lookups.map(({ any, among }) => {
    const asked = anyOf(scopes, any)
    return among ? `(${asked}) & (${anyOf(scopes, among)})` : asked
  })
  return JSON.stringify({ ...queries })
}

function keysOfEach(lookups: readonly Lookup[], found: { at: string; key: number }[]) {
  const keys: number[][] = lookups.map(() => [])
  for (const { at, key } of found) keys[Number(at)]?.push(key)
  return keys
}

/** A tsquery of any of the terms in any of the scopes. */
function anyOf(scopes: string[], terms: string[]): string {
  const each = scopes.flatMap((scope) => {
    const start = `'${scope.replaceAll('-', '')}`
    return terms.map((term) => `${start}${term.replace(/['\\]/g, '$&$&')}'`)
  })
  return each.join(' | ')
}

async function atomic(
  orm: PgDatabase<PgQueryResultHKT>,
  build: (q: Queries) => readonly Statement<unknown>[],
) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await orm.transaction(async (q) => {
        const results: unknown[][] = []
        for (const statement of build(q)) {
          const rows = await run(q, statement)
          if (rows?.length === 0) throw new Undo()
          results.push(rows ?? [])
        }
        return results
      })
    } catch (error) {
      if (error instanceof Undo) return null
      if (driverCode(error) !== DEADLOCK || tries === MOST_TRIES) throw error
    }
  }
}

/** A bound statement belongs to the connection of its transaction, which knows it by its name. */
async function run(q: Queries, statement: Statement<unknown>): Promise<unknown[] | null> {
  if (!('build' in statement)) return statement
  const rows = await statement.build(q).prepare(shortName(statement.name)).execute(statement.values)
  return statement.blind ? null : (rows as unknown[])
}

/** Postgres goes by the first 63 bytes of a statement's name; ours may differ only after them. */
const NAME_BYTES = 63
const shortNames = new Map<string, string>()

function shortName(name: string): string {
  if (name.length <= NAME_BYTES) return name
  const short = shortNames.get(name) ?? createHash('sha256').update(name).digest('base64url')
  shortNames.set(name, short)
  return short
}
