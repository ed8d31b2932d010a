import { connect, type Socket } from 'node:net'

/** Where a load goes: Homecourt, or straight to the provider. */
export type Target = { port: number; path: string }

export type Answer = {
  body: string
  /** Milliseconds from the request to the first bytes that hold `firstWord`, and to the end. */
  firstMs: number
  totalMs: number
}

/** The provider's first word, by which a stream's first token is known in any wrapping. */
const firstWord = 'Firstly'
const boundary = 'bench-form-boundary'
const lastChunk = Buffer.from('\r\n0\r\n\r\n')

/**
 * One kept connection, one request at a time. It reads just enough of HTTP to know where an answer
 * ends: a load generator that parses more would measure itself.
 */
export class Line {
  readonly #socket: Socket
  #onData: (bytes: Buffer) => void = () => {}
  #onEnd: (error: Error) => void = () => {}

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket.on('data', (bytes) => this.#onData(bytes))
    this.#socket.on('error', (error) => this.#onEnd(error))
    this.#socket.on('close', () => this.#onEnd(new Error('the connection was closed')))
  }

  ask(method: string, path: string, body?: object): Promise<Answer> {
    return this.#send(method, path, 'application/json', body ? JSON.stringify(body) : '')
  }

  /** One file in a form; the server closes the connection afterwards. */
  upload(path: string, filename: string, content: string | Uint8Array): Promise<Answer> {
    const head = `content-disposition: form-data; name="file"; filename="${filename}"`
    const parts = [`--${boundary}\r\n${head}\r\n\r\n`, content, `\r\n--${boundary}--\r\n`]
    const body = Buffer.concat(parts.map((part) => Buffer.from(part as string)))
    return this.#send('POST', path, `multipart/form-data; boundary=${boundary}`, body)
  }

  #send(method: string, path: string, type: string, body: string | Buffer): Promise<Answer> {
    const size = Buffer.byteLength(body)
    const fields = size > 0 ? `content-type: ${type}\r\ncontent-length: ${size}\r\n` : ''
    const head = `${method} ${path} HTTP/1.1\r\nhost: bench\r\nx-api-key: bench\r\n${fields}\r\n`
    return new Promise((resolve, reject) => {
      const started = performance.now()
      const reader = answerReader()
      let firstMs = 0
      this.#onEnd = reject
      this.#onData = (bytes) => {
        if (firstMs === 0 && bytes.includes(firstWord)) firstMs = performance.now() - started
        const body = reader(bytes)
        if (body === null) return
        if (body instanceof Error) reject(body)
        else resolve({ body, firstMs, totalMs: performance.now() - started })
      }
      if (typeof body === 'string') this.#socket.write(head + body)
      else {
        this.#socket.write(head)
        this.#socket.write(body)
      }
    })
  }

  close(): void {
    this.#onEnd = () => {}
    this.#socket.destroy()
  }
}

/** Takes an answer's bytes as they come. Null until it has all; of a stream it keeps nothing. */
function answerReader(): (bytes: Buffer) => string | Error | null {
  let held: Buffer = Buffer.alloc(0)
  let length = -1
  let tail: Buffer = held
  return (bytes) => {
    if (length === -1) {
      held = Buffer.concat([held, bytes])
      const headEnd = held.indexOf('\r\n\r\n')
      if (headEnd < 0) return null
      const head = held.toString('latin1', 0, headEnd).toLowerCase()
      if (!/^http\/1\.1 20[01]/.test(head)) return new Error(held.toString())
      length = Number(/content-length: (\d+)/.exec(head)?.[1] ?? -2)
      held = held.subarray(headEnd + 4)
      bytes = held
    } else if (length >= 0) held = Buffer.concat([held, bytes])
    if (length >= 0) return held.length >= length ? held.toString() : null
    tail = Buffer.concat([tail, bytes.subarray(-lastChunk.length)]).subarray(-lastChunk.length)
    return tail.equals(lastChunk) ? '' : null
  }
}

/** Runs `work` with `count` connections at once, each taking the next job when it is done. */
export async function atOnce<T>(
  port: number,
  count: number,
  jobs: readonly T[],
  work: (line: Line, job: T) => Promise<Answer>,
): Promise<{ answers: Answer[]; ms: number }> {
  const lines = Array.from({ length: count }, () => new Line(port))
  const answers: Answer[] = []
  let next = 0
  const started = performance.now()
  await Promise.all(
    lines.map(async (line) => {
      for (let at = next++; at < jobs.length; at = next++) {
        answers.push(await work(line, jobs[at] as T))
      }
    }),
  )
  const ms = performance.now() - started
  for (const line of lines) line.close()
  return { answers, ms }
}
