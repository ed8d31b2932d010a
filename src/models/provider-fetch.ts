import { once } from 'node:events'
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { retryAfterSeconds } from './provider-errors.ts'

const longestRetryWaitSeconds = 30
const maxErrorBytes = 64 * 1024
const maxQueuedBytes = 256 * 1024

export type Bytes = {
  /** The next bytes, or null at the end. To be called again only when it has resolved. */
  read(): Promise<Uint8Array | null> | Uint8Array
}

const bodies = new WeakMap<Response, Bytes>()

/**
 * A `fetch` for the vendor SDKs over Node's own HTTP client: the built-in one costs twice the CPU
 * for every chunk of a stream. The body of a success is read with `bytesOf`, of a failure as usual.
 */
export async function providerFetch(
  url: string | URL | Request,
  init: RequestInit = {},
): Promise<Response> {
  const incoming = await request(new URL(url instanceof Request ? url.url : url), init)
  const status = incoming.statusCode ?? 0
  const headers = toHeaders(incoming)
  if (status >= 200 && status < 300) {
    const response = new Response(null, { status, headers })
    bodies.set(response, toBytes(incoming))
    return response
  }
  // The SDKs wait as long as they are told to, be it an hour: past a bound, the caller hears of it.
  const waitSeconds = retryAfterSeconds(headers) ?? 0
  if (waitSeconds > longestRetryWaitSeconds) headers.set('x-should-retry', 'false')
  return new Response(await errorText(incoming), { status, headers })
}

/** The body of a success that came from `providerFetch`. */
export function bytesOf(response: Response): Bytes {
  const bytes = bodies.get(response)
  if (!bytes) throw new TypeError('not a response of providerFetch')
  return bytes
}

async function request(url: URL, init: RequestInit, isFirst = true): Promise<IncomingMessage> {
  const { method = 'GET', headers, body, signal } = init
  const client = url.protocol === 'https:' ? https : http
  const fields = Object.fromEntries(new Headers(headers))
  const sent = client.request(url, { method, headers: fields, ...(signal && { signal }) })
  sent.on('error', () => {}) // after the response, its body reports the same
  try {
    sent.end(body)
    const [incoming] = await once(sent, 'response')
    return incoming
  } catch (error) {
    // The other side may close a kept connection just as we use it again.
    const { code } = error as { code?: string }
    if (!isFirst || !sent.reusedSocket || code !== 'ECONNRESET') throw error
    return await request(url, init, false)
  }
}

/** Listens from the start, so that no failure is missed, and holds back what nobody reads. */
function toBytes(incoming: IncomingMessage): Bytes {
  const queue: Uint8Array[] = []
  let queuedBytes = 0
  let waiting: { resolve(bytes: Uint8Array | null): void; reject(error: Error): void } | null = null
  let failure: Error | null = null

  incoming.on('data', (bytes: Uint8Array) => {
    if (waiting) {
      waiting.resolve(bytes)
      waiting = null
      return
    }
    queue.push(bytes)
    queuedBytes += bytes.length
    if (queuedBytes > maxQueuedBytes) incoming.pause()
  })
  incoming.on('end', () => waiting?.resolve(null))
  incoming.on('error', (error) => {
    failure = error
    waiting?.reject(error)
  })

  return {
    read() {
      const bytes = queue.shift()
      if (bytes) {
        queuedBytes -= bytes.length
        if (queue.length === 0 && incoming.isPaused()) incoming.resume()
        return bytes
      }
      if (failure) return Promise.reject(failure)
      if (incoming.readableEnded) return Promise.resolve(null)
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject }
      })
    },
  }
}

async function errorText(incoming: IncomingMessage): Promise<string> {
  let text = ''
  incoming.setEncoding('utf8')
  for await (const part of incoming) {
    text += part
    if (text.length > maxErrorBytes) break
  }
  return text
}

function toHeaders(incoming: IncomingMessage): Headers {
  const headers = new Headers()
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value)
  }
  return headers
}
