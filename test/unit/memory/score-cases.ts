import type { KnownMemory } from '../../../src/memory/facts.ts'
import { decideByRules } from '../../../src/memory/rules/decide.ts'
import { stem } from '../../../src/retrieval/stem.ts'

export type Case = { messages: string[]; facts: string[]; gone: RegExp | null; line: string }
export type Rates = {
  precision: number
  recall: number
  f1: number
  right: number
  wrong: string[]
}

const said = new Date('2024-06-12T10:00:00Z')

/** See cases.ts for the form. */
export function casesIn(text: string): Case[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [before = '', after = ''] = line.split(/=>(?= |$)/)
      const [facts = '', gone] = after.split('!!')
      return {
        line,
        messages: before.split(' // ').map((one) => one.trim().replaceAll('\\n', '\n')),
        facts: facts
          .split(';')
          .map((one) => one.trim())
          .filter(Boolean),
        gone: gone ? new RegExp(gone.trim(), 'i') : null,
      }
    })
}

/** What is remembered after the messages, starting from nothing. */
export function rememberedAfter(messages: readonly string[]): string[] {
  let known: KnownMemory[] = []
  let count = 0
  messages.forEach((content, at) => {
    const turn = { role: 'user' as const, content, at: new Date(said.getTime() + at * 1_000) }
    for (const decision of decideByRules(turn, known)) {
      if (decision.event === 'UPDATE' || decision.event === 'DELETE') {
        known = known.filter(({ id }) => id !== decision.id)
      }
      if (decision.event === 'UPDATE' || decision.event === 'ADD') {
        known.push({ id: String(count++), content: decision.content, at: turn.at })
      }
    }
  })
  return known.map(({ content }) => content)
}

/** Facts are the same when they share most of their words that mean something. */
export function isSameFact(stored: string, wanted: string): boolean {
  const [one, other] = [wordsOf(stored), wordsOf(wanted)]
  const shared = other.filter((word) => one.includes(word)).length
  return shared / other.length >= 0.75 && shared / one.length >= 0.5
}

const little =
  /^(?:user|s|a|an|the|is|are|was|in|at|on|to|of|for|as|and|with|their|that|has|have|there|live|doe)$/

const wordsOf = (text: string) =>
  (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
    .map((word) => stem(word, 'en'))
    .filter((word) => !little.test(word))

export function scoreCases(cases: readonly Case[]): Rates {
  let stored = 0
  let wanted = 0
  let found = 0
  const wrong: string[] = []
  for (const one of cases) {
    const facts = rememberedAfter(one.messages)
    const left = [...facts]
    let hits = 0
    for (const fact of one.facts) {
      const at = left.findIndex((candidate) => isSameFact(candidate, fact))
      if (at < 0) continue
      left.splice(at, 1)
      hits++
    }
    stored += facts.length
    wanted += one.facts.length
    found += hits
    const stays = one.gone !== null && facts.some((fact) => one.gone?.test(fact))
    if (hits < one.facts.length || left.length > 0 || stays)
      wrong.push(`${one.line}\n   -> ${facts.join('; ')}`)
  }
  const precision = stored ? found / stored : 1
  const recall = wanted ? found / wanted : 1
  const f1 = precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0
  return { precision, recall, f1, right: 1 - wrong.length / cases.length, wrong }
}
