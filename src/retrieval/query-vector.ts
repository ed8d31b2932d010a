import type { EmbeddingModel } from '../models/model.ts'

/** Nobody waits longer for vectors when there are words to search by. */
const PATIENCE_MS = 10_000

/** The vector of a query; undefined where its provider fails or is silent, and words must do. */
export async function queryVector(
  embedding: EmbeddingModel,
  query: string,
  signal: AbortSignal,
): Promise<Float32Array | undefined> {
  if (embedding.provider === 'offline') return (await embedding.embed([query], 'query', signal))[0]
  const late = AbortSignal.timeout(PATIENCE_MS)
  try {
    return (await embedding.embed([query], 'query', AbortSignal.any([signal, late])))[0]
  } catch (error) {
    signal.throwIfAborted()
    if (late.aborted || (error instanceof Error && error.name === 'ModelError')) return undefined
    throw error
  }
}
