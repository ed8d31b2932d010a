import { execFileSync } from 'node:child_process'
import { openPostgres } from '../../src/db/postgres.ts'
import { databaseUrl, dropDatabases, onServer, TEMPLATE } from './services.ts'

/** Once per run on the real servers: builds the program, and the empty database all others are copied from. */
export default async function setup() {
  execFileSync(process.execPath, ['scripts/build.js'], { stdio: 'inherit' })
  await dropDatabases()
  await onServer(`create database ${TEMPLATE} template template0`)
  const db = openPostgres(databaseUrl(TEMPLATE))
  await db.migrate()
  await db.close()
  return dropDatabases
}
