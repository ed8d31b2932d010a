import { availableParallelism } from 'node:os'
import type { DigestedChunk } from './digest.ts'
import { DocumentError } from './document-error.ts'
import type { About, Chunking } from './parse-worker.ts'
import { defaultParseLimits, type ParseLimits } from './parsed.ts'
import { type Order, type ReadingProcess, startProcess } from './reading-process.ts'

export type ReadDocument = About & { chunks: DigestedChunk[] }

export type DocumentReader = {
  /**
   * Reads and cuts a file in a process of its own. Throws a `DocumentError` worded for the person
   * who uploaded the file.
   */
  read(bytes: Uint8Array, filename: string, options?: ReadOptions): Promise<ReadDocument>
  close(): Promise<void>
}

export type ReadOptions = { signal?: AbortSignal; embedOffline?: boolean }

export type ReaderOptions = {
  /** Files read at the same time; the rest wait their turn. One is kept free of large files. */
  processes?: number
  /** A process is replaced after this many bytes, whatever its libraries have piled up by then. */
  bytesPerProcess?: number
  /** What one process may take to read a file. */
  memoryMb?: number
  /** A start takes a fraction of a second; without room for its threads a process hangs in it. */
  startMs?: number
  timeoutMs?: number
  /** For a small file: past it, it is no honest one, and others wait. */
  smallTimeoutMs?: number
  limits?: Partial<ParseLimits>
  chunking?: Chunking
}

/** What takes long to read is seldom smaller, and small files do not wait for it. */
const largeBytes = 64 * 1024

/** Processes start with the first file, stay warm, and do not keep this one alive. */
export function openDocumentReader(options: ReaderOptions = {}): DocumentReader {
  const processes = options.processes ?? Math.max(2, Math.min(3, availableParallelism() - 1))
  const bytesPerProcess = options.bytesPerProcess ?? 50 * 1024 * 1024
  const memoryMb = options.memoryMb ?? 1536
  const startMs = options.startMs ?? 15_000
  const timeoutMs = options.timeoutMs ?? 180_000
  const smallTimeoutMs = Math.min(timeoutMs, options.smallTimeoutMs ?? 45_000)
  const limits = { ...defaultParseLimits, ...options.limits }
  const chunking = options.chunking ?? {}
  const closing = new AbortController()
  const turns = openTurns(processes)
  const turnsOfLarge = openTurns(Math.max(1, processes - 1))
  const idle: ReadingProcess[] = []

  async function read(bytes: Uint8Array, filename: string, options: ReadOptions = {}) {
    const { signal, embedOffline = false } = options
    const stop = signal ? AbortSignal.any([signal, closing.signal]) : closing.signal
    const isLarge = bytes.length > largeBytes
    if (isLarge) await turnsOfLarge.take(stop)
    try {
      await turns.take(stop)
      const order = { filename, limits, chunking, embedOffline }
      return await readNow(bytes, order, isLarge ? timeoutMs : smallTimeoutMs, stop)
    } finally {
      if (isLarge) turnsOfLarge.give()
    }
  }

  async function readNow(bytes: Uint8Array, order: Order, mostMs: number, stop: AbortSignal) {
    try {
      for (;;) {
        const warm = takeHealthy(idle)
        const reading = warm ?? startProcess(memoryMb, startMs)
        try {
          return await reading.read(bytes, order, mostMs, stop)
        } catch (error) {
          // It may have been dead before it got this file: only a fresh one tells on that.
          if (!warm || !reading.wasKilled() || stop.aborted) throw error
        } finally {
          putAway(reading)
        }
      }
    } finally {
      turns.give()
    }
  }

  function putAway(reading: ReadingProcess) {
    const good = reading.isHealthy() && reading.bytesRead() < bytesPerProcess
    if (good && !closing.signal.aborted) idle.push(reading)
    else reading.stop()
  }

  async function close() {
    closing.abort()
    for (const reading of idle.splice(0)) reading.stop()
  }

  return { read, close }
}

/** A process may have died while it waited for work. */
function takeHealthy(idle: ReadingProcess[]) {
  let reading = idle.pop()
  while (reading && !reading.isHealthy()) reading = idle.pop()
  return reading
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
