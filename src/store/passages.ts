import { and, type Column, eq, gt, inArray, sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import type { ChunkPosition } from '../db/schema-documents.ts'
import { asSet, isAmong } from './among.ts'

/** A passage as ranking reads it. */
export type CandidateRow = {
  key: number
  documentId: string
  ordinal: number
  terms: string
  titleTerms: string
  length: number
}

/** `languages` is a set of bits. */
export type ScopeTotals = { chunks: number; terms: number; languages: number }

/** How much there is to search, and in which languages. */
export async function scopeTotals(db: Db, scopeIds: string[]): Promise<ScopeTotals> {
  const { scopes } = db.t
  const { given, isOneOf } = eachScope(scopeIds)
  const query = db.prepared(`scope_totals(${scopeIds.length})`, () =>
    db.select().from(scopes).where(isOneOf(scopes.id)),
  )
  const rows = await query.execute(given)
  return {
    chunks: rows.reduce((sum, row) => sum + row.chunkCount, 0),
    terms: rows.reduce((sum, row) => sum + row.termTotal, 0),
    languages: rows.reduce((set, row) => set | row.languages, 0),
  }
}

/** In how many passages of these scopes each of the terms occurs; those in none are left out. */
export async function termFrequencies(
  db: Db,
  scopeIds: string[],
  terms: string[],
): Promise<Map<string, number>> {
  const { scopeId, term, chunks } = db.t.termCounts
  const frequencies = new Map<string, number>()
  if (terms.length === 0) return frequencies
  const { given, isOneOf } = eachScope(scopeIds)
  const query = db.prepared(`term_frequencies(${scopeIds.length})`, () =>
    db
      .select({ term, chunks })
      .from(db.t.termCounts)
      .where(and(isOneOf(scopeId), isAmong(db, term))),
  )
  for (const row of await query.execute({ ...given, values: asSet(terms) })) {
    if (row.chunks > 0) frequencies.set(row.term, (frequencies.get(row.term) ?? 0) + row.chunks)
  }
  return frequencies
}

export async function hasPassages(db: Db, scopeIds: string[]): Promise<boolean> {
  const { scopes } = db.t
  const { given, isOneOf } = eachScope(scopeIds)
  const query = db.prepared(`has_passages(${scopeIds.length})`, () =>
    db
      .select({ id: scopes.id })
      .from(scopes)
      .where(and(isOneOf(scopes.id), gt(scopes.chunkCount, 0))),
  )
  return (await query.execute(given)).length > 0
}

/** A thread's scope and its assistant's: so few that there is a statement for each number of them. */
function eachScope(scopeIds: string[]) {
  const given = Object.fromEntries(scopeIds.map((id, i) => [`scope${i}`, id]))
  const isOneOf = (column: Column) =>
    inArray(
      column,
      Object.keys(given).map((name) => sql.placeholder(name)),
    )
  return { given, isOneOf }
}

/** What ranking needs of passages, by their keys: of the owner's indexed documents only. */
export async function listCandidates(
  db: Db,
  owner: string,
  keys: number[],
): Promise<CandidateRow[]> {
  if (keys.length === 0) return []
  const { chunks } = db.t
  const { key, documentId, ordinal, terms, titleTerms, length } = chunks
  const query = db.prepared('list_candidates', () =>
    db
      .select({ key, documentId, ordinal, terms, titleTerms, length })
      .from(chunks)
      .where(and(isAmong(db, key), eq(chunks.ownerId, sql.placeholder('owner')))),
  )
  const rows = await query.execute({ values: asSet(keys), owner })
  const found = await indexedAmong(db, owner, [...new Set(rows.map((row) => row.documentId))])
  return rows.filter((row) => found.has(row.documentId))
}

/** Those of the documents that are the owner's and can be found. */
async function indexedAmong(db: Db, owner: string, ids: string[]): Promise<Set<string>> {
  const { documents } = db.t
  const query = db.prepared('indexed_among', () =>
    db
      .select({ id: documents.id })
      .from(documents)
      .where(
        and(
          isAmong(db, documents.id),
          eq(documents.ownerId, sql.placeholder('owner')),
          eq(documents.status, 'indexed'),
        ),
      ),
  )
  const rows = await query.execute({ values: asSet(ids), owner })
  return new Set(rows.map((row) => row.id))
}

/** The vectors of passages in one space, by their keys; those without one are left out. */
export async function listVectors(
  db: Db,
  keys: number[],
  space: string,
): Promise<Map<number, Buffer>> {
  const { embeddings } = db.t
  const query = db.prepared('list_vectors', () =>
    db
      .select({ key: embeddings.chunkKey, vector: db.bytesOf(embeddings.vector) })
      .from(embeddings)
      .where(and(isAmong(db, embeddings.chunkKey), eq(embeddings.space, sql.placeholder('space')))),
  )
  const rows = await query.execute({ values: asSet(keys), space })
  return new Map(rows.map((row) => [row.key, row.vector]))
}

/** What the passages say, and where. */
export type PassageText = {
  documentId: string
  filename: string
  text: string
  position: ChunkPosition
}

/** The passages themselves, by their keys. */
export async function listPassages(
  db: Db,
  owner: string,
  keys: number[],
): Promise<Map<number, PassageText>> {
  const { chunks, documents } = db.t
  const { key, documentId, text, position } = chunks
  const query = db.prepared('list_passages', () =>
    db
      .select({ key, documentId, filename: documents.filename, text, position })
      .from(chunks)
      .innerJoin(documents, eq(documents.id, documentId))
      .where(and(isAmong(db, key), eq(chunks.ownerId, sql.placeholder('owner')))),
  )
  const rows = await query.execute({ values: asSet(keys), owner })
  return new Map(rows.map(({ key, ...row }) => [key, row]))
}
