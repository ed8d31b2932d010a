import type { FactDecision, KnownMemory, Turn } from '../facts.ts'
import { hashOf } from '../versions.ts'
export function decideByRules(turn: Turn, known: readonly KnownMemory[]): FactDecision[] {
  const name = /my name is (\w+)/i.exec(turn.content)?.[1]
  const work = /i work as an? ([\w ]+) at (\w+)/i.exec(turn.content)
  const live = /i (?:live in|moved to) (\w+)/i.exec(turn.content)?.[1]
  const forget = /forget/i.test(turn.content)
  if (forget) return known.slice(0, 1).map(({ id }) => ({ event: 'DELETE', id, reason: 'forget' }))
  const old = known.find(({ content }) => content.startsWith('User lives in'))
  return [
    ...(name ? [`User's name is ${name}`] : []),
    ...(work ? [`User works as a ${work[1]} at ${work[2]}`] : []),
    ...(live ? [`User lives in ${live}`] : []),
  ].map((content) =>
    content.startsWith('User lives') && old && hashOf(old.content) !== hashOf(content)
      ? { event: 'UPDATE', id: old.id, content, reason: 'moved' }
      : { event: 'ADD', content, reason: 'stated' },
  )
}
