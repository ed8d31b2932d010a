import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { Nearness } from './db.ts'

/** What to go through: the passages of these scopes, or the active memories of these assistants. */
export type Scan = Nearness & { of: 'chunks' | 'memories' }
export type ToSideThread = Scan | { of: 'log' }
export type FromSideThread = { keys: number[] } | { failed: string }

/** Heap of the thread: it holds one vector at a time, and the best. */
const MEMORY_MB = 128

export type SideThread = {
  /** Keys of those with the nearest vectors, the nearest first. */
  nearest(scan: Scan): Promise<number[]>
  /** Copies as much of the log to the file as readers allow, once the scan that is running has ended. */
  copyLog(onBegin: () => void): Promise<void>
  close(): Promise<void>
}

type Task = {
  asked: ToSideThread
  onBegin?(): void
  resolve(keys: number[]): void
  reject(error: Error): void
}

/**
 * Does what would hold the event loop, in a thread of its own over a connection of its own: goes
 * through vectors (exactly, in the memory of one), and copies the log. It starts with the first task
 * and does one at a time: a scan that is running keeps the log from being copied to its end.
 */
export function openSideThread(path: string): SideThread {
  const waiting: Task[] = []
  let current: Task | undefined
  let worker: Worker | null = null

  const start = () => {
    const started = new Worker(programUrl(), {
      ...{ name: 'database', workerData: path, env: {}, execArgv: [] },
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    })
    const onEnd = (error: Error) => {
      // An error is followed by an exit: by then, those who wait may wait for the next.
      if (worker !== started) return
      worker = null
      const left = [...(current ? [current] : []), ...waiting.splice(0)]
      current = undefined
      for (const { reject } of left) reject(error)
    }
    started.on('error', onEnd)
    started.on('exit', () => onEnd(new Error('the thread beside the database stopped')))
    started.on('message', (message: FromSideThread) => {
      const done = current
      current = undefined
      if ('failed' in message) done?.reject(new Error(message.failed))
      else done?.resolve(message.keys)
      // Whoever waited for this may have more to ask, which may go first.
      setImmediate(next)
    })
    return started
  }

  const next = () => {
    if (current) return
    current = waiting.shift()
    if (!current) return worker?.unref()
    try {
      worker ??= start()
      worker.ref()
      worker.postMessage(current.asked)
      current.onBegin?.()
    } catch (error) {
      // The system has no room for a thread: whoever waits behind this one is to hear of it, too.
      current.reject(error as Error)
      current = undefined
      setImmediate(next)
    }
  }

  return {
    nearest: (scan) =>
      new Promise((resolve, reject) => {
        waiting.push({ asked: scan, resolve, reject })
        next()
      }),
    copyLog: (onBegin) =>
      new Promise((resolve, reject) => {
        // Ahead of the scans that wait: while it does, so may writers.
        waiting.unshift({ asked: { of: 'log' }, onBegin, resolve: () => resolve(), reject })
        next()
      }),
    async close() {
      await worker?.terminate()
    },
  }
}

/** A build puts the program beside this file; from source it is where a build left it. */
function programUrl() {
  const beside = new URL('./side-worker.js', import.meta.url)
  return existsSync(beside) ? beside : new URL('../../dist/side-worker.js', import.meta.url)
}
