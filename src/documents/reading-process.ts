import { type ChildProcess, fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { DigestedChunk } from './digest.ts'
import { DocumentError } from './document-error.ts'
import type { Handover } from './handover.ts'
import type { About, FromWorker, ReadRequest, ToWorker } from './parse-worker.ts'
import { tooHungrySignal } from './parsed.ts'

type Made = About & { chunks: DigestedChunk[] }
export type Bounds = { timeoutMs: number; signal: AbortSignal }
/** The bytes of a file, or of a large one how many there are, and they themselves in pieces. */
export type Source = Uint8Array | { length: number; pieces(): AsyncIterable<Uint8Array> }
/** What to read, but for its bytes, which go in pieces. */
export type Order = Omit<ReadRequest, 'type' | 'size' | 'piece'>

export type ReadingProcess = {
  /** Resolves to what is known of the file, with those passages that are not handed over. */
  read(file: Source, order: Order, handover: Handover, bounds: Bounds): Promise<Made>
  /** Whether it can take a file: false once it crashed, was stopped, or has grown. */
  isHealthy(): boolean
  /** Whether it died of something else than the memory it took. */
  wasKilled(): boolean
  bytesRead(): number
  stop(): void
}

/** Copied in a fraction of a millisecond: this thread has requests to answer. */
const pieceBytes = 256 * 1024
const none = new Uint8Array()

/**
 * One process, reading one file at a time. A thread would not do: an engine that runs out of memory
 * in the middle of its own code ends the whole process, however its heap was bounded.
 */
export function startProcess(memoryMb: number, startMs: number): ReadingProcess {
  const child = spawn(memoryMb)
  let ready = false
  let healthy = true
  let killed = false
  let bytesRead = 0
  const stop = () => {
    healthy = false
    child.kill('SIGKILL')
  }
  child.on('exit', (_, by) => {
    killed = healthy && !isHungry(by)
    healthy = false
  })
  // A crash while idle is seen by the next who wants the process, not by this one.
  child.on('error', () => {
    healthy = false
  })
  keepAlive(child, false)

  function read(file: Source, order: Order, handover: Handover, { timeoutMs, signal }: Bounds) {
    keepAlive(child, true)
    bytesRead += file.length
    const { promise, resolve, reject } = settleLater<Made>()
    const fail = (error: Error) => {
      healthy = false
      reject(error)
    }
    let isHandedOver = false
    const onTimeout = () => {
      if (!ready) fail(unstarted(new Error('it was not ready in time')))
      else fail(isHandedOver ? tooSlow(timeoutMs) : undelivered())
    }
    const patience = openPatience(onTimeout)
    const onHandedOver = () => {
      isHandedOver = true
      // Until now it was the store of files that took its time.
      if (ready && patience.isRunning()) patience.start(timeoutMs)
    }
    const takeMore = async (chunks: DigestedChunk[]) => {
      const waited = patience.pause()
      try {
        await handover.add(chunks)
      } catch (error) {
        return fail(error as Error)
      }
      patience.start(waited)
      // Other work of this thread goes first.
      setImmediate(() => void send(child, { type: 'more' }))
    }
    const onMessage = (message: FromWorker) => {
      if (message.type === 'ready') {
        ready = true
        return patience.start(timeoutMs)
      }
      if (message.type === 'chunks') return void takeMore(message.chunks)
      // What is left of this file must not count against the next.
      if (message.grownMb > memoryMb / 2) healthy = false
      if (message.type === 'done') resolve({ ...message.about, chunks: message.chunks })
      else reject(new DocumentError(message.code, message.message))
    }
    const onError = (error: Error) => fail(ready ? crashed(error.message) : unstarted(error))
    const onExit = (code: number | null, by: NodeJS.Signals | null) =>
      fail(ready ? ended(by, memoryMb) : unstarted(new Error(`it ended with ${by ?? code}`)))
    const onAbort = () => fail(new DocumentError('aborted', 'Reading the file was stopped.'))
    patience.start(ready ? timeoutMs : startMs)
    child.on('message', onMessage).on('error', onError).on('exit', onExit)
    signal.addEventListener('abort', onAbort)
    handOver(child, file, order).then(onHandedOver, fail)
    return promise.finally(() => {
      patience.end()
      child.off('message', onMessage).off('error', onError).off('exit', onExit)
      signal.removeEventListener('abort', onAbort)
      keepAlive(child, false)
    })
  }

  return {
    read,
    stop,
    isHealthy: () => healthy,
    wasKilled: () => killed,
    bytesRead: () => bytesRead,
  }
}

/** Throws a `DocumentError`, or has the process tell its `error`: the system does it in both ways. */
function spawn(memoryMb: number) {
  try {
    return fork(programPath(), [String(memoryMb)], {
      // A hostile file that took over a library would find no secrets here.
      env: {},
      execArgv: [`--max-old-space-size=${memoryMb}`, '--stack-size=3500'],
      serialization: 'advanced',
      // What an engine says as it dies is not for the operator's log.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
  } catch (error) {
    throw unstarted(error as Error)
  }
}

async function handOver(child: ChildProcess, file: Source, order: Order) {
  const isOnePiece = file instanceof Uint8Array && file.length <= pieceBytes
  await send(child, { type: 'read', size: file.length, piece: isOnePiece ? file : none, ...order })
  if (isOnePiece) return
  const pieces = file instanceof Uint8Array ? piecesOf(file) : file.pieces()
  let left = file.length
  for await (const piece of pieces) {
    if (!child.connected) return
    left -= piece.length
    await send(child, { type: 'bytes', piece })
  }
  if (left !== 0) throw new Error('the stored file is not as long as it was')
}

function* piecesOf(bytes: Uint8Array) {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes)
}

/** Resolves when it has left; one who is gone is found out by their exit. */
async function send(child: ChildProcess, message: ToWorker): Promise<void> {
  if (!child.connected) return
  await new Promise<void>((resolve) => {
    child.send(message, () => resolve())
  })
}

/** An idle process does not keep this one alive. */
function keepAlive(child: ChildProcess, wanted: boolean) {
  if (wanted) child.ref()
  else child.unref()
  if (wanted) child.channel?.ref()
  else child.channel?.unref()
}

/** A time to wait that does not pass while it is paused. */
function openPatience(onEnd: () => void) {
  let timer: NodeJS.Timeout | undefined
  let until = 0
  let isOver = false
  return {
    start(ms: number) {
      clearTimeout(timer)
      until = performance.now() + ms
      if (!isOver) timer = setTimeout(onEnd, ms)
    },
    isRunning: () => timer !== undefined,
    /** What is left of it. */
    pause() {
      clearTimeout(timer)
      timer = undefined
      return until - performance.now()
    },
    end() {
      isOver = true
      clearTimeout(timer)
    },
  }
}

function settleLater<T>() {
  let resolve: (value: T) => void = () => {}
  let reject: (error: Error) => void = () => {}
  const promise = new Promise<T>((...settle) => {
    ;[resolve, reject] = settle
  })
  return { promise, resolve, reject }
}

/** A build puts the program beside this file; from source it is where a build left it. */
function programPath() {
  const beside = new URL('./parse-worker.js', import.meta.url)
  return fileURLToPath(
    existsSync(beside) ? beside : new URL('../../dist/parse-worker.js', import.meta.url),
  )
}

/** The engine aborts at the end of its heap; who else kills is the system, for want of memory. */
function ended(by: NodeJS.Signals | null, memoryMb: number) {
  return isHungry(by) || by === 'SIGKILL' ? tooHungry(memoryMb) : crashed('the reader stopped')
}

function isHungry(by: NodeJS.Signals | null) {
  return by === tooHungrySignal || by === 'SIGABRT'
}

function unstarted({ message }: Error) {
  return new DocumentError(
    'unavailable',
    `The server could not start a process to read the file (${message.slice(0, 120)}): it is short of memory or has reached its limit of processes.`,
  )
}

function undelivered() {
  return new DocumentError('unavailable', 'The stored file took too long to be fetched.')
}

function crashed(why: string) {
  return new DocumentError('damaged', `The file cannot be read: ${why.slice(0, 120)}.`)
}

function tooHungry(memoryMb: number) {
  return new DocumentError(
    'too_large',
    `The file needs more than ${memoryMb} MB of memory to be read; split it and upload the parts.`,
  )
}

function tooSlow(timeoutMs: number) {
  const seconds = Math.round(timeoutMs / 1000)
  return new DocumentError(
    'timeout',
    `The file took longer than ${seconds} s to read; split it and upload the parts.`,
  )
}
