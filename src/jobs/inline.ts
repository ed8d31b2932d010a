import type { Ctx } from '../context.ts'
import type { Origin } from '../tracing/tracer.ts'
import type { Job, Queue } from './job.ts'
import { runJob } from './run-job.ts'

/**
 * A queue inside this process. It keeps nothing on disk: a start begins with a sweep. Where this
 * process does not work, a ring is for nobody: another process’s sweep finds the row.
 */
export function inlineQueue(ctx: () => Ctx, { works } = { works: true }): Queue {
  const stop = new AbortController()
  /** Ids, and the spans in which they were rung. */
  const waiting = new Map<Job, Map<string, Origin | null>>()
  const running = new Map<Job, Set<string>>()
  const timers = new Set<NodeJS.Timeout>()
  let onIdle: (() => void)[] = []

  const waitingOf = (job: Job) => {
    const ids = waiting.get(job) ?? new Map<string, Origin | null>()
    waiting.set(job, ids)
    return ids
  }

  const runningOf = (job: Job) => {
    const ids = running.get(job) ?? new Set<string>()
    running.set(job, ids)
    return ids
  }

  const isIdle = () =>
    timers.size === 0 && [...waiting.values(), ...running.values()].every((ids) => ids.size === 0)

  const start = (job: Job) => {
    const queued = waitingOf(job)
    const busy = runningOf(job)
    for (const [id, origin] of queued) {
      if (busy.size >= job.concurrency || stop.signal.aborted) return
      // Rung again while it runs: once more afterwards, in case it missed what the ring was for.
      if (busy.has(id)) continue
      queued.delete(id)
      busy.add(id)
      void runJob(ctx(), job, id, stop.signal, origin).then(() => {
        busy.delete(id)
        start(job)
        if (isIdle()) for (const resolve of onIdle.splice(0)) resolve()
      })
    }
  }

  const add = (job: Job, id: string) => {
    waitingOf(job).set(id, ctx().tracer.here())
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
