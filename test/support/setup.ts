import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { emptyPostgres, openPglite } from './databases.ts'

/**
 * Once per test run: builds the program, for the tests that start it, and makes the empty Postgres
 * that every test file starts from, because making one takes seconds and copying it does not.
 */
export default async function setup() {
  execFileSync(process.execPath, ['scripts/build.js'], { stdio: 'inherit' })
  const { client, db } = await openPglite()
  await db.migrate()
  const dump = await client.dumpDataDir('none')
  mkdirSync(dirname(emptyPostgres), { recursive: true })
  writeFileSync(emptyPostgres, Buffer.from(await dump.arrayBuffer()))
  await client.close()
}
