import type { QueryWord } from './query.ts'

/** Where a query's words occur in one text: how often, and at which places, per word. */
export type Matches = { counts: Float64Array; places: number[][] }

/**
 * Finds a query's words in stored terms in one pass, without making a string for each of them. What
 * it returns is overwritten by the next call: a search reads hundreds of texts.
 */
export function matcherOf(words: readonly QueryWord[]): (terms: string) => Matches {
  const wordsByTerm = new Map<string, number[]>()
  for (const [at, { terms }] of words.entries()) {
    for (const term of terms) wordsByTerm.set(term, [...(wordsByTerm.get(term) ?? []), at])
  }
  const possible = shapesOf(wordsByTerm.keys())
  const compounds = words.flatMap(({ inCompounds, terms }, at) =>
    inCompounds ? [{ at, part: terms[0] ?? '' }] : [],
  )
  const counts = new Float64Array(words.length)
  const places = words.map((): number[] => [])
  const note = (word: number, place: number) => {
    counts[word]! += 1
    places[word]!.push(place)
  }
  return (terms) => {
    counts.fill(0)
    for (const some of places) some.length = 0
    eachPossible(terms, possible, (start, end, place) => {
      for (const at of wordsByTerm.get(terms.slice(start, end)) ?? []) note(at, place)
    })
    for (const { at, part } of compounds) {
      if (counts[at] === 0) counts[at] = compoundsWith(part, terms) / 2
    }
    return { counts, places }
  }
}

type OnTerm = (start: number, end: number, place: number) => void

/** Calls back for each term whose shape is a possible one. */
function eachPossible(terms: string, possible: Uint8Array, onTerm: OnTerm) {
  const letters = lettersOf(terms)
  const length = terms.length
  for (let start = 0, end = 0, place = 0; end <= length; end += 1) {
    if (letters[end] !== space) continue
    if (end > start && possible[shapeOf(letters, start, end)] === 1) onTerm(start, end, place)
    place += 1
    start = end + 1
  }
}

/** Most terms of a text are none of ours: their length and outer letters rule out nearly all. */
function shapesOf(terms: Iterable<string>) {
  const possible = new Uint8Array(shapes)
  for (const term of terms) possible[shapeOf(lettersOf(term), 0, term.length)] = 1
  return possible
}

const shapeOf = (letters: Uint16Array, start: number, end: number) =>
  ((letters[start]! * 31 + letters[end - 1]!) * 31 + end - start) & (shapes - 1)

const space = 32
const shapes = 65_536

/** The code units of a text and a space, in an array that the next call overwrites: quicker to read. */
function lettersOf(text: string): Uint16Array {
  if (text.length >= scratch.length) {
    scratch = new Uint16Array(text.length * 2)
    bytes = Buffer.from(scratch.buffer)
  }
  bytes.write(text, 'utf16le')
  scratch[text.length] = space
  return scratch
}

let scratch = new Uint16Array(16_384)
let bytes = Buffer.from(scratch.buffer)

/** How many longer terms begin or end with this one: Mücke in Sandmücke, Zöliakie in Zöliakiekranke. */
function compoundsWith(part: string, terms: string) {
  let count = 0
  for (let at = terms.indexOf(part); at >= 0; at = terms.indexOf(part, at + part.length)) {
    const begins = at === 0 || terms[at - 1] === ' '
    const after = at + part.length
    const ends = after === terms.length || terms[after] === ' '
    const rest = begins ? terms.slice(after, after + 3) : terms.slice(Math.max(at - 3, 0), at)
    if (begins !== ends && rest.length === 3 && !rest.includes(' ')) count += 1
  }
  return count
}
