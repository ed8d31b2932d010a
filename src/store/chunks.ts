import { setImmediate } from 'node:timers/promises'
import { and, eq, inArray } from 'drizzle-orm'
import { type Bound, type Db, slotsOfRows } from '../db/db.ts'
import type { Tables } from '../db/schema.ts'
import type { ChunkPosition } from '../db/schema-documents.ts'
import { type Lease, moveOwned } from './claims.ts'
import { type Document, scopeOf } from './documents.ts'

/** A passage on its way into the index. `vector` is little-endian float32. */
export type ChunkDraft = {
  key: number
  ordinal: number
  text: string
  position: ChunkPosition
  tokens: number
  terms: string
  length: number
  titleTerms: string
  vector: Buffer | null
}

/** Rows of one transaction, so that none holds the event loop or other writers for long. */
export const CHUNKS_AT_ONCE = 64

/**
 * Adds up to `CHUNKS_AT_ONCE` passages of a document its worker still has. They are not found
 * before the document is indexed. False when another worker has taken over.
 */
export async function addChunks(
  db: Db,
  document: Document,
  space: string | null,
  drafts: ChunkDraft[],
  { now, leaseUntil }: Lease,
): Promise<boolean> {
  const added = await db.atomic(() => [
    moveOwned(db.t, document, { leaseUntil }, now),
    ...chunkStatements(db.t, [{ document, space, drafts }]),
  ])
  if (added === null) return false
  await db.mergeTerms()
  return true
}

/** The statements that add passages; none when there are none. */
export function chunkStatements(
  { chunks, embeddings }: Tables,
  of: { document: Document; space: string | null; drafts: ChunkDraft[] }[],
): Bound<unknown>[] {
  const stored = of.flatMap(({ document, drafts }) => {
    const { ownerId, id: documentId } = document
    const own = { ownerId, documentId, scopeId: scopeOf(document) }
    return drafts.map(({ vector: _, ...draft }) => ({ ...draft, ...own }))
  })
  const rows = slotsOfRows(chunks, stored)
  const embedded = of.flatMap(({ space, drafts }) =>
    drafts.flatMap(({ key, vector }) =>
      vector && space ? [{ chunkKey: key, space, vector }] : [],
    ),
  )
  const vectors = slotsOfRows(embeddings, embedded)
  const statements: Bound<unknown>[] = [
    {
      name: `add_chunks(${stored.length})`,
      values: rows.values,
      build: (q) => q.insert(chunks).values(rows.filled()).returning({ key: chunks.key }),
    },
    {
      name: `add_vectors(${embedded.length})`,
      values: vectors.values,
      build: (q) =>
        q.insert(embeddings).values(vectors.filled()).returning({ key: embeddings.chunkKey }),
    },
  ]
  return statements.filter(({ values }) => Object.keys(values).length > 0)
}

/**
 * Removes a document's passages, some at a time; nothing of them may be counted any more. False
 * when another worker has taken over, or the lease is stopped.
 */
export async function removeChunks(db: Db, document: Document, lease: Lease): Promise<boolean> {
  const { chunks } = db.t
  while (!lease.signal.aborted) {
    const keys = await listKeys(db, document)
    if (keys.length === 0) return true
    const removed = await db.atomic((q) => [
      moveOwned(db.t, document, { leaseUntil: lease.leaseUntil }, lease.now),
      q.delete(chunks).where(inArray(chunks.key, keys)).returning({ key: chunks.key }),
    ])
    if (!removed) return false
    await db.mergeTerms()
    await setImmediate()
  }
  return false
}

async function listKeys(db: Db, { id, ownerId }: Document): Promise<number[]> {
  const { chunks } = db.t
  const rows = await db
    .select({ key: chunks.key })
    .from(chunks)
    .where(and(eq(chunks.documentId, id), eq(chunks.ownerId, ownerId)))
    .limit(CHUNKS_AT_ONCE)
  return rows.map((row) => row.key)
}
