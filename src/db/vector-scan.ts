import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { Nearness } from './db.ts'

/** What to go through: the passages of these scopes, or the active memories of these assistants. */
export type Scan = Nearness & { of: 'chunks' | 'memories' }
export type ToScanner = Scan & { id: number }
export type FromScanner = { id: number; keys: number[] } | { id: number; failed: string }

/** Heap of the thread: it holds one vector at a time, and the best. */
const MEMORY_MB = 128

export type VectorScanner = {
  /** Keys of those with the nearest vectors, the nearest first. */
  nearest(scan: Scan): Promise<number[]>
  close(): Promise<void>
}

/**
 * Goes through vectors in a thread of its own, over a connection of its own: exact, in the memory of
 * one vector, and at nobody's expense but its own. It starts with the first scan.
 */
export function openScanner(path: string): VectorScanner {
  const waiting = new Map<number, { resolve(keys: number[]): void; reject(error: Error): void }>()
  let worker: Worker | null = null
  let last = 0

  const start = () => {
    const started = new Worker(programUrl(), {
      ...{ name: 'vector-scanner', workerData: path, env: {}, execArgv: [] },
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    })
    const onEnd = (error: Error) => {
      // An error is followed by an exit: by then, those who wait may wait for the next.
      if (worker !== started) return
      worker = null
      for (const { reject } of waiting.values()) reject(error)
      waiting.clear()
    }
    started.on('error', onEnd)
    started.on('exit', () => onEnd(new Error('the vector scanner stopped')))
    started.on('message', (message: FromScanner) => {
      const asked = waiting.get(message.id)
      waiting.delete(message.id)
      if ('failed' in message) asked?.reject(new Error(message.failed))
      else asked?.resolve(message.keys)
      if (waiting.size === 0) started.unref()
    })
    return started
  }

  return {
    nearest(scan) {
      worker ??= start()
      worker.ref()
      last += 1
      const id = last
      worker.postMessage({ id, ...scan } satisfies ToScanner)
      return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }))
    },
    async close() {
      await worker?.terminate()
    },
  }
}

/** A build puts the program beside this file; from source it is where a build left it. */
function programUrl() {
  const beside = new URL('./scan-worker.js', import.meta.url)
  return existsSync(beside) ? beside : new URL('../../dist/scan-worker.js', import.meta.url)
}
