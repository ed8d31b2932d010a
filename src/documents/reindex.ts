import { setTimeout as wait } from 'node:timers/promises'
import type { Ctx } from '../context.ts'
import { type EmbeddingModel, ModelError } from '../models/model.ts'
import { type Assistant, getAssistant } from '../store/assistants.ts'
import { addMemoryVectors } from '../store/memory-vectors.ts'
import {
  addVectors,
  countUnplaced,
  dropOtherVectors,
  type Embedding,
  listTries,
  pageOfDocuments,
  pageOfUnplaced,
  switchEmbedding,
} from '../store/reindex.ts'
import {
  countUnplacedMemories,
  dropOtherMemoryVectors,
  pageOfUnplacedMemories,
} from '../store/reindex-memories.ts'
import { embedTextOf, vectorBytes } from './digest.ts'

/** What has happened so far to an assistant's passages. */
export type Progress =
  | { type: 'embedded'; done: number; total: number }
  | { type: 'switched' }
  | { type: 'dropped'; vectors: number }

export type Move = {
  to: Embedding
  model: EmbeddingModel
  /** Milliseconds for searches that began with the old vectors to end with them. */
  settleMs?: number
  onProgress?: (progress: Progress) => unknown
  signal?: AbortSignal
}

const DOCUMENTS_AT_ONCE = 200
const PASSAGES_AT_ONCE = 64
const VECTORS_AT_ONCE = 500
const SETTLE_MS = 5_000
const DRAIN_POLL_MS = 500
const FIRST_RETRY_MS = 2_000
/** How far the clocks of several servers may be apart. */
const CLOCKS_APART_MS = 60_000

/**
 * Moves an assistant to another embedding while it is being used. Its passages and its memories get
 * vectors in the new space beside the old ones; then its searches switch, in one statement that finds nothing
 * missing; then what was still being ingested with the old model is seen to, and the old vectors
 * go. Everything it has done stays done: stopped at any point, another call goes on from there.
 * Throws `not_found` when the assistant is deleted, and `ModelError`.
 */
export async function reindex(ctx: Ctx, assistant: Assistant, move: Move): Promise<void> {
  const { space } = move.model
  const report = move.onProgress ?? (() => {})
  let done = 0
  const total =
    (await countUnplaced(ctx.db, assistant, space)) +
    (await countUnplacedMemories(ctx.db, assistant, space))
  const onPlaced = (count: number) => {
    done += count
    report({ type: 'embedded', done, total: Math.max(total, done) })
  }
  const fill = async () => {
    await placePassages(ctx, assistant, move, onPlaced)
    await placeMemories(ctx, assistant, move, onPlaced)
  }

  let switched: Assistant | null = null
  while (!switched) {
    const passSince = new Date(ctx.clock().getTime() - CLOCKS_APART_MS)
    const now = await getAssistant(ctx.db, assistant.ownerId, assistant.id)
    await fill()
    switched = await switchEmbedding(ctx.db, now, move.to, { space, passSince })
  }
  report({ type: 'switched' })
  await drain(ctx, switched, fill, move.signal)
  await wait(move.settleMs ?? SETTLE_MS, undefined, { signal: move.signal })
  // A memory that was being embedded at the switch.
  await fill()
  report({ type: 'dropped', vectors: await dropOld(ctx, switched, space) })
}

/** Gives every passage that lacks one its vector in the new space. */
async function placePassages(
  ctx: Ctx,
  assistant: Assistant,
  { model, signal = new AbortController().signal }: Move,
  onPlaced: (passages: number) => void,
) {
  for await (const documentIds of documentsOf(ctx, assistant)) {
    for (let after = 0; ; ) {
      signal.throwIfAborted()
      const page = { after, limit: PASSAGES_AT_ONCE }
      const { ownerId } = assistant
      const passages = await pageOfUnplaced(ctx.db, ownerId, documentIds, model.space, page)
      const last = passages.at(-1)
      if (!last) break
      const vectors = await embed(ctx, model, passages.map(embedTextOf), signal)
      const placed = withKeys(passages, vectors)
      await addVectors(ctx.db, model.space, placed)
      onPlaced(placed.length)
      after = last.key
    }
  }
}

/** The same for memories. */
async function placeMemories(
  ctx: Ctx,
  assistant: Assistant,
  { model, signal = new AbortController().signal }: Move,
  onPlaced: (memories: number) => void,
) {
  for (let after = 0; ; ) {
    signal.throwIfAborted()
    const page = { after, limit: PASSAGES_AT_ONCE }
    const memories = await pageOfUnplacedMemories(ctx.db, assistant, model.space, page)
    const last = memories.at(-1)
    if (!last) return
    const texts = memories.map(({ content }) => content)
    const vectors = await embed(ctx, model, texts, signal)
    const placed = withKeys(memories, vectors)
    await addMemoryVectors(ctx.db, model.space, placed)
    onPlaced(placed.length)
    after = last.key
  }
}

function withKeys(rows: { key: number }[], vectors: Float32Array[]) {
  return vectors.flatMap((vector, i) => {
    const key = rows[i]?.key
    return key === undefined ? [] : { key, vector: vectorBytes(vector) }
  })
}

async function* documentsOf(ctx: Ctx, assistant: Assistant) {
  for (let after = ''; ; ) {
    const ids = await pageOfDocuments(ctx.db, assistant, { after, limit: DOCUMENTS_AT_ONCE })
    if (ids.length > 0) yield ids
    if (ids.length < DOCUMENTS_AT_ONCE) return
    after = ids.at(-1) ?? after
  }
}

/** A provider that is down is asked again, for a while. */
async function embed(ctx: Ctx, model: EmbeddingModel, texts: string[], signal: AbortSignal) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await model.embed(texts, 'document', signal)
    } catch (error) {
      const passing = error instanceof ModelError && error.isPassing
      if (!passing || attempt >= ctx.limits.ingestAttempts) throw error
      await wait(FIRST_RETRY_MS * 2 ** (attempt - 1), undefined, { signal })
    }
  }
}

/** What was being ingested at the switch may yet end with vectors of the old space only. */
async function drain(
  ctx: Ctx,
  assistant: Assistant,
  fill: () => Promise<void>,
  signal: AbortSignal | undefined,
) {
  let old = await listTries(ctx.db, assistant)
  while (old.length > 0) {
    await fill()
    await wait(DRAIN_POLL_MS, undefined, { signal })
    const tries = new Set(await listTries(ctx.db, assistant))
    old = old.filter((one) => tries.has(one))
  }
  await fill()
}

async function dropOld(ctx: Ctx, assistant: Assistant, space: string) {
  let dropped = 0
  for await (const documentIds of documentsOf(ctx, assistant)) {
    for (let gone = -1; gone !== 0; dropped += gone) {
      gone = await dropOtherVectors(ctx.db, assistant, documentIds, space, VECTORS_AT_ONCE)
    }
  }
  for (let gone = -1; gone !== 0; dropped += gone) {
    gone = await dropOtherMemoryVectors(ctx.db, assistant, space, VECTORS_AT_ONCE)
  }
  return dropped
}
