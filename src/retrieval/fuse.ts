export type Fused = { lexical: number; vector: number | null; fused: number }

/**
 * A weighted sum of both scores, each brought to 0..1 by its range among the candidates: it keeps
 * how far ahead a candidate is, which rank fusion throws away (S. Bruch, S. Gai and A. Ingber, "An
 * analysis of fusion functions for hybrid retrieval", 2023).
 */
export function fuse(
  lexical: readonly number[],
  vectors: readonly (number | null)[],
  { trust, unseen }: { trust: number; unseen: number },
): Fused[] {
  const best = lexical.reduce((most, score) => Math.max(most, score), 0)
  const known = vectors.filter((score) => score !== null)
  const top = known.reduce((most, score) => Math.max(most, score), -1)
  const low = known.reduce((least, score) => Math.min(least, score), 1)
  // What the words of the query cannot say, because no text has them, is left to the vectors.
  const asked = trust + (1 - trust) * unseen * trust
  const weight = known.length === 0 ? 0 : asked * believed(lexical, vectors)
  return lexical.map((score, at) => {
    const words = best > 0 ? score / best : 0
    const vector = vectors[at] ?? null
    const like = vector === null || top <= low ? 0 : (vector - low) / (top - low)
    return { lexical: words, vector, fused: (1 - weight) * words + weight * like }
  })
}

/**
 * Vectors that place the best by words no higher than chance would are believed half as much: of a
 * model that knows this language and subject, the first three by words are mostly among the best.
 */
function believed(lexical: readonly number[], vectors: readonly (number | null)[]) {
  const both = [...lexical.keys()].filter((at) => lexical[at]! > 0 && vectors[at] !== null)
  if (both.length < fewest) return 1
  const best = both.sort((one, other) => lexical[other]! - lexical[one]!).slice(0, 3)
  const scores = vectors.filter((score) => score !== null)
  const below = best.map((at) => scores.filter((score) => score < vectors[at]!).length)
  const place = below.reduce((sum, count) => sum + count, 0) / (best.length * scores.length)
  return Math.min(1, Math.max(0.5, 0.5 + (place - 0.5) / 0.6))
}

/** Among fewer candidates, chance alone puts three anywhere. */
const fewest = 10

/** As many terms as a few sentences have. */
const shortTerms = 60

/**
 * How far to believe a model's vectors. A trained one knows meaning. The built-in one knows only
 * spelling, and in a long text one word is a small part of the sum while the noise of hashing stays
 * the same, so it is believed by the square root of how short the texts are.
 */
export function trustIn(provider: string, averageLength = shortTerms): number {
  if (provider !== 'offline') return 0.5
  return 0.2 * Math.min(1, Math.sqrt(shortTerms / Math.max(averageLength, 1)))
}
