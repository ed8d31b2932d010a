import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import type { Ctx } from '../context.ts'
import { AppError } from '../errors.ts'
import { type Ending, isEnding, type RunEvent } from '../runs/events.ts'
import { frameWriter, write } from '../wire/frames.ts'
import { type TurnOptions, toTurnReply } from '../wire/run.ts'
import { fromModel } from './errors.ts'

export type ReplyOptions = TurnOptions & {
  stream: boolean
  accumulate: boolean
  limits: Ctx['limits']
}

/** The only place that knows there are two ways to answer a turn. */
export async function replyWithRun(
  reply: FastifyReply,
  events: AsyncIterable<RunEvent>,
  options: ReplyOptions,
): Promise<FastifyReply> {
  if (!options.stream) {
    return reply.send(toTurnReply(answerable(await ending(reply, events)), options))
  }
  const iterator = events[Symbol.asyncIterator]()
  await streamRun(reply, iterator, options)
  return reply
}

/** Aborts when the client leaves before its answer is complete. */
export function leftSignal(reply: FastifyReply): AbortSignal {
  const left = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) left.abort(new Error('the client left'))
  })
  return left.signal
}

/** JSON is the end of the stream. */
async function ending(reply: FastifyReply, events: AsyncIterable<RunEvent>): Promise<Ending> {
  let last: RunEvent | undefined
  for await (const event of events) {
    noteRun(reply, event)
    if (isEnding(event)) last = event
  }
  if (!last || !isEnding(last)) throw new Error('the run told no ending')
  return last
}

/** A run that broke before there was anything of an answer is an HTTP error, as long as one can be sent. */
function answerable(ending: Ending): Ending {
  if (ending.type !== 'failed' || !ending.failure.early) return ending
  const { kind, error, retryAfterSeconds } = ending.failure
  if (kind === 'internal') throw new Error(error)
  throw fromModel(kind, error, retryAfterSeconds)
}

/**
 * Streams events as they come. The head is held back until there is something of an answer, so
 * that an early failure is still a plain HTTP error; but not for longer than a ping may take.
 */
async function streamRun(
  reply: FastifyReply,
  events: AsyncIterator<RunEvent>,
  options: ReplyOptions,
) {
  const frame = frameWriter(options)
  const socket = new EventSocket(reply, options.limits)
  try {
    for (let next = await events.next(); !next.done; next = await events.next()) {
      const event = next.value
      noteRun(reply, event)
      if (!socket.open && isEnding(event)) answerable(event)
      const text = frame(event)
      if (!socket.open && isPreamble(event)) socket.hold(text)
      else await socket.send(text)
      if (socket.gone) break
    }
    socket.end()
  } catch (error) {
    if (!socket.open) throw error
    const text = error instanceof AppError ? error.message : 'Internal Server Error'
    if (!(error instanceof AppError)) reply.log.error({ err: error }, 'stream failed')
    await socket.send(write({ type: 'error', error: text, message: text }))
    socket.end()
  } finally {
    socket.close()
    await events.return?.()
  }
}

/** The log and the trace of a request name its run. */
function noteRun(reply: FastifyReply, event: RunEvent) {
  if (event.type !== 'started' && event.type !== 'continuing') return
  reply.request.runId = event.run.id
}

/** Events that say nothing yet of whether the model will answer. */
function isPreamble(event: RunEvent) {
  return ['started', 'continuing', 'recalled', 'message_start', 'voice'].includes(event.type)
}

/** One streamed response: its head, its pings, and a client that may read slowly or leave. */
class EventSocket {
  open = false
  readonly #reply: FastifyReply
  readonly #raw: ServerResponse
  readonly #stalledMs: number
  readonly #pings: NodeJS.Timeout
  #held = ''
  #silent = true

  constructor(reply: FastifyReply, limits: Ctx['limits']) {
    this.#reply = reply
    this.#raw = reply.raw
    this.#stalledMs = limits.stalledReaderMs
    this.#pings = setInterval(() => this.#ping(), limits.pingMs)
  }

  get gone(): boolean {
    return this.#raw.destroyed
  }

  hold(text: string): void {
    this.#held += text
  }

  async send(text: string): Promise<void> {
    this.#silent = false
    if (!this.open) this.#openHead()
    if (this.gone) return
    if (!this.#raw.write(text)) await this.#drained()
  }

  end(): void {
    if (!this.open) this.#openHead()
    if (!this.gone) this.#raw.end()
  }

  close(): void {
    clearInterval(this.#pings)
  }

  #openHead() {
    this.open = true
    this.#reply.hijack()
    const headers = this.#reply.getHeaders()
    this.#raw.writeHead(200, {
      ...(headers as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    })
    if (this.#held !== '') this.#raw.write(this.#held)
    this.#held = ''
  }

  #ping() {
    if (this.#silent && !this.gone) {
      if (!this.open) this.#openHead()
      this.#raw.write(': ping\n\n')
    }
    this.#silent = true
  }

  /** Waits for the client to read on; one that reads nothing for too long is let go. */
  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#raw.destroy(), this.#stalledMs)
      const done = () => {
        clearTimeout(timer)
        this.#raw.off('drain', done)
        this.#raw.off('close', done)
        resolve()
      }
      this.#raw.on('drain', done)
      this.#raw.on('close', done)
    })
  }
}
