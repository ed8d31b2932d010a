import type { Ctx } from '../context.ts'
import type { Job, Queue } from './job.ts'

/**
 * A queue inside this process. It keeps nothing on disk: a start begins with a sweep. Where this
 * process does not work, a ring is for nobody: another process’s sweep finds the row.
 */
export function inlineQueue(ctx: () => Ctx, { works } = { works: true }): Queue {
  const stop = new AbortController()
  const waiting = new Map<Job, Set<string>>()
  const running = new Map<Job, Set<string>>()
  const timers = new Set<NodeJS.Timeout>()
  let onIdle: (() => void)[] = []

  const of = (map: Map<Job, Set<string>>, job: Job) => {
    const ids = map.get(job) ?? new Set()
    map.set(job, ids)
    return ids
  }

  const isIdle = () =>
    timers.size === 0 && [...waiting.values(), ...running.values()].every((ids) => ids.size === 0)

  const start = (job: Job) => {
    const queued = of(waiting, job)
    const busy = of(running, job)
    for (const id of queued) {
      if (busy.size >= job.concurrency || stop.signal.aborted) return
      // Rung again while it runs: once more afterwards, in case it missed what the ring was for.
      if (busy.has(id)) continue
      queued.delete(id)
      busy.add(id)
      void work(job, id).then(() => {
        busy.delete(id)
        start(job)
        if (isIdle()) for (const resolve of onIdle.splice(0)) resolve()
      })
    }
  }

  const work = async (job: Job, id: string) => {
    try {
      await job.run(ctx(), id, stop.signal)
    } catch (error) {
      ctx().log.error({ err: error, job: job.name, id }, 'job failed')
    }
  }

  const add = (job: Job, id: string) => {
    of(waiting, job).add(id)
    start(job)
  }

  return {
    ring(job, id, delayMs = 0) {
      if (stop.signal.aborted || !works) return
      if (delayMs <= 0) return add(job, id)
      const timer = setTimeout(() => {
        timers.delete(timer)
        add(job, id)
      }, delayMs)
      timers.add(timer)
    },
    idle: () => (isIdle() ? Promise.resolve() : new Promise((resolve) => onIdle.push(resolve))),
    async close() {
      stop.abort(new Error('the server is stopping'))
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
      for (const ids of waiting.values()) ids.clear()
      if (!isIdle()) await new Promise<void>((resolve) => onIdle.push(resolve))
      onIdle = []
    },
  }
}
