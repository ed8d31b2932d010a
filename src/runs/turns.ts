import { AppError } from '../errors.ts'

/** Lets the messages of a thread through one at a time, in the order they came to this process. */
export class Turns {
  readonly #tails = new Map<string, Promise<void>>()

  /**
   * Waits for the turn on a thread and returns the function that ends it.
   * Throws `busy` when it does not come within `waitMs`, and the signal's reason when the caller left.
   */
  async take(threadId: string, waitMs: number, left: AbortSignal): Promise<() => void> {
    const before = this.#tails.get(threadId)
    let release = () => {}
    const mine = new Promise<void>((resolve) => {
      release = resolve
    })
    const tail = before ? before.then(() => mine) : mine
    this.#tails.set(threadId, tail)
    void tail.then(() => {
      if (this.#tails.get(threadId) === tail) this.#tails.delete(threadId)
    })
    if (!before) return release
    try {
      await within(before, waitMs, left)
      return release
    } catch (error) {
      release()
      throw error
    }
  }
}

async function within(before: Promise<void>, waitMs: number, left: AbortSignal) {
  let timer: NodeJS.Timeout | undefined
  let onLeft = () => {}
  const stop = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(threadBusy()), waitMs)
    onLeft = () => reject(left.reason)
    left.addEventListener('abort', onLeft, { once: true })
    if (left.aborted) onLeft()
  })
  try {
    await Promise.race([before, stop])
  } finally {
    clearTimeout(timer)
    left.removeEventListener('abort', onLeft)
  }
}

export function threadBusy(): AppError {
  return new AppError(
    'busy',
    'The thread is still busy with an earlier message; service unavailable',
  )
}
