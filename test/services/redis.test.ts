import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import type { Ctx } from '../../src/context.ts'
import type { Job, Queue } from '../../src/jobs/job.ts'
import { openRedis } from '../../src/redis/open.ts'
import { noTracer } from '../../src/tracing/tracer.ts'
import { openOwnRedis } from '../support/redis.ts'
import { ownRedis, theServices } from '../support/services.ts'

const warnings: string[] = []
const log = {
  info() {},
  warn: (_fields: object, message: string) => void warnings.push(message),
  error() {},
}

function note(concurrency = 5) {
  const done: string[] = []
  const run = async (_ctx: Ctx, id: string) => {
    await wait(5)
    done.push(id)
  }
  const job: Job = { name: 'a-task', concurrency, run }
  return { job, done }
}

type Settings = { env: Record<string, string>; jobs?: Job[]; works?: boolean }

/** What one process has of Redis. */
function processOn({ env, jobs = [], works = true }: Settings) {
  const shared = openRedis(readConfig(env), { serves: true, works }, log, jobs)
  const queue: Queue = shared.queue(() => ({ log, tracer: noTracer }) as unknown as Ctx)
  return {
    ...shared,
    queue,
    async [Symbol.asyncDispose]() {
      await queue.close()
      shared.close()
    },
  }
}

it('several processes share what is rung for, and none does what another has done', async () => {
  const env = ownRedis()
  const [one, two] = [note(), note()]
  await using ringer = processOn({ env, works: false })
  await using first = processOn({ env, jobs: [one.job] })
  await using second = processOn({ env, jobs: [two.job] })
  expect([first, second]).toHaveLength(2)
  await expect
    .poll(() => {
      ringer.queue.ring(one.job, 'connected')
      return [...one.done, ...two.done]
    })
    .toContain('connected')
  await ringer.queue.idle()
  for (const { done } of [one, two]) done.length = 0
  const ids = Array.from({ length: 200 }, (_, i) => `id-${i}`)
  for (const id of ids) ringer.queue.ring(one.job, id)
  await ringer.queue.idle()
  expect([...one.done, ...two.done].toSorted()).toEqual(ids.toSorted())
  expect(one.done.length).toBeGreaterThan(0)
  expect(two.done.length).toBeGreaterThan(0)
})

it('without Redis, from the start or later, a ring is heard by the process itself', async () => {
  await using redis = await openOwnRedis()
  await redis.kill()
  const { job, done } = note()
  warnings.length = 0
  await using own = processOn({ env: { REDIS_URL: redis.url }, jobs: [job] })
  own.queue.ring(job, 'never seen it')
  await expect.poll(() => done).toEqual(['never seen it'])
  const lost = 'Redis is out of reach; work goes on without it'
  await expect.poll(() => warnings, { timeout: 5_000 }).toContain(lost)
  await redis.start()
  await expect.poll(() => warnings, { timeout: 10_000 }).toContain('Redis is back')
  own.queue.ring(job, 'there')
  await expect.poll(() => done, { timeout: 10_000 }).toContain('there')
  await redis.kill()
  own.queue.ring(job, 'gone again')
  await expect.poll(() => done, { timeout: 10_000 }).toContain('gone again')
  await redis.start()
  await wait(2_500)
  await redis.flush()
  own.queue.ring(job, 'back, and emptied')
  await expect.poll(() => done, { timeout: 10_000 }).toContain('back, and emptied')
})

it('stops within seconds where Redis is gone', async () => {
  await using redis = await openOwnRedis()
  const { job, done } = note()
  const own = processOn({ env: { REDIS_URL: redis.url }, jobs: [job] })
  own.queue.ring(job, 'x')
  await expect.poll(() => done).toEqual(['x'])
  await redis.kill()
  const from = performance.now()
  await own[Symbol.asyncDispose]()
  expect(performance.now() - from).toBeLessThan(4_000)
})

it('warns where Redis may throw keys away', async () => {
  await using redis = await openOwnRedis('--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lru')
  warnings.length = 0
  await using _own = processOn({ env: { REDIS_URL: redis.url } })
  const told = 'Redis should have maxmemory-policy noeviction'
  await expect.poll(() => warnings, { timeout: 5_000 }).toContain(told)
  warnings.length = 0
  await using _other = processOn({ env: { REDIS_URL: theServices().redis } })
  await wait(300)
  expect(warnings).toEqual([])
})

it('every process hears of a cancel, also after Redis was away', async () => {
  await using redis = await openOwnRedis()
  const env = { REDIS_URL: redis.url }
  await using one = processOn({ env })
  await using two = processOn({ env })
  const heard: string[] = []
  two.notices.listen((id) => heard.push(id))
  const tell = (id: string) => () => {
    one.notices.tell(id)
    return heard
  }
  await expect.poll(tell('a')).toContain('a')
  await redis.kill()
  await redis.start()
  await expect.poll(tell('b'), { timeout: 10_000 }).toContain('b')
})

it('counts a key’s requests over all processes, and each its own while Redis is away', async () => {
  await using redis = await openOwnRedis()
  const env = { REDIS_URL: redis.url }
  await using one = processOn({ env })
  await using two = processOn({ env })
  await expect.poll(async () => (await one.rates.count('warm')).count).toBeGreaterThan(0)
  await expect.poll(async () => (await two.rates.count('warm')).count).toBeGreaterThan(1)
  const counts = []
  for (const process of [one, two, one, two]) counts.push(await process.rates.count('key'))
  expect(counts.map(({ count }) => count)).toEqual([1, 2, 3, 4])
  for (const { resetSeconds } of counts) expect(resetSeconds).toBeGreaterThan(58)
  await redis.kill()
  await expect.poll(async () => (await one.rates.count('key')).count).toBe(1)
})
