import type { Db } from '../db/db.ts'
import type { EmbeddingModel } from '../models/model.ts'
import { listMemoriesByKey, type Memory, type MemoryPlace } from '../store/memories.ts'
import { listMemoryVectors } from '../store/memory-vectors.ts'
import {
  listMemoriesAt,
  listMemoryCandidates,
  listNewestMemories,
  type MemoryCandidateRow,
  memoryTotals,
} from '../store/memory-views.ts'
import { bestCovered, lookupsOf } from './coverage.ts'
import { trustIn } from './fuse.ts'
import {
  alsoAsOf,
  leaning,
  type MemoryQuery,
  prepareMemoryQuery,
  rankMemories,
  type ScoredMemory,
  speakerOf,
} from './memory-score.ts'
import { queryVector } from './query-vector.ts'
import { likenessTo } from './scan.ts'
import type { ScopeStats } from './score.ts'

export type MemoryScope = MemoryPlace & {
  embedding: EmbeddingModel
  /** What was known then, in place of what is known now. */
  asOf: Date | null
  /** What "yesterday" in a question counts from. */
  now: Date
}

/** A memory that may answer, with its signals; `cut` says why it does not count, if so. */
export type FoundMemory = {
  memory: Memory
  signals: ScoredMemory
  cut: 'nothing in it fits the query' | 'others fit better' | null
}

/** Rows the full-text index may offer for the words of a query together. */
const MOST_MATCHED = 3_000
/** Of them read and scored in full: with 150, one in two hundred of what answers was missed. */
const FEW_READ = 200
/** The best of them by their words, whose neighbours are looked at. */
const MOST_RERANKED = 60
/** The best of all, with what surrounds them, whose vectors are looked at. */
const MOST_COMPARED = 150
/** The last that came are always looked at: a question may share no word with what it is about. */
const NEWEST = 40
/** Likeness from which a memory counts that shares no word with the query, by who made the vectors. */
const LIKE_ENOUGH = { offline: 0.45, trained: 0.3 }
/** What its neighbours must give a turn of a conversation that has nothing of the query itself. */
const NEAR_ENOUGH = 0.1
/** Memories further down that an explanation tells of. */
const MOST_CUT = 20

/**
 * The memories that answer a query best, best first, and behind them up to 20 that were cut. By
 * words and vectors, and by what surrounds a memory: see `rankMemories`.
 */
export async function searchMemories(
  db: Db,
  scope: MemoryScope,
  question: string,
  limit: number,
  signal: AbortSignal,
): Promise<FoundMemory[]> {
  const asked = prepareMemoryQuery(question, scope.now.getTime())
  const totals = await memoryTotals(db, scope.assistantId, asked.terms)
  if ((totals.total === 0 && scope.asOf === null) || question.trim() === '') return []
  const stats: ScopeStats = {
    chunks: totals.total,
    averageLength: totals.terms / Math.max(totals.total, 1),
    frequencies: totals.frequencies,
  }
  const wanted = await queryVector(scope.embedding, question, signal)
  const near = wanted ? await nearestKeys(db, scope, wanted) : []
  const rows = await candidates(db, scope, asked, stats, near)
  const latest = rows.reduce((last, { saidAt }) => Math.max(last, saidAt.getTime()), 0)
  const query = latest < scope.now.getTime() ? alsoAsOf(asked, latest) : asked
  const kept = await withNeighbours(db, scope, query, stats, rows, new Set(near))
  const ranked = await rerank(db, scope, query, stats, kept, { wanted, near })
  return describe(db, scope, ranked, limit)
}

async function candidates(
  db: Db,
  scope: MemoryScope,
  query: MemoryQuery,
  stats: ScopeStats,
  near: number[],
) {
  const past = scope.asOf !== null
  const lookups = lookupsOf(query, past ? held(query, stats) : stats, MOST_MATCHED)
  const options = { limit: MOST_MATCHED, past }
  const found =
    lookups.length > 0 ? await db.matchMemories(scope.assistantId, lookups, options) : []
  const byWords = bestCovered(lookups, found, FEW_READ)
  const keys = [...new Set([...byWords, ...near])]
  const rows = await listMemoryCandidates(db, scope, keys, scope)
  return distinct([...rows, ...(await listNewestMemories(db, scope, scope, NEWEST))])
}

/** What no memory holds any more, one may have held then: of that nothing is counted. */
function held({ terms }: MemoryQuery, { chunks, frequencies }: ScopeStats) {
  const once = terms.map((term) => [term, Math.max(frequencies.get(term) ?? 0, 1)] as const)
  return { chunks, frequencies: new Map(once) }
}

