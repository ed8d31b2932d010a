import { parentPort, workerData } from 'node:worker_threads'
import Sqlite from 'better-sqlite3'
import { nearest, type Stored, toVector, unit } from '../retrieval/scan.ts'
import type { FromSideThread, Scan, ToSideThread } from './side-thread.ts'

/** The program of the thread beside the database. */

const client = new Sqlite(workerData as string, { fileMustExist: true })
client.pragma('busy_timeout = 5000')
// What is copied from the log is on disk before the log is written over.
client.pragma('synchronous = normal')

parentPort?.on('message', (asked: ToSideThread) => {
  try {
    answer({ keys: asked.of === 'log' ? copyLog() : nearestKeys(asked) })
  } catch (error) {
    answer({ failed: error instanceof Error ? error.message : String(error) })
  }
})

function answer(message: FromSideThread) {
  parentPort?.postMessage(message)
}

function copyLog() {
  client.pragma('wal_checkpoint(PASSIVE)')
  return []
}

// The scope first: what is in it is the fewer, and each finds its vector by key.
const vectorsOf = {
  chunks: `select chunk_key, vector from chunks cross join embeddings
    on chunk_key = key and space = ? where scope_id in`,
  memories: `select memory_key, vector from memories cross join memory_vectors
    on memory_key = key and space = ? where status = 'active' and assistant_id in`,
}

function nearestKeys({ of, scopeIds, space, query, limit }: Scan): number[] {
  const marks = scopeIds.map(() => '?').join()
  const rows = client
    .prepare(`${vectorsOf[of]} (${marks})`)
    .raw()
    .iterate(space, ...scopeIds) as IterableIterator<[number, Buffer]>
  return nearest(unit(query), stored(rows), limit).map(({ id }) => id)
}

function* stored(rows: Iterable<[number, Buffer]>): Generator<Stored<number>> {
  for (const [id, bytes] of rows) yield { id, vector: unit(toVector(bytes)) }
}
