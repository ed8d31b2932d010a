import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Usage } from '../../src/models/model.ts'

/**
 * A piece goes out as one HTTP chunk, the headers with the first. `drop` cuts the connection, `hang`
 * keeps it open and silent.
 */
export type Piece =
  | string
  | Uint8Array
  | { waitMs: number }
  | { until: Promise<unknown> }
  | 'drop'
  | 'hang'

export type Reply = { status: number; headers: Record<string, string>; pieces: Piece[] }

export type ProviderRequest = {
  path: string
  headers: IncomingHttpHeaders
  body: Record<string, unknown>
  /** Resolves when the connection that carried the request is done with it, or was cut. */
  closed: Promise<unknown>
}

export type FakeProvider = AsyncDisposable & {
  /** For `baseUrl` of the Anthropic adapter. */
  anthropicUrl: string
  /** For `baseUrl` of the OpenAI adapter. */
  openaiUrl: string
  /** Every request that came, in order. */
  requests: ProviderRequest[]
  /** Those for which there was no reply: they got a 500, and disposing of the provider throws. */
  unscripted: ProviderRequest[]
  /** What `GET …/models` answers, which is in none of these lists; a 404 until it is set. */
  models: Reply | null
  /** How many connections carried them. */
  readonly connections: number
  /** Adds replies: one per request, in order. */
  script(...replies: Reply[]): void
  /** Answers every request that finds no scripted reply; for benchmarks and concurrent runs. */
  always(answer: (request: ProviderRequest) => Reply): void
}

/**
 * A provider on a loopback port that speaks the wire of OpenAI and of Anthropic: what it says is
 * what a test scripted, byte by byte, and a call that nobody scripted fails.
 */
export async function openProvider(...replies: Reply[]): Promise<FakeProvider> {
  const script = [...replies]
  const requests: ProviderRequest[] = []
  const unscripted: ProviderRequest[] = []
  let otherwise: ((request: ProviderRequest) => Reply) | undefined
  let connections = 0

  const server = createServer(async (incoming, response) => {
    const parts: Buffer[] = []
    for await (const part of incoming) parts.push(part)
    if (incoming.method === 'GET' && incoming.url?.endsWith('/models')) {
      return send(response, provider.models ?? statusReply(404, { error: { message: 'none' } }))
    }
    const text = Buffer.concat(parts).toString()
    const request = {
      path: incoming.url ?? '',
      headers: incoming.headers,
      body: text ? JSON.parse(text) : {},
      closed: once(response, 'close'),
    }
    requests.push(request)
    const reply = script.shift() ?? otherwise?.(request)
    if (!reply) unscripted.push(request)
    await send(response, reply ?? unscriptedReply)
  })
  server.on('connection', () => connections++)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const provider: FakeProvider = {
    models: null,
    anthropicUrl: url,
    openaiUrl: `${url}/v1`,
    requests,
    unscripted,
    get connections() {
      return connections
    },
    script: (...more) => void script.push(...more),
    always: (answer) => {
      otherwise = answer
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      if (unscripted.length > 0) throw new Error(`${unscripted.length} unscripted provider calls`)
    },
  }
  return provider
}

const unscriptedReply = statusReply(
  500,
  { error: { message: 'The test scripted no reply for this call', type: 'unscripted' } },
  { 'x-should-retry': 'false' },
)

async function send(response: ServerResponse, { status, headers, pieces }: Reply) {
  response.writeHead(status, headers)
  for (const piece of pieces) {
    if (response.destroyed || piece === 'hang') return
    if (piece === 'drop') {
      response.destroy()
      return
    }
    if (typeof piece === 'object' && 'waitMs' in piece) await sleep(piece.waitMs)
    else if (typeof piece === 'object' && 'until' in piece) await piece.until
    else if (!response.write(piece)) await Promise.race([once(response, 'drain'), closed(response)])
  }
  response.end()
}

const closed = (response: ServerResponse) => once(response, 'close')

/** Server-sent pieces, as a stream of either provider. */
export function streamOf(...pieces: Piece[]): Reply {
  const headers = { 'content-type': 'text/event-stream; charset=utf-8' }
  return { status: 200, headers, pieces }
}

/** A reply with a status and a JSON body: an error, or a server that does not stream. */
export function statusReply(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): Reply {
  const pieces = [JSON.stringify(body)]
  return { status, headers: { 'content-type': 'application/json', ...headers }, pieces }
}

/** A file of `test/recordings`, to the byte, as one piece: `openai/text.sse`. */
export function recording(name: string): Reply {
  return streamOf(readFileSync(new URL(`../recordings/${name}`, import.meta.url)))
}

/** The same bytes, cut at these offsets; `drop` or `hang` may stand at the end. */
export function cutAt(reply: Reply, offsets: number[], end?: 'drop' | 'hang'): Reply {
  const bytes = Buffer.concat(reply.pieces.flatMap(bytesOf))
  const stops = [...offsets, ...(end ? [] : [bytes.length])]
  const pieces: Piece[] = stops.map((stop, i) => bytes.subarray(stops[i - 1] ?? 0, stop))
  return { ...reply, pieces: end ? [...pieces, { waitMs: 20 }, end] : pieces }
}

/** The same pieces with a pause before each: how a model writes. */
export function paced(reply: Reply, waitMs: number): Reply {
  return { ...reply, pieces: reply.pieces.flatMap((piece) => [{ waitMs }, piece]) }
}

function bytesOf(piece: Piece): Uint8Array[] {
  if (piece === 'drop' || piece === 'hang') return []
  if (typeof piece === 'string') return [Buffer.from(piece)]
  return piece instanceof Uint8Array ? [piece] : []
}

