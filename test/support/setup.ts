import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { emptyPostgres, openPglite } from './databases.ts'

/**
 * Once per test run: builds the program, for the tests that start it, and makes the empty Postgres
 * that every process of the test run starts from, because making one takes seconds and copying it does not.
 */
export default async function setup() {
  const built = promisify(execFile)(process.execPath, ['scripts/build.js'])
  const path = emptyPostgres()
  await Promise.all([built, existsSync(path) || makeEmptyPostgres(path)])
}

async function makeEmptyPostgres(path: string) {
  const { client, db } = await openPglite()
  await db.migrate()
  const dump = await client.dumpDataDir('none')
  await client.close()
  const folder = dirname(path)
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(folder)) {
    // Another run may tidy up as well, and may have made this very one.
    const isOld = /^empty-postgres.*\.tar$/.test(name) && name !== basename(path)
    if (isOld) rmSync(join(folder, name), { force: true })
  }
  // Another run may look for it at this moment, and must not find half of it.
  const unfinished = `${path}.${process.pid}`
  writeFileSync(unfinished, Buffer.from(await dump.arrayBuffer()))
  renameSync(unfinished, path)
}
