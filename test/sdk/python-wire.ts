import { request as nodeRequest } from 'node:http'
import type { SseEvent } from '../support/world.ts'

/** Raised as the Python SDK raises: `name` is the class it would be, `statusCode` null within a stream. */
export class PythonError extends Error {
  readonly statusCode: number | null

  constructor(message: string, statusCode: number | null = null) {
    super(message)
    this.name = statusCode === null ? 'BackboardAPIError' : className(statusCode)
    this.statusCode = statusCode
  }
}

function className(status: number) {
  if (status >= 500) return 'BackboardServerError'
  const names: Record<number, string> = {
    400: 'BackboardValidationError',
    404: 'BackboardNotFoundError',
    429: 'BackboardRateLimitError',
  }
  return names[status] ?? 'BackboardAPIError'
}

export type PythonRequest = {
  json?: unknown
  /** Sent urlencoded, or as multipart where `files` are given. */
  data?: Record<string, string>
  files?: [field: string, file: File][]
  params?: Record<string, string | number | boolean>
}

/** Requests as httpx makes them for the Python SDK: its headers, its encodings, nothing else. */
export class PythonWire {
  readonly #baseUrl: string
  readonly #headers: Record<string, string>

  constructor(options: { apiKey: string; baseUrl: string; userAgent?: string }) {
    this.#baseUrl = options.baseUrl.replace(/\/+$/, '')
    this.#headers = {
      'x-api-key': options.apiKey,
      'user-agent': options.userAgent ?? 'backboard-python-sdk/1.5.14 (async)',
      accept: '*/*',
    }
  }

  async call(method: string, path: string, request: PythonRequest = {}): Promise<unknown> {
    const response = await this.#send(method, path, request)
    const text = await response.text()
    if (response.status < 400) return JSON.parse(text)
    throw new PythonError(detailOf(text, response.status), response.status)
  }

  /** Nothing is sent before the first event is asked for, and leaving the loop hangs up. */
  async *stream(path: string, request: PythonRequest): AsyncGenerator<SseEvent> {
    const response = await this.#send('POST', path, request)
    if (response.status >= 400) {
      await response.body?.cancel()
      // The SDK asks an unread stream for its JSON, which httpx refuses.
      throw new PythonError(`HTTP ${response.status}: <no body>`, response.status)
    }
    for await (const line of httpxLines(response)) {
      const event = toEvent(line)
      if (event) yield checked(event)
    }
  }

  #send(method: string, path: string, { json, data, files, params }: PythonRequest) {
    const query = new URLSearchParams(
      Object.entries(params ?? {}).map(([name, value]): [string, string] => [name, String(value)]),
    )
    const url = `${this.#baseUrl}/${path.replace(/^\/+/, '')}${query.size > 0 ? `?${query}` : ''}`
    const { headers, body } = bodyOf(json, data, files)
    return fetch(url, { method, headers: { ...this.#headers, ...headers }, body })
  }
}

function bodyOf(
  json: unknown,
  data: PythonRequest['data'],
  files: PythonRequest['files'],
): { headers: Record<string, string>; body: string | FormData | null } {
  if (files) {
    const form = new FormData()
    for (const [name, value] of Object.entries(data ?? {})) form.append(name, value)
    for (const [field, file] of files) form.append(field, file, file.name)
    return { headers: {}, body: form }
  }
  if (data) {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    return { headers, body: new URLSearchParams(data).toString() }
  }
  if (json === undefined) return { headers: {}, body: null }
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(json) }
}

function detailOf(text: string, status: number): string {
  try {
    const { detail = `HTTP ${status}` } = JSON.parse(text)
    return typeof detail === 'string' ? detail : JSON.stringify(detail)
  } catch {
    return `HTTP ${status}: ${text}`
  }
}

/** Where Python's `str.splitlines`, which httpx uses, ends a line. */
const lineEnds = ['\n', '\r', '\v', '\f', '\x1c', '\x1d', '\x1e', '\x85', '\u2028', '\u2029']
const lineEnd = new RegExp(`\r\n|[${lineEnds.join('')}]`)

async function* httpxLines(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of response.body ?? []) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(lineEnd)
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}

/** Lines that are no data, and data that is no JSON, are passed over in silence. */
function toEvent(line: string): SseEvent | null {
  if (!line.startsWith('data: ')) return null
  try {
    return JSON.parse(line.slice('data: '.length))
  } catch {
    return null
  }
}

function checked(event: SseEvent): SseEvent {
  const { type, status } = event
  if (type === 'error') throw new PythonError(event.error || event.message || 'Streaming error')
  if (type === 'run_failed') throw new PythonError(event.error || event.message || 'Run failed')
  if (type === 'run_ended' && (status ?? 'completed') !== 'completed') {
    throw new PythonError(`Run ended with status: ${status}`)
  }
  return event
}

/**
 * The first synchronous SDK, 1.0: every request of its session says it is JSON, forms and requests
 * without a body too. Node's `fetch` would not send that, so this goes out by hand.
 */
export function oldPythonRequest(
  { url, key }: { url: string; key: string },
  method: string,
  path: string,
  body = '',
): Promise<{ status: number; text: string }> {
  const headers = {
    'X-API-Key': key,
    'Content-Type': 'application/json',
    'User-Agent': 'backboard-python-sdk/1.0.0',
    ...(method === 'GET' ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
  }
  return new Promise((resolve, reject) => {
    const request = nodeRequest(url + path, { method, headers }, async (response) => {
      const parts: Buffer[] = []
      for await (const part of response) parts.push(part)
      resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() })
    })
    request.on('error', reject)
    request.end(body)
  })
}
