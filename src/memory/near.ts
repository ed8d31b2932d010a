import type { Ctx } from '../context.ts'
import type { EmbeddingModel } from '../models/model.ts'
import { searchMemories } from '../retrieval/memory-search.ts'
import { cosine } from '../retrieval/scan.ts'
import type { Assistant } from '../store/assistants.ts'
import type { Memory } from '../store/memories.ts'
import { traceSearch } from '../tracing/search.ts'
import { indexTerms } from './versions.ts'

/** A memory longer than a few sentences is a client's document, which no fact changes. */
const LONGEST_FACT = 1_500

/** What is known that a text may touch, the closest first. Whole documents are no facts to change. */
export async function knownNear(
  ctx: Ctx,
  assistant: Assistant,
  text: string,
  { embedding, limit, now }: { embedding: EmbeddingModel; limit: number; now: Date },
  signal: AbortSignal,
): Promise<Memory[]> {
  const place = { ownerId: assistant.ownerId, assistantId: assistant.id }
  const scope = { ...place, embedding, asOf: null, now }
  const work = () => searchMemories(ctx.db, scope, text, limit, signal)
  const found = await traceSearch(ctx.tracer, 'memories', work, signal)
  return found
    .filter(({ cut }) => cut === null)
    .map(({ memory }) => memory)
    .filter(({ content }) => content.length <= LONGEST_FACT && !/^\s*[[{]/.test(content))
}

/** The model without a call to it: what is found, is found by its words. */
export function wordsOnly(model: EmbeddingModel): EmbeddingModel {
  return model.provider === 'offline' ? model : { ...model, embed: async () => [] }
}

/** The model as it answers from vectors that are there already. */
export function fromVectors(
  model: EmbeddingModel,
  vectors: ReadonlyMap<string, Float32Array>,
): EmbeddingModel {
  const embed = async (texts: readonly string[]) => texts.flatMap((text) => vectors.get(text) ?? [])
  return { ...model, embed }
}

/** How much two short texts say the same: by their words, 0 to 1. */
export function overlap(one: string, other: string): number {
  const [a, b] = [wordsOf(one), wordsOf(other)]
  const shared = [...a].filter((word) => b.has(word)).length
  return shared === 0 ? 0 : shared / (a.size + b.size - shared)
}

/**
 * Whether two texts that look alike may say the same: not when they tell of who did what to whom,
 * how many, or whether at all, in another way.
 */
export function maySayTheSame(one: string, other: string): boolean {
  const [a, b] = [wordsOf(one), wordsOf(other)]
  const shared = (words: Set<string>) => [...words].filter((word) => a.has(word) && b.has(word))
  return (
    shared(a).join(' ') === shared(b).join(' ') &&
    numbersIn(one) === numbersIn(other) &&
    negation.test(one) === negation.test(other)
  )
}

const numbersIn = (text: string) => (text.match(/\d+/g) ?? []).join(' ')
const negation = /\b(?:not?|never|none|nobody|nothing|without|cannot)\b|n['’]t\b/i

/** Words that stand in nearly every fact about a user say nothing of which fact it is. */
const everywhere = new Set([
  'user',
  'is',
  'a',
  'an',
  'the',
  'to',
  'in',
  'at',
  'of',
  'and',
  'has',
  'ha',
  's',
])

const wordsOf = (text: string) => new Set(indexTerms(text).filter((term) => !everywhere.has(term)))

/** Whether two vectors of a trained model are of texts about the same thing. */
export function alike(one: Float32Array | undefined, other: Float32Array | undefined): number {
  return one && other ? cosine(one, other) : 0
}
