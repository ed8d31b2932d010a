import type { Ctx } from '../context.ts'
import type { Span } from '../tracing/tracer.ts'
import { isEnding, type RunEvent } from './events.ts'
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
  const span = ctx.tracer.open('run', ctx.tracer.active ? factsOf(leg) : undefined)
  const pump = async () => {
    try {
      for await (const event of runLeg(ctx, leg, signal)) {
        if (isEnding(event)) tellEnding(span, event)
        feed.push(event)
      }
      feed.end()
    } catch (error) {
      span.fail('internal')
      feed.end(error)
    } finally {
      clearTimeout(timer)
      span.end()
      ctx.live.remove(leg.run.id)
      done()
    }
  }
  void span.within(pump)
  return feed
}

function factsOf({ run, assistant, model }: Leg) {
  return {
    'homecourt.run.id': run.id,
    'homecourt.thread.id': run.threadId,
    'homecourt.assistant.id': assistant.id,
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.conversation.id': run.threadId,
    'gen_ai.agent.id': assistant.id,
    'gen_ai.provider.name': model.provider,
    'gen_ai.request.model': model.model,
  }
}

function tellEnding(span: Span, ending: RunEvent) {
  if ('run' in ending) span.set({ 'homecourt.run.status': ending.run.status })
  if (ending.type === 'failed') span.fail(ending.failure.kind)
}
