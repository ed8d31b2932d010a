import { and, asc, eq, gt, inArray, isNotNull, isNull, lt } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import type { Assistant } from './assistants.ts'
import type { Document } from './documents.ts'
import type { Memory } from './memories.ts'
import { seenIn } from './memory-views.ts'

/** Keeps a clone that is being filled from being swept away. False when it was. */
export async function renewClone(db: Db, id: string, until: Date): Promise<boolean> {
  const { assistants } = db.t
  const rows = await db
    .update(assistants)
    .set({ cloningUntil: until })
    .where(and(eq(assistants.id, id), isNotNull(assistants.cloningUntil)))
    .returning({ id: assistants.id })
  return rows.length > 0
}

/** Makes a filled clone an assistant like any other. Null when it was swept away. */
export async function showClone(db: Db, id: string): Promise<Assistant | null> {
  const { assistants } = db.t
  const [row] = await db
    .update(assistants)
    .set({ cloningUntil: null })
    .where(and(eq(assistants.id, id), isNotNull(assistants.cloningUntil)))
    .returning()
  return row ?? null
}

/** Clones whose maker is gone, or with `all` every one that is not finished. */
export async function listLeftClones(
  db: Db,
  { now, all, limit }: { now: Date; all: boolean; limit: number },
): Promise<Assistant[]> {
  const { assistants } = db.t
  const late = all ? isNotNull(assistants.cloningUntil) : lt(assistants.cloningUntil, now)
  return db.select().from(assistants).where(late).limit(limit)
}

/** The indexed documents of an assistant itself, oldest first. */
export async function listIndexedDocuments(
  db: Db,
  { ownerId, id }: Assistant,
): Promise<Document[]> {
  const { documents } = db.t
  return db
    .select()
    .from(documents)
    .where(
      and(
        eq(documents.assistantId, id),
        eq(documents.ownerId, ownerId),
        isNull(documents.threadId),
        eq(documents.status, 'indexed'),
      ),
    )
    .orderBy(asc(documents.createdAt), asc(documents.id))
}

/** A document on its way into a clone: in its maker's hands, so that no worker takes it up. */
export async function createCopy(
  db: Db,
  { filename, mediaType, sizeBytes, createdAt }: Document,
  own: { id: string; ownerId: string; assistantId: string; blobKey: string },
  { now, leaseUntil }: { now: Date; leaseUntil: Date },
): Promise<Document> {
  const values = { filename, mediaType, sizeBytes, createdAt, ...own, leaseUntil, updatedAt: now }
  const [row] = await db
    .insert(db.t.documents)
    .values({ ...values, status: 'processing', attempts: 1, processingStartedAt: now })
    .returning()
  if (!row) throw new Error('the copy was not stored')
  return row
}

/** Some passages of a document with their vectors, from the one behind `after`. */
export async function pageOfPassages(
  db: Db,
  { id, ownerId }: Document,
  space: string,
  { after, limit }: { after: number; limit: number },
) {
  const { chunks, embeddings } = db.t
  const { ordinal, text, position, tokens, terms, titleTerms, length } = chunks
  return db
    .select({
      ...{ ordinal, text, position, tokens, terms, titleTerms, length },
      vector: embeddings.vector,
    })
    .from(chunks)
    .leftJoin(embeddings, and(eq(embeddings.chunkKey, chunks.key), eq(embeddings.space, space)))
    .where(and(eq(chunks.documentId, id), eq(chunks.ownerId, ownerId), gt(chunks.ordinal, after)))
    .orderBy(asc(chunks.ordinal))
    .limit(limit)
}

/** Some memories of that moment with their vectors and labels, from the one behind `after`. */
export async function pageOfMemories(
  db: Db,
  { id, ownerId }: Assistant,
  space: string,
  { asOf, after, limit }: { asOf: Date; after: number; limit: number },
): Promise<{ memory: Memory; vector: Buffer | null; labels: [string, string][] }[]> {
  const { memories, memoryVectors, memoryLabels } = db.t
  const rows = await db
    .select({ memory: memories, vector: memoryVectors.vector })
    .from(memories)
    .leftJoin(
      memoryVectors,
      and(eq(memoryVectors.memoryKey, memories.key), eq(memoryVectors.space, space)),
    )
    .where(
      and(
        eq(memories.assistantId, id),
        eq(memories.ownerId, ownerId),
        seenIn(db, { asOf }),
        gt(memories.key, after),
      ),
    )
    .orderBy(asc(memories.key))
    .limit(limit)
  const keys = rows.map(({ memory }) => memory.key)
  const labels =
    keys.length > 0
      ? await db.select().from(memoryLabels).where(inArray(memoryLabels.memoryKey, keys))
      : []
  const byKey = new Map<number, [string, string][]>(keys.map((key) => [key, []]))
  for (const { memoryKey, path, value } of labels) byKey.get(memoryKey)?.push([path, value])
  return rows.map((row) => ({ ...row, labels: byKey.get(row.memory.key) ?? [] }))
}
