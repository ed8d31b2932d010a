import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { drizzle } from 'drizzle-orm/pglite'
import { migrate } from 'drizzle-orm/pglite/migrator'
import pg from 'pg'
import type { Db } from '../../src/db/db.ts'
import { keepIndexes } from '../../src/db/indexes.postgres.ts'
import { migrationsFolder } from '../../src/db/migrations.ts'
import { openPostgres, postgresDb } from '../../src/db/postgres.ts'
import { openSqlite } from '../../src/db/sqlite.ts'
import { newDatabase, services } from './services.ts'

/** Opens an empty, migrated database that is gone once it is closed. */
export type OpenDb = () => Promise<Db>

/**
 * Every database the suites run on: `describe.each(databases)('… on %s', (_name, openDb) => …)`.
 * Where the real servers run, it is the real one alone: the others have had their turn.
 */
export const databases: [name: string, open: OpenDb][] = services
  ? [['postgres', openEmptyPostgres]]
  : [
      ['sqlite', openTemporarySqlite],
      ['postgres in process', openEmptyPglite],
    ]

let emptySqlite: Promise<Buffer> | undefined

/** A copy of one that was migrated once per process of the test run. */
async function openTemporarySqlite(): Promise<Db> {
  emptySqlite ??= migratedSqlite()
  const folder = mkdtempSync(join(tmpdir(), 'homecourt-'))
  const path = join(folder, 'homecourt.sqlite')
  writeFileSync(path, await emptySqlite)
  const db = openSqlite({ path, synchronous: 'normal' })
  const close = db.close
  db.close = async () => {
    await close()
    rmSync(folder, { recursive: true, force: true })
  }
  return db
}

async function migratedSqlite(): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'homecourt-'))
  const path = join(folder, 'homecourt.sqlite')
  const db = openSqlite({ path, synchronous: 'normal' })
  await db.migrate()
  await db.close()
  const bytes = readFileSync(path)
  rmSync(folder, { recursive: true, force: true })
  return bytes
}

/** Where the test run's set-up leaves a migrated, empty Postgres: named by all that it is made of. */
export function emptyPostgres(): string {
  const folder = migrationsFolder('postgres')
  const migrations = readdirSync(folder).filter((name) => name.endsWith('.sql'))
  const packages = ['pglite', 'pglite-pgvector'].map(packageFile)
  const parts = [...packages, 'meta/_journal.json', ...migrations.toSorted()]
  const hash = createHash('sha256')
  for (const part of parts) hash.update(readFileSync(resolve(folder, part)))
  const name = `empty-postgres-${hash.digest('hex').slice(0, 16)}.tar`
  return join('node_modules', '.cache', 'homecourt', name)
}

const packageFile = (name: string) => resolve('node_modules/@electric-sql', name, 'package.json')

/** Postgres with pgvector inside this process: the server's own SQL, without a server. */
export async function openPglite(from?: Blob): Promise<{ client: PGlite; db: Db }> {
  const extensions = { vector }
  const client = await PGlite.create(from ? { extensions, loadDataDir: from } : { extensions })
  const orm = drizzle(client)
  const db = postgresDb(orm, {
    migrate: () => migrate(orm, { migrationsFolder: migrationsFolder('postgres') }),
    indexVectors: (options) => keepIndexes((text, values) => client.query(text, values), options),
    check: async () => {
      await client.query('select 1')
    },
    freeze: async () => async () => {},
    copyTo: async () => {},
    close: async () => {},
  })
  return { client, db }
}

let shared: ReturnType<typeof openPglite> | undefined

/** One per test file, emptied for each test: a test file's databases are open one at a time. */
async function openEmptyPglite(): Promise<Db> {
  shared ??= openPglite(new Blob([readFileSync(emptyPostgres())]))
  const { client, db } = await shared
  await empty((text) => client.query(text))
  return db
}

let ours: Promise<string> | undefined

/** One per process of the test run, emptied for each test. */
async function openEmptyPostgres(): Promise<Db> {
  ours ??= newDatabase()
  const url = await ours
  const client = new pg.Client(url)
  await client.connect()
  await empty((text) => client.query(text))
  await client.end()
  return openPostgres(url)
}

/** Rows of small tables are deleted, which is much faster than a new file for each table. */
async function empty(query: (text: string) => Promise<{ rows: unknown[] }>) {
  const { rows } = await query(
    `select relname as name, pg_table_size(oid) > 200000 as large from pg_class
      where relkind = 'r' and relnamespace = 'public'::regnamespace`,
  )
  const tables = rows as { name: string; large: boolean }[]
  const large = tables.filter((table) => table.large).map(({ name }) => `"${name}"`)
  if (large.length > 0) await query(`truncate ${large.join(', ')} cascade`)
  await query('begin')
  for (const { name } of tables) await query(`delete from "${name}"`)
  await query('commit')
}
