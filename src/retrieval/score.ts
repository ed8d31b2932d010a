import { fuse } from './fuse.ts'
import { type Matches, matcherOf } from './match.ts'
import type { PreparedQuery, QueryWord } from './query.ts'

/** A text that may answer: what its score by words has to know of it. */
export type Candidate = {
  /** Its terms as stored: `termsOf(text).join(' ')`. */
  terms: string
  /** How many terms that is. */
  length: number
  /** Terms of the headings, title and file name it stands under, joined as well. */
  titleTerms?: string
}

/** Where a candidate stands, if it is a passage. */
export type Place = { documentId: string; ordinal: number }

/** What is known of everything searched, candidates or not. */
export type ScopeStats = {
  chunks: number
  averageLength: number
  /** In how many chunks of the scope each term of the query occurs. */
  frequencies: ReadonlyMap<string, number>
  /** How far vectors are believed, 0 to 1: `trustIn` of the embedding model. */
  vectorTrust?: number
}

/**
 * A candidate by its place among all; `fused` orders the results, the other two say why. All scores
 * are between 0 and 1.
 */
export type Scored = { at: number; lexical: number; vector: number | null; fused: number }

/**
 * Orders candidates by how well they answer, from their scores by words and their likeness to the
 * query's vector, null where none was looked up. The same for every database: nothing here knows
 * how they were found.
 */
export function rank(
  query: PreparedQuery,
  lexical: readonly number[],
  vectors: readonly (number | null)[],
  stats: ScopeStats,
): Scored[] {
  const trust = stats.vectorTrust ?? 0
  return fuse(lexical, vectors, { trust, unseen: unseenShare(query, stats) })
    .map((scores, at) => ({ at, ...scores }))
    .sort((one, other) => other.fused - one.fused || one.at - other.at)
}

/**
 * BM25 over a candidate read together with those beside it in its document, plus a bonus for words
 * of the query that stand together as they do there.
 */
export function lexicalScores(
  query: PreparedQuery,
  candidates: readonly Candidate[],
  stats: ScopeStats,
  beside: readonly (readonly number[])[] = [],
): number[] {
  const find = matcherOf(query.words)
  const idf = query.words.map((word) => word.weight * rarity(word, stats))
  const bonuses: number[] = []
  const found = candidates.map(({ terms }) => {
    const matches = find(terms)
    bonuses.push(together(matches, idf))
    return matches.counts.slice()
  })
  // Passages of one section stand under the same headings.
  const byTitle = new Map<string, Float64Array>()
  const titles = candidates.map(({ titleTerms }) => {
    if (!titleTerms) return undefined
    const counts = byTitle.get(titleTerms) ?? find(titleTerms).counts.slice()
    byTitle.set(titleTerms, counts)
    return counts
  })
  return candidates.map(({ length }, at) => {
    const near = beside[at] ?? []
    let score = 0
    for (let word = 0; word < idf.length; word += 1) {
      const own = found[at]![word]! + titleWeight * (titles[at]?.[word] ?? 0)
      let around = 0
      for (const other of near) around += found[other]![word]!
      score += idf[word]! * saturated(own + nearWeight * around, length, stats)
    }
    return score + togetherWeight * bonuses[at]!
  })
}

/** For each passage the places of those that stand before and after it in its document. */
export function besideEach(passages: readonly Place[]): number[][] {
  const documents = new Map<string, Map<number, number>>()
  for (let at = 0; at < passages.length; at += 1) {
    const { documentId, ordinal } = passages[at]!
    const places = documents.get(documentId)
    if (places) places.set(ordinal, at)
    else documents.set(documentId, new Map([[ordinal, at]]))
  }
  return passages.map(({ documentId, ordinal }) => {
    const places = documents.get(documentId)
    return [places?.get(ordinal - 1), places?.get(ordinal + 1)].filter((at) => at !== undefined)
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
