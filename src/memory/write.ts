import type { Ctx } from '../context.ts'
import type { ResolvedModel } from '../models/catalog.ts'
import { type EmbeddingModel, ModelError } from '../models/model.ts'
import { toVector } from '../retrieval/scan.ts'
import type { Assistant } from '../store/assistants.ts'
import { listByHash, type Memory } from '../store/memories.ts'
import { listMemories } from '../store/memory-lists.ts'
import type { MemoryOperation } from '../store/memory-operations.ts'
import { listMemoryVectors } from '../store/memory-vectors.ts'
import { askerOf, type Exchange, extractFacts } from './extract.ts'
import type { FactDecision, KnownMemory } from './facts.ts'
import { mergeFacts, type OpenFact } from './merge.ts'
import { alike, fromVectors, knownNear, maySayTheSame, overlap, wordsOnly } from './near.ts'
import { placeOf } from './remember.ts'
import { decideByRules, forgetsEverything, topicsOf } from './rules/decide.ts'
import { holdsSecret } from './rules/secrets.ts'
import { type Settled, settleDecisions } from './settle.ts'
import { hashOf, vectorAtOnce } from './versions.ts'

/** Calls of the model that one exchange may cost. */
const MOST_CALLS = 2
/** Known memories shown to an extraction, and looked at for each fact. */
const SHOWN = 20
const NEAR = 6
/** The memories told last, which a message may correct without naming them: "sorry, it's Cathie". */
const LATEST = 12
/** Memories that one “forget everything” ends, the newest first. */
const MOST_FORGOTTEN = 1_000
/** Words in common from which a model has to say whether a fact changes a memory. */
const TOUCHES = 0.15
/** From here on it is the same fact in other words, and nothing to ask about. */
const SAME = { words: 0.92, vectors: 0.97 }
/** Likeness of vectors from which a fact may touch a memory that shares no word with it. */
const LIKE = 0.6
/** How long facts wait for their vectors. */
const VECTORS_MS = 30_000

type Decided = { decisions: FactDecision[]; known: Memory[]; vectors: Map<string, Float32Array> }

/**
 * What becomes of an exchange: by rules where there is no model, else by what the model finds in
 * it and makes of it beside what is known. Stores nothing. Throws `ModelError` and
 * `UnreadableAnswer`.
 */
export async function considerExchange(
  ctx: Ctx,
  {
    assistant,
    operation,
    model,
  }: { assistant: Assistant; operation: MemoryOperation; model: ResolvedModel },
  exchange: Exchange,
  signal: AbortSignal,
): Promise<Settled & { model: string | null }> {
  const embedding = await ctx.embeddings.of(assistant)
  const decided = model.offline
    ? await decideOffline(ctx, assistant, exchange, embedding, signal)
    : await decideByModel(ctx, assistant, model, exchange, embedding, signal)
  const contents = decided.decisions.flatMap((one) => ('content' in one && one.content) || [])
  const same = await listByHash(ctx.db, placeOf(assistant), contents.map(hashOf))
  const origin = model.offline ? 'rule' : 'model'
  const name = model.offline ? null : `${model.provider}/${model.model}`
  const settled = await settleDecisions(ctx, decided.decisions, {
    why: {
      ...{ origin, model: name, operationId: operation.id, saidAt: exchange.user.at },
      ...{ threadId: operation.threadId, messageId: operation.userMessageId },
    },
    known: new Map(decided.known.map((one) => [one.id, one])),
    same: new Map(same.map((one) => [one.hash, one])),
    vectorOf: async (content) =>
      decided.vectors.get(content) ?? (await vectorAtOnce(embedding, content)),
    ...{ space: embedding.space, now: ctx.clock() },
  })
  return { ...settled, model: name }
}

/**
 * The rules look once for what there is to say, and again with the memories near to that: so what
 * is read does not grow with what is known.
 */
async function decideOffline(
  ctx: Ctx,
  assistant: Assistant,
  { user }: Exchange,
  embedding: EmbeddingModel,
  signal: AbortSignal,
): Promise<Decided> {
  const texts = topicsOf(user)
  const options = { embedding: wordsOnly(embedding), limit: SHOWN, now: user.at }
  const known = new Map<string, Memory>()
  for (const text of [user.content.slice(0, 2_000), ...texts]) {
    for (const one of await knownNear(ctx, assistant, text, options, signal)) known.set(one.id, one)
  }
  const limit = forgetsEverything(user) ? MOST_FORGOTTEN : LATEST
  const latest = { labels: [], asOf: null, skip: 0, limit }
  for (const one of await listMemories(ctx.db, placeOf(assistant), latest)) known.set(one.id, one)
  const rows = [...known.values()].sort((a, b) => a.key - b.key)
  const decisions = decideByRules(user, rows.map(toKnown))
  return { decisions, known: rows, vectors: new Map() }
}

