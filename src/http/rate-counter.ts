/** Counts what each key has asked in its current minute, which begins with its first request. */
export interface RateCounter {
  /** Counts one more; `resetSeconds` until the minute is over. */
  count(key: string): Promise<{ count: number; resetSeconds: number }>
}

export const WINDOW_MS = 60_000
const MOST_KEYS = 100_000

/** A counter of this process alone. */
export function localRates(clock: () => Date): RateCounter {
  const windows = new Map<string, { count: number; until: number }>()
  return {
    async count(key) {
      const now = clock().getTime()
      let window = windows.get(key)
      if (!window || window.until <= now) {
        if (windows.size >= MOST_KEYS) windows.clear()
        window = { count: 0, until: now + WINDOW_MS }
        windows.set(key, window)
      }
      window.count += 1
      return { count: window.count, resetSeconds: (window.until - now) / 1_000 }
    },
  }
}
