import { expectedIn } from './expectations.ts'
import { fuse } from './fuse.ts'
import { type Span, spansIn } from './moments.ts'
import { relatedTerms } from './paraphrases.ts'
import { type PreparedQuery, prepareQuery } from './query.ts'
import { lexicalScores, type ScopeStats } from './score.ts'

/** A memory that may be recalled. `terms` and `length` as for a chunk. */
export type MemoryCandidate = {
  id: string
  terms: string
  length: number
  content: string
  /** Its place in the order the memories of its owner came in, without gaps. */
  order: number
  /** The thread or session it is from, when known. */
  thread?: string | null
  /** When it was said: its own date, else when it was stored. */
  at?: number | null
  vectorScore?: number | null
}

export type MemoryQuery = PreparedQuery & { question: string; spans: Span[] }

/** Each signal between 0 and 1, for whoever asks why; `score` orders. */
export type ScoredMemory = {
  id: string
  score: number
  lexical: number
  vector: number | null
  speaker: number
  context: number
  time: number
}

/** What to look for among memories: as in documents, with everyday paraphrases and named times. */
export function prepareMemoryQuery(question: string, now: number): MemoryQuery {
  const query = prepareQuery(question, { related: relatedTerms })
  return { ...query, question, spans: spansIn(question, now) }
}

/**
 * The query with its times counted from `latest` as well, when the last of the memories was said:
 * in a conversation that is long over, "last week" means its last.
 */
export function alsoAsOf(query: MemoryQuery, latest: number): MemoryQuery {
  return { ...query, spans: [...query.spans, ...spansIn(query.question, latest)] }
}

/**
 * Orders memories by how well they answer. A turn of a conversation is short and leans on what is
 * said around it, so it gains from strong neighbours, from being said by the person asked about,
 * from being said when asked, and from holding what such a question asks for. None of it helps a memory that is alone and about something else.
 */
export function rankMemories(
  query: MemoryQuery,
  memories: readonly MemoryCandidate[],
  stats: ScopeStats,
): ScoredMemory[] {
  const speakers = memories.map(({ content }) => speakerOf(content))
  const named = namedSpeakers(query.question, speakers)
  const quieted = quietNames(query, named)
  const lexical = lexicalScores(quieted, memories, stats)
  const vectors = memories.map(({ vectorScore }) => vectorScore ?? null)
  const base = fuse(lexical, vectors, { trust: stats.vectorTrust ?? 0, unseen: 0 })
  const own = base.map(({ fused }, at) => fused * (isNamed(speakers[at], named) ? namedGain : 1))
  const context = contextOf(memories, own, speakers)
  const expected = expectedIn(query.question)
  const latest = memories.reduce((last, { order }) => Math.max(last, order), 1)
  return memories
    .map(({ id, at, order, content }, place) => {
      const time = timely(at ?? null, query.spans)
      const heard = isNamed(speakers[place], named) ? 1 : 0
      const drawn = own[place]! + context[place]! * (heard ? namedGain : 1)
      const apt = expected?.(content) ? 1 + expectedGain : 1
      const score = drawn * apt * (1 + timeGain * time) + recencyGain * (order / latest)
      const { lexical, vector } = base[place]!
      return { id, score, lexical, vector, speaker: heard, context: context[place]!, time }
    })
    .sort((one, other) => other.score - one.score || (one.id < other.id ? -1 : 1))
}

/** Who says a turn stored as "Name: what was said"; null for other memories. */
export function speakerOf(content: string): string | null {
  const found = /^\s*(?:\[[^\]]{1,40}\]\s*)?(\p{L}[\p{L}\p{M}\p{N} .'’-]{0,39}?)\s*[:：]\s/u.exec(
    content,
  )
  return found?.[1]?.toLowerCase() ?? null
}

// Set on conversations of 20 days written for this project; near values do about as well.
const namedGain = 2
const timeGain = 0.3
const expectedGain = 0.15
const recencyGain = 0.001

/**
 * What a memory is given by those at a distance: most by the one before, for answers follow
 * questions, and by those further back, for a subject is named when it comes up and then left out.
 */
const reach: [distance: number, share: number][] = [
  [-3, 0.2],
  [-2, 0.3],
  [-1, 0.45],
  [1, 0.25],
  [2, 0.1],
]
const answersShare = 0.7
/** A fact stands by itself more than a turn does. */
const unspokenShare = 0.5

/** How far from a memory those stand that lean on it: where to look beside what was found. */
export const leaning = reach.map(([distance]) => -distance)

function namedSpeakers(question: string, speakers: readonly (string | null)[]) {
  const text = ` ${question
    .toLowerCase()
    .replace(/['’]s\b/g, '')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')} `
  const known = new Set(speakers.filter((name) => name !== null))
  return new Set(
    [...known].filter((name) => text.includes(` ${name} `) || text.includes(` ${first(name)} `)),
  )
}

const first = (name: string) => name.split(' ')[0] ?? name

const isNamed = (speaker: string | null | undefined, named: ReadonlySet<string>) =>
  speaker !== null && speaker !== undefined && named.has(speaker)

/** A named speaker counts by who speaks; as a word the name mostly finds turns that greet them. */
function quietNames(query: MemoryQuery, named: ReadonlySet<string>): PreparedQuery {
  const names = new Set([...named].flatMap((name) => prepareQuery(name).terms))
  const words = query.words.map((word) =>
    word.terms.some((term) => names.has(term)) ? { ...word, weight: word.weight * 0.2 } : word,
  )
  return { words, terms: query.terms }
}

/** How much of its neighbours' score a memory is given, within one thread and sitting. */
function contextOf(
  memories: readonly MemoryCandidate[],
  scores: readonly number[],
  speakers: readonly (string | null)[],
) {
  const byOrder = new Map(memories.map(({ order }, at) => [order, at]))
  return memories.map((memory, place) => {
    let context = 0
    for (const [distance, share] of reach) {
      const at = byOrder.get(memory.order + distance)
      if (at === undefined || !together(memory, memories[at]!)) continue
      const asked = distance === -1 && /[?？؟]\s*$/.test(memories[at]!.content)
      context += scores[at]! * (asked ? answersShare : share)
    }
    return speakers[place] === null ? context * unspokenShare : context
  })
}

const sitting = 6 * 3_600_000

function together(one: MemoryCandidate, other: MemoryCandidate) {
  if (one.thread && other.thread && one.thread !== other.thread) return false
  if (typeof one.at !== 'number' || typeof other.at !== 'number') return true
  return Math.abs(one.at - other.at) <= sitting
}

const week = 7 * 86_400_000

/** Things are told when they happen or in the days after. */
function timely(at: number | null, spans: readonly Span[]) {
  if (at === null) return 0
  return spans.some(({ from, to }) => at >= from && at <= to + week) ? 1 : 0
}
