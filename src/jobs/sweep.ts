import type { Ctx } from '../context.ts'
import { listDeleting, listDueDocuments } from '../store/claims.ts'
import type { MessageDraft } from '../store/messages.ts'
import { listRemovals } from '../store/removals.ts'
import { listOrphans, type Run, settleRun } from '../store/runs.ts'
import { ingestJobOf } from './ingest-document.ts'
import { removeDocument, removeLeftBehind } from './remove-documents.ts'

const AT_ONCE = 100
/** More than a process reads until the next sweep: where the bells are lost, it must not wait for it. */
const DOCUMENTS_AT_ONCE = 2_000
const REASON = 'The server stopped before the answer was finished: service unavailable'

/**
 * Fails the live runs whose process is gone: those whose lease has ended, or with `all` every one,
 * for a server that knows it is alone and has just started. Returns how many it failed.
 */
export async function failOrphans(ctx: Ctx, { all }: { all: boolean }): Promise<number> {
  let failed = 0
  for (;;) {
    const orphans = await listOrphans(ctx.db, { now: ctx.clock(), all, limit: AT_ONCE })
    const results = await Promise.all(orphans.map((run) => failOrphan(ctx, run)))
    const moved = results.filter(Boolean).length
    failed += moved
    if (orphans.length < AT_ONCE || moved === 0) return failed
  }
}

async function failOrphan(ctx: Ctx, run: Run) {
  const now = ctx.clock()
  const message: MessageDraft = {
    id: ctx.ids(),
    role: 'assistant',
    status: 'FAILED',
    error: REASON,
    provider: run.provider,
    model: run.model,
    createdAt: now,
  }
  const settled = await settleRun(ctx.db, run, {
    from: 'in_progress',
    to: 'failed',
    patch: { error: REASON, endedAt: now },
    drafts: [message],
    now,
  })
  if (settled) ctx.log.warn({ runId: run.id, threadId: run.threadId }, 'failed an orphaned run')
  return settled !== null
}

/** Rings for documents that wait for a worker, or whose worker is gone. */
export async function ringForDocuments(ctx: Ctx): Promise<void> {
  const now = ctx.clock()
  const due = await listDueDocuments(ctx.db, now, DOCUMENTS_AT_ONCE)
  for (const row of due) ctx.queue.ring(ingestJobOf(row), row.id)
  const deleting = await listDeleting(ctx.db, now, AT_ONCE)
  for (const id of deleting) ctx.queue.ring(removeDocument, id)
  for (const id of await listRemovals(ctx.db, AT_ONCE)) ctx.queue.ring(removeLeftBehind, id)
}
