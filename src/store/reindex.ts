import { and, asc, eq, exists, gt, gte, inArray, isNull, ne, notExists, sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import type { ChunkPosition } from '../db/schema-documents.ts'
import type { Assistant } from './assistants.ts'

export type Embedding = Pick<Assistant, 'embeddingProvider' | 'embeddingModel' | 'embeddingDims'>

/** Assistants to move: one, an owner's, or all. For the operator, who is above owners. */
export async function listAssistantsOf(
  db: Db,
  of: { assistantId: string } | { owner: string } | { all: true },
): Promise<Assistant[]> {
  const { assistants } = db.t
  const wanted =
    'assistantId' in of
      ? eq(assistants.id, of.assistantId)
      : 'owner' in of
        ? eq(assistants.ownerId, of.owner)
        : undefined
  return db.select().from(assistants).where(wanted).orderBy(asc(assistants.id))
}

/** Ids of an assistant's documents, its threads' among them, from the one behind `after`. */
export async function pageOfDocuments(
  db: Db,
  { id, ownerId }: Assistant,
  { after, limit }: { after: string; limit: number },
): Promise<string[]> {
  const { documents } = db.t
  const rows = await db
    .select({ id: documents.id })
    .from(documents)
    .where(
      and(eq(documents.assistantId, id), eq(documents.ownerId, ownerId), gt(documents.id, after)),
    )
    .orderBy(asc(documents.id))
    .limit(limit)
  return rows.map((row) => row.id)
}

export type Unplaced = { key: number; text: string; position: ChunkPosition }

/** Passages of these documents that have no vector in a space, from the one behind `after`. */
export async function pageOfUnplaced(
  db: Db,
  owner: string,
  documentIds: string[],
  space: string,
  { after, limit }: { after: number; limit: number },
): Promise<Unplaced[]> {
  const { chunks, embeddings } = db.t
  return db
    .select({ key: chunks.key, text: chunks.text, position: chunks.position })
    .from(chunks)
    .leftJoin(embeddings, and(eq(embeddings.chunkKey, chunks.key), eq(embeddings.space, space)))
    .where(
      and(
        inArray(chunks.documentId, documentIds),
        eq(chunks.ownerId, owner),
        gt(chunks.key, after),
        isNull(embeddings.chunkKey),
      ),
    )
    .orderBy(asc(chunks.key))
    .limit(limit)
}

export async function countUnplaced(db: Db, assistant: Assistant, space: string): Promise<number> {
  const { chunks, documents, embeddings } = db.t
  const [row] = await db
    .select({ count: sql<number>`cast(count(*) as integer)` })
    .from(chunks)
    .innerJoin(documents, eq(documents.id, chunks.documentId))
    .leftJoin(embeddings, and(eq(embeddings.chunkKey, chunks.key), eq(embeddings.space, space)))
    .where(
      and(
        eq(documents.assistantId, assistant.id),
        eq(documents.ownerId, assistant.ownerId),
        isNull(embeddings.chunkKey),
      ),
    )
  return row?.count ?? 0
}

/** Places passages in a space; those that were deleted meanwhile are passed over. */
export async function addVectors(
  db: Db,
  space: string,
  vectors: { key: number; vector: Buffer }[],
): Promise<void> {
  const { chunks, embeddings } = db.t
  const insert = (rows: typeof vectors) =>
    db
      .insert(embeddings)
      .values(rows.map(({ key, vector }) => ({ chunkKey: key, space, vector })))
      .onConflictDoNothing()
      .returning({ key: embeddings.chunkKey })
  try {
    await insert(vectors)
  } catch {
    const keys = vectors.map(({ key }) => key)
    const rows = await db.select({ key: chunks.key }).from(chunks).where(inArray(chunks.key, keys))
    const left = new Set(rows.map((row) => row.key))
    const rest = vectors.filter(({ key }) => left.has(key))
    if (rest.length > 0) await insert(rest)
  }
}

/**
 * Lets an assistant's searches use another space. Null when its embedding is no longer what
 * `assistant` says, or a document that was finished since `passSince` lacks vectors in the space.
 */
export async function switchEmbedding(
  db: Db,
  assistant: Assistant,
  to: Embedding,
  { space, passSince }: { space: string; passSince: Date },
): Promise<Assistant | null> {
  const { assistants, chunks, documents, embeddings } = db.t
  const placed = db
    .select({ one: sql`1` })
    .from(embeddings)
    .where(and(eq(embeddings.chunkKey, chunks.key), eq(embeddings.space, space)))
  const left = db
    .select({ one: sql`1` })
    .from(documents)
    .innerJoin(chunks, eq(chunks.documentId, documents.id))
    .where(
      and(
        eq(documents.assistantId, assistant.id),
        eq(documents.status, 'indexed'),
        gte(documents.processingCompletedAt, passSince),
        notExists(placed),
      ),
    )
  const [row] = await db
    .update(assistants)
    .set(to)
    .where(
      and(
        eq(assistants.id, assistant.id),
        eq(assistants.ownerId, assistant.ownerId),
        hasEmbedding(db, assistant),
        notExists(left),
      ),
    )
    .returning()
  return row ?? null
}

/** Null counts as a value here: rows older than the columns have it. */
export function hasEmbedding(
  db: Db,
  { embeddingProvider, embeddingModel, embeddingDims }: Embedding,
) {
  const { assistants: t } = db.t
  return and(
    embeddingProvider === null
      ? isNull(t.embeddingProvider)
      : eq(t.embeddingProvider, embeddingProvider),
    embeddingModel === null ? isNull(t.embeddingModel) : eq(t.embeddingModel, embeddingModel),
    embeddingDims === null ? isNull(t.embeddingDims) : eq(t.embeddingDims, embeddingDims),
  )
}

/** The tries at ingest that are under way: a document's id with the number of its try. */
export async function listTries(db: Db, { id, ownerId }: Assistant): Promise<string[]> {
  const { documents } = db.t
  const rows = await db
    .select({ id: documents.id, attempts: documents.attempts })
    .from(documents)
    .where(
      and(
        eq(documents.assistantId, id),
        eq(documents.ownerId, ownerId),
        eq(documents.status, 'processing'),
      ),
    )
  return rows.map((row) => `${row.id} ${row.attempts}`)
}

/**
 * Deletes at most `limit` vectors that these documents have in other spaces. Returns how many went;
 * none when the assistant's embedding is no longer what `assistant` says.
 */
export async function dropOtherVectors(
  db: Db,
  assistant: Assistant,
  documentIds: string[],
  space: string,
  limit: number,
): Promise<number> {
  const { assistants, chunks, embeddings } = db.t
  const others = await db
    .selectDistinct({ key: embeddings.chunkKey })
    .from(embeddings)
    .innerJoin(chunks, eq(chunks.key, embeddings.chunkKey))
    .where(
      and(
        inArray(chunks.documentId, documentIds),
        eq(chunks.ownerId, assistant.ownerId),
        ne(embeddings.space, space),
      ),
    )
    .limit(limit)
  if (others.length === 0) return 0
  const same = db
    .select({ one: sql`1` })
    .from(assistants)
    .where(and(eq(assistants.id, assistant.id), hasEmbedding(db, assistant)))
  const gone = await db
    .delete(embeddings)
    .where(
      and(
        inArray(
          embeddings.chunkKey,
          others.map((row) => row.key),
        ),
        ne(embeddings.space, space),
        exists(same),
      ),
    )
    .returning({ key: embeddings.chunkKey })
  return gone.length
}
