import type { Ctx } from '../context.ts'
import { type Document, findDocument } from '../store/documents.ts'
import { clearDocument, endRemoval, forgetDocument, takeLeftBehind } from '../store/removals.ts'
import type { Job } from './job.ts'
import { documentLease } from './lease.ts'

const AT_ONCE = 20

/** Takes away what a document has that is being deleted: passages, bytes, and its row at last. */
export const removeDocument: Job = {
  name: 'remove-document',
  concurrency: 1,
  async run(ctx, id, signal) {
    const document = await findDocument(ctx.db, id)
    if (document?.status === 'deleting') await remove(ctx, document, signal)
  },
}

/** Takes away the documents of a thread or assistant that was deleted. */
export const removeLeftBehind: Job = {
  name: 'remove-left-behind',
  concurrency: 1,
  async run(ctx, id, signal) {
    while (!signal.aborted) {
      const documents = await takeLeftBehind(ctx.db, id, AT_ONCE, ctx.clock())
      if (documents.length === 0) return endRemoval(ctx.db, id)
      for (const document of documents) await remove(ctx, document, signal)
    }
  },
}

async function remove(ctx: Ctx, document: Document, signal: AbortSignal) {
  if (!(await clearDocument(ctx.db, document, documentLease(ctx, signal)))) return
  await ctx.blobs.remove(document.blobKey)
  await forgetDocument(ctx.db, document)
}
