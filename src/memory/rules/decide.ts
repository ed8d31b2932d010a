import type { FactDecision, KnownMemory, Turn } from '../facts.ts'
import { amended } from './corrections.ts'
import { type Acquaintances, type Amending, saidIn } from './extract.ts'
import { forgotten, lastTold, wordsOfTarget } from './forget.ts'
import { mergeFact, type Read } from './merge.ts'
import { animals, people } from './nouns.ts'
import { slotsOf } from './slots.ts'
import type { Fact } from './statements.ts'
import { stemsOf } from './words.ts'

/**
 * What a turn changes of what is known, without a model: the same turn and memories always meet the
 * same decisions. `known` are the related memories, in any wording.
 */
export function decideByRules(turn: Turn, known: readonly KnownMemory[]): FactDecision[] {
  let reads = known.filter(({ content }) => content.length <= longestRead).map(read)
  const met = acquaintances(reads)
  const decisions: FactDecision[] = []
  let added = 0
  for (const one of saidIn(turn, met)) {
    if ('forget' in one) {
      const all = one.forget.target === null ? known.map(read) : reads
      const gone = one.forget.last ? lastTold(all) : forgotten(one.forget.target, all)
      decisions.push(
        ...gone.map(
          ({ id }): FactDecision => ({
            event: 'DELETE',
            id,
            reason: 'The user asked to forget it.',
          }),
        ),
      )
      reads = reads.filter((other) => !gone.some(({ id }) => id === other.id))
      continue
    }
    const told =
      'amend' in one ? amending(one, reads) : mergeFact(partnerNamed(one.fact, reads), reads)
    decisions.push(...told)
    const gone = new Set(
      told.flatMap((decision) =>
        decision.event === 'UPDATE' || decision.event === 'DELETE' ? [decision.id] : [],
      ),
    )
    reads = reads.filter(({ id }) => !gone.has(id))
    for (const made of told) {
      if (made.event === 'ADD' || made.event === 'UPDATE')
        reads.push(read({ id: `new ${added++}`, content: made.content, at: turn.at }))
    }
  }
  return decisions.filter((one) => !('id' in one) || !one.id?.startsWith('new '))
}

/** A correction of what is known; of something unknown it is a statement like others. */
function amending({ amend, otherwise }: Amending, reads: readonly Read[]): FactDecision[] {
  const made = amended(amend, reads)
  if (!made) return otherwise.flatMap((fact) => mergeFact(fact, reads))
  return [{ event: 'UPDATE', ...made, reason: 'The user corrected it.' }]
}

/** "We broke up" is about the partner who is known. */
function partnerNamed(fact: Fact, reads: readonly Read[]): Fact {
  const parted = /^User (broke up|split up|separated)(?= |$)/.exec(fact.content)
  const name = parted && reads.map(({ told }) => partner.exec(told)?.[1]).find(Boolean)
  return name ? { ...fact, content: fact.content.replace(/^User/, `User and ${name}`) } : fact
}

