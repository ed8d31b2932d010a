import { and, asc, eq, gt, inArray, sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import type { ChunkPosition } from '../db/schema-documents.ts'

/** Keys of one statement: both databases bound the number of values they take. */
const KEYS_AT_ONCE = 500

/** A passage as ranking reads it. */
export type CandidateRow = {
  key: number
  documentId: string
  filename: string
  ordinal: number
  position: ChunkPosition
  terms: string
  titleTerms: string
  length: number
}

export type ScopeTotals = { chunks: number; terms: number; frequencies: Map<string, number> }

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
  const given = Object.fromEntries(scopeIds.map((id, i) => [`id${i}`, id]))
  const query = db.prepared(`has_passages(${scopeIds.length})`, () =>
    db
      .select({ id: scopes.id })
      .from(scopes)
      .where(
        and(
          inArray(
            scopes.id,
            Object.keys(given).map((name) => sql.placeholder(name)),
          ),
          gt(scopes.chunkCount, 0),
        ),
      )
      .limit(1),
  )
  return (await query.execute(given)).length > 0
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
        titleTerms: chunks.titleTerms,
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
  for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) {
    batches.push(keys.slice(at, at + KEYS_AT_ONCE))
  }
  return batches
}
