import { setTimeout as wait } from 'node:timers/promises'
import type { Ctx } from '../context.ts'

/** Of the built-in embedding, whose vectors nobody is found by. */
const builtIn = { embeddingProvider: 'offline', embeddingModel: null, embeddingDims: null }

/**
 * Sees to it, now and again and again, that large scopes have an index of their vectors, where the
 * database wants one. Until it is there they are searched without. Returns the function that ends it.
 */
export function keepVectorsIndexed(ctx: Ctx): () => void {
  const stop = new AbortController()
  const { signal } = stop
  const look = async () => {
    while (!signal.aborted) {
      await indexVectors(ctx, signal).catch((error) => {
        ctx.log.error({ err: error }, 'vectors were not indexed')
      })
      await wait(ctx.limits.indexMs, undefined, { signal, ref: false }).catch(() => {})
    }
  }
  void look()
  return () => stop.abort()
}

export async function indexVectors(ctx: Ctx, signal: AbortSignal): Promise<void> {
  const { space } = await ctx.embeddings.of(builtIn)
  const onChange = (change: object) => ctx.log.info(change, 'index of vectors')
  await ctx.db.indexVectors(
    { atLeast: ctx.limits.indexedVectors, except: [space], onChange },
    signal,
  )
}