/** The best by their words, what stands beside them, and whatever vectors have found. */
async function withNeighbours(
  db: Db,
  scope: MemoryScope,
  query: MemoryQuery,
  stats: ScopeStats,
  rows: MemoryCandidateRow[],
  near: Set<number>,
) {
  const best = bestOf(query, stats, rows, MOST_RERANKED)
  const known = new Set(rows.map(({ ordinal }) => ordinal))
  const beside = best.flatMap(({ ordinal }) => leaning.map((step) => ordinal + step))
  const missing = [...new Set(beside)].filter((ordinal) => ordinal > 0 && !known.has(ordinal))
  const around = new Set(beside)
  const others = rows.filter(({ ordinal, key }) => around.has(ordinal) || near.has(key))
  return distinct([...best, ...others, ...(await listMemoriesAt(db, scope, missing, scope))])
}

function bestOf(
  query: MemoryQuery,
  stats: ScopeStats,
  rows: MemoryCandidateRow[],
  count: number,
): MemoryCandidateRow[] {
  if (rows.length <= count) return rows
  const byId = new Map(rows.map((row) => [row.id, row]))
  const ranked = rankMemories(query, rows.map(toCandidate), stats)
  return ranked.slice(0, count).flatMap(({ id }) => byId.get(id) ?? [])
}

async function rerank(
  db: Db,
  scope: MemoryScope,
  query: MemoryQuery,
  stats: ScopeStats,
  rows: MemoryCandidateRow[],
  { wanted, near }: { wanted: Float32Array | undefined; near: number[] },
) {
  const best = bestOf(query, stats, rows, MOST_COMPARED).map(({ key }) => key)
  const keys = [...new Set([...best, ...near])]
  const vectors = wanted ? await listMemoryVectors(db, keys, scope.embedding.space) : null
  const like = wanted && likenessTo(wanted)
  const { provider } = scope.embedding
  const enough = provider === 'offline' ? LIKE_ENOUGH.offline : LIKE_ENOUGH.trained
  const memories = rows.map((row) => ({
    ...toCandidate(row),
    vectorScore: like?.(vectors?.get(row.key)) ?? null,
  }))
  const vectorTrust = trustIn(provider, stats.averageLength)
  const byId = new Map(rows.map((row) => [row.id, row]))
  return rankMemories(query, memories, { ...stats, vectorTrust }).flatMap((signals) => {
    const row = byId.get(signals.id)
    if (!row) return []
    const byNeighbours = isTurn(row) && signals.context >= NEAR_ENOUGH
    const fits = signals.lexical > 0 || byNeighbours || (signals.vector ?? 0) >= enough
    return [{ key: row.key, signals, fits }]
  })
}

async function describe(
  db: Db,
  scope: MemoryScope,
  ranked: { key: number; signals: ScoredMemory; fits: boolean }[],
  limit: number,
): Promise<FoundMemory[]> {
  const fitting = ranked.filter(({ fits }) => fits)
  const rest = ranked.filter(({ fits }) => !fits)
  const shown = [...fitting, ...rest].slice(0, limit + MOST_CUT)
  const rows = await listMemoriesByKey(
    db,
    scope,
    shown.map(({ key }) => key),
    scope,
  )
  const byKey = new Map(rows.map((row) => [row.key, row]))
  return shown.flatMap(({ key, signals, fits }, at) => {
    const memory = byKey.get(key)
    if (!memory) return []
    const cut = !fits ? 'nothing in it fits the query' : at >= limit ? 'others fit better' : null
    return [{ memory, signals, cut } as const]
  })
}

/** The closest by meaning, where the embedding knows meaning. */
async function nearestKeys(db: Db, scope: MemoryScope, query: Float32Array) {
  const { assistantId, embedding } = scope
  if (embedding.provider === 'offline') return []
  const { space } = embedding
  return db.nearestMemories({ scopeIds: [assistantId], space, query, limit: MOST_RERANKED })
}

/** What stands beside a fact says nothing of it; a turn is mostly understood by what surrounds it. */
const isTurn = ({ session, content }: MemoryCandidateRow) =>
  session !== null || speakerOf(content) !== null

function toCandidate(row: MemoryCandidateRow) {
  const { id, terms, length, content, ordinal, session, saidAt } = row
  return { id, terms, length, content, order: ordinal, thread: session, at: saidAt.getTime() }
}

/** A memory may come by several ways, and as two versions where the past is asked for. */
function distinct(rows: MemoryCandidateRow[]): MemoryCandidateRow[] {
  return [...new Map(rows.map((row) => [row.id, row])).values()]
}
