import type { Ctx } from '../context.ts'
import type { Origin } from '../tracing/tracer.ts'
import type { Job } from './job.ts'

/** Runs a job to its end, whichever: the row says what is left to do. `origin` is where it was rung. */
export async function runJob(
  ctx: Ctx,
  job: Job,
  id: string,
  signal: AbortSignal,
  origin: Origin | null = null,
): Promise<void> {
  const facts = { 'homecourt.job.name': job.name, 'homecourt.job.id': id }
  try {
    await ctx.tracer.job(`job ${job.name}`, facts, origin, () => job.run(ctx, id, signal))
  } catch (error) {
    ctx.log.error({ err: error, job: job.name, id }, 'job failed')
  }
}
