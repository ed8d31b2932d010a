import { SharedClock } from './clock.ts'
import type { Config } from './config.ts'
import type { Ctx } from './context.ts'
import { localRates, type RateCounter } from './http/rate-counter.ts'
import { inlineQueue } from './jobs/inline.ts'
import type { Queue } from './jobs/job.ts'
import { type CancelNotices, noNotices } from './runs/notices.ts'

/** What the processes of one installation share beside its database and its files. */
export type Shared = {
  clock: SharedClock
  queue(ctx: () => Ctx): Queue
  notices: CancelNotices
  rates: RateCounter
  close(): void
}

/** Whether this process takes requests, works on what they leave behind, or both. */
export type Roles = { serves: boolean; works: boolean }

export const bothRoles: Roles = { serves: true, works: true }

/** Nothing but this process: what the others do, it learns from the database. */
export function sharesNothing({ works }: Roles = bothRoles): Shared {
  const clock = new SharedClock()
  return {
    clock,
    queue: (ctx) => inlineQueue(ctx, { works }),
    notices: noNotices,
    rates: localRates(clock.now),
    close() {},
  }
}

type Log = { warn(fields: object, message: string): void }

/** By Redis, where the configuration names one; it need not be reachable, now or later. */
export async function openShared(config: Config, roles: Roles, log: Log): Promise<Shared> {
  if (config.REDIS_URL === '') return sharesNothing(roles)
  const { openRedis } = await import('./redis/open.ts')
  return openRedis(config, roles, log)
}