const partner =
  /^User's (?:girlfriend|boyfriend|gf|bf|partner|husband|wife|fianc\S+)(?:'s name)?(?: is(?: named| called)?)? (\p{Lu}[\p{L}'’-]+)/u

/** Whether a turn asks for all memories to be forgotten, not only for related ones. */
export const forgetsEverything = (turn: Turn): boolean =>
  saidIn(turn).some((one) => 'forget' in one && one.forget.target === null)

/** Queries that find the memories which a turn may touch; none when it has nothing to keep. */
export function topicsOf(turn: Turn): string[] {
  const topics = saidIn(turn).flatMap((one) => {
    if ('amend' in one) return [one.amend.from ?? '', one.amend.to].filter(Boolean)
    if ('fact' in one) return [one.fact.content, ...one.fact.old, ...wordsOfSlots(one.fact.content)]
    return one.forget.target === null ? [] : wordsOfTarget(one.forget.target)
  })
  return [...new Set(topics)].slice(0, mostTopics)
}

const mostTopics = 24

/** How else what a fact contradicts may be told: a new job replaces what "works at …". */
const wordsOfSlots = (content: string) =>
  [...new Set(slotsOf(content).map(({ attribute }) => otherWords[attribute] ?? ''))].filter(Boolean)

const work = 'works at as job employer company unemployed retired'
const bond = 'married single divorced engaged dating wife husband girlfriend boyfriend partner'
const otherWords: Record<string, string> = {
  ...{ home: 'lives in moved address home city based', age: 'years old turned age' },
  ...{ employer: work, job: work, 'work status': work, marital: bond, spouse: bond },
  ...{ diet: 'vegan vegetarian diet eats meat', name: 'name is called', drives: 'drives car' },
  ...{ birthday: 'birthday born', studies: 'studies major university' },
}

/** Longer memories are documents somebody stored: no fact of a conversation replaces them. */
const longestRead = 500

function read(known: KnownMemory): Read {
  const told = toldOf(known)
  return { ...known, told, slots: slotsOf(told), stems: stemsOf(told) }
}

/** A memory in the words of the rules, whether it says "User lives …", "Lives …" or "I live …". */
function toldOf({ content, at }: KnownMemory) {
  const text = content.trim()
  if (/^(?:the )?user\b/i.test(text)) return text.replace(/^(?:the )?user\b/i, 'User')
  if (
    /^\p{L}+s (?:in|at|as|for|to|a|an|the|on|by|up|from)\b|^(?:is|has|likes|loves|hates|prefers|enjoys|works|lives|speaks|plays|drives|owns)\b/iu.test(
      text,
    )
  )
    return `User ${text.charAt(0).toLowerCase()}${text.slice(1)}`
  const label = /^([\p{L} ]{2,24}): (.{1,80})$/u.exec(text)
  if (label) return `User's ${(label[1] ?? '').toLowerCase()} is ${label[2]}`
  const said = saidIn({ role: 'user', content: text, at })
  const [only] = said
  return said.length === 1 && only && 'fact' in only ? only.fact.content : text
}

/** The names met in what is known, and who was spoken of last. */
function acquaintances(reads: readonly Read[]): Acquaintances {
  const names = new Map<string, string>()
  const plans = new Set<string>()
  let spoken: string | null = null
  const inOrder = [...reads].sort((one, other) => one.at.getTime() - other.at.getTime())
  for (const { told } of inOrder) {
    const plan = planned.exec(told)?.[1] ?? appointed.exec(told)?.[1]
    if (plan) plans.add(plan.toLowerCase())
    const found = whose.exec(told)
    const role = found?.[1] ?? found?.[3] ?? found?.[5]
    const name = found?.[2] ?? found?.[4] ?? found?.[6]
    if (!name) spoken = alone.exec(told)?.[0] ?? spoken
    if (!role || !name || /^(?:User|Is)$/.test(name)) continue
    spoken = `User's ${role} ${name}`
    names.set(name.toLowerCase(), spoken)
  }
  return { names, spoken, plans }
}

/** "My daughter is 6" makes her the one that "she" is. */
const alone = new RegExp(`^User's (?:${people}|${animals})(?= (?:is|has|was|[\\p{Ll}]+s) )`, 'u')

const appointed = /^User has an? (?:[^ ]+ ){0,2}?(\p{L}+) on .*\d/u

const planned =
  /^User's (?:[^ ]+ ){0,2}?(\p{L}+)(?: (?:with|at|for|in) (?:(?:the|my|our|their|an?) )?[^ ]+)? (?:is|starts|begins|ends|leaves|will be)\b.*\d/u

const whose = new RegExp(
  `^User has (?:an? |one |two )?(?:\\p{L}+ )?(${people}|${animals}),? (?:named|called) (\\p{Lu}[\\p{L}'’-]*)|^User's (${people}|${animals})(?:'s name)? is (?:named |called )?(\\p{Lu}[\\p{L}'’-]*)$|^User's (${people}|${animals}) (\\p{Lu}[\\p{L}'’-]*) `,
  'u',
)
