import type { Ctx } from '../context.ts'
import { Feed } from './feed.ts'
import { type Leg, runLeg } from './loop.ts'

/**
 * Executes a leg to its end, whether or not anybody reads the feed it returns.
 * `done` is called when the run is no longer live.
 */
export function execute(ctx: Ctx, leg: Leg, done: () => void): Feed {
  const feed = new Feed(ctx.limits.eventsAhead)
  const signal = ctx.live.add(leg.run.id)
  const timer = setTimeout(() => ctx.live.stop(leg.run.id, 'timeout'), ctx.limits.runMs)
  const pump = async () => {
    try {
      for await (const event of runLeg(ctx, leg, signal)) feed.push(event)
      feed.end()
    } catch (error) {
      feed.end(error)
    } finally {
      clearTimeout(timer)
      ctx.live.remove(leg.run.id)
      done()
    }
  }
  void pump()
  return feed
}
