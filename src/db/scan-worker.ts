import { parentPort, workerData } from 'node:worker_threads'
import Sqlite from 'better-sqlite3'
import { nearest, type Stored, toVector, unit } from '../retrieval/scan.ts'
import type { FromScanner, Scan, ToScanner } from './vector-scan.ts'

/** The program of the scanning thread. */

const client = new Sqlite(workerData as string, { readonly: true })
client.pragma('busy_timeout = 5000')

parentPort?.on('message', ({ id, ...scan }: ToScanner) => {
  try {
    answer({ id, keys: nearestKeys(scan) })
  } catch (error) {
    answer({ id, failed: error instanceof Error ? error.message : String(error) })
  }
})

function answer(message: FromScanner) {
  parentPort?.postMessage(message)
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
