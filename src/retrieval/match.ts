import type { QueryWord } from './query.ts'

/** Where a query's words occur in one text: how often, and at which places, per word. */
export type Matches = { counts: number[]; places: (readonly number[])[] }

/** Finds a query's words in stored terms in one pass, without making a string for each of them. */
export function matcherOf(words: readonly QueryWord[]): (terms: string) => Matches {
  const wordsByTerm = new Map<string, number[]>()
  for (const [at, { terms }] of words.entries()) {
    for (const term of terms) wordsByTerm.set(term, [...(wordsByTerm.get(term) ?? []), at])
  }
  // Most terms of a text are none of ours: a hash of their letters rules out nearly all.
  const possible = new Uint8Array(hashes)
  for (const term of wordsByTerm.keys()) possible[hashOf(term)] = 1
  const compounds = words.flatMap(({ inCompounds, terms }, at) =>
    inCompounds ? [{ at, part: terms[0] ?? '' }] : [],
  )
  return (terms) => {
    const found = blank(words.length)
    eachPossible(terms, possible, (start, end, place) => {
      for (const at of wordsByTerm.get(terms.slice(start, end)) ?? []) note(found, at, place)
    })
    for (const { at, part } of compounds) {
      if (found.counts[at] === 0) found.counts[at] = compoundsWith(part, terms) / 2
    }
    return found
  }
}

type OnTerm = (start: number, end: number, place: number) => void

/** Calls back for each term whose hash is a possible one. */
function eachPossible(terms: string, possible: Uint8Array, onTerm: OnTerm) {
  const letters = lettersOf(terms)
  const length = terms.length
  let place = 0
  let start = 0
  let hash = 0
  for (let end = 0; end <= length; end += 1) {
    const letter = end < length ? letters[end]! : space
    if (letter !== space) {
      hash = (hash * 31 + letter) & (hashes - 1)
      continue
    }
    if (possible[hash] === 1 && end > start) onTerm(start, end, place)
    place += 1
    start = end + 1
    hash = 0
  }
}

const space = 32
const hashes = 65_536

function hashOf(term: string) {
  let hash = 0
  for (const letter of lettersOf(term).subarray(0, term.length)) {
    hash = (hash * 31 + letter) & (hashes - 1)
  }
  return hash
}

/** The code units of a text in an array that the next call overwrites, which reads quicker than a string. */
function lettersOf(text: string): Uint16Array {
  if (text.length > scratch.length) scratch = new Uint16Array(text.length * 2)
  Buffer.from(scratch.buffer).write(text, 'utf16le')
  return scratch
}

let scratch = new Uint16Array(16_384)

const blank = (size: number): Matches => ({
  counts: new Array<number>(size).fill(0),
  places: new Array<readonly number[]>(size).fill(nowhere),
})

const nowhere: readonly number[] = []

function note({ counts, places }: Matches, word: number, place: number) {
  counts[word]! += 1
  const known = places[word]!
  if (known === nowhere) places[word] = [place]
  else (known as number[]).push(place)
}

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
