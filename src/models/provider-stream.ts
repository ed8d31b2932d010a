import { type Delta, ModelError, type ProviderSettings } from './model.ts'
import { brokeOff, connectionFailed, requestFailed, timedOut } from './provider-errors.ts'
import { type Bytes, bytesOf } from './provider-fetch.ts'
import { type DataLines, dataLines } from './sse.ts'

const drainMs = 1_000
const maxWholeReplyBytes = 32 * 1024 * 1024

/** Adds up one reply; every event goes in once, in order. */
export type ReplyReader = {
  /** Appends what the event says to `out`; true once the provider has said its last word. */
  read(event: unknown, out: Delta[]): boolean
  /** The same for a whole reply, from a server that does not stream. */
  readWhole(body: unknown, out: Delta[]): void
  /** Appends the closing deltas; false if the provider stopped before its end. */
  finish(saidLastWord: boolean, out: Delta[]): boolean
}

export type ProviderCall = {
  settings: ProviderSettings
  signal: AbortSignal
  /** Resolves at the response headers; the signal it gets closes the connection, then or later. */
  send(signal: AbortSignal): Promise<Response>
  reader: ReplyReader
}

/**
 * One call to a provider: bytes in, deltas out. The only place that knows of silence, of broken
 * lines and of callers who leave; what an event means is the reader's.
 */
export async function* streamReply(call: ProviderCall): AsyncGenerator<Delta, void, undefined> {
  call.signal.throwIfAborted()
  const line = openLine(call)
  const deltas: Delta[] = []
  let finished = false
  try {
    const streams = await line.connect()
    const lines = streams ? dataLines() : wholeBody()
    let saidLastWord = false
    for (let bytes: Uint8Array | null | undefined; bytes !== null && !saidLastWord; ) {
      bytes = await line.read()
      for (const text of cut(call, lines, bytes)) {
        call.signal.throwIfAborted()
        saidLastWord = understand(call, text, streams, deltas)
        for (const delta of deltas) yield delta
        deltas.length = 0
        if (saidLastWord) break
      }
    }
    finished = call.reader.finish(saidLastWord, deltas)
    if (!finished) throw brokeOff(call.settings)
    for (const delta of deltas) yield delta
  } finally {
    line.close(finished)
  }
}

/**
 * Sends again without what the provider refuses by name: an optional parameter its model does not
 * know must not fail a turn. `without` returns null when nothing it could drop was named.
 */
export async function sendForgiving<Body>(
  body: Body,
  send: (body: Body) => Promise<Response>,
  without: (body: Body, said: string) => Body | null,
): Promise<Response> {
  try {
    return await send(body)
  } catch (error) {
    const { status, error: said } = error as { status?: number; error?: unknown }
    const less = status === 400 || status === 422 ? without(body, JSON.stringify(said ?? '')) : null
    if (less === null) throw error
    return await sendForgiving(less, send, without)
  }
}

/** Whether a tool call's arguments are all there. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function understand(
  { reader, settings }: ProviderCall,
  text: string,
  streams: boolean,
  out: Delta[],
): boolean {
  if (text === '[DONE]') return true
  try {
    if (streams) return reader.read(JSON.parse(text), out)
    reader.readWhole(JSON.parse(text), out)
    return true
  } catch (error) {
    throw error instanceof ModelError ? error : brokeOff(settings, error)
  }
}

function cut({ settings }: ProviderCall, lines: DataLines, bytes: Uint8Array | null): string[] {
  try {
    return bytes === null ? lines.end() : lines.push(bytes)
  } catch (error) {
    throw brokeOff(settings, error)
  }
}

/** Some servers answer in JSON although a stream was asked for: the body is the only line. */
function wholeBody(): DataLines {
  const parts: Uint8Array[] = []
  let total = 0
  return {
    push(bytes) {
      total += bytes.length
      if (total > maxWholeReplyBytes) throw new RangeError(`over ${maxWholeReplyBytes} bytes`)
      parts.push(bytes)
      return []
    },
    end: () => (total === 0 ? [] : [Buffer.concat(parts).toString('utf8')]),
  }
}

function openLine({ settings, signal, send }: ProviderCall) {
  const connection = new AbortController()
  const hangUp = () => connection.abort()
  let body: Bytes | undefined
  let waiting = false
  let silent = false
  signal.addEventListener('abort', hangUp, { once: true })
  // One timer for the whole call. It counts only while we wait: a slow consumer is not silence.
  const idle = setTimeout(() => {
    silent = waiting
    if (silent) hangUp()
  }, settings.idleMs)

  return {
    /** Resolves at the response headers: true for a stream, false for one JSON body. */
    async connect(): Promise<boolean> {
      try {
        const response = await untilAborted(send(connection.signal), signal)
        body = bytesOf(response)
        return !response.headers.get('content-type')?.includes('application/json')
      } catch (error) {
        throw signal.aborted ? signal.reason : requestFailed(settings, error)
      }
    },
    async read(): Promise<Uint8Array | null> {
      waiting = true
      idle.refresh()
      try {
        return body ? await body.read() : null
      } catch (error) {
        if (signal.aborted) throw signal.reason
        throw silent ? timedOut(settings) : connectionFailed(settings, error)
      } finally {
        waiting = false
      }
    },
    close(finished: boolean) {
      clearTimeout(idle)
      signal.removeEventListener('abort', hangUp)
      if (finished && body) drain(body, hangUp)
      else hangUp()
    },
  }
}

/** Reads past the last word, in the background: a connection left unread is lost to the pool. */
async function drain(body: Bytes, hangUp: () => void) {
  const timer = setTimeout(hangUp, drainMs).unref()
  try {
    while ((await body.read()) !== null);
  } catch {
    // It hung up on us, or we on it: the reply is whole either way.
  } finally {
    clearTimeout(timer)
  }
}

/** A waiting SDK does not always hear its signal: the caller leaves at once all the same. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason)
    signal.addEventListener('abort', leave, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}
