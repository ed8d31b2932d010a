import { and, asc, eq, sql } from 'drizzle-orm'
import type { Db, Queries } from '../db/db.ts'
import type { Tables } from '../db/schema.ts'
import type { ChunkPosition } from '../db/schema-documents.ts'
import { notFound } from '../errors.ts'
import { type Document, type DocumentPatch, getDocument, updateClaimed } from './documents.ts'

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

/** What a document's chunks are searched with: its thread's, or else its assistant's. */
export function scopeOf(document: Document): string {
  return document.threadId ?? document.assistantId
}

/**
 * Adds a batch of passages of a document its worker still has. They are not found before
 * `finishDocument`. False when another worker has taken over.
 */
export async function addChunks(
  db: Db,
  document: Document,
  space: string | null,
  drafts: ChunkDraft[],
  lease: { now: Date; leaseUntil: Date },
): Promise<boolean> {
  const { chunks, embeddings } = db.t
  const kept = await updateClaimed(db, document, { leaseUntil: lease.leaseUntil }, lease.now)
  if (!kept) return false
  const own = { ownerId: document.ownerId, documentId: document.id, scopeId: scopeOf(document) }
  const vectors = drafts.flatMap(({ key, vector }) =>
    vector && space ? [{ chunkKey: key, space, vector }] : [],
  )
  const added = await db.atomic((q) => [
    q
      .insert(chunks)
      .values(drafts.map(({ vector: _, ...draft }) => ({ ...draft, ...own })))
      .returning({ key: chunks.key }),
    ...(vectors.length > 0
      ? [q.insert(embeddings).values(vectors).returning({ chunkKey: embeddings.chunkKey })]
      : []),
  ])
  return added !== null
}

/** Removes what an earlier, broken-off try has left of a document that was never finished. */
export async function clearChunks(db: Db, document: Document): Promise<void> {
  const { chunks } = db.t
  await db
    .delete(chunks)
    .where(and(eq(chunks.documentId, document.id), eq(chunks.ownerId, document.ownerId)))
    .returning({ key: chunks.key })
}

/** Rows of one statement: both databases bound the number of values they take. */
const ROWS_AT_ONCE = 500

/**
 * Makes a document's passages count and be found, as one with its new state. Null when another
 * worker has taken over.
 */
export async function finishDocument(
  db: Db,
  document: Document,
  indexed: { counts: [term: string, chunks: number][]; chunks: number; terms: number },
  patch: DocumentPatch,
  now: Date,
): Promise<Document | null> {
  const scopeId = scopeOf(document)
  const done = await db.atomic((q) => [
    finishRow(q, db.t, document, patch, now),
    ...(indexed.chunks > 0
      ? [
          addToScope(q, db.t, scopeId, indexed.chunks, indexed.terms),
          ...inBatches(indexed.counts).map((rows) => addCounts(q, db.t, scopeId, rows)),
        ]
      : []),
  ])
  return (done?.[0]?.[0] as Document | undefined) ?? null
}

function finishRow(
  q: Queries,
  { documents }: Tables,
  document: Document,
  patch: DocumentPatch,
  now: Date,
) {
  return q
    .update(documents)
    .set({
      ...patch,
      status: 'indexed',
      leaseUntil: null,
      processingCompletedAt: now,
      updatedAt: now,
    })
    .where(
      and(
        eq(documents.id, document.id),
        eq(documents.status, 'processing'),
        eq(documents.attempts, document.attempts),
      ),
    )
    .returning()
}

function addToScope(q: Queries, { scopes }: Tables, id: string, chunks: number, terms: number) {
  return q
    .insert(scopes)
    .values({ id, chunkCount: chunks, termTotal: terms })
    .onConflictDoUpdate({
      target: scopes.id,
      set: {
        chunkCount: sql`${scopes.chunkCount} + ${chunks}`,
        termTotal: sql`${scopes.termTotal} + ${terms}`,
      },
    })
    .returning({ id: scopes.id })
}

function addCounts(
  q: Queries,
  { termCounts }: Tables,
  scopeId: string,
  rows: [term: string, chunks: number][],
) {
  return q
    .insert(termCounts)
    .values(rows.map(([term, chunks]) => ({ scopeId, term, chunks })))
    .onConflictDoUpdate({
      target: [termCounts.scopeId, termCounts.term],
      set: { chunks: sql`${termCounts.chunks} + excluded.chunks` },
    })
    .returning({ term: termCounts.term })
}

/** Always in the same order, so that two documents of one scope never wait for each other. */
function inBatches(counts: [string, number][]) {
  const sorted = counts.toSorted(([a], [b]) => (a < b ? -1 : 1))
  const batches: [string, number][][] = []
  for (let at = 0; at < sorted.length; at += ROWS_AT_ONCE) {
    batches.push(sorted.slice(at, at + ROWS_AT_ONCE))
  }
  return batches
}

/**
 * Deletes a document with its passages and vectors, and takes them out of its scope's counts; the
 * bytes are the caller's. Throws `not_found`.
 */
export async function removeDocument(db: Db, owner: string, id: string): Promise<Document> {
  const document = await getDocument(db, owner, id)
  const { documents } = db.t
  const terms = document.status === 'indexed' ? await listTerms(db, document) : []
  const counts = new Map<string, number>()
  let total = 0
  for (const line of terms) {
    const words = line.split(' ')
    total += words.length
    for (const term of new Set(words)) counts.set(term, (counts.get(term) ?? 0) - 1)
  }
  const scopeId = scopeOf(document)
  const removed = await db.atomic((q) => [
    q
      .delete(documents)
      .where(
        and(
          eq(documents.id, id),
          eq(documents.ownerId, owner),
          eq(documents.status, document.status),
        ),
      )
      .returning(),
    ...(terms.length > 0
      ? [
          addToScope(q, db.t, scopeId, -terms.length, -total),
          ...inBatches([...counts]).map((rows) => addCounts(q, db.t, scopeId, rows)),
        ]
      : []),
  ])
  if (!removed) throw notFound('Document')
  return document
}

/** The stored terms of a document's passages. */
async function listTerms(db: Db, document: Document): Promise<string[]> {
  const { chunks } = db.t
  const rows = await db
    .select({ terms: chunks.terms })
    .from(chunks)
    .where(and(eq(chunks.documentId, document.id), eq(chunks.ownerId, document.ownerId)))
    .orderBy(asc(chunks.ordinal))
  return rows.map((row) => row.terms)
}
