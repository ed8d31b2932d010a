import { setTimeout as wait } from 'node:timers/promises'
import type { Ctx } from '../context.ts'
import { AppError } from '../errors.ts'
import { countUnready } from '../store/documents.ts'
import type { Thread } from '../store/threads.ts'

const POLL_MS = 40

/**
 * Waits until a thread's own documents, attachments among them, are indexed or failed; an
 * assistant's do not hold anybody up. Throws `invalid` when it takes longer than a client waits.
 */
export async function documentsReady(
  ctx: Ctx,
  thread: Thread,
  hasFiles: boolean,
  left: AbortSignal,
): Promise<void> {
  const until = performance.now() + ctx.limits.documentWaitMs
  while ((await countUnready(ctx.db, thread.ownerId, thread.id)) > 0) {
    if (performance.now() > until) {
      throw new AppError(
        'invalid',
        // A message that is refused leaves no files to wait for.
        hasFiles
          ? 'The files of this message were not indexed in time; upload them to the thread first, and send it when they are'
          : 'Documents of this thread are still being indexed; try again soon',
      )
    }
    await wait(POLL_MS, undefined, { signal: left })
  }
}
