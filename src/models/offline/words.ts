const stopWords = new Set(
  `a about all am an and any are as at be been but by can could did do does doing for from get give
  got had has have he her here him his how i if in into is it its just let like may me might mine my
  no not of off on one or our ours out over please put shall she should so some such tell than that
  the their them then there these they this those to up us use using want was we were what when
  where which who whom whose why will with would you your yours know need dont does s t m d ll re ve
  whats wheres`.split(/\s+/),
)

/** The words of a text in lower case; identifiers in snake_case and camelCase come apart. */
export function wordsOf(text: string): string[] {
  const apart = text.replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2').replace(/['’]s\b/g, '')
  return apart.toLowerCase().match(/[\p{L}\p{M}]+|\d+/gu) ?? []
}

/** The stems of the words that carry meaning. */
export function stemsOf(text: string): string[] {
  const meaningful = wordsOf(text).filter((word) => !stopWords.has(word) && word.length > 1)
  return meaningful.map(stem)
}

/** A light stemmer: enough for plurals, tenses, British spelling, calculator beside calculate. */
export function stem(word: string): string {
  if (word.length < 4 || word === 'news') return word
  const singular = word
    .replace(/our(?=$|s|it|ed)/, 'or')
    .replace(/ies$/, 'y')
    .replace(/([^su])s$/, '$1')
  const root = singular.replace(/(?:ations?|ators?|ating|ions?|ing|ed|ers?|ment)$/, '')
  return (root.length >= 4 ? root : singular).replace(/(?:ate|e)$/, '').replace(/([^ls])\1$/, '$1')
}

/** Sentences and lines, trimmed; at most `limit` of them. */
export function sentencesOf(text: string, limit = 2_000): string[] {
  const parts = text.slice(0, 200_000).split(/(?<=[.!?…。！？])\s+|(?<=[。！？])|\n+/)
  return parts
    .slice(0, limit)
    .map((part) => part.trim())
    .filter(Boolean)
}

/** At most `max` characters, never half of a surrogate pair, on one line. */
export function clip(text: string, max: number): string {
  const line = text
    .slice(0, max * 4)
    .replace(/\s+/g, ' ')
    .trim()
  return line.length <= max && text.length <= max * 4 ? line : `${whole(line.slice(0, max))}…`
}

/** "a, b and c" */
export function listed(items: readonly string[], word = 'and'): string {
  if (items.length < 2) return items.join('')
  return `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

export function withStop(text: string): string {
  return /[.!?…]["'”)]?$/.test(text) ? text : `${text}.`
}

/** The text as a regular expression which matches it and nothing else, with or without `u`. */
export function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

const whole = (text: string) => text.replace(/[\ud800-\udbff]$/, '')
