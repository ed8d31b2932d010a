import type { Ctx } from '../context.ts'
import { ModelError } from '../models/model.ts'
import { findAssistant } from '../store/assistants.ts'
import { addMemoryVectors, listAssistantsToEmbed, listUnembedded } from '../store/memory-vectors.ts'
import type { Job } from './job.ts'

const AT_ONCE = 64

/**
 * Makes the vectors a provider is asked for, of an assistant's memories that wait for theirs. They
 * are found by their words meanwhile; where the provider fails, the sweep comes back.
 */
export const embedMemories: Job = {
  name: 'embed-memories',
  concurrency: 1,
  async run(ctx, assistantId, signal) {
    try {
      while (await embedSome(ctx, assistantId, signal));
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof ModelError)) throw error
      ctx.log.warn({ assistantId, kind: error.kind }, 'memories could not be embedded')
    }
  },
}

async function embedSome(ctx: Ctx, assistantId: string, signal: AbortSignal): Promise<boolean> {
  // Read anew for every batch: the assistant may be moved to another model meanwhile.
  const assistant = await findAssistant(ctx.db, assistantId)
  if (!assistant) return false
  const model = await ctx.embeddings.of(assistant)
  const rows = await listUnembedded(ctx.db, assistantId, AT_ONCE)
  if (rows.length === 0) return false
  const vectors = await model.embed(
    rows.map(({ content }) => content),
    'document',
    signal,
  )
  const made = rows.flatMap(({ key }, at) => {
    const vector = vectors[at]
    return vector
      ? [{ key, vector: Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength) }]
      : []
  })
  await addMemoryVectors(ctx.db, model.space, made)
  return rows.length === AT_ONCE
}

/** Rings for assistants whose memories wait for vectors. */
export async function ringToEmbed(ctx: Ctx): Promise<void> {
  for (const id of await listAssistantsToEmbed(ctx.db, AT_ONCE)) ctx.queue.ring(embedMemories, id)
}
