import type { FactDecision, KnownMemory, Turn } from '../facts.ts'
import { saidIn } from './extract.ts'
import { forgotten, wordsOfTarget } from './forget.ts'
import { mergeFact, type Read } from './merge.ts'
import { slotsOf } from './slots.ts'
import { stemsOf } from './words.ts'

/**
 * What a turn changes of what is known, without a model: the same turn and memories always meet the
 * same decisions. `known` are the related memories, in any wording.
 */
export function decideByRules(turn: Turn, known: readonly KnownMemory[]): FactDecision[] {
  let reads = known.filter(({ content }) => content.length <= longestRead).map(read)
  const { names, spoken } = acquaintances(reads)
  const decisions: FactDecision[] = []
  let added = 0
  for (const one of saidIn(turn, names, spoken)) {
    if ('forget' in one) {
      const all = one.forget.target === null ? known.map(read) : reads
      const gone = forgotten(one.forget.target, all)
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
    const told = mergeFact(one.fact, reads)
    decisions.push(...told)
    const gone = new Set(
      told.flatMap((decision) =>
        decision.event === 'UPDATE' || decision.event === 'DELETE' ? [decision.id] : [],
      ),
    )
    reads = reads.filter(({ id }) => !gone.has(id))
    if (told.some(({ event }) => event === 'ADD'))
      reads.push(read({ id: `new ${added++}`, content: one.fact.content, at: turn.at }))
  }
  return decisions.filter((one) => !('id' in one) || !one.id?.startsWith('new '))
}

/** Whether a turn asks for all memories to be forgotten, not only for related ones. */
export const forgetsEverything = (turn: Turn): boolean =>
  saidIn(turn, new Map(), null).some((one) => 'forget' in one && one.forget.target === null)

/** Queries that find the memories which a turn may touch; none when it has nothing to keep. */
export function topicsOf(turn: Turn): string[] {
  const topics = saidIn(turn, new Map(), null).flatMap((one) => {
    if ('fact' in one) return [one.fact.content, ...one.fact.old]
    return one.forget.target === null ? [] : wordsOfTarget(one.forget.target)
  })
  return [...new Set(topics)].slice(0, mostTopics)
}

const mostTopics = 24

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
  const said = saidIn({ role: 'user', content: text, at }, new Map(), null)
  const [only] = said
  return said.length === 1 && only && 'fact' in only ? only.fact.content : text
}

/** The names met in what is known, and who was spoken of last. */
function acquaintances(reads: readonly Read[]) {
  const names = new Map<string, string>()
  let spoken: string | null = null
  const inOrder = [...reads].sort((one, other) => one.at.getTime() - other.at.getTime())
  for (const { told } of inOrder) {
    const found = whose.exec(told)
    const role = found?.[1] ?? found?.[3] ?? found?.[5]
    const name = found?.[2] ?? found?.[4] ?? found?.[6]
    if (!role || !name || /^(?:User|Is)$/.test(name)) continue
    spoken = `User's ${role} ${name}`
    names.set(name.toLowerCase(), spoken)
  }
  return { names, spoken }
}

const whose =
  /^User has (?:an? |one |two )?(?:\p{L}+ )?(\p{L}+),? (?:named|called) (\p{Lu}[\p{L}'’-]*)|^User's (\p{L}+)(?:'s name)? is (?:named |called )?(\p{Lu}[\p{L}'’-]*)$|^User's (\p{Ll}+) (\p{Lu}[\p{L}'’-]*) /u
