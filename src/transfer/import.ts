import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import type { Blobs } from '../blobs/blobs.ts'
import type { Db } from '../db/db.ts'
import {
  countRows,
  pagesOf,
  type Row,
  storeRows,
  type TableName,
  tableNames,
} from '../store/transfer.ts'
import { hasher, hashOf, type Tell } from './export.ts'
import {
  type FileLine,
  filePath,
  filesPath,
  type Manifest,
  readManifest,
  tablePath,
} from './manifest.ts'
import { formatOf, Tally } from './rows.ts'

/** Rows of one statement: both databases bound the number of values they take. */
const ROWS_AT_ONCE = 200

/**
 * Stores what a folder holds, and then reads all of it again to see that it is the same: throws
 * where it is not. Run again after it was broken off, it goes on. Everybody's data goes only into a
 * database that has no other.
 */
export async function importFrom(
  folder: string,
  { db, blobs }: { db: Db; blobs: Blobs },
  tell: Tell,
): Promise<Manifest> {
  const manifest = await readManifest(folder)
  for (const name of tableNames) {
    if ((await countRows(db, name, manifest.owner)) > manifest.tables[name].rows) {
      throw new Error(`${name} has rows already that are not from this export`)
    }
  }
  // Files first: rows say of themselves that theirs are there.
  await storeFiles(folder, blobs, tell)
  for (const name of tableNames) {
    const { rows } = manifest.tables[name]
    if ((await countRows(db, name, manifest.owner)) !== rows) await storeTable(folder, db, name)
    tell(`${name}: ${rows} rows`)
  }
  for (const name of tableNames) await verify(db, name, manifest)
  tell('Everything is there, as it was.')
  return manifest
}

async function* linesOf(path: string): AsyncGenerator<string> {
  for await (const line of createInterface({ input: createReadStream(path) })) {
    if (line !== '') yield line
  }
}

async function storeTable(folder: string, db: Db, name: TableName) {
  const format = formatOf(db, name)
  let rows: Row[] = []
  for await (const line of linesOf(tablePath(folder, name))) {
    rows.push(format.read(line))
    if (rows.length < ROWS_AT_ONCE) continue
    await storeRows(db, name, rows)
    rows = []
  }
  if (rows.length > 0) await storeRows(db, name, rows)
}

async function verify(db: Db, name: TableName, { tables, owner }: Manifest) {
  const format = formatOf(db, name)
  const tally = new Tally()
  for await (const rows of pagesOf(db, name, owner)) {
    for (const row of rows) tally.add(format.write(row))
  }
  const [there, meant] = [tally.result, tables[name]]
  if (there.rows !== meant.rows) {
    throw new Error(`${name} has ${there.rows} rows here and ${meant.rows} in the export`)
  }
  if (there.hash !== meant.hash) throw new Error(`${name} differs from the export`)
}

async function storeFiles(folder: string, blobs: Blobs, tell: Tell) {
  let count = 0
  for await (const line of linesOf(filesPath(folder))) {
    await storeFile(folder, blobs, JSON.parse(line) as FileLine)
    count += 1
  }
  tell(`files: ${count}`)
}

async function storeFile(folder: string, blobs: Blobs, { key, bytes, sha256 }: FileLine) {
  const there = await hashOf(blobs.open(key)).catch(() => null)
  if (there?.sha256 === sha256) return
  const hashing = hasher()
  const fed = pipeline(createReadStream(filePath(folder, key)), hashing.stream)
  await Promise.all([fed, blobs.put(key, hashing.stream, bytes)])
  if (hashing.result().sha256 === sha256) return
  await blobs.remove(key)
  throw new Error(`the file ${key} is not what it was when it was exported`)
}
