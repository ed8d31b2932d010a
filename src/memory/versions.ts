import { createHash } from 'node:crypto'
import type { Ctx } from '../context.ts'
import type { MemoryEvent, MemoryOrigin } from '../db/schema-memories.ts'
import { AppError } from '../errors.ts'
import type { EmbeddingModel } from '../models/model.ts'
import { termsOf } from '../retrieval/terms.ts'
import type { Memory, NewVersion, VersionEnd } from '../store/memories.ts'
import { labelsOf, saidAtIn, sessionIn } from './labels.ts'

/** Where a version comes from, and why it is there. */
export type Provenance = Pick<Memory, 'event' | 'origin' | 'model' | 'reason'> &
  Partial<Pick<Memory, 'threadId' | 'messageId' | 'operationId' | 'saidAt'>>

export type Words = { content: string; metadata: Record<string, unknown> | null }

/** A client's own act, which needs no other reason. */
export function byClient(event: MemoryEvent, reason: string): Provenance {
  return { event, origin: 'manual', model: null, reason }
}

/** Throws for content that is empty or too long, and for metadata that is too long. */
export function checkWords({ content, metadata }: Words, limits: Ctx['limits']): void {
  if (content.trim() === '') throw new AppError('invalid', 'Memory content cannot be empty')
  const size = Buffer.byteLength(content)
  const most = limits.memoryBytes
  if (size > most) {
    throw new AppError('too_large', `Memory content has ${size} bytes; it may have ${most}`)
  }
  if (metadata && Buffer.byteLength(JSON.stringify(metadata)) > most) {
    throw new AppError('too_large', `Memory metadata may have ${most} bytes as JSON`)
  }
}

/** A version of `before`, or of a new memory, with everything search needs of it. */
export function versionOf(
  ctx: Ctx,
  { content, metadata }: Words,
  provenance: Provenance,
  more: { before: Memory | null; vector: Float32Array | null; space: string; now: Date },
): NewVersion {
  const { before, vector, space, now } = more
  const terms = indexTerms(content)
  const { saidAt, threadId = null, messageId = null, operationId = null, ...why } = provenance
  return {
    ...why,
    ...{ threadId, messageId, operationId, content, space },
    key: ctx.chunkKeys(),
    id: before?.id ?? ctx.ids(),
    version: (before?.version ?? 0) + 1,
    ordinal: before?.ordinal ?? null,
    hash: hashOf(content),
    metadata: metadata === null ? null : JSON.stringify(metadata),
    terms: terms.join(' '),
    length: terms.length,
    saidAt: saidAt ?? saidAtIn(metadata) ?? before?.saidAt ?? now,
    session: threadId ?? sessionIn(metadata),
    validFrom: now,
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
    vector: vector && Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength),
    labels: labelsOf(metadata),
  }
}

/** The end of an active version: by a newer one, or for good. */
export function endOf(
  row: Memory,
  by: { event: MemoryEvent; origin: MemoryOrigin; reason: string; operationId?: string | null },
): VersionEnd {
  return {
    row,
    status: by.event === 'DELETE' ? 'deleted' : 'superseded',
    endEvent: by.event,
    endOrigin: by.origin,
    endReason: by.reason,
    endOperationId: by.operationId ?? null,
  }
}

/** The same for contents that differ only in case, spacing and the stop at their end. */
export function hashOf(content: string): string {
  const plain = content.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()
  return createHash('sha256')
    .update(plain.replace(/[.!]+$/, ''))
    .digest('base64url')
}

/** Vectors that cost nothing to make are made at once; null where a provider is to be asked. */
export async function vectorAtOnce(
  model: EmbeddingModel,
  content: string,
): Promise<Float32Array | null> {
  if (model.provider !== 'offline') return null
  const [vector] = await model.embed([content], 'document', new AbortController().signal)
  return vector ?? null
}

/** No index holds a term as long as this, and nobody asks for one. */
const LONGEST_TERM = 200

/** The terms of a memory that an index holds, in their order. */
export const indexTerms = (content: string): string[] =>
  termsOf(content).filter((term) => term.length <= LONGEST_TERM)
