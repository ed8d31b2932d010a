import { unprocessable } from '../errors.ts'
import { toInstant } from './instant.ts'

const prefix = 'metadata.'

/** The `metadata.<key>=<value>` filters of a query; a key that is repeated wants all its values. */
export function toLabels(query: object): [path: string, value: string][] {
  return Object.entries(query).flatMap(([name, value]) => {
    if (!name.startsWith(prefix)) return []
    const path = name.slice(prefix.length)
    const values = (Array.isArray(value) ? value : [value]).map(String)
    if ([path, ...values].some((text) => text.includes('\0') || !text.isWellFormed())) {
      throw unprocessable(['query', name], 'Input should be a valid string', 'string_unicode')
    }
    return values.map((one): [string, string] => [path, one])
  })
}

/** The moment an `as_of` names, or null where there is none. Throws `unprocessable`. */
export function toMoment(text: string | null | undefined, where = 'query'): Date | null {
  if (text === undefined || text === null || text === '') return null
  // In a URL the plus of a zone that was not escaped has become a space.
  const at = toInstant(text.replace(/ (?=\d\d:?\d\d$)/, (space, at) => (at > 10 ? '+' : space)))
  if (at) return at
  throw unprocessable([where, 'as_of'], 'Input should be a valid datetime', 'datetime_parsing')
}
