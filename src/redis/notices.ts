import type { Redis } from 'ioredis'
import type { CancelNotices } from '../runs/notices.ts'

/** Cancel notices over Redis’s publish and subscribe; a lost one is made up for by the row. */
export function redisNotices(redis: Redis, prefix: string): CancelNotices {
  const channel = `${prefix}:cancel`
  const listener = redis.duplicate({ enableOfflineQueue: true, commandTimeout: undefined })
  listener.on('error', () => {})
  return {
    tell(runId) {
      redis.publish(channel, runId).catch(() => {})
    },
    listen(heard) {
      listener.on('message', (_channel, runId) => heard(runId))
      listener.subscribe(channel).catch(() => {})
    },
    close() {
      listener.disconnect()
    },
  }
}
