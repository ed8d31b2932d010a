import { setImmediate } from 'node:timers/promises'
import type { Db } from '../db/db.ts'
import type { ChunkPosition } from '../db/schema-documents.ts'
import type { EmbeddingModel } from '../models/model.ts'
import {
  type CandidateRow,
  listCandidates,
  listTexts,
  listVectors,
  pageOfVectors,
  scopeTotals,
  termFrequencies,
} from '../store/passages.ts'
import { trustIn } from './fuse.ts'
import { languagesIn } from './language.ts'
import { matchTerms, prepareQuery } from './query.ts'
import { cosine, toVector } from './scan.ts'
import { type Candidate, rank, type ScopeStats } from './score.ts'

/** A passage that answers, and why it was found: scores from 0 to 1, the vector's from -1 to 1. */
export type Passage = {
  documentId: string
  filename: string
  text: string
  position: ChunkPosition
  score: number
  lexical: number
  vector: number | null
}

export type Scope = {
  owner: string
  /** Threads and assistants whose documents are searched together. */
  scopeIds: string[]
  embedding: EmbeddingModel
}

/** Rows the full-text index may offer. */
const MOST_CANDIDATES = 1_000
/** The best of them by their words, which are looked at with their vectors too. */
const MOST_RERANKED = 200
/** Vectors scanned here where the database does not; more are only looked at where words point to them. */
const MOST_SCANNED = 20_000
const SCANNED_AT_ONCE = 500

/**
 * The passages of a scope that answer a query best, best first: by their words and by their
 * vectors. The built-in embedding only reranks; any other also finds what shares no word.
 */
export async function searchPassages(
  db: Db,
  scope: Scope,
  query: string,
  limit: number,
  signal: AbortSignal,
): Promise<Passage[]> {
  const totals = await scopeTotals(db, scope.scopeIds)
  if (totals.chunks === 0 || query.trim() === '') return []
  const asked = prepareQuery(query, { languages: languagesIn(totals.languages) })
  const frequencies = await termFrequencies(db, scope.scopeIds, asked.terms)
  const stats: ScopeStats = {
    chunks: totals.chunks,
    averageLength: totals.terms / totals.chunks,
    frequencies,
  }
  const terms = matchTerms(asked, frequencies, MOST_CANDIDATES)
  const byWords =
    terms.length > 0 ? await db.matchChunks(scope.scopeIds, terms, MOST_CANDIDATES) : []
  const wanted = await vectorOf(scope.embedding, query, signal)
  const near = wanted ? await nearestKeys(db, scope, wanted, totals.chunks) : []

  const rows = await listCandidates(db, scope.owner, [...new Set([...byWords, ...near])])
  const byKey = new Map(rows.map((row) => [String(row.key), row]))
  const first = rank(asked, rows.map(toCandidate), stats)
  const kept = new Set([...first.slice(0, MOST_RERANKED).map(({ id }) => Number(id)), ...near])
  const vectors = await listVectors(db, [...kept], scope.embedding.space)
  const candidates = rows
    .filter((row) => kept.has(row.key))
    .map((row) => ({ ...toCandidate(row), vectorScore: likeness(wanted, vectors.get(row.key)) }))
  const trust = trustIn(scope.embedding.provider, stats.averageLength)
  const best = rank(asked, candidates, { ...stats, vectorTrust: trust })
    .filter(({ fused }) => fused > 0)
    .slice(0, limit)

  const texts = await listTexts(
    db,
    scope.owner,
    best.map(({ id }) => Number(id)),
  )
  return best.flatMap(({ id, lexical, vector, fused }) => {
    const row = byKey.get(id)
    const found = row && texts.get(row.key)
    // Gone since it was ranked: its document is being deleted.
    if (!row || !found) return []
    const { documentId, filename } = row
    return { documentId, filename, ...found, score: fused, lexical, vector }
  })
}

/** Without its vector, as when its provider is down, a query is still answered by its words. */
async function vectorOf(embedding: EmbeddingModel, query: string, signal: AbortSignal) {
  try {
    return (await embedding.embed([query], 'query', signal))[0]
  } catch (error) {
    if (error instanceof Error && error.name === 'ModelError') return undefined
    throw error
  }
}

/** The closest by meaning, where the embedding knows meaning. */
async function nearestKeys(db: Db, scope: Scope, wanted: Float32Array, chunks: number) {
  if (scope.embedding.provider === 'offline') return []
  const { space } = scope.embedding
  const scanned = await db.nearestChunks(scope.scopeIds, space, wanted, MOST_RERANKED)
  if (scanned) return scanned
  if (chunks > MOST_SCANNED) return []
  let best: { key: number; score: number }[] = []
  for (let after = 0; ; await setImmediate()) {
    const page = { after, limit: SCANNED_AT_ONCE }
    const rows = await pageOfVectors(db, scope.scopeIds, scope.embedding.space, page)
    const scored = rows.map(({ key, vector }) => ({ key, score: cosine(wanted, toVector(vector)) }))
    best = [...best, ...scored].sort((a, b) => b.score - a.score).slice(0, MOST_RERANKED)
    const last = rows.at(-1)
    if (!last || rows.length < SCANNED_AT_ONCE) return best.map(({ key }) => key)
    after = last.key
  }
}

function toCandidate(row: CandidateRow): Candidate {
  return {
    id: String(row.key),
    documentId: row.documentId,
    ordinal: row.ordinal,
    terms: row.terms,
    length: row.length,
    headings: row.titleTerms,
  }
}

function likeness(wanted: Float32Array | undefined, bytes: Buffer | undefined) {
  if (!wanted || !bytes) return null
  const vector = toVector(bytes)
  return vector.length === wanted.length ? cosine(wanted, vector) : null
}
