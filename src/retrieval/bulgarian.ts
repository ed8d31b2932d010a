/**
 * Light stemming of Bulgarian: article, plural, then the vowel of gender. After J. Savoy, "Searching
 * strategies for the Bulgarian language" (2007).
 */
export function stemBulgarian(word: string): string {
  if (word.length < 4) return word
  if (word.length > 5 && word.endsWith('ища')) return word.slice(0, -3)
  const singular = withoutPlural(withoutArticle(word))
  const bare = singular.length > 3 ? singular.replace(/[аое]?я?$/u, '') : singular
  const drawn = bare.length > 4 ? bare.replace(/ен$/u, 'н') : bare
  return drawn.length > 5 ? drawn.replace(/ъ(.)$/u, '$1') : drawn
}

function withoutArticle(word: string) {
  if (word.length > 6 && word.endsWith('ият')) return word.slice(0, -3)
  if (word.length > 5 && /(?:ът|то|те|та|ия)$/u.test(word)) return word.slice(0, -2)
  return word.length > 4 && word.endsWith('ят') ? word.slice(0, -2) : word
}

function withoutPlural(word: string) {
  if (word.length > 6) {
    if (/(?:овци|ове)$/u.test(word)) return word.slice(0, -3)
    if (word.endsWith('еве')) return `${word.slice(0, -3)}й`
  }
  if (word.length > 5) {
    if (word.endsWith('ища')) return word.slice(0, -3)
    if (word.endsWith('та')) return word.slice(0, -2)
    if (word.endsWith('ци')) return `${word.slice(0, -2)}к`
    if (word.endsWith('зи')) return `${word.slice(0, -2)}г`
    if (/е.и$/u.test(word)) return word.replace(/е(.)и$/u, 'я$1')
  }
  if (word.length <= 4) return word
  return word.endsWith('си') ? `${word.slice(0, -2)}х` : word.replace(/и$/u, '')
}