async function decideByModel(
  ctx: Ctx,
  assistant: Assistant,
  model: ResolvedModel,
  exchange: Exchange,
  embedding: EmbeddingModel,
  signal: AbortSignal,
): Promise<Decided> {
  if (exchange.user.content.trim() === '') return { decisions: [], known: [], vectors: new Map() }
  const asker = askerOf(model, MOST_CALLS, signal)
  const now = exchange.user.at
  const options = { embedding: wordsOnly(embedding), limit: SHOWN, now }
  const text = exchange.user.content.slice(0, 4_000)
  const shown = await knownNear(ctx, assistant, text, options, signal)
  const facts = (
    await extractFacts(asker, exchange, shown.map(toKnown), assistant.factPrompt)
  ).filter((fact) => !holdsSecret(fact))
  const vectors = await embedAll(embedding, facts, signal)
  const own = { embedding: fromVectors(embedding, vectors), limit: NEAR, now }
  const known = new Map(shown.map((one) => [one.id, one]))
  const ready: FactDecision[] = []
  const open: OpenFact[] = []
  for (const content of facts) {
    const near = await knownNear(ctx, assistant, content, own, signal)
    for (const one of near) known.set(one.id, one)
    const decision = await decideAlone(ctx, content, near, embedding, vectors)
    if ('event' in decision) ready.push(decision)
    else open.push(decision)
  }
  const merged = open.length > 0 ? await mergeFacts(asker, open, assistant.mergePrompt) : []
  return { decisions: [...ready, ...merged], known: [...known.values()], vectors }
}

/** A fact that is new or known beyond doubt; any other is left open, with what it may touch. */
async function decideAlone(
  ctx: Ctx,
  content: string,
  near: Memory[],
  embedding: EmbeddingModel,
  vectors: ReadonlyMap<string, Float32Array>,
): Promise<FactDecision | OpenFact> {
  const keys = near.map(({ key }) => key)
  const stored = await listMemoryVectors(ctx.db, keys, embedding.space)
  const trained = embedding.provider !== 'offline'
  const scored = near.map((one) => {
    const bytes = trained ? stored.get(one.key) : undefined
    const like = alike(vectors.get(content), bytes && toVector(bytes))
    return { one, words: overlap(content, one.content), like }
  })
  const forgets = /^forget\b/i.test(content)
  const same = scored.find(
    ({ one, words, like }) =>
      (words >= SAME.words || like >= SAME.vectors) && maySayTheSame(content, one.content),
  )
  if (same && !forgets) {
    return {
      event: 'NONE',
      id: same.one.id,
      content,
      reason: 'It is known in these or other words',
    }
  }
  const touched = scored.filter(({ words, like }) => words >= TOUCHES || like >= LIKE)
  if (touched.length > 0) return { content, near: touched.map(({ one }) => toKnown(one)) }
  return forgets
    ? { event: 'NONE', content, reason: 'Nothing like it is known' }
    : { event: 'ADD', content, reason: 'Nothing known comes near it' }
}

/**
 * One batch for all facts, none where there is nothing to embed. Where it fails, the facts are
 * stored without: they are found by their words until their vectors are made up for.
 */
async function embedAll(embedding: EmbeddingModel, facts: string[], signal: AbortSignal) {
  if (facts.length === 0) return new Map<string, Float32Array>()
  const late = AbortSignal.timeout(VECTORS_MS)
  try {
    const made = await embedding.embed(facts, 'document', AbortSignal.any([signal, late]))
    return new Map(facts.flatMap((fact, at) => (made[at] ? [[fact, made[at]] as const] : [])))
  } catch (error) {
    signal.throwIfAborted()
    if (!late.aborted && !(error instanceof ModelError)) throw error
    return new Map<string, Float32Array>()
  }
}

const toKnown = ({ id, content, saidAt }: Memory): KnownMemory => ({ id, content, at: saidAt })
