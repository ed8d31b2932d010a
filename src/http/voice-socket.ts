import { on } from 'node:events'
import type { WebSocket } from 'ws'
import type { Limits } from '../limits.ts'

export type VoiceFrame = { text: string } | { audio: Buffer }

/** Frames that wait to be looked at before the client is read no further. */
const FRAMES_AHEAD = 8
/** How long a closed client may take to say goodbye: a stopping server waits for it. */
const GOODBYE_MS = 1_000
/** What may wait to be sent before the session waits too. */
const BUFFERED_BYTES = 256 * 1024

/** One client of the voice WebSocket: it may send fast, read slowly, fall silent or leave. */
export class VoiceSocket {
  /** Aborts when the client has left. */
  readonly left: AbortSignal
  readonly #ws: WebSocket
  readonly #limits: Limits
  #seenAt = performance.now()
  #askedAt = performance.now()

  constructor(ws: WebSocket, limits: Limits) {
    const leaving = new AbortController()
    this.#ws = ws
    this.#limits = limits
    this.left = leaving.signal
    const beat = setInterval(() => this.#beat(), limits.pingMs)
    ws.on('pong', () => {
      this.#seenAt = performance.now()
    })
    // Its close follows, and that is what counts.
    ws.on('error', () => {})
    ws.once('close', () => {
      clearInterval(beat)
      leaving.abort(new Error('the client left'))
    })
  }

  get gone(): boolean {
    return this.#ws.readyState !== this.#ws.OPEN
  }

  /** What the client sends, until either side closes. For one reader. */
  async *frames(): AsyncGenerator<VoiceFrame> {
    const options = { close: ['close'], highWaterMark: FRAMES_AHEAD }
    try {
      for await (const [data, isBinary] of on(this.#ws, 'message', options)) {
        this.#seenAt = this.#askedAt = performance.now()
        yield isBinary ? { audio: data as Buffer } : { text: String(data) }
      }
    } catch {
      // What is no frame, or too large a one: the client has been told by the code of the close.
    }
  }

  /** Waits for a client that reads slowly; one that reads nothing for too long is let go. */
  async send(frame: object | string): Promise<void> {
    if (this.gone) return
    const json = typeof frame === 'string' ? frame : JSON.stringify(frame)
    const written = new Promise((resolve) => this.#ws.send(json, resolve))
    if (this.#ws.bufferedAmount <= BUFFERED_BYTES) return
    const stalled = setTimeout(() => this.#ws.terminate(), this.#limits.stalledReaderMs)
    await written
    clearTimeout(stalled)
  }

  close(code: number, reason: string): void {
    this.#ws.close(code, reason)
    setTimeout(() => this.#ws.terminate(), GOODBYE_MS).unref()
  }

  #beat() {
    const now = performance.now()
    if (now - this.#seenAt > this.#limits.stalledReaderMs) this.#ws.terminate()
    else if (now - this.#askedAt > this.#limits.voiceIdleMs) this.close(1000, 'nothing was said')
    else this.#ws.ping()
  }
}
