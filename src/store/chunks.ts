import { and, asc, eq, gt, inArray, sql } from 'drizzle-orm'
import type { Db, Queries } from '../db/db.ts'
import type { ChunkPosition, Tables } from '../db/schema.ts'
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
  vector: Buffer | null
}

/** A passage as ranking reads it. */
export type CandidateRow = {
  key: number
  documentId: string
  filename: string
  ordinal: number
  position: ChunkPosition
  terms: string
  length: number
}

export type ScopeTotals = { chunks: number; terms: number; frequencies: Map<string, number> }

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

/** How much there is to search, and how common each of the terms is in it. */
export async function scopeTotals(
  db: Db,
  scopeIds: string[],
  terms: string[],
): Promise<ScopeTotals> {
  const { scopes, termCounts } = db.t
  const totals = await db.select().from(scopes).where(inArray(scopes.id, scopeIds))
  const chunks = totals.reduce((sum, row) => sum + row.chunkCount, 0)
  const frequencies = new Map<string, number>()
  if (chunks > 0 && terms.length > 0) {
    const rows = await db
      .select({ term: termCounts.term, chunks: termCounts.chunks })
      .from(termCounts)
      .where(and(inArray(termCounts.scopeId, scopeIds), inArray(termCounts.term, terms)))
    for (const { term, chunks: n } of rows) {
      if (n > 0) frequencies.set(term, (frequencies.get(term) ?? 0) + n)
    }
  }
  return { chunks, terms: totals.reduce((sum, row) => sum + row.termTotal, 0), frequencies }
}

export async function hasPassages(db: Db, scopeIds: string[]): Promise<boolean> {
  const { scopes } = db.t
  const rows = await db
    .select({ id: scopes.id })
    .from(scopes)
    .where(and(inArray(scopes.id, scopeIds), gt(scopes.chunkCount, 0)))
    .limit(1)
  return rows.length > 0
}

/** What ranking needs of passages, by their keys: of the owner's indexed documents only. */
export async function listCandidates(
  db: Db,
  owner: string,
  keys: number[],
): Promise<CandidateRow[]> {
  const { chunks, documents } = db.t
  const found: CandidateRow[] = []
  for (const some of keysInBatches(keys)) {
    const rows = await db
      .select({
        key: chunks.key,
        documentId: chunks.documentId,
        ordinal: chunks.ordinal,
        terms: chunks.terms,
        length: chunks.length,
        position: chunks.position,
        filename: documents.filename,
      })
      .from(chunks)
      .innerJoin(documents, eq(documents.id, chunks.documentId))
      .where(
        and(inArray(chunks.key, some), eq(chunks.ownerId, owner), eq(documents.status, 'indexed')),
      )
    found.push(...rows)
  }
  return found
}

/** The vectors of passages in one space, by their keys; those without one are left out. */
export async function listVectors(
  db: Db,
  keys: number[],
  space: string,
): Promise<Map<number, Buffer>> {
  const { embeddings } = db.t
  const found = new Map<number, Buffer>()
  for (const some of keysInBatches(keys)) {
    const rows = await db
      .select({ key: embeddings.chunkKey, vector: embeddings.vector })
      .from(embeddings)
      .where(and(inArray(embeddings.chunkKey, some), eq(embeddings.space, space)))
    for (const row of rows) found.set(row.key, row.vector)
  }
  return found
}

/** A stretch of the vectors of these scopes, in the order of their keys, for an exact scan. */
export async function pageOfVectors(
  db: Db,
  scopeIds: string[],
  space: string,
  { after, limit }: { after: number; limit: number },
): Promise<{ key: number; vector: Buffer }[]> {
  const { chunks, embeddings } = db.t
  return db
    .select({ key: chunks.key, vector: embeddings.vector })
    .from(chunks)
    .innerJoin(embeddings, and(eq(embeddings.chunkKey, chunks.key), eq(embeddings.space, space)))
    .where(and(inArray(chunks.scopeId, scopeIds), gt(chunks.key, after)))
    .orderBy(asc(chunks.key))
    .limit(limit)
}

export async function listTexts(
  db: Db,
  owner: string,
  keys: number[],
): Promise<Map<number, string>> {
  const { chunks } = db.t
  const rows = await db
    .select({ key: chunks.key, text: chunks.text })
    .from(chunks)
    .where(and(inArray(chunks.key, keys), eq(chunks.ownerId, owner)))
  return new Map(rows.map((row) => [row.key, row.text]))
}

function keysInBatches(keys: number[]): number[][] {
  const batches: number[][] = []
  for (let at = 0; at < keys.length; at += ROWS_AT_ONCE) {
    batches.push(keys.slice(at, at + ROWS_AT_ONCE))
  }
  return batches
}
