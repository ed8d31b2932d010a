import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { type Column, type Placeholder, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { migrate } from 'drizzle-orm/better-sqlite3/migrator'
import {
  type Bound,
  type Db,
  driverCode,
  type Lookup,
  type Nearness,
  preparedQueries,
  type Queries,
} from './db.ts'
import { lockFile } from './lock.ts'
import { keepLogShort } from './log-copying.ts'
import { migrationsFolder } from './migrations.ts'
import { withQuickRows } from './quick-rows.sqlite.ts'
import * as tables from './schema.sqlite.ts'
import { openSideThread } from './side-thread.ts'

export type SqliteOptions = {
  /** A file: the thread beside the database opens it too. */
  path: string
  /** `normal` survives kill -9; `full` also survives power loss and writes 2.5 to 5 times slower. */
  synchronous: 'normal' | 'full'
}

type Sync = { all(values?: Record<string, unknown>): unknown[] }
type Blind = { run(values: Record<string, unknown>): unknown }

/** What the log may still take up on disk when it was longer and is written from its beginning. */
const LOG_BYTES_KEPT = 64 * 1024 * 1024

/** Pages of the full-text index merged at a time: some milliseconds. */
const MERGE_PAGES = 32

/** As many as keep up with what a step of writing adds. */
const MERGES_AT_ONCE = 2

/** As long as others migrate the same file: a large one takes minutes. */
const OTHERS_MIGRATE_MS = 10 * 60_000

/** Pages kept in memory: a search reads some hundreds, anywhere in the file. */
const CACHE_KIB = 32_768

class Undo extends Error {}

/** Opens (and creates) the file in WAL mode. Migrations are not applied yet. */
export function openSqlite({ path, synchronous }: SqliteOptions): Db {
  mkdirSync(dirname(path), { recursive: true })
  const client = new Sqlite(path)
  client.pragma('journal_mode = WAL')
  client.pragma(`synchronous = ${synchronous}`)
  client.pragma('foreign_keys = ON')
  client.pragma('busy_timeout = 5000')
  client.pragma(`cache_size = -${CACHE_KIB}`)
  client.pragma(`journal_size_limit = ${LOG_BYTES_KEPT}`)
  keepUndoInMemory(client, true)
  const sideThread = openSideThread(path)
  const logLength = client.prepare('pragma wal_checkpoint(noop)')
  const log = keepLogShort({
    pages: () => logLength.get() as { log: number; checkpointed: number },
    copyInCommitsFrom: (pages) => client.pragma(`wal_autocheckpoint = ${pages}`),
    copy: sideThread.copyLog,
  })
  keepStatements(client, () => {
    if (!client.inTransaction) log.look()
  })
  const orm = drizzle(client)
  // Typed as Postgres on purpose: the schema's meaning is the same, its drizzle types are not.
  const queries = orm as unknown as Queries

  const prepared = withQuickRows(preparedQueries())
  const run = (statement: Bound<unknown> | Sync) => {
    if (!('build' in statement)) return statement.all()
    const { name, blind, values } = statement
    const query = prepared(name, () => statement.build(queries)) as unknown as Sync & Blind
    if (!blind) return query.all(values)
    query.run(values)
    return null
  }

  const inOne = client.transaction((build: (q: Queries) => readonly unknown[]) =>
    build(queries).map((statement) => {
      const rows = run(statement as Bound<unknown> | Sync)
      if (rows?.length === 0) throw new Undo()
      return rows ?? []
    }),
  )

  return Object.assign(queries, {
    t: tables as unknown as Db['t'],
    prepared,
    async atomic(build: (q: Queries) => readonly unknown[]) {
      for (let held = log.held(); held; held = log.held()) await held
      try {
        return inOne.immediate(build)
      } catch (error) {
        if (error instanceof Undo) return null
        throw error
      } finally {
        log.look()
      }
    },
    async mergeTerms() {
      const changes = client.prepare('select total_changes()').pluck()
      const merge = client.prepare(
        "insert into chunk_terms (chunk_terms, rank) values ('merge', cast(? as integer))",
      )
      for (let times = 0; times < MERGES_AT_ONCE; times += 1) {
        await setImmediate()
        for (let held = log.held(); held; held = log.held()) await held
        const before = changes.get() as number
        merge.run(MERGE_PAGES)
        log.look()
        // The command itself counts as one.
        if ((changes.get() as number) - before < 2) return
      }
    },
    async matchChunks(scopeIds: string[], lookups: Lookup[], limit: number) {
      const all = client.prepare('select rowid from chunk_terms where chunk_terms match ? limit ?')
      return lookups.map((lookup) => keysOf(all, matchOf(scopeIds, lookup), limit))
    },
    async matchMemories(
      assistantId: string,
      lookups: Lookup[],
      { limit, past }: { limit: number; past: boolean },
    ) {
      const kinds = (past ? ['a', 'g'] : ['a']).map((kind) => kind + assistantId)
      const newest = client.prepare(
        'select rowid from memory_index where memory_index match ? order by rowid desc limit ?',
      )
      return lookups.map((lookup) => keysOf(newest, matchOf(kinds, lookup), limit))
    },
    nearestChunks: (wanted: Nearness) => sideThread.nearest({ of: 'chunks', ...wanted }),
    nearestMemories: (wanted: Nearness) => sideThread.nearest({ of: 'memories', ...wanted }),
    bytesOf: (column: Column) => sql<Buffer>`${column}`.mapWith(column),
    indexVectors: async () => {},
    pairs: (json: Placeholder | string) => sql`json_each(${json})`,
    isConflict: (error: unknown) =>
      /^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)/.test(driverCode(error) ?? ''),
    now: async () => new Date(),
    async migrate() {
      if (applied(client) >= known()) return
      const unlock = lockFile(join(dirname(path), 'migration.lock'), OTHERS_MIGRATE_MS)
      try {
        backUpBeforeMigration(client, path)
        // A table is changed by putting another in its place, which must not delete what refers to it.
        client.pragma('foreign_keys = OFF')
        // And may be larger than the memory there is to sort it in.
        keepUndoInMemory(client, false)
        migrate(orm, { migrationsFolder: migrationsFolder('sqlite') })
        keepUndoInMemory(client, true)
        client.pragma('foreign_keys = ON')
      } finally {
        unlock()
      }
    },
    async check() {
      client.exec('begin immediate; rollback')
      if (applied(client) < known()) throw new Error('the database lacks migrations')
    },
    async freeze() {
      client.exec('begin')
      client.prepare('select count(*) from sqlite_master').get()
      return async () => {
        if (!client.inTransaction) throw new Error('the database was not held still')
      }
    },
    async copyTo(copy: string) {
      client.prepare('vacuum into ?').run(copy)
    },
    async close() {
      log.stop()
      await sideThread.close()
      client.close()
    },
  }) as Db
}

