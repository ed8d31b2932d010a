import { availableParallelism } from 'node:os'
import type { DigestedChunk } from './digest.ts'
import { DocumentError } from './document-error.ts'
import { openHandover, type Take } from './handover.ts'
import type { About, Chunking } from './parse-worker.ts'
import { defaultParseLimits, type ParseLimits } from './parsed.ts'
import {
  type Bounds,
  type Order,
  type ReadingProcess,
  type Source,
  startProcess,
} from './reading-process.ts'

/** A document with its passages: all, or those that `take` has not been given. */
export type ReadDocument = About & { chunks: DigestedChunk[] }

export type DocumentReader = {
  /**
   * Reads and cuts a file in a process of its own. Throws a `DocumentError` worded for the person
   * who uploaded the file, or what `take` has thrown.
   */
  read(file: Source, filename: string, options?: ReadOptions): Promise<ReadDocument>
  close(): Promise<void>
}

export type ReadOptions = {
  signal?: AbortSignal
  /** So short a text that it takes no time: it waits for nothing else. */
  isNote?: boolean
  embedOffline?: boolean
  take?: Take
}

export type ReaderOptions = {
  /** Files read at the same time, beside one note; the rest wait their turn. */
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

/** Files of one owner that are read at once: this process has other work for its processors, too. */
export const readersAtOnce = Math.max(2, Math.min(3, availableParallelism() - 1))

/** What takes long to read is seldom smaller, and small files do not wait for it. */
export function isLarge(bytes: number): boolean {
  return bytes > 64 * 1024
}

/** Processes start with the first file, stay warm, and do not keep this one alive. */
export function openDocumentReader(options: ReaderOptions = {}): DocumentReader {
  const processes = options.processes ?? readersAtOnce + 1
  const bytesPerProcess = options.bytesPerProcess ?? 50 * 1024 * 1024
  const memoryMb = options.memoryMb ?? 1536
  const startMs = options.startMs ?? 15_000
  const timeoutMs = options.timeoutMs ?? 180_000
  const smallTimeoutMs = Math.min(timeoutMs, options.smallTimeoutMs ?? 45_000)
  const limits = { ...defaultParseLimits, ...options.limits }
  const chunking = options.chunking ?? {}
  const closing = new AbortController()
  const turns = openTurns(processes)
  const turnsOfNotes = openTurns(1)
  const idle: ReadingProcess[] = []

  async function read(file: Source, filename: string, options: ReadOptions = {}) {
    const { signal, isNote = false, embedOffline = false, take = null } = options
    // One of its own for each, so that none has the listeners of all.
    const stop = AbortSignal.any(signal ? [signal, closing.signal] : [closing.signal])
    const order = { filename, limits, chunking, embedOffline }
    const mostMs = isLarge(file.length) ? timeoutMs : smallTimeoutMs
    const { made, handover } = await inTurn(isNote ? turnsOfNotes : turns, stop, () =>
      readNow(file, order, take, { timeoutMs: mostMs, signal: stop }),
    )
    // Whoever takes passages slowly keeps neither the turn nor the process.
    return { ...made, chunks: [...(await handover.end()), ...made.chunks] }
  }

  async function readNow(file: Source, order: Order, take: Take | null, bounds: Bounds) {
    for (;;) {
      const warm = takeHealthy(idle)
      const reading = warm ?? startProcess(memoryMb, startMs)
      const handover = openHandover(take)
      try {
        return { made: await reading.read(file, order, handover, bounds), handover }
      } catch (error) {
        // What is done about it must not meet what is still being taken.
        await handover.end().catch(() => {})
        // It may have been dead before it got this file: only a fresh one tells on that.
        if (!warm || !reading.wasKilled() || bounds.signal.aborted) throw error
        if (handover.hasTaken()) throw interrupted()
      } finally {
        putAway(reading)
      }
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

async function inTurn<T>(turns: Turns, stop: AbortSignal, task: () => Promise<T>): Promise<T> {
  await turns.take(stop)
  try {
    return await task()
  } finally {
    turns.give()
  }
}

type Turns = ReturnType<typeof openTurns>

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

function interrupted() {
  return new DocumentError(
    'unavailable',
    'The process that read the file was killed by the system, which is short of memory.',
  )
}

function aborted() {
  return new DocumentError('aborted', 'Reading the file was stopped.')
}
