import { and, inArray, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'
import pg from 'pg'
import { type Db, driverCode, preparedQueries, type Queries, type Statement } from './db.ts'
import { migrationsFolder } from './migrations.ts'
import * as tables from './schema.postgres.ts'

const UNIQUE_VIOLATION = '23505'
/** Any fixed number: it only has to be the same in every process of this program. */
const MIGRATION_LOCK = 5_032_026

class Undo extends Error {}

/** Opens a pool on `url` (`postgres://…`). Migrations are not applied yet. */
export function openPostgres(url: string): Db {
  const pool = new pg.Pool({ connectionString: url, max: 10 })
  // A pooled connection may die while idle; the next query opens another.
  pool.on('error', () => {})
  return postgresDb(drizzle(pool), {
    async migrate() {
      const client = await pool.connect()
      try {
        await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
        await migrate(drizzle(client), { migrationsFolder: migrationsFolder('postgres') })
      } finally {
        await client.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => {})
        client.release()
      }
    },
    async check() {
      await pool.query('select count(*) from drizzle.__drizzle_migrations')
      const { rows } = await pool.query('show transaction_read_only')
      if (rows[0]?.transaction_read_only !== 'off') throw new Error('the database is read-only')
    },
    close: () => pool.end(),
  })
}

/** The shared half of every Postgres, whatever its driver: the server's, or one inside this process. */
export function postgresDb(
  orm: PgDatabase<PgQueryResultHKT>,
  own: Pick<Db, 'migrate' | 'check' | 'close'>,
): Db {
  return Object.assign(orm as Queries, {
    t: tables,
    prepared: preparedQueries(),
    atomic: (build: (q: Queries) => readonly Statement<unknown>[]) => atomic(orm, build),
    async matchChunks(scopeIds: string[], terms: string[], limit: number) {
      const query = terms.map((term) => `'${term.replace(/['\\]/g, '$&$&')}'`).join(' | ')
      const { chunks } = tables
      const rows = await orm
        .select({ key: chunks.key })
        .from(chunks)
        .where(and(inArray(chunks.scopeId, scopeIds), sql`term_vector @@ ${query}::tsquery`))
        .limit(limit)
      return rows.map((row) => row.key)
    },
    isConflict: (error: unknown) => driverCode(error) === UNIQUE_VIOLATION,
    ...own,
  }) as Db
}

async function atomic(
  orm: PgDatabase<PgQueryResultHKT>,
  build: (q: Queries) => readonly Statement<unknown>[],
) {
  try {
    return await orm.transaction(async (q) => {
      const results: unknown[][] = []
      for (const statement of build(q)) {
        const rows = await run(q, statement)
        if (rows.length === 0) throw new Undo()
        results.push(rows)
      }
      return results
    })
  } catch (error) {
    if (error instanceof Undo) return null
    throw error
  }
}

/** A bound statement belongs to the connection of its transaction, which knows it by its name. */
function run(q: Queries, statement: Statement<unknown>) {
  if (!('build' in statement)) return statement
  return statement.build(q).prepare(statement.name).execute(statement.values)
}