/**
 * Where SQLite keeps the pages a statement has changed, to undo it alone: by itself in a file that it
 * makes for every statement of more than 64 KB. Our transactions are small.
 */
function keepUndoInMemory(client: Sqlite.Database, wanted: boolean) {
  client.pragma(`temp_store = ${wanted ? 'memory' : 'default'}`)
}

/** Statements kept compiled; queries are built by code, so there are only so many texts of them. */
const STATEMENTS_KEPT = 500

/** Compiling a statement costs more than most of ours take to run. Each write is told afterwards. */
function keepStatements(client: Sqlite.Database, onWrite: () => void) {
  const compile = client.prepare.bind(client)
  const kept = new Map<string, Sqlite.Statement>()
  client.prepare = ((source: string) => {
    const known = kept.get(source)
    if (known) return known
    const statement = compile(source)
    if (!statement.readonly) tellOf(statement, onWrite)
    if (kept.size >= STATEMENTS_KEPT) kept.clear()
    kept.set(source, statement)
    return statement
  }) as typeof client.prepare
}

function tellOf(statement: Sqlite.Statement, onRun: () => void) {
  const { run, get, all } = statement
  const telling =
    <Result>(method: (...values: unknown[]) => Result) =>
    (...values: unknown[]) => {
      const result = method.apply(statement, values)
      onRun()
      return result
    }
  Object.assign(statement, { run: telling(run), get: telling(get), all: telling(all) })
}

const keysOf = (query: Sqlite.Statement, match: string, limit: number) =>
  query.pluck().all(match, limit) as number[]

function matchOf(scopes: string[], { any, among }: Lookup): string {
  const asked = anyOf(scopes, any)
  return among ? `(${asked}) AND (${anyOf(scopes, among)})` : asked
}

/**
 * Any of the terms in any of the scopes: in the index a term begins with its scope, an id without its
 * dashes. They are quoted, so nothing in them is read as an operator.
 */
function anyOf(scopes: string[], terms: string[]): string {
  const each = scopes.flatMap((scope) => {
    const start = `"${scope.replaceAll('-', '')}`
    return terms.map((term) => `${start}${term.replaceAll('"', '""')}"`)
  })
  return each.join(' OR ')
}

/** Number of migrations this program carries. */
function known() {
  const journal = readFileSync(join(migrationsFolder('sqlite'), 'meta', '_journal.json'), 'utf8')
  return (JSON.parse(journal) as { entries: unknown[] }).entries.length
}

function applied(client: Sqlite.Database) {
  const table = client.prepare("select 1 from sqlite_master where name = '__drizzle_migrations'")
  if (!table.get()) return 0
  const count = client
    .prepare('select count(distinct created_at) as n from __drizzle_migrations')
    .get()
  return (count as { n: number }).n
}

function backUpBeforeMigration(client: Sqlite.Database, path: string) {
  const from = applied(client)
  if (from === 0 || from >= known()) return
  const copy = `${path}.before-migration-${from + 1}`
  if (existsSync(copy)) return
  // Under its own name there is only ever a whole one, however this ends.
  const part = `${copy}.part`
  rmSync(part, { force: true })
  client.prepare('vacuum into ?').run(part)
  renameSync(part, copy)
}
