import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { DigestedChunk } from './digest.ts'
import { DocumentError } from './document-error.ts'
import type { About, FromWorker, ReadRequest, ToWorker } from './parse-worker.ts'

export type ReadingThread = {
  read(
    request: ReadRequest,
    timeoutMs: number,
    stop: AbortSignal,
  ): Promise<About & { chunks: DigestedChunk[] }>
  /** Whether it can take a file: false once it crashed or was stopped. */
  isHealthy(): boolean
  filesRead(): number
  stop(): Promise<void>
}

const mebibyte = 1024 * 1024
const watchMs = 250

/** One worker thread, reading one file at a time. */
export function startThread(memoryMb: number): ReadingThread {
  const worker = spawn(memoryMb)
  worker.unref()
  let healthy = true
  let files = 0
  const stop = async () => {
    healthy = false
    await worker.terminate()
  }
  worker.on('exit', () => {
    healthy = false
  })
  // A crash while idle is seen by the next who wants the thread, not by the process.
  worker.on('error', () => {})

  function read(request: ReadRequest, timeoutMs: number, signal: AbortSignal) {
    const bytes = owned(request.bytes)
    worker.postMessage({ ...request, bytes } satisfies ToWorker, [bytes.buffer as ArrayBuffer])
    worker.ref()
    files += 1
    let resolve: (read: About & { chunks: DigestedChunk[] }) => void = () => {}
    let reject: (error: DocumentError) => void = () => {}
    const promise = new Promise<About & { chunks: DigestedChunk[] }>((...settle) => {
      ;[resolve, reject] = settle
    })
    const chunks: DigestedChunk[] = []
    const fail = (error: DocumentError) => {
      healthy = false
      reject(error)
    }
    const onMessage = (message: FromWorker) => {
      if (message.type === 'failed') reject(new DocumentError(message.code, message.message))
      if (message.type === 'done') resolve({ ...message.about, chunks })
      if (message.type !== 'chunks') return
      chunks.push(...message.chunks)
      // Other work of this thread goes first.
      setImmediate(() => worker.postMessage({ type: 'more' } satisfies ToWorker))
    }
    const onError = (error: Error) => fail(crashed(error, memoryMb))
    const onExit = () => fail(crashed(new Error('the reader stopped'), memoryMb))
    const onAbort = () => fail(new DocumentError('aborted', 'Reading the file was stopped.'))
    const timer = setTimeout(() => fail(tooSlow(timeoutMs)), timeoutMs)
    const unwatch = watchMemory(memoryMb * 2, () => fail(tooHungry(memoryMb * 2)))
    worker.on('message', onMessage).on('error', onError).on('exit', onExit)
    signal.addEventListener('abort', onAbort)
    return promise.finally(() => {
      clearTimeout(timer)
      unwatch()
      worker.off('message', onMessage).off('error', onError).off('exit', onExit)
      signal.removeEventListener('abort', onAbort)
      worker.unref()
    })
  }

  return { read, stop, isHealthy: () => healthy, filesRead: () => files }
}

function spawn(memoryMb: number) {
  return new Worker(programUrl(), {
    name: 'document-reader',
    // A hostile file that took over a library would find no secrets here.
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: memoryMb, stackSizeMb: 4 },
  })
}

/**
 * The heap limit of a thread leaves out its buffers, which is where a decoder's output goes. Only
 * the whole process can be measured from here, so the bound is generous.
 */
function watchMemory(growthMb: number, onTooMuch: () => void) {
  const before = process.memoryUsage.rss()
  const timer = setInterval(() => {
    if (process.memoryUsage.rss() - before > growthMb * mebibyte) onTooMuch()
  }, watchMs)
  timer.unref()
  return () => clearInterval(timer)
}

/** A view of a larger buffer is copied: moving that would empty its neighbours too. */
function owned(bytes: Uint8Array): Uint8Array {
  const isWhole = bytes.byteLength === bytes.buffer.byteLength
  return isWhole ? new Uint8Array(bytes.buffer) : new Uint8Array(bytes)
}

/** A build puts the program beside this file; from source it is where a build left it. */
function programUrl() {
  const beside = new URL('./parse-worker.js', import.meta.url)
  return existsSync(beside) ? beside : new URL('../../dist/parse-worker.js', import.meta.url)
}

function crashed(error: Error & { code?: string }, memoryMb: number) {
  if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') return tooHungry(memoryMb)
  return new DocumentError('damaged', `The file cannot be read: ${error.message.slice(0, 120)}.`)
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
