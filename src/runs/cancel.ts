import { setTimeout as wait } from 'node:timers/promises'
import type { Ctx } from '../context.ts'
import { getRun, type Run, requestCancel, settleRun } from '../store/runs.ts'
import type { Thread } from '../store/threads.ts'
import { closeWaitingRun } from './waiting.ts'

const POLL_MS = 50

/**
 * Ends a run for good, wherever it executes, and waits until it has ended; what the model had said
 * by then is kept. A run that has ended before is left as it is. Returns the run as it now is.
 * Throws `not_found`.
 */
export async function cancelRun(ctx: Ctx, thread: Thread, runId: string): Promise<Run> {
  const until = ctx.clock().getTime() + ctx.limits.cancelMs
  let told = false
  for (;;) {
    const run = await getRun(ctx.db, thread.ownerId, thread.id, runId)
    if (run.status === 'requires_action') await closeWaitingRun(ctx, thread)
    else if (run.status !== 'in_progress') return run
    else if (ctx.live.stop(run.id, 'cancelled')) await ctx.live.ended(run.id)
    else if (isAbandoned(ctx, run)) await closeAbandoned(ctx, run)
    else {
      await requestCancel(ctx.db, run)
      if (!told) ctx.notices.tell(run.id)
      told = true
      if (ctx.clock().getTime() > until) return run
      await wait(POLL_MS)
    }
  }
}

function isAbandoned(ctx: Ctx, run: Run) {
  return run.leaseUntil !== null && run.leaseUntil < ctx.clock()
}

/** Its process died: nobody will tell its end but us. */
async function closeAbandoned(ctx: Ctx, run: Run) {
  const now = ctx.clock()
  await settleRun(ctx.db, run, {
    from: 'in_progress',
    to: 'cancelled',
    patch: { endedAt: now },
    drafts: [
      {
        id: ctx.ids(),
        role: 'assistant',
        status: 'CANCELLED',
        provider: run.provider,
        model: run.model,
        createdAt: now,
      },
    ],
    now,
  })
}
