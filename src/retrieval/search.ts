import type { Db } from '../db/db.ts'
import type { ChunkPosition } from '../db/schema-documents.ts'
import type { EmbeddingModel } from '../models/model.ts'
import {
  type CandidateRow,
  listCandidates,
  listPassages,
  listVectors,
  scopeTotals,
  termFrequencies,
} from '../store/passages.ts'
import { bestCovered, lookupsOf } from './coverage.ts'
import { trustIn } from './fuse.ts'
import { languagesIn } from './language.ts'
import { type PreparedQuery, prepareQuery } from './query.ts'
import { queryVector } from './query-vector.ts'
import { likenessTo } from './scan.ts'
import { besideEach, lexicalScores, rank, type ScopeStats, type Scored } from './score.ts'

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
  /** Also what shares no word with the query and is only spelled alike: of use to a person, noise to a model. */
  loose: boolean
}

/** Rows the full-text index may offer for the words of a query together. */
const MOST_MATCHED = 3_000
/** Of them read and scored in full: with 60 to 300, the same first ten are found. */
const FEW_READ = 100
/** Passages of a scope in which those are looked for that are only spelled alike, and how many are. */
const MOST_SPELLED = 2_000
const MOST_LIKE = 50
/** The best of them by their words, which are looked at with their vectors too. */
const MOST_RERANKED = 100

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
  const byWords = await keysByWords(db, scope, asked, stats)
  const wanted = await queryVector(scope.embedding, query, signal)
  const near = wanted ? await nearestKeys(db, scope, wanted, totals.chunks) : []

  const rows = await listCandidates(db, scope.owner, [...new Set([...byWords, ...near])])
  const lexical = lexicalScores(asked, rows, stats, besideEach(rows))
  const kept = bestAnd(lexical, rows, new Set(near))
  const keys = kept.map((at) => rows[at]!.key)
  const likeness = await likenesses(db, scope, wanted, keys)
  const vectorTrust = trustIn(scope.embedding.provider, stats.averageLength)
  const known = kept.map((at) => lexical[at]!)
  const best = rank(asked, known, likeness, { ...stats, vectorTrust })
    .filter(({ fused }) => fused > 0)
    .slice(0, limit)
  return describe(db, scope, keys, best)
}

/** Places among the candidates of the best by their words, and of all that are near by meaning. */
function bestAnd(lexical: readonly number[], rows: CandidateRow[], near: Set<number>): number[] {
  const all = [...rows.keys()]
  if (all.length <= MOST_RERANKED) return all
  const sorted = all.sort((one, other) => lexical[other]! - lexical[one]!)
  return sorted.filter((at, place) => place < MOST_RERANKED || near.has(rows[at]!.key))
}

/** How like the query's vector those of passages are; null for those without one. */
async function likenesses(
  db: Db,
  { embedding }: Scope,
  wanted: Float32Array | undefined,
  keys: number[],
): Promise<(number | null)[]> {
  if (!wanted) return keys.map(() => null)
  const vectors = await listVectors(db, keys, embedding.space)
  const like = likenessTo(wanted)
  return keys.map((key) => like(vectors.get(key)))
}

async function describe(
  db: Db,
  { owner }: Scope,
  keys: number[],
  best: Scored[],
): Promise<Passage[]> {
  const found = best.map(({ at }) => keys[at]!)
  const passages = await listPassages(db, owner, found)
  return best.flatMap(({ at, lexical, vector, fused }) => {
    const passage = passages.get(keys[at]!)
    // Gone since it was ranked: its document is being deleted.
    return passage ? [{ ...passage, score: fused, lexical, vector }] : []
  })
}

/** The passages that hold the most of what the query asks for. */
async function keysByWords(db: Db, scope: Scope, query: PreparedQuery, stats: ScopeStats) {
  const lookups = lookupsOf(query, stats, MOST_MATCHED)
  if (lookups.length === 0) return []
  const found = await db.matchChunks(scope.scopeIds, lookups, MOST_MATCHED)
  return bestCovered(lookups, found, FEW_READ)
}

/** The closest by vector. What the built-in one makes of spelling is looked through in small scopes only. */
async function nearestKeys(
  db: Db,
  { embedding, scopeIds, loose }: Scope,
  query: Float32Array,
  chunks: number,
) {
  const { space, provider } = embedding
  if (provider !== 'offline') {
    return db.nearestChunks({ scopeIds, space, query, limit: MOST_RERANKED })
  }
  if (!loose || chunks > MOST_SPELLED) return []
  return db.nearestChunks({ scopeIds, space, query, limit: MOST_LIKE })
}
