import type { RunEvent } from './events.ts'

/**
 * Carries a run's events to the one client that reads them. The run never waits for the reader:
 * a reader that falls `ahead` events behind gets the text it missed joined into fewer pieces, so
 * what is kept is bounded by the answer itself.
 */
export class Feed implements AsyncIterable<RunEvent> {
  readonly #ahead: number
  #waiting: RunEvent[] = []
  #next = 0
  #ended = false
  #unread = false
  #error: unknown = null
  #wake: (() => void) | null = null

  constructor(ahead: number) {
    this.#ahead = ahead
  }

  push(event: RunEvent): void {
    if (this.#unread) return
    const last = this.#waiting.at(-1)
    const far = this.#waiting.length - this.#next >= this.#ahead
    if (far && last && (event.type === 'text' || event.type === 'reasoning')) {
      if (last.type === event.type) {
        this.#waiting[this.#waiting.length - 1] = { type: event.type, text: last.text + event.text }
        return
      }
    }
    this.#waiting.push(event)
    this.#wake?.()
  }

  /** Nothing more comes; `error`, if any, is thrown to the reader after what is still waiting. */
  end(error: unknown = null): void {
    this.#ended = true
    this.#error = error
    this.#wake?.()
  }

  /** For one reader. Once it leaves, nothing more is kept. */
  async *[Symbol.asyncIterator](): AsyncGenerator<RunEvent> {
    try {
      for (;;) {
        while (this.#next < this.#waiting.length) yield this.#take()
        if (this.#ended) break
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
        this.#wake = null
      }
      if (this.#error) throw this.#error
    } finally {
      this.#unread = true
      this.#waiting = []
    }
  }

  #take(): RunEvent {
    const event = this.#waiting[this.#next] as RunEvent
    this.#next += 1
    if (this.#next === this.#waiting.length) {
      this.#waiting = []
      this.#next = 0
    }
    return event
  }
}
