import * as find from './find-values.ts'
import type { Kind } from './kinds.ts'
import { kindOf } from './kinds.ts'
import { listOf, type Schema, typeOf } from './schema.ts'
import { escapeRegex, wordsOf } from './words.ts'

/** The free values of a kind; of two places or currencies, "from" and "to" tell which is which. */
export function stringsOf(
  kind: Kind,
  name: string,
  text: string,
  used: readonly string[],
): find.Found[] {
  const free = all(kind, name, text).filter(({ value }) => !used.includes(value))
  const role = /\b(from|origin|source|base|departure|to|target|destination|arrival)\b/.exec(
    wordsOf(name).join(' '),
  )?.[1]
  if (!role || kind === 'email') return free
  if (kind === 'currency') return isFrom(role) ? free : free.slice(used.some(isCode) ? 0 : 1)
  if (kind !== 'place') return free
  const led = find.placesIn(text, isFrom(role) ? 'from' : 'to|into').filter(({ sure }) => sure)
  return led.length > 0 ? led : free
}

const isFrom = (role: string) => /from|origin|source|base|departure/.test(role)
const isCode = (value: string) => /^[A-Z]{3}$/.test(value)

function all(kind: Kind, name: string, text: string): find.Found[] {
  if (kind === 'expression') return find.expressionsIn(text)
  if (kind === 'sql') return find.sqlIn(text)
  if (kind === 'email') return find.emailsIn(text)
  if (kind === 'url') return find.urlsIn(text)
  if (kind === 'timezone') return find.timezonesIn(text)
  if (kind === 'date-time') return momentsIn(text)
  if (kind === 'date') return find.datesIn(text)
  if (kind === 'time') return find.timesIn(text)
  if (kind === 'currency') return find.currenciesIn(text)
  if (kind === 'language') return find.languagesIn(text)
  if (kind === 'symbol') return find.symbolsIn(text)
  if (kind === 'place') return find.placesIn(text)
  if (kind === 'id') return find.idsIn(text, wordsOf(name))
  const addresses = /^(?:to|from|recipients?|attendees?|guests?)$/.test(name)
    ? find.emailsIn(text)
    : []
  return addresses.length > 0 ? addresses : find.peopleIn(text)
}

function momentsIn(text: string) {
  const stamps = find.dateTimesIn(text)
  if (stamps.length > 0) return stamps
  const parts = [find.datesIn(text)[0]?.value, find.timesIn(text)[0]?.value].filter(Boolean)
  return parts.length > 0 ? [{ value: parts.join(' '), sure: true }] : []
}

/** Several places, symbols, ids or zones for one parameter, which asks for one call each. */
export function severalOf(name: string, schema: Schema, text: string) {
  const kind = kindOf(name, schema)
  if (typeOf(schema) !== 'string' || !/^(place|symbol|id|timezone)$/.test(kind)) return null
  if (/\b(from|to|origin|destination)\b/.test(wordsOf(name).join(' '))) return null
  const values = all(kind, name, text).filter(({ sure }) => sure)
  return values.length > 1 ? { name, values: values.map(({ value }) => value).slice(0, 8) } : null
}

/** Letters and digits as the schema's first example has them: "ORD-123" asks for one like it. */
export function shapeOf(schema: Schema) {
  const [example] = listOf(schema.examples)
  if (typeof example !== 'string' || !/\d/.test(example) || example.length > 40) return null
  const shape = example.replace(/\d+|\p{L}+|[^\p{L}\d]+/gu, (part) => {
    if (/^\d/.test(part)) return '\\d+'
    return /^\p{L}/u.test(part) ? '\\p{L}+' : escapeRegex(part)
  })
  return new RegExp(`^${shape}$`, 'u')
}
