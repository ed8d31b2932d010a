import { offlineEmbedding } from '../../../src/models/offline/embedding.ts'
import { prepareMemoryQuery, rankMemories } from '../../../src/retrieval/memory-score.ts'
import { cosine } from '../../../src/retrieval/scan.ts'
import { termsOf } from '../../../src/retrieval/terms.ts'
import type { Turn } from './sets.ts'

const none = new Float32Array()

/** Recall over all of some memories, in memory. */
export async function tinyMemory(turns: readonly Turn[], trust = 0.15) {
  const model = offlineEmbedding()
  const { signal } = new AbortController()
  const vectors = await model.embed(
    turns.map(({ content }) => content),
    'document',
    signal,
  )
  const memories = turns.map((turn, order) => {
    const terms = termsOf(turn.content)
    return { ...turn, order, terms: terms.join(' '), length: terms.length }
  })
  const frequencyOf = (term: string) =>
    memories.filter(({ terms }) => ` ${terms} `.includes(` ${term} `)).length
  const averageLength = memories.reduce((sum, { length }) => sum + length, 0) / memories.length
  const now = Math.max(...turns.map(({ at }) => at))
  return async (question: string) => {
    const query = prepareMemoryQuery(question, now)
    const [asked = none] = await model.embed([question], 'query', signal)
    const candidates = memories.map((memory, at) => ({
      ...memory,
      vectorScore: trust > 0 ? cosine(asked, vectors[at] ?? none) : null,
    }))
    return rankMemories(query, candidates, {
      chunks: memories.length,
      averageLength,
      frequencies: new Map(query.terms.map((term) => [term, frequencyOf(term)])),
      vectorTrust: trust,
    })
  }
}
