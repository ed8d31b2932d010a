import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

async function openTemporarySqlite(): Promise<Db> {
  const folder = mkdtempSync(join(tmpdir(), 'homecourt-'))
  const db = openSqlite({ path: join(folder, 'homecourt.sqlite'), synchronous: 'normal' })
  await db.migrate()
  const close = db.close
  db.close = async () => {
    await close()
    rmSync(folder, { recursive: true, force: true })
  }
  return db
}

/** A migrated, empty Postgres, as the test run's set-up leaves it. */
export const emptyPostgres = join('node_modules', '.cache', 'homecourt', 'empty-postgres.tar')

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
  shared ??= openPglite(new Blob([readFileSync(emptyPostgres)]))
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

async function empty(query: (text: string) => Promise<{ rows: unknown[] }>) {
  const { rows } = await query("select tablename from pg_tables where schemaname = 'public'")
  const names = (rows as { tablename: string }[]).map(({ tablename }) => `"${tablename}"`)
  await query(`truncate ${names.join(', ')} cascade`)
}
