import { type Job as BullJob, Queue as BullQueue, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import type { Ctx } from '../context.ts'
import type { Job, Queue } from './job.ts'
import { runJob } from './run-job.ts'

/** How soon the jobs of a process that was killed are rung again. BullMQ’s own are 30 s each. */
const LOCK_MS = 10_000
const STALLED_MS = 5_000
/** What cannot be hurried at the end: a worker waits for Redis, which may be gone. */
const CLOSE_MS = 2_000
const IDLE_CHECK_MS = 20

type Options = {
  /** Commands on it fail at once without a connection. */
  redis: Redis
  /** Commands on it wait for a connection. */
  patient: Redis
  prefix: string
  /** The jobs this process works on; empty where it only rings. */
  works: Job[]
  /** Rung where Redis is out of reach. */
  instead: Queue
}

/**
 * The doorbell over Redis: any process rings, any worker comes. Nothing but ids is kept there and
 * nothing for good, so that Redis may be lost or emptied at any time. Of one id at most one ring
 * waits for now, and one for later; what comes while its job runs is heard afterwards.
 */
export function bullQueue(
  ctx: () => Ctx,
  { redis, patient, prefix, works, instead }: Options,
): Queue {
  const stop = new AbortController()
  const queues = new Map<string, BullQueue>()
  const ringing = new Set<Promise<unknown>>()
  const running = new Set<Promise<unknown>>()
  const quiet = { skipVersionCheck: true, prefix }

  const queueOf = (job: Job) => {
    const known = queues.get(job.name)
    if (known) return known
    const queue = new BullQueue(job.name, {
      ...{ connection: redis, ...quiet, streams: { events: { maxLen: 100 } } },
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    })
    queue.on('error', () => {})
    queues.set(job.name, queue)
    return queue
  }

  const add = async (job: Job, id: string, delay: number) => {
    try {
      if (redis.status !== 'ready') throw new Error('no connection')
      // A ring for later stands beside one for now: neither may swallow the other.
      const own = delay > 0 ? `${id}~later` : id
      const deduplication = { id: own, keepLastIfActive: true, replace: true }
      await queueOf(job).add(job.name, id, { delay, deduplication })
    } catch {
      instead.ring(job, id, delay)
    }
  }

  const workers = works.map((job) => {
    const run = async ({ data }: BullJob<string>) => {
      if (stop.signal.aborted) return
      const one = runJob(ctx(), job, data, stop.signal).finally(() => running.delete(one))
      running.add(one)
      await one
    }
    const worker = new Worker(job.name, run, {
      ...{ connection: patient, ...quiet, concurrency: job.concurrency },
      ...{ lockDuration: LOCK_MS, stalledInterval: STALLED_MS },
      // The row counts the tries and says when it is enough.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      ...{ removeOnComplete: { count: 0 }, removeOnFail: { count: 0 } },
    })
    // Redis gone, or emptied under a running job: the connection tells the first, the row mends both.
    return worker.on('error', () => {})
  })

  const isIdle = async () => {
    if (ringing.size > 0) return false
    const counts = await Promise.all(
      [...queues.values()].map((queue) => queue.getJobCountByTypes('wait', 'active', 'delayed')),
    )
    return counts.every((count) => count === 0)
  }

  return {
    ring(job, id, delayMs = 0) {
      if (stop.signal.aborted) return
      const ring = add(job, id, Math.max(0, delayMs)).finally(() => ringing.delete(ring))
      ringing.add(ring)
    },
    async idle() {
      while (!(await isIdle())) await new Promise((resolve) => setTimeout(resolve, IDLE_CHECK_MS))
      await instead.idle()
    },
    async close() {
      stop.abort(new Error('the server is stopping'))
      await Promise.all([instead.close(), ...running])
      const closing = Promise.all([
        ...workers.map((worker) => worker.close()),
        ...[...queues.values()].map((queue) => queue.close()),
      ])
      let timer: NodeJS.Timeout | undefined
      const late = new Promise((resolve) => {
        timer = setTimeout(resolve, CLOSE_MS)
      })
      await Promise.race([closing.catch(() => {}), late])
      clearTimeout(timer)
    },
  }
}
