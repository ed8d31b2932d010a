import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { readConfig } from '../../src/config.ts'
import { type Ctx, loadMeter, loadTracer, openContext } from '../../src/context.ts'
import type { Db } from '../../src/db/db.ts'
import { type DocumentReader, openDocumentReader } from '../../src/documents/document-reader.ts'
import type { Limits } from '../../src/limits.ts'
import type { ChatModel } from '../../src/models/model.ts'
import { keepLeases } from '../../src/runs/leases.ts'
import { buildServer } from '../../src/server.ts'
import { bothRoles, openShared } from '../../src/shared.ts'
import { databases } from './databases.ts'
import { only } from './model.ts'
import { type CheckReply, checkReplies } from './replies.ts'
import { ownRedis } from './services.ts'

export type WorldOptions = {
  /** The database to use; it is closed with the world. A fresh SQLite file when absent. */
  db?: Db
  /** The model behind every name; absent = what the environment `env` gives, the offline model if nothing. */
  model?: ChatModel
  env?: Record<string, string>
  /** Tokens of the model's window. */
  contextLimit?: number
  limits?: Partial<Limits>
  open?: boolean
  /** Starts processes of its own to read files, for a test that harms them. */
  ownReader?: boolean
  corsOrigins?: string[]
}

export type Reply<T = Record<string, unknown>> = { status: number; headers: Headers; body: T }

/** A real server on a free port over a real database, and a client that holds one API key. */
export type World = AsyncDisposable & {
  ctx: Ctx
  app: FastifyInstance
  /** A client with another key, which in an open world is another owner. */
  as(key: string): Client
  /** Base URL with `/api`. */
  url: string
  key: string
  /** Any request; objects and text are sent as JSON, forms as what they are, bytes without a type. */
  call<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Reply<T>>
  /** The same, with the raw response: for streams. */
  raw(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Response>
  /** The events of a streamed answer, to its end. */
  stream(path: string, body: Record<string, unknown>): Promise<SseEvent[]>
  /** A new assistant with a new thread. */
  thread(assistant?: Record<string, unknown>): Promise<{ assistantId: string; threadId: string }>
  send<T = Record<string, unknown>>(
    threadId: string,
    content: string,
    more?: Record<string, unknown>,
  ): Promise<Reply<T>>
}

export type Client = Omit<World, 'ctx' | 'app' | 'as' | typeof Symbol.asyncDispose>

// biome-ignore lint/suspicious/noExplicitAny: events are whatever the server sent; tests say what they expect
export type SseEvent = { type: string } & Record<string, any>

export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const db = options.db ?? (await openDefault())
  const folder = mkdtempSync(join(tmpdir(), 'homecourt-world-'))
  const config = readConfig({
    HOMECOURT_LOG_LEVEL: 'silent',
    HOMECOURT_DATA_DIR: folder,
    ...ownRedis(),
    ...options.env,
  })
  const log = { info() {}, warn() {}, error() {} }
  const ctx = openContext(
    config,
    db,
    log,
    await openShared(config, bothRoles, log),
    await loadMeter(config),
    await loadTracer(config, log),
  )
  Object.assign(ctx.limits, options.limits)
  if (!options.ownReader) ctx.reader = sharedReader()
  if (options.model) ctx.models = only(options.model, options.contextLimit)
  const app = await buildServer(ctx, {
    open: options.open ?? true,
    corsOrigins: options.corsOrigins ?? ['*'],
    accumulate: config.HOMECOURT_ACCUMULATED_CONTENT,
    failedWord: config.HOMECOURT_DOCUMENT_FAILED_STATUS,
    failedOperation: config.HOMECOURT_MEMORY_FAILED_STATUS,
  })
  const stopLeases = keepLeases(ctx)
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  const check = checkReplies(app)
  const as = (key: string) => client(`${address}/api`, key, check)
  return {
    ...as('test-key'),
    as,
    ctx,
    app,
    async [Symbol.asyncDispose]() {
      ctx.live.stopAll('shutdown')
      app.server.closeAllConnections()
      await app.close()
      await ctx.live.idle()
      stopLeases()
      await ctx.close()
      await db.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

let shared: DocumentReader | undefined

/** Worlds share the processes that read files, which take longer to start than a test runs. */
function sharedReader(): DocumentReader {
  shared ??= openDocumentReader()
  const { read } = shared
  const closing = new AbortController()
  return {
    read(bytes, filename, options = {}) {
      const stops = options.signal ? [options.signal, closing.signal] : [closing.signal]
      return read(bytes, filename, { ...options, signal: AbortSignal.any(stops) })
    },
    async close() {
      closing.abort()
    },
  }
}

async function openDefault() {
  const [first] = databases
  if (!first) throw new Error('no database')
  return first[1]()
}

/** A client of any running server; every world has one, and tests of the real program make their own. */
export function client(url: string, key: string, check: CheckReply = async () => {}): Client {
  const raw: World['raw'] = (method, path, body, headers = {}) =>
    fetch(url + path, { method, ...content(body, { 'X-API-Key': key, ...headers }) })
  const call: World['call'] = async <T>(...request: Parameters<World['raw']>) => {
    const response = await raw(...request)
    const body = (await response.json()) as T
    await check(request[0], request[1], response.status, body)
    return { status: response.status, headers: response.headers, body }
  }
  return {
    url,
    key,
    raw,
    call,
    async stream(path, body) {
      const response = await raw('POST', path, { ...body, stream: true })
      if (response.status !== 200) throw new Error(`HTTP ${response.status}`)
      return parseSse(await response.text())
    },
    async thread(assistant = {}) {
      const made = await call('POST', '/assistants', { name: 'Test', ...assistant })
      const assistantId = String(made.body.assistant_id)
      const { body } = await call('POST', `/assistants/${assistantId}/threads`, {})
      return { assistantId, threadId: String(body.thread_id) }
    },
    send: (threadId, text, more = {}) =>
      call('POST', `/threads/${threadId}/messages`, { content: text, ...more }),
  }
}

function content(body: unknown, headers: Record<string, string>) {
  if (body === undefined) return { headers }
  if (body instanceof FormData || body instanceof URLSearchParams) return { headers, body }
  if (body instanceof Uint8Array) return { headers, body: new Uint8Array(body) }
  if (typeof body === 'string') {
    return { headers: { 'content-type': 'application/json', ...headers }, body }
  }
  return {
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  }
}

/** Reads server-sent events as strictly as the strictest client does. Throws on anything else. */
export function parseSse(text: string): SseEvent[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(':'))
    .map((line) => {
      if (!line.startsWith('data: ')) throw new Error(`not a data line: ${line}`)
      return JSON.parse(line.slice('data: '.length))
    })
}
