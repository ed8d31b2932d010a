import type { Slot } from './slots.ts'

/** "It's Marta, not Maria": one value takes another's place; without `from`, the last one told. */
export type Amendment = { from: string | null; to: string }

const said =
  '(?:it|that|this|he|she|they|(?:his|her|its|their) \\p{L}+)(?: is| was| are| should be)(?: (?:actually|really|now|spelled|spelt|called|meant to be|supposed to be))*'
const value = '[^,]{1,40}?'
const little = '(?:\\p{Lu}|\\d)[^,]{0,24}'

const both: [pattern: RegExp, from: number][] = [
  [new RegExp(`^${said} (${value}),? (?:and )?not (${value})$`, 'u'), 2],
  [
    new RegExp(
      `^(?:I (?:meant|mean)|make (?:that|it)|should be|read) (${value}),? not (${value})$`,
      'u',
    ),
    2,
  ],
  [new RegExp(`^(${little}),? not (${little})(?:,.*)?$`, 'u'), 2],
  [new RegExp(`^not (${little})(?:,|,? but) (?:it is |that is )?(${little})$`, 'u'), 1],
  [
    new RegExp(
      `^I (?:said|wrote|typed|told you) (${little})(?:,|,? but) (?:I meant|it is|should be) (${little})$`,
      'u',
    ),
    1,
  ],
]

const alone =
  /^(?:(?:it|that)(?: is| was| should be)|make (?:it|that)(?= (?:\p{Lu}|\d)))(?: (?:actually|really|now|spelled|spelt))* (\p{Lu}[\p{L}'’-]*(?: \p{Lu}[\p{L}'’-]*){0,2}|\d[^,]{0,20})(?: (?:now|these days|nowadays|instead|actually|from now on|with an? \p{L}+(?: (?:in|at) the \p{L}+)?|without (?:the|an?) \p{L}+))?(?:, [^\d]{0,80})?$/u

/** What a clause corrects; `corrects` when its sentence is known to take something back. */
export function amendmentIn(clause: string, corrects: boolean): Amendment | null {
  for (const [pattern, from] of both) {
    const found = pattern.exec(clause)
    if (found) return { from: found[from] ?? '', to: found[3 - from] ?? '' }
  }
  const to = corrects ? alone.exec(clause)?.[1] : undefined
  return to ? { from: null, to } : null
}

type Known = { id: string; told: string; at: Date; slots: Slot[] }

/** The known that is corrected, as it is then. */
export function amended({ from, to }: Amendment, known: readonly Known[]) {
  const latest = [...known].sort((one, other) => other.at.getTime() - one.at.getTime())
  if (from !== null) {
    const word = new RegExp(`(?<![\\p{L}\\p{N}])${escaped(from)}(?![\\p{L}\\p{N}])`, 'iu')
    const one = latest.find(({ told }) => word.test(told))
    return one ? { id: one.id, content: one.told.replace(word, () => to) } : null
  }
  const single = latest.flatMap((one) => {
    const slot = one.slots.find(({ attribute }) => replaceable.test(attribute))
    return slot && shape(slot.value) === shape(to) ? [{ one, value: slot.value }] : []
  })
  const chosen = single.find(({ value }) => isLike(value, to)) ?? single[0]
  if (!chosen || chosen.value === to) return null
  return { id: chosen.one.id, content: chosen.one.told.replace(chosen.value, () => to) }
}

const replaceable =
  /^(?:identity|name|called|spouse|home|employer|age|birthday|favorite|own:|when:)/

const shape = (text: string) => (/^\d/.test(text) ? 'number' : 'words')

/** Two spellings of one name begin alike or have most of their letters in common. */
function isLike(one: string, other: string) {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()]
  const shared = [...new Set(a)].filter((letter) => b.includes(letter)).length
  return shared / Math.max(new Set(a).size, new Set(b).size) > 0.5
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
