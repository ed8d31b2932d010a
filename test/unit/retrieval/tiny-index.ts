import { offlineEmbedding } from '../../../src/models/offline/embedding.ts'
import { bestCovered, lookupsOf } from '../../../src/retrieval/coverage.ts'
import { trustIn } from '../../../src/retrieval/fuse.ts'
import { detectLanguage, languageBit, languagesIn } from '../../../src/retrieval/language.ts'
import { prepareQuery } from '../../../src/retrieval/query.ts'
import { cosine } from '../../../src/retrieval/scan.ts'
import { besideEach, lexicalScores, rank } from '../../../src/retrieval/score.ts'
import { termsOf } from '../../../src/retrieval/terms.ts'

export type Text = { id: string; text: string; documentId?: string; ordinal?: number }

const vectorCandidates = 50
const mostMatched = 3_000
const mostRead = 100

/** The whole way of a search in memory: index, candidates by terms and by vector, rank. */
export async function tinyIndex(texts: readonly Text[], withVectors = true) {
  const model = offlineEmbedding()
  const signal = new AbortController().signal
  const vectors = withVectors
    ? await model.embed(
        texts.map(({ text }) => text),
        'document',
        signal,
      )
    : []
  const entries = texts.map(({ id, text, documentId = id, ordinal = 0 }) => {
    const terms = termsOf(text, { language: detectLanguage(text) })
    return { id, documentId, ordinal, terms: terms.join(' '), length: terms.length }
  })
  const spoken = texts.reduce((set, { text }) => set | languageBit(detectLanguage(text)), 0)
  const postings = new Map<string, number[]>()
  for (const [at, { terms }] of entries.entries()) {
    for (const term of new Set(terms.split(' '))) {
      const places = postings.get(term)
      if (places) places.push(at)
      else postings.set(term, [at])
    }
  }
  const averageLength = entries.reduce((sum, { length }) => sum + length, 0) / entries.length
  return async (text: string): Promise<{ id: string }[]> => {
    const query = prepareQuery(text, { languages: languagesIn(spoken) })
    const frequencies = new Map(query.terms.map((term) => [term, postings.get(term)?.length ?? 0]))
    const lookups = lookupsOf(query, { chunks: texts.length, frequencies }, mostMatched)
    const holding = (terms: readonly string[]) => [
      ...new Set(terms.flatMap((term) => postings.get(term) ?? [])),
    ]
    const found = new Set(
      bestCovered(
        lookups,
        lookups.map(({ any, among }) => {
          const others = among && new Set(holding(among))
          return holding(any).filter((at) => !others || others.has(at))
        }),
        mostRead,
      ),
    )
    const [asked] = withVectors ? await model.embed([text], 'query', signal) : []
    const scores = vectors.map((vector) => cosine(asked ?? vector, vector))
    const nearest = [...scores.entries()].sort(([, one], [, other]) => other - one)
    for (const [at] of nearest.slice(0, vectorCandidates)) found.add(at)
    const stats = { chunks: texts.length, averageLength, frequencies }
    const places = [...found].sort((one, other) => one - other)
    const candidates = places.flatMap((at) => entries.slice(at, at + 1))
    const lexical = lexicalScores(query, candidates, stats, besideEach(candidates))
    const likeness = places.map((at) => scores[at] ?? null)
    const vectorTrust = withVectors ? trustIn('offline', averageLength) : 0
    const ranked = rank(query, lexical, likeness, { ...stats, vectorTrust })
    return ranked.flatMap(({ at }) => candidates[at] ?? [])
  }
}
