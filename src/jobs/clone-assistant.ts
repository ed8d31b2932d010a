import { setImmediate } from 'node:timers/promises'
import type { Ctx } from '../context.ts'
import { AppError } from '../errors.ts'
import {
  type Assistant,
  createAssistant,
  deleteAssistant,
  getAssistant,
} from '../store/assistants.ts'
import { addChunks, CHUNKS_AT_ONCE } from '../store/chunks.ts'
import type { Lease } from '../store/claims.ts'
import {
  createCopy,
  listIndexedDocuments,
  listLeftClones,
  pageOfMemories,
  pageOfPassages,
  renewClone,
  showClone,
} from '../store/clones.ts'
import type { Document } from '../store/documents.ts'
import { changeMemories } from '../store/memories.ts'
import { countIn, tallyOf } from '../store/statistics.ts'
import { removeLeftBehind } from './remove-documents.ts'

export type CloneOptions = {
  name: string
  /** In place of the source's. */
  systemPrompt: string | undefined
  documents: boolean
  memories: boolean
}

export type Clone = { assistant: Assistant; documents: number; memories: number }

/** Memories of one transaction, so that none holds the event loop or other writers for long. */
const MEMORIES_AT_ONCE = 64
const AT_ONCE = 100

/**
 * Copies an assistant with its indexed documents, their passages and vectors, and its active
 * memories. The copy is filled where nobody sees it and then shown by one statement: there is all
 * of it or none. What a broken-off copy leaves is swept away.
 */
export async function cloneAssistant(
  ctx: Ctx,
  source: Assistant,
  { name, systemPrompt, documents, memories }: CloneOptions,
  signal: AbortSignal,
): Promise<Clone> {
  const now = ctx.clock()
  const prompt = systemPrompt === undefined ? {} : { systemPrompt, description: systemPrompt }
  const copy = await createAssistant(ctx.db, {
    ...{ ...source, ...prompt, name, id: ctx.ids(), isDefault: false, createdAt: now },
    cloningUntil: leaseOf(ctx),
  })
  const rows = documents ? await listIndexedDocuments(ctx.db, source) : []
  try {
    for (const row of rows) await copyDocument(ctx, row, source, copy, signal)
    const copied = {
      documents: rows.length,
      memories: memories ? await copyMemories(ctx, source, copy, now, signal) : 0,
    }
    await checkSource(ctx, source, rows)
    const assistant = await showClone(ctx.db, copy.id)
    if (!assistant) throw tooSlow()
    return { assistant, ...copied }
  } catch (error) {
    await drop(ctx, copy)
    // What was taken away meanwhile is the better reason than the gap it left.
    await checkSource(ctx, source, rows)
    throw error
  }
}

/** Of what was deleted while it was copied, only a part may have been. Throws. */
async function checkSource(ctx: Ctx, source: Assistant, copied: readonly Document[]) {
  await getAssistant(ctx.db, source.ownerId, source.id)
  if (copied.length === 0) return
  const left = new Set((await listIndexedDocuments(ctx.db, source)).map(({ id }) => id))
  if (!copied.every(({ id }) => left.has(id))) throw tooSlow()
}

async function copyDocument(
  ctx: Ctx,
  row: Document,
  source: Assistant,
  copy: Assistant,
  signal: AbortSignal,
) {
  const { space } = await ctx.embeddings.of(source)
  const own = { id: ctx.ids(), blobKey: ctx.ids() }
  const place = { ownerId: copy.ownerId, assistantId: copy.id }
  const taken = await createCopy(ctx.db, row, { ...own, ...place }, documentLease(ctx, signal))
  await ctx.blobs.put(taken.blobKey, ctx.blobs.open(row.blobKey), row.sizeBytes)
  await copyPassages(ctx, row, taken, space, signal)
}

async function copyPassages(
  ctx: Ctx,
  from: Document,
  to: Document,
  space: string,
  signal: AbortSignal,
) {
  for (let after = -1; ; await setImmediate()) {
    await keep(ctx, to.assistantId, signal)
    const page = { after, limit: CHUNKS_AT_ONCE }
    const rows = await pageOfPassages(ctx.db, from, space, page)
    const drafts = rows.map((row) => ({ ...row, key: ctx.chunkKeys() }))
    const lease = documentLease(ctx, signal)
    if (drafts.length > 0 && !(await addChunks(ctx.db, to, space, drafts, lease))) throw tooSlow()
    after = rows.at(-1)?.ordinal ?? after
    if (rows.length < CHUNKS_AT_ONCE) break
  }
  const { statusMessage, summary, totalTokens, chunkCount } = from
  const about = { statusMessage, summary, totalTokens, chunkCount }
  const tally = await tallyOf(ctx.db, to)
  if (!(await countIn(ctx.db, to, tally, documentLease(ctx, signal), { about }))) throw tooSlow()
}

/** As they were at one moment: what changes meanwhile is copied once, as it was before. */
async function copyMemories(
  ctx: Ctx,
  source: Assistant,
  copy: Assistant,
  asOf: Date,
  signal: AbortSignal,
) {
  const { space } = await ctx.embeddings.of(source)
  const place = { ownerId: copy.ownerId, assistantId: copy.id }
  let count = 0
  for (let after = 0; ; await setImmediate()) {
    await keep(ctx, copy.id, signal)
    const page = { asOf, after, limit: MEMORIES_AT_ONCE }
    const rows = await pageOfMemories(ctx.db, source, space, page)
    const now = ctx.clock()
    const adds = rows.map(({ memory, vector, labels }) => ({
      ...withoutState(memory),
      ...{ key: ctx.chunkKeys(), id: ctx.ids(), version: 1, ordinal: null, validFrom: now },
      ...{ vector, labels, space },
    }))
    await changeMemories(ctx.db, place, { adds, ends: [] }, now)
    count += rows.length
    after = rows.at(-1)?.memory.key ?? after
    if (rows.length < MEMORIES_AT_ONCE) return count
  }
}

/** The facts of a version, without where it stands and how it may have ended. */
function withoutState<T extends { [key: string]: unknown }>(memory: T) {
  const { ownerId, assistantId, status, embedded, validTo, ...rest } = memory
  const { endEvent, endOrigin, endReason, endOperationId, ...kept } = rest
  return kept
}

/** A client that has left wants no clone; a clone that was swept away takes no more. */
async function keep(ctx: Ctx, id: string, signal: AbortSignal) {
  signal.throwIfAborted()
  if (!(await renewClone(ctx.db, id, leaseOf(ctx)))) throw tooSlow()
}

const leaseOf = (ctx: Ctx) => new Date(ctx.clock().getTime() + ctx.limits.cloneLeaseMs)

function documentLease(ctx: Ctx, signal: AbortSignal): Lease {
  const now = ctx.clock()
  return { now, leaseUntil: new Date(now.getTime() + ctx.limits.ingestLeaseMs), signal }
}

function tooSlow() {
  return new AppError('conflict', 'The assistant could not be cloned; try again')
}

async function drop(ctx: Ctx, { id, ownerId }: Assistant) {
  await deleteAssistant(ctx.db, ownerId, id, ctx.clock()).catch(() => {})
  ctx.queue.ring(removeLeftBehind, id)
}

/** Takes away what broken-off clones have left: of makers that are gone, or with `all` everything. */
export async function dropLeftClones(ctx: Ctx, { all }: { all: boolean }): Promise<void> {
  const left = await listLeftClones(ctx.db, { now: ctx.clock(), all, limit: AT_ONCE })
  for (const copy of left) await drop(ctx, copy)
}
