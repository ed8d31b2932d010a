import { detectLanguage, type Language } from '../retrieval/language.ts'
import { termsOf } from '../retrieval/terms.ts'
import type { Chunk } from './chunk.ts'

/** A passage with everything search needs of it that costs time and no network. */
export type DigestedChunk = Chunk & {
  /** Its terms, joined by spaces, and how many they are. */
  terms: string
  length: number
  /** Terms of the headings and the file name it stands under. */
  titleTerms: string
  /** By the built-in embedding, if that was asked for. */
  vector: Float32Array | null
}

/** Adds up what a scope's statistics need to know of a document. */
export type Tally = { counts: Map<string, number>; terms: number; tokens: number }

/** What all passages of a document share. */
export type Whole = { filename: string; language: Language }

export function emptyTally(): Tally {
  return { counts: new Map(), terms: 0, tokens: 0 }
}

type Embeddable = { text: string; position: { headings?: string[] } }

/** A vector as it is stored: little-endian float32, without a copy. */
export function vectorBytes(vector: Float32Array): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength)
}

/** What is embedded of a passage: its headings say what it is about when it does not. */
export function embedTextOf({ text, position }: Embeddable): string {
  const headings = position.headings ?? []
  return headings.length > 0 ? `${headings.join(' \u2014 ')}\n${text}` : text
}

/** Finds a passage's terms and counts them in. */
export function digestChunk(chunk: Chunk, whole: Whole, tally: Tally): DigestedChunk {
  // A short passage shows its language badly; its document's is the better guess.
  const language = detectLanguage(chunk.text, whole.language)
  const terms = termsOf(chunk.text, { language })
  const title = [...(chunk.position.headings ?? []), whole.filename].join(' ')
  for (const term of new Set(terms)) tally.counts.set(term, (tally.counts.get(term) ?? 0) + 1)
  tally.terms += terms.length
  tally.tokens += chunk.tokens
  return {
    ...chunk,
    terms: terms.join(' '),
    length: terms.length,
    titleTerms: termsOf(title, { language }).join(' '),
    vector: null,
  }
}
