import { afterEach, describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import type { Ctx } from '../../src/context.ts'
import type { Job, Queue } from '../../src/jobs/job.ts'
import { noTracer } from '../../src/tracing/tracer.ts'
import { openQueue, queues } from '../support/queues.ts'

/** Jobs that note what is done, and go on when they are told to. */
function tasks({ concurrency = 2, waits = false } = {}) {
  const begun: string[] = []
  const ended: string[] = []
  let most = 0
  let goOn = () => {}
  const go = waits ? new Promise<void>((resolve) => (goOn = resolve)) : Promise.resolve()
  const job: Job = {
    name: 'a-task',
    concurrency,
    async run(_ctx, id) {
      begun.push(id)
      most = Math.max(most, begun.length - ended.length)
      await go
      ended.push(id)
    },
  }
  return { job, begun, ended, most: () => most, goOn }
}

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

describe.each(queues)('the queue %s', (_name, settings) => {
  const start = async (jobs: Job[], works = true): Promise<Queue & { errors: object[] }> => {
    const errors: object[] = []
    const log = { info() {}, warn() {}, error: (fields: object) => void errors.push(fields) }
    const ctx = { log, tracer: noTracer } as unknown as Ctx
    const own = await openQueue(readConfig(settings()), { jobs, works }, ctx)
    open.push(own)
    return Object.assign(own, { errors })
  }

  it('does each id it is rung for, once, and as many at a time as the job allows', async () => {
    const { job, ended, most } = tasks({ concurrency: 3 })
    const queue = await start([job])
    const ids = Array.from({ length: 20 }, (_, i) => `id-${i}`)
    for (const id of ids) queue.ring(job, id)
    await queue.idle()
    expect(ended.toSorted()).toEqual(ids.toSorted())
    expect(most()).toBeLessThanOrEqual(3)
  })

  it('hears a ring for what waits already only once, and for what runs once more afterwards', async () => {
    const first = tasks({ concurrency: 1, waits: true })
    const queue = await start([first.job])
    queue.ring(first.job, 'busy')
    await expect.poll(() => first.begun).toEqual(['busy'])
    for (let i = 0; i < 5; i += 1) queue.ring(first.job, 'waiting')
    for (let i = 0; i < 5; i += 1) queue.ring(first.job, 'busy')
    await new Promise((resolve) => setTimeout(resolve, 100))
    first.goOn()
    await queue.idle()
    expect(first.ended.toSorted()).toEqual(['busy', 'busy', 'waiting'])
    expect(first.most()).toBe(1)
  })

  it('waits with what is rung for later, also when the job itself rings for it', async () => {
    const times: number[] = []
    const job: Job = {
      name: 'a-task',
      concurrency: 2,
      async run(_ctx, id) {
        times.push(performance.now())
        if (times.length < 3) queue.ring(job, id, 150)
      },
    }
    const queue = await start([job])
    const from = performance.now()
    queue.ring(job, 'again', 150)
    await expect.poll(() => times.length, { timeout: 5_000 }).toBe(3)
    await queue.idle()
    const pauses = times.map((time, i) => time - (times[i - 1] ?? from))
    for (const pause of pauses) expect(pause).toBeGreaterThan(140)
  })

  it('hears a ring for now and one for later, whichever came first', async () => {
    const { job, begun, ended, goOn } = tasks({ concurrency: 1, waits: true })
    const queue = await start([job])
    queue.ring(job, 'x', 300)
    await new Promise((resolve) => setTimeout(resolve, 50))
    queue.ring(job, 'x')
    await expect.poll(() => begun).toEqual(['x'])
    queue.ring(job, 'y')
    queue.ring(job, 'y', 300)
    queue.ring(job, 'y')
    goOn()
    await expect.poll(() => ended.toSorted(), { timeout: 5_000 }).toEqual(['x', 'x', 'y', 'y'])
  })

  it('tells of a job that fails, and can be rung for it again', async () => {
    let tries = 0
    const job: Job = {
      name: 'a-task',
      concurrency: 1,
      async run() {
        tries += 1
        if (tries === 1) throw new Error('no luck')
      },
    }
    const queue = await start([job])
    queue.ring(job, 'x')
    await queue.idle()
    expect(queue.errors).toMatchObject([{ err: { message: 'no luck' }, job: 'a-task', id: 'x' }])
    queue.ring(job, 'x')
    await queue.idle()
    expect(tries).toBe(2)
  })

  it('keeps the kinds of jobs apart', async () => {
    const done: string[] = []
    const kind = (name: string): Job => ({
      ...{ name, concurrency: 1 },
      run: async (_ctx, id) => void done.push(`${name} ${id}`),
    })
    const [a, b] = [kind('a-kind'), kind('b-kind')]
    const queue = await start([a, b])
    for (const job of [a, b, a]) queue.ring(job, 'same-id')
    await queue.idle()
    expect([...new Set(done)].toSorted()).toEqual(['a-kind same-id', 'b-kind same-id'])
  })

  it('at its end lets running jobs know, waits for them, and takes no more', async () => {
    const seen: string[] = []
    const job: Job = {
      name: 'a-task',
      concurrency: 1,
      async run(_ctx, id, signal) {
        seen.push(`${id} begun`)
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        await new Promise((resolve) => setTimeout(resolve, 50))
        seen.push(`${id} let go`)
      },
    }
    const queue = await start([job])
    queue.ring(job, 'one')
    queue.ring(job, 'two')
    await expect.poll(() => seen).toEqual(['one begun'])
    await queue.close()
    expect(seen).toEqual(['one begun', 'one let go'])
    queue.ring(job, 'three')
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(seen).toHaveLength(2)
  })

  it('works on nothing where it only rings', async () => {
    const { job, begun } = tasks()
    const queue = await start([job], false)
    queue.ring(job, 'x')
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(begun).toEqual([])
  })
})
