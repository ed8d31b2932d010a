import type { Redis } from 'ioredis'
import { type RateCounter, WINDOW_MS } from '../http/rate-counter.ts'

/** One step, so that no window is ever left without an end. */
const COUNT = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return { count, redis.call('PTTL', KEYS[1]) }`

/** Counts of all processes together; each counts for itself while Redis is out of reach. */
export function redisRates(redis: Redis, prefix: string, local: RateCounter): RateCounter {
  return {
    async count(key) {
      try {
        const [count, ms] = (await redis.eval(COUNT, 1, `${prefix}:rate:${key}`, WINDOW_MS)) as [
          number,
          number,
        ]
        return { count, resetSeconds: ms / 1_000 }
      } catch {
        return local.count(key)
      }
    },
  }
}
