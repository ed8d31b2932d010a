import type { Config } from '../../src/config.ts'
import type { Ctx } from '../../src/context.ts'
import { inlineQueue } from '../../src/jobs/inline.ts'
import type { Job, Queue } from '../../src/jobs/job.ts'
import { openRedis } from '../../src/redis/open.ts'
import { ownRedis, services } from './services.ts'

/** Every queue the contract runs on, and the settings of an empty one of its own. */
export const queues: [name: string, settings: () => Record<string, string>][] = [
  ['in this process', () => ({})],
  ...(services ? [['over Redis', ownRedis] as [string, () => Record<string, string>]] : []),
]

/** The queue those settings name, working on `jobs`. */
export async function openQueue(
  config: Config,
  { jobs, works }: { jobs: Job[]; works: boolean },
  ctx: Ctx,
): Promise<Queue> {
  if (config.REDIS_URL === '') return inlineQueue(() => ctx, { works })
  const roles = { serves: true, works }
  const shared = openRedis(config, roles, ctx.log, jobs)
  const queue = shared.queue(() => ctx)
  return {
    ...queue,
    async close() {
      await queue.close()
      shared.close()
    },
  }
}
