import type { EmbeddingModel } from '../model.ts'

/**
 * The built-in embedding: no key, no network, no download, the same numbers everywhere. A text is
 * the sum of its words; a word is the sum of its hashed character n-grams (the subwords of P.
 * Bojanowski et al., "Enriching word vectors with subword information", 2017, by the signed feature
 * hashing of K. Weinberger et al., 2009), so that inflections, compounds and typing errors stay
 * near each other. It knows spelling and no meaning.
 */
export function offlineEmbedding(dims = 512): EmbeddingModel {
  const remembered = new Map<string, WordVector>()
  const vectorOf = (word: string) => {
    const known = remembered.get(word)
    if (known) return known
    if (remembered.size >= mostRemembered) remembered.clear()
    const made = wordVector(word, dims)
    remembered.set(word, made)
    return made
  }
  return {
    provider: 'offline',
    model: 'subwords-1',
    dims,
    space: `offline/subwords-1/${dims}`,
    async embed(texts: readonly string[], _kind: 'query' | 'document', signal: AbortSignal) {
      signal.throwIfAborted()
      return texts.map((text) => embedText(text, dims, vectorOf))
    },
  }
}

/** Hashed places with their signed values; a word touches few of them. */
type WordVector = { at: Uint16Array; value: Float32Array }

const mostRemembered = 50_000
const mostChars = 20_000

function embedText(text: string, dims: number, vectorOf: (word: string) => WordVector) {
  const sum = new Float32Array(dims)
  for (const [word, count] of countWords(text.slice(0, mostChars))) {
    const { at, value } = vectorOf(word)
    const damped = 1 + Math.log(count)
    for (let i = 0; i < at.length; i += 1) sum[at[i]!]! += value[i]! * damped
  }
  return normalised(sum)
}

function countWords(text: string) {
  const counts = new Map<string, number>()
  for (const word of fold(text).match(words) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1)
  return counts
}

/** Letters, digits and marks; case and accents do not count, except the marks Indic scripts need. */
const words = /[\p{L}\p{M}\p{N}]+/gu

const fold = (text: string) =>
  text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u0655]/g, '')
    .normalize('NFC')
    .toLowerCase()

function wordVector(word: string, dims: number): WordVector {
  const pieces = piecesOf(word)
  const places = new Map<number, number>()
  for (const [piece, weight] of pieces) {
    const hash = hashOf(piece)
    const at = hash % dims
    places.set(at, (places.get(at) ?? 0) + (hash & 0x4000_0000 ? weight : -weight))
  }
  const length = Math.hypot(...places.values()) || 1
  const rarity = rarityOf(word)
  return {
    at: Uint16Array.from(places.keys()),
    value: Float32Array.from(places.values(), (value) => (value / length) * rarity),
  }
}

/**
 * Common words are short in every language that spells words out (Zipf's law of abbreviation), so
 * length stands in for the inverse document frequency that a single text cannot know.
 */
const rarityOf = (word: string) => (dense.test(word) ? 1 : Math.min(word.length, 8) ** 1.5 / 8)

const dense =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u

/** The word itself, and its pieces: bigrams where a character is a syllable, else 3 to 5 letters. */
function piecesOf(word: string): [piece: string, weight: number][] {
  if (dense.test(word)) return gramsOf([...word], 2).map((gram) => [gram, 1])
  const marked = [...`<${word.slice(0, 40)}>`]
  const grams = [3, 4, 5].flatMap((size) => gramsOf(marked, size))
  return [[`=${word}`, 1], ...grams.map((gram): [string, number] => [gram, 0.6])]
}

function gramsOf(characters: readonly string[], size: number) {
  const grams: string[] = []
  for (let at = 0; at + size <= characters.length; at += 1) {
    grams.push(characters.slice(at, at + size).join(''))
  }
  return grams.length > 0 ? grams : [characters.join('')]
}

/** FNV-1a with the last mixing of MurmurHash3: every bit of the result depends on every letter. */
function hashOf(text: string) {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

function normalised(vector: Float32Array) {
  let square = 0
  for (const value of vector) square += value * value
  const length = Math.sqrt(square)
  return length > 0 ? vector.map((value) => value / length) : vector
}
