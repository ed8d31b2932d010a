import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { drizzle } from 'drizzle-orm/pglite'
import { migrate } from 'drizzle-orm/pglite/migrator'
import type { Db } from '../../src/db/db.ts'
import { migrationsFolder } from '../../src/db/migrations.ts'
import { postgresDb } from '../../src/db/postgres.ts'
import { openSqlite } from '../../src/db/sqlite.ts'

/** Opens an empty, migrated database that is gone once it is closed. */
export type OpenDb = () => Promise<Db>

/** Every database the suites run on: `describe.each(databases)('… on %s', (_name, openDb) => …)`. */
export const databases: [name: string, open: OpenDb][] = [
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
    check: async () => {
      await client.query('select 1')
    },
    close: async () => {},
  })
  return { client, db }
}

let shared: ReturnType<typeof openPglite> | undefined

/** One per test file, emptied for each test: a test file's databases are open one at a time. */
async function openEmptyPglite(): Promise<Db> {
  shared ??= openPglite(new Blob([readFileSync(emptyPostgres)]))
  const { client, db } = await shared
  const { rows } = await client.query<{ tablename: string }>(
    "select tablename from pg_tables where schemaname = 'public'",
  )
  await client.exec(`truncate ${rows.map((row) => `"${row.tablename}"`).join(', ')} cascade`)
  return db
}
