import { type ChatModel, ModelError } from './model.ts'

/** What a provider may be asked for by this process at once, and in a minute; 0 = as much as comes. */
export type GateLimits = {
  concurrency: number
  perMinute: number
  /** Calls that may wait; one more is refused. */
  queue: number
  /** Milliseconds a call may wait. */
  waitMs: number
}

export type Gate = {
  /** Resolves when a call may begin, to what must be called at its end. Throws `rate_limit`. */
  enter(signal: AbortSignal): Promise<() => void>
}

const MINUTE_MS = 60_000

type Waiting = { start(): void; refuse(why: unknown): void }

/** Lets calls through in their order, as the limits allow. */
export function openGate(provider: string, limits: GateLimits): Gate {
  const waiting: Waiting[] = []
  const begun: number[] = []
  let running = 0
  let timer: NodeJS.Timeout | undefined

  const leave = () => {
    running -= 1
    admit()
  }

  /** Milliseconds until the minute has room again; 0 = now. */
  const minuteFull = () => {
    if (limits.perMinute === 0) return 0
    const now = Date.now()
    while (begun[0] !== undefined && begun[0] <= now - MINUTE_MS) begun.shift()
    const [oldest = now] = begun
    return begun.length < limits.perMinute ? 0 : oldest + MINUTE_MS - now
  }

  const admit = () => {
    clearTimeout(timer)
    while (waiting.length > 0) {
      if (limits.concurrency > 0 && running >= limits.concurrency) return
      const wait = minuteFull()
      if (wait > 0) {
        timer = setTimeout(admit, wait).unref()
        return
      }
      running += 1
      if (limits.perMinute > 0) begun.push(Date.now())
      waiting.shift()?.start()
    }
  }

  return {
    enter(signal) {
      if (waiting.length >= limits.queue + freeNow())
        return Promise.reject(tooMany(provider, limits))
      return new Promise((resolve, reject) => {
        const stop = () => {
          clearTimeout(late)
          signal.removeEventListener('abort', gone)
        }
        const one: Waiting = {
          start: () => {
            stop()
            resolve(leave)
          },
          refuse: (why) => {
            stop()
            waiting.splice(waiting.indexOf(one), 1)
            reject(why)
          },
        }
        const gone = () => one.refuse(signal.reason)
        const late = setTimeout(() => one.refuse(tooMany(provider, limits)), limits.waitMs)
        signal.addEventListener('abort', gone, { once: true })
        waiting.push(one)
        admit()
      })
    },
  }

  /** 1 where the next call need not wait. */
  function freeNow() {
    const room = limits.concurrency === 0 || running < limits.concurrency
    return waiting.length === 0 && room && minuteFull() === 0 ? 1 : 0
  }
}

/** The same model behind a gate: a call counts from its request to the end of its answer. */
export function gated(model: ChatModel, gate: Gate): ChatModel {
  return {
    async *stream(prompt, signal) {
      const leave = await gate.enter(signal)
      try {
        yield* model.stream(prompt, signal)
      } finally {
        leave()
      }
    },
  }
}

function tooMany(provider: string, { queue }: GateLimits) {
  const text = `${provider} is asked for more than this server may (rate limit); ${queue} calls may wait`
  return new ModelError('rate_limit', text, 5)
}
