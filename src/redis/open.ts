import type { Config } from '../config.ts'
import { allJobs } from '../jobs/all.ts'
import { bullQueue } from '../jobs/bullmq.ts'
import { type Roles, type Shared, sharesNothing } from '../shared.ts'
import { connectRedis, warnOfEviction } from './connect.ts'
import { redisNotices } from './notices.ts'
import { redisRates } from './rates.ts'

/** What processes share by Redis, with each process’s own in its place while it is out of reach. */
export function openRedis(
  config: Config,
  roles: Roles,
  log: { warn(fields: object, message: string): void },
  jobs = allJobs,
): Shared {
  const own = sharesNothing(roles)
  const prefix = config.HOMECOURT_REDIS_PREFIX
  const redis = connectRedis(config.REDIS_URL, log, { patient: false })
  const patient = connectRedis(config.REDIS_URL, { warn() {} }, { patient: true })
  warnOfEviction(redis, log)
  const notices = redisNotices(redis, prefix)
  const works = roles.works ? jobs : []
  return {
    clock: own.clock,
    queue: (ctx) => bullQueue(ctx, { redis, patient, prefix, works, instead: own.queue(ctx) }),
    notices,
    rates: redisRates(redis, prefix, own.rates),
    close() {
      notices.close()
      for (const connection of [redis, patient]) connection.disconnect()
    },
  }
}
