import { availableParallelism } from 'node:os'
import type { DigestedChunk } from './digest.ts'
import { DocumentError } from './document-error.ts'
import type { About, Chunking } from './parse-worker.ts'
import { defaultParseLimits, type ParseLimits } from './parsed.ts'
import { type ReadingThread, startThread } from './reading-thread.ts'

export type ReadDocument = About & { chunks: DigestedChunk[] }

export type DocumentReader = {
  /**
   * Reads and cuts a file in a thread of its own. `bytes` are handed over: the caller's array is
   * empty afterwards. Throws a `DocumentError` worded for the person who uploaded the file.
   */
  read(bytes: Uint8Array, filename: string, options?: ReadOptions): Promise<ReadDocument>
  close(): Promise<void>
}

export type ReadOptions = { signal?: AbortSignal; embedOffline?: boolean }

export type ReaderOptions = {
  /** Files read at the same time; the rest wait their turn. */
  threads?: number
  /** A thread is replaced after this many files, whatever its libraries have piled up. */
  filesPerThread?: number
  /** Heap of one thread; one whose buffers grow by twice as much is stopped as well. */
  memoryMb?: number
  timeoutMs?: number
  limits?: Partial<ParseLimits>
  chunking?: Chunking
}

/** Threads start with the first file, stay warm, and do not keep the process alive. */
export function openDocumentReader(options: ReaderOptions = {}): DocumentReader {
  const threads = options.threads ?? Math.max(1, Math.min(2, availableParallelism() - 1))
  const filesPerThread = options.filesPerThread ?? 200
  const memoryMb = options.memoryMb ?? 1024
  const timeoutMs = options.timeoutMs ?? 180_000
  const limits = { ...defaultParseLimits, ...options.limits }
  const chunking = options.chunking ?? {}
  const closing = new AbortController()
  const turns = openTurns(threads)
  const idle: ReadingThread[] = []

  async function read(bytes: Uint8Array, filename: string, options: ReadOptions = {}) {
    const { signal, embedOffline = false } = options
    const stop = signal ? AbortSignal.any([signal, closing.signal]) : closing.signal
    await turns.take(stop)
    const thread = takeHealthy(idle) ?? startThread(memoryMb)
    try {
      const request = { type: 'read', bytes, filename, limits, chunking, embedOffline } as const
      return await thread.read(request, timeoutMs, stop)
    } finally {
      if (thread.isHealthy() && thread.filesRead() < filesPerThread && !stop.aborted) {
        idle.push(thread)
      } else await thread.stop()
      turns.give()
    }
  }

  async function close() {
    closing.abort()
    await Promise.all(idle.splice(0).map((thread) => thread.stop()))
  }

  return { read, close }
}

/** A thread may have died while it waited for work. */
function takeHealthy(idle: ReadingThread[]) {
  let thread = idle.pop()
  while (thread && !thread.isHealthy()) thread = idle.pop()
  return thread
}

/** So many turns at a time, first come first served; an abort leaves the queue. */
function openTurns(count: number) {
  let free = count
  const queue = new Set<() => void>()
  return {
    async take(stop: AbortSignal) {
      if (stop.aborted) throw aborted()
      if (free > 0) {
        free -= 1
        return
      }
      await new Promise<void>((resolve, reject) => {
        const leave = () => {
          queue.delete(enter)
          reject(aborted())
        }
        const enter = () => {
          stop.removeEventListener('abort', leave)
          resolve()
        }
        queue.add(enter)
        stop.addEventListener('abort', leave, { once: true })
      })
    },
    give() {
      const [next] = queue
      if (!next) free += 1
      else {
        queue.delete(next)
        next()
      }
    },
  }
}

function aborted() {
  return new DocumentError('aborted', 'Reading the file was stopped.')
}
