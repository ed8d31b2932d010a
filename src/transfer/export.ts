import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import type { Blobs } from '../blobs/blobs.ts'
import type { Db } from '../db/db.ts'
import { pagesOf, type TableName, tableNames } from '../store/transfer.ts'
import { version } from '../version.ts'
import {
  type FileLine,
  filePath,
  filesPath,
  type Manifest,
  manifestPath,
  tablePath,
} from './manifest.ts'
import { formatOf, Tally, type TallyResult } from './rows.ts'

export type Tell = (what: string) => void

/**
 * Writes everything, or one owner's, into a folder: see `docs/operations.md` for its format. `db`
 * is opened with one connection and may be in use by others meanwhile. Files that an earlier,
 * broken-off export has copied are not copied again.
 */
export async function exportTo(
  folder: string,
  { db, blobs }: { db: Db; blobs: Blobs },
  owner: string | null,
  tell: Tell,
): Promise<Manifest> {
  await mkdir(join(folder, 'tables'), { recursive: true })
  await rm(manifestPath(folder), { force: true })
  const stayed = await db.freeze()
  const tables = {} as Record<TableName, TallyResult>
  const keys: string[] = []
  for (const name of tableNames) {
    const seen = name === 'documents' ? (key: string) => keys.push(key) : undefined
    tables[name] = await writeTable(folder, db, name, owner, seen)
    tell(`${name}: ${tables[name].rows} rows`)
  }
  await stayed()
  const files = await writeFiles(folder, blobs, keys)
  tell(`files: ${files.count}, ${files.bytes} bytes`)
  const manifest: Manifest = { format: 1, program: version, owner, tables, files }
  await writeFile(`${manifestPath(folder)}.part`, `${JSON.stringify(manifest, null, 2)}\n`)
  await rename(`${manifestPath(folder)}.part`, manifestPath(folder))
  return manifest
}

async function writeTable(
  folder: string,
  db: Db,
  name: TableName,
  owner: string | null,
  seen?: (blobKey: string) => void,
) {
  const format = formatOf(db, name)
  const tally = new Tally()
  const out = createWriteStream(tablePath(folder, name))
  for await (const rows of pagesOf(db, name, owner)) {
    for (const row of rows) {
      const line = format.write(row)
      tally.add(line)
      seen?.(String(row.blobKey))
      await write(out, line)
    }
  }
  out.end()
  await finished(out)
  return tally.result
}

async function write(out: WriteStream, line: string) {
  if (!out.write(`${line}\n`)) await once(out, 'drain')
}

async function writeFiles(folder: string, blobs: Blobs, keys: string[]) {
  const out = createWriteStream(filesPath(folder))
  const missing: string[] = []
  let bytes = 0
  for (const key of keys) {
    const line = await writeOne(folder, blobs, key).catch(() => null)
    if (line) await write(out, JSON.stringify(line))
    else missing.push(key)
    bytes += line?.bytes ?? 0
  }
  out.end()
  await finished(out)
  return { count: keys.length - missing.length, bytes, missing }
}

/** A file that is there under its name was copied whole: it got that name afterwards. */
async function writeOne(folder: string, blobs: Blobs, key: string): Promise<FileLine> {
  const path = filePath(folder, key)
  const known = await hashOf(createReadStream(path)).catch(() => null)
  if (known) return { key, ...known }
  await mkdir(dirname(path), { recursive: true })
  const hashing = hasher()
  try {
    await pipeline(blobs.open(key), hashing.stream, createWriteStream(`${path}.part`))
  } catch (error) {
    await rm(`${path}.part`, { force: true })
    throw error
  }
  await rename(`${path}.part`, path)
  return { key, ...hashing.result() }
}

/** The size and hash of a stream, read to its end. */
export async function hashOf(stream: NodeJS.ReadableStream) {
  const hashing = hasher()
  hashing.stream.resume()
  await pipeline(stream, hashing.stream)
  return hashing.result()
}

export function hasher() {
  const hash = createHash('sha256')
  let bytes = 0
  const stream = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk)
      bytes += chunk.length
      done(null, chunk)
    },
  })
  return { stream, result: () => ({ bytes, sha256: hash.digest('hex') }) }
}