type Options = { usage?: Partial<Usage>; reasoning?: string; text?: string }
type NewCall = { id?: string; name: string; arguments?: unknown }

/** OpenAI says a text, a word a chunk. */
export function openaiText(text: string, options: Options = {}): Reply {
  return openaiStream({ ...options, text }, [], 'stop')
}

/** OpenAI calls tools, after `options.text` if there is one. */
export function openaiToolCalls(calls: NewCall[], options: Options = {}): Reply {
  return openaiStream(options, calls, 'tool_calls')
}

/** OpenAI refuses, in its own shape. */
export function openaiError(
  status: number,
  error: { message: string; type?: string; code?: string | null; param?: string | null },
  headers: Record<string, string> = {},
): Reply {
  const body = { error: { type: 'invalid_request_error', param: null, code: null, ...error } }
  return statusReply(status, body, headers)
}

function openaiStream(options: Options, calls: NewCall[], finish: string): Reply {
  const { reasoning = '', text = '', usage = {} } = options
  const deltas = [
    { role: 'assistant', content: '', refusal: null },
    ...words(reasoning).map((word) => ({ reasoning_content: word })),
    ...words(text).map((word) => ({ content: word })),
    ...calls.flatMap(openaiCallDeltas),
  ]
  return streamOf(
    ...deltas.map((delta) => openaiChunk([{ index: 0, delta, finish_reason: null }])),
    openaiChunk([{ index: 0, delta: {}, finish_reason: finish }]),
    openaiChunk([], {
      prompt_tokens: usage.inputTokens ?? 9,
      completion_tokens: usage.outputTokens ?? 12,
      prompt_tokens_details: { cached_tokens: usage.cachedInputTokens ?? 0 },
    }),
    'data: [DONE]\n\n',
  )
}

function openaiCallDeltas(call: NewCall, index: number) {
  const json = JSON.stringify(call.arguments ?? {})
  const half = json.length >> 1
  const id = call.id ?? `call_${index + 1}`
  const start = { index, id, type: 'function', function: { name: call.name, arguments: '' } }
  const parts = [json.slice(0, half), json.slice(half)]
  return [
    { tool_calls: [start] },
    ...parts.map((part) => ({ tool_calls: [{ index, function: { arguments: part } }] })),
  ]
}

function openaiChunk(choices: unknown[], usage: unknown = null): string {
  const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_760_000_000 }
  return `data: ${JSON.stringify({ ...head, model: 'gpt-4o', choices, usage })}\n\n`
}

/** Anthropic says a text, a word an event. */
export function anthropicText(text: string, options: Options = {}): Reply {
  return anthropicStream({ ...options, text }, [], 'end_turn')
}

/** Anthropic calls tools, after `options.text` if there is one. */
export function anthropicToolCalls(calls: NewCall[], options: Options = {}): Reply {
  return anthropicStream(options, calls, 'tool_use')
}

/** Anthropic refuses, in its own shape. */
export function anthropicError(
  status: number,
  error: { type: string; message: string },
  headers: Record<string, string> = {},
): Reply {
  return statusReply(status, { type: 'error', error, request_id: 'req_1' }, headers)
}

function anthropicStream(options: Options, calls: NewCall[], stopReason: string): Reply {
  const { reasoning = '', text = '', usage = {} } = options
  const cached = usage.cachedInputTokens ?? 0
  const written = usage.cacheWriteInputTokens ?? 0
  const counts = {
    input_tokens: (usage.inputTokens ?? 9) - cached - written,
    cache_read_input_tokens: cached,
    cache_creation_input_tokens: written,
    output_tokens: 1,
  }
  const thinking = words(reasoning).map((word) => ({ type: 'thinking_delta', thinking: word }))
  const signature = { type: 'signature_delta', signature: 'c2lnbmVk' }
  const spoken = words(text).map((word) => ({ type: 'text_delta', text: word }))
  const blocks = [
    ...(reasoning ? [{ start: emptyThinking, deltas: [...thinking, signature] }] : []),
    ...(text ? [{ start: { type: 'text', text: '' }, deltas: spoken }] : []),
    ...calls.map(anthropicCallBlock),
  ]
  return streamOf(
    event({ type: 'message_start', message: { ...emptyMessage, usage: counts } }),
    event({ type: 'ping' }),
    ...blocks.flatMap(({ start, deltas }, index) => [
      event({ type: 'content_block_start', index, content_block: start }),
      ...deltas.map((delta) => event({ type: 'content_block_delta', index, delta })),
      event({ type: 'content_block_stop', index }),
    ]),
    event({
      type: 'message_delta',
      delta: { stop_reason: stopReason, stop_sequence: null },
      usage: { output_tokens: usage.outputTokens ?? 12 },
    }),
    event({ type: 'message_stop' }),
  )
}

const emptyThinking = { type: 'thinking', thinking: '', signature: '' }

const emptyMessage = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-5',
  content: [],
  stop_reason: null,
  stop_sequence: null,
}

function anthropicCallBlock(call: NewCall, index: number) {
  const json = call.arguments === undefined ? '' : JSON.stringify(call.arguments)
  const half = json.length >> 1
  const parts = ['', json.slice(0, half), json.slice(half)]
  return {
    start: { type: 'tool_use', id: call.id ?? `toolu_${index + 1}`, name: call.name, input: {} },
    deltas: parts.map((part) => ({ type: 'input_json_delta', partial_json: part })),
  }
}

function event(data: { type: string; [field: string]: unknown }): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`
}

function words(text: string): string[] {
  return text.match(/\S+\s*|\s+/g) ?? []
}
