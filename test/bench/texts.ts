/**
 * Text with the statistics of a language and none of its sense: words by Zipf's law, of which the
 * most common are English function words, in sentences and paragraphs. The same seed, the same text.
 */
export type Writer = { paragraph(words: number): string; question(): string }

const common = `the of and to in a is that for it was on as with by at from be this which or an were
  are but not have had his they their one all when there been more if would about who some other`
  .split(/\s+/)
  .filter(Boolean)

const rareWords = 40_000

export function writer(seed: number): Writer {
  const random = generator(seed)
  const word = () => wordAt(Math.floor(rareWords ** random()) - 1)
  const paragraph = (words: number) => {
    const text: string[] = []
    for (let left = 0; text.length < words; left -= 1) {
      if (left <= 0) {
        if (text.length > 0) text[text.length - 1] += '.'
        left = 8 + Math.floor(random() * 16)
      }
      text.push(word())
    }
    return `${text.join(' ')}.`
  }
  /** Ten words: what a person asks, half of it words that every text has. */
  const question = () => {
    const asked = Array.from({ length: 5 }, word)
    const [a, b, c, d, e] = asked
    return `what is the ${a} of ${b} ${c} and ${d} ${e}?`
  }
  return { paragraph, question }
}

/** Text files of so many bytes, in paragraphs of some eighty words. */
export function textOf(bytes: number, seed: number): string {
  const { paragraph } = writer(seed)
  const parts: string[] = []
  for (let size = 0; size < bytes; ) {
    const part = paragraph(80)
    parts.push(part)
    size += part.length + 2
  }
  return parts.join('\n\n').slice(0, bytes)
}

const syllables = 'ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu'.split(' ')

/** The word of a rank: the first are English, the rest are made of syllables, longer when rarer. */
function wordAt(rank: number): string {
  const known = common[rank]
  if (known) return known
  let word = ''
  for (let left = rank * 7 + 400; left > 0; left = Math.floor(left / syllables.length)) {
    word += syllables[left % syllables.length]
  }
  return word
}

/** The linear congruential generator of Numerical Recipes. */
function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
