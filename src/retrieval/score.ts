import { fuse } from './fuse.ts'
import { type Matches, matcherOf } from './match.ts'
import type { PreparedQuery, QueryWord } from './query.ts'

/** A chunk that may answer: what `rank` has to know of it. */
export type Candidate = {
  id: string
  documentId: string
  /** Its place among the chunks of its document. */
  ordinal: number
  /** Its terms as stored: `termsOf(text).join(' ')`. */
  terms: string
  /** How many terms that is. */
  length: number
  /** Terms of the headings, title and file name it stands under, joined as well. */
  headings?: string
  /** Cosine with the query's embedding; absent when none was looked up. */
  vectorScore?: number | null
}

/** What is known of everything searched, candidates or not. */
export type ScopeStats = {
  chunks: number
  averageLength: number
  /** In how many chunks of the scope each term of the query occurs. */
  frequencies: ReadonlyMap<string, number>
  /** How far vectors are believed, 0 to 1: `trustIn` of the embedding model. */
  vectorTrust?: number
}

/** `fused` orders the results; the other two say why. All are between 0 and 1. */
export type Scored = { id: string; lexical: number; vector: number | null; fused: number }

/**
 * Orders candidates by how well they answer. The same for every database: nothing here knows how
 * the candidates were found. `lexical` are their scores by words, where they are known already.
 */
export function rank(
  query: PreparedQuery,
  candidates: readonly Candidate[],
  stats: ScopeStats,
  lexical: readonly number[] = lexicalScores(query, candidates, stats),
): Scored[] {
  const vectors = candidates.map(({ vectorScore }) => vectorScore ?? null)
  const fused = fuse(lexical, vectors, {
    trust: stats.vectorTrust ?? 0,
    unseen: unseenShare(query, stats),
  })
  return candidates
    .map(({ id }, at) => ({ id, at, ...fused[at]! }))
    .sort((one, other) => other.fused - one.fused || one.at - other.at)
    .map(({ id, lexical, vector, fused }) => ({ id, lexical, vector, fused }))
}

/**
 * BM25 over a chunk read together with its neighbours in the document, plus a bonus for words of
 * the query that stand together as they do there.
 */
export function lexicalScores(
  query: PreparedQuery,
  candidates: readonly Candidate[],
  stats: ScopeStats,
): number[] {
  const find = matcherOf(query.words)
  const idf = query.words.map((word) => word.weight * rarity(word, stats))
  const found = candidates.map(({ terms }) => find(terms))
  // Passages of one section stand under the same headings.
  const byHeadings = new Map<string, number[]>()
  const titles = candidates.map(({ headings }) => {
    if (!headings) return null
    const counts = byHeadings.get(headings) ?? find(headings).counts
    byHeadings.set(headings, counts)
    return counts
  })
  const byPlace = new Map(candidates.map((one, at) => [placeOf(one.documentId, one.ordinal), at]))
  return candidates.map((candidate, at) => {
    const near = nearOf(candidate, byPlace)
    let score = 0
    for (const [word, weight] of idf.entries()) {
      const own = found[at]!.counts[word]! + titleWeight * (titles[at]?.[word] ?? 0)
      const around = near.reduce((sum, other) => sum + found[other]!.counts[word]!, 0)
      score += weight * saturated(own + nearWeight * around, candidate.length, stats)
    }
    return score + togetherWeight * together(found[at]!, idf)
  })
}

/** Robertson and Zaragoza, "The probabilistic relevance framework: BM25 and beyond" (2009). */
function saturated(count: number, length: number, { averageLength }: ScopeStats) {
  if (count === 0) return 0
  const stretch = 1 - b + (b * length) / Math.max(averageLength, 1)
  return (count * (k1 + 1)) / (count + k1 * stretch)
}

/** Words that nothing in the scope holds are as rare as can be, and add nothing. */
export function rarity(
  { terms }: QueryWord,
  { chunks, frequencies }: Pick<ScopeStats, 'chunks' | 'frequencies'>,
) {
  const most = Math.max(...terms.map((term) => frequencies.get(term) ?? 0))
  return Math.log(1 + (Math.max(chunks, most) - most + 0.5) / (most + 0.5))
}

const k1 = 1.2
const b = 0.4
const titleWeight = 1
const nearWeight = 0.15
const togetherWeight = 0.2

const placeOf = (documentId: string, ordinal: number) => `${ordinal} ${documentId}`

const nearOf = ({ documentId, ordinal }: Candidate, byPlace: ReadonlyMap<string, number>) =>
  [ordinal - 1, ordinal + 1].flatMap((place) => byPlace.get(placeOf(documentId, place)) ?? [])

/**
 * The sequential dependence of D. Metzler and W. B. Croft, "A Markov random field model for term
 * dependencies" (2005), cut down to its use: neighbours in the query that stand close in the text.
 */
function together({ places }: Matches, idf: readonly number[]) {
  let bonus = 0
  for (let word = 0; word + 1 < places.length; word += 1) {
    const gap = smallestGap(places[word]!, places[word + 1]!)
    if (gap <= widestGap) bonus += Math.min(idf[word]!, idf[word + 1]!) / gap
  }
  return bonus
}

const widestGap = 8

function smallestGap(one: readonly number[], other: readonly number[]) {
  let gap = Number.POSITIVE_INFINITY
  for (let i = 0, j = 0; i < one.length && j < other.length; ) {
    const distance = other[j]! - one[i]!
    if (distance !== 0) gap = Math.min(gap, Math.abs(distance))
    if (distance > 0) i += 1
    else j += 1
  }
  return gap
}

/** The share of the query's weight in words that no chunk of the scope holds. */
function unseenShare({ words }: PreparedQuery, { frequencies }: ScopeStats) {
  let unseen = 0
  let all = 0
  for (const { terms, weight } of words) {
    all += weight
    if (!terms.some((term) => frequencies.get(term))) unseen += weight
  }
  return all === 0 ? 1 : unseen / all
}
