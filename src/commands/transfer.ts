import { copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { openBlobs } from '../blobs/open.ts'
import type { Config } from '../config.ts'
import { openDatabase, sqlitePath } from '../context.ts'
import { bothRoles } from '../shared.ts'
import { exportTo } from '../transfer/export.ts'
import { importFrom } from '../transfer/import.ts'
import { withDatabase } from './process.ts'

const tell = (what: string) => process.stderr.write(`${what}\n`)

/** `export FOLDER [--owner OWNER]`, beside a running server. Returns the exit code. */
export async function exportAll(config: Config, [folder]: string[], owner?: string) {
  if (!folder) throw new Error('say where to: export FOLDER')
  const db = await openDatabase({ ...config, HOMECOURT_DATABASE_CONNECTIONS: 1 })
  try {
    await db.check()
    const stores = { db, blobs: openBlobs(config) }
    const { files } = await exportTo(folder, stores, owner ?? null, tell)
    for (const key of files.missing) tell(`the file ${key} is not there any more`)
    return 0
  } finally {
    await db.close()
  }
}

/** `import FOLDER`; on SQLite no server may run. Returns the exit code. */
export async function importAll(config: Config, [folder]: string[]) {
  if (!folder) throw new Error('say where from: import FOLDER')
  return withDatabase(config, bothRoles, async (db) => {
    await importFrom(folder, { db, blobs: openBlobs(config) }, tell)
  })
}

/**
 * `backup FOLDER`: makes of it, or brings up to date, a data folder to start from, beside a running
 * server. Returns the exit code.
 */
export async function backUp(config: Config, [folder]: string[]) {
  if (!folder) throw new Error('say where to: backup FOLDER')
  const db = await openDatabase(config)
  try {
    await mkdir(folder, { recursive: true })
    const copy = sqlitePath({ ...config, HOMECOURT_DATA_DIR: folder })
    const files = join(config.HOMECOURT_DATA_DIR, 'files')
    // Twice: what is deleted in between is in the first copy, what is new in the second.
    await copyNew(files, join(folder, 'files'))
    await rm(`${copy}.part`, { force: true })
    await db.copyTo(`${copy}.part`)
    for (const rest of ['-wal', '-shm']) await rm(`${copy}${rest}`, { force: true })
    await rename(`${copy}.part`, copy)
    await copyNew(files, join(folder, 'files'))
    tell(`${folder} is a data folder now: HOMECOURT_DATA_DIR=${folder} homecourt`)
    return 0
  } finally {
    await db.close()
  }
}

/** Files never change, so one that is there is the same. */
async function copyNew(from: string, to: string) {
  const names = await readdir(from, { recursive: true, withFileTypes: true }).catch(() => [])
  for (const entry of names) {
    if (!entry.isFile() || entry.name.endsWith('.part')) continue
    const there = join(to, entry.name.slice(-2))
    await mkdir(there, { recursive: true })
    if ((await readdir(there)).includes(entry.name)) continue
    const part = join(there, `${entry.name}.part`)
    const copied = await copyFile(join(entry.parentPath, entry.name), part).catch(() => 'gone')
    if (copied !== 'gone') await rename(part, join(there, entry.name))
  }
}
