import { type ChildProcess, fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { DigestedChunk } from './digest.ts'
import { DocumentError } from './document-error.ts'
import type { About, FromWorker, ReadRequest, ToWorker } from './parse-worker.ts'
import { tooHungrySignal } from './parsed.ts'

type Read = About & { chunks: DigestedChunk[] }
/** What to read, but for its bytes, which go in pieces. */
export type Order = Omit<ReadRequest, 'type' | 'size'>

export type ReadingProcess = {
  read(bytes: Uint8Array, order: Order, timeoutMs: number, stop: AbortSignal): Promise<Read>
  /** Whether it can take a file: false once it crashed, was stopped, or has grown. */
  isHealthy(): boolean
  /** Whether it died of something else than the memory it took. */
  wasKilled(): boolean
  bytesRead(): number
  stop(): void
}

/** Copied in a fraction of a millisecond: this thread has requests to answer. */
const pieceBytes = 256 * 1024

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

  function read(bytes: Uint8Array, order: Order, timeoutMs: number, signal: AbortSignal) {
    keepAlive(child, true)
    bytesRead += bytes.length
    const { promise, resolve, reject } = settleLater<Read>()
    const chunks: DigestedChunk[] = []
    const fail = (error: DocumentError) => {
      healthy = false
      reject(error)
    }
    const onMessage = (message: FromWorker) => {
      if (message.type === 'ready') {
        ready = true
        clearTimeout(timer)
        timer = setTimeout(onTimeout, timeoutMs)
        return
      }
      // What is left of this file must not count against the next.
      if (message.type !== 'chunks' && message.grownMb > memoryMb / 2) healthy = false
      if (message.type === 'failed') reject(new DocumentError(message.code, message.message))
      if (message.type === 'failed') return
      chunks.push(...message.chunks)
      if (message.type === 'done') return resolve({ ...message.about, chunks })
      // Other work of this thread goes first.
      setImmediate(() => void send(child, { type: 'more' }))
    }
    const onError = (error: Error) => fail(ready ? crashed(error.message) : unstarted(error))
    const onExit = (code: number | null, by: NodeJS.Signals | null) =>
      fail(ready ? ended(by, memoryMb) : unstarted(new Error(`it ended with ${by ?? code}`)))
    const onAbort = () => fail(new DocumentError('aborted', 'Reading the file was stopped.'))
    const onTimeout = () =>
      fail(ready ? tooSlow(timeoutMs) : unstarted(new Error('it was not ready in time')))
    let timer = setTimeout(onTimeout, ready ? timeoutMs : startMs)
    child.on('message', onMessage).on('error', onError).on('exit', onExit)
    signal.addEventListener('abort', onAbort)
    void handOver(child, bytes, order)
    return promise.finally(() => {
      clearTimeout(timer)
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

async function handOver(child: ChildProcess, bytes: Uint8Array, order: Order) {
  await send(child, { type: 'read', size: bytes.length, ...order })
  for (let at = 0; at < bytes.length && child.connected; at += pieceBytes) {
    await send(child, { type: 'bytes', piece: bytes.subarray(at, at + pieceBytes) })
  }
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
