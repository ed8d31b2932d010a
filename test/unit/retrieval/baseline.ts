import { stemmer } from '@orama/stemmers/english'

/** What ours is measured beside: BM25 (k1 1.2, b 0.75) over whole documents, Porter, whole words. */
export function plainBm25(texts: readonly string[]): (query: string) => number[] {
  const documents = texts.map(wordsOf)
  const average = documents.reduce((sum, words) => sum + words.length, 0) / documents.length
  const postings = new Map<string, Map<number, number>>()
  for (const [at, words] of documents.entries()) {
    for (const word of words) {
      const places = postings.get(word) ?? new Map<number, number>()
      postings.set(word, places.set(at, (places.get(at) ?? 0) + 1))
    }
  }
  return (query) => {
    const scores = new Float64Array(texts.length)
    for (const word of wordsOf(query)) {
      const places = postings.get(word) ?? new Map<number, number>()
      const idf = Math.log(1 + (texts.length - places.size + 0.5) / (places.size + 0.5))
      for (const [at, count] of places) {
        const stretch = 0.25 + (0.75 * (documents[at]?.length ?? 0)) / average
        scores[at] = (scores[at] ?? 0) + (idf * count * 2.2) / (count + 1.2 * stretch)
      }
    }
    return [...scores.entries()]
      .filter(({ 1: score }) => score > 0)
      .sort(([one, low], [other, high]) => high - low || one - other)
      .map(([at]) => at)
  }
}

// Runs of Chinese, Japanese and Thai are one word to it: that is what "whole words" comes to.
const wordsOf = (text: string) =>
  (text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).map(stemmer)
