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

function nearestKeys({ scopeIds, space, query, limit }: Scan): number[] {
  const marks = scopeIds.map(() => '?').join()
  // The scope first: its passages are the fewer, and each finds its vector by key.
  const rows = client
    .prepare(
      `select e.chunk_key, e.vector from chunks c cross join embeddings e
       on e.chunk_key = c.key and e.space = ? where c.scope_id in (${marks})`,
    )
    .raw()
    .iterate(space, ...scopeIds) as IterableIterator<[number, Buffer]>
  return nearest(unit(query), stored(rows), limit).map(({ id }) => id)
}

function* stored(rows: Iterable<[number, Buffer]>): Generator<Stored<number>> {
  for (const [id, bytes] of rows) yield { id, vector: unit(toVector(bytes)) }
}
