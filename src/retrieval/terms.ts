import { fold } from './fold.ts'
import { detectLanguage, type Language, languageOfWord } from './language.ts'
import { stem } from './stem.ts'
import { syllableTerms, unspaced, unspacedRuns } from './syllables.ts'

/** A word as the text writes it: the terms for the whole of it, and for its parts if it has any. */
export type Word = { text: string; whole: string[]; parts: string[] }

/**
 * The index terms of a text, in its order: stems in the text's language, identifiers whole and in
 * parts, bigrams where words are not spaced. They hold letters, marks and digits only, so that a
 * full-text index that splits at spaces (FTS5 `ascii`, `array_to_tsvector`) keeps them as they are.
 */
export function termsOf(text: string, { language }: { language?: Language } = {}): string[] {
  const spoken = language ?? detectLanguage(text)
  const known = rememberedIn(spoken)
  const terms: string[] = []
  for (const token of tokensOf(text)) {
    for (const term of known.get(token) ?? learn(token, spoken, known)) terms.push(term)
  }
  return terms
}

/** The words of a text with their terms, for a query, which weighs whole words and parts apart. */
export function wordsOf(text: string, language: Language): Word[] {
  return tokensOf(text).flatMap((token) => readToken(token, language))
}

/** Runs of letters and digits, joined by what joins them within one name, number or word. */
const tokens = /[\p{L}\p{M}\p{N}]+(?:[-.,'’_@+&‐‑][\p{L}\p{M}\p{N}]+)*/gu

const tokensOf = (text: string): string[] =>
  text
    .normalize('NFKC')
    .replace(/\u00ad|\u200b/g, '')
    .match(tokens) ?? []

/** Words repeat, so what they come to is remembered: it saves most of the cost of stemming. */
const remembered = new Map<Language, Map<string, readonly string[]>>()
const mostRemembered = 50_000

function rememberedIn(language: Language) {
  const known = remembered.get(language)
  if (known && known.size < mostRemembered) return known
  const fresh = new Map<string, readonly string[]>()
  remembered.set(language, fresh)
  return fresh
}

function learn(token: string, language: Language, known: Map<string, readonly string[]>) {
  const terms = readToken(token, language).flatMap(({ whole, parts }) => [...whole, ...parts])
  if (token.length < 40) known.set(token, terms)
  return terms
}

function readToken(token: string, language: Language): Word[] {
  if (unspaced.test(token)) {
    return splitRuns(token).flatMap((run) =>
      unspaced.test(run) ? syllableWords(run) : readToken(run, language),
    )
  }
  const spoken = languageOfWord(token, language)
  return withoutClitics(token, spoken).flatMap((word) => readName(word, spoken))
}

/** Every term of a run would carry all of it, and a run may be a whole text. */
const longestName = 40

const syllableWords = (run: string): Word[] => {
  const text = run.slice(0, longestName)
  return syllableTerms(fold(run)).map((term) => ({ text, whole: [shortTerm(term)], parts: [] }))
}

function readName(token: string, language: Language | null): Word[] {
  const pieces = token.split(joints)
  const parts = groupedNumber.test(token) ? [pieces.join('')] : pieces.flatMap(splitName)
  const joined = parts.length > 1 ? joinedName(token, pieces, parts) : null
  if (joined === null) {
    return parts.map((part) => ({ text: part, whole: termsFor([part], language), parts: [] }))
  }
  const kept = parts.filter((part) => part.length > 1 || /\d/.test(part))
  return [{ text: token, whole: termsFor([joined], language), parts: termsFor(kept, language) }]
}

const joints = /[-.,_@+&‐‑]/
const groupedNumber = /^\d{1,3}(?:,\d{3})+$/

const splitRuns = (token: string) => {
  const spaced = token.replace(unspacedRuns, ' $& ')
  return spaced.split(/[\s\-.,'’_@+&‐‑]+/u).filter(Boolean)
}

const termsFor = (words: string[], language: Language | null) =>
  words.map((word) => shortTerm(stem(word, language))).filter(Boolean)

const longestTerm = 40

/**
 * As much of a term as is indexed, which bounds what Postgres takes for one. Not cut between the
 * halves of a letter: JSON, in which terms are handed over, has no halves there.
 */
export function shortTerm(term: string): string {
  return term.length <= longestTerm
    ? term
    : term.slice(0, longestTerm).replace(/[\ud800-\udbff]$/, '')
}

/** "L'eau" is l and eau, "John's" is John, "İstanbul'da" is İstanbul, and "O'Brien" is OBrien. */
function withoutClitics(token: string, language: Language | null): string[] {
  const [head = '', ...rest] = token.split(/['’]/)
  if (rest.length === 0) return [token]
  if (language === 'tr') return [head]
  if (language === 'fr' || language === 'it' || elided.test(token)) return [head, ...rest]
  const tail = rest.join('')
  // "don't" stays one word, which is a stop word; what is cut from "she'll" is not missed.
  return [/^(?:s|re|ve|ll|d|m)$/i.test(tail) ? head : head + tail]
}

/** French and Italian names and quotations stand in texts of every language. */
const elided = /^(?:[cdjlmnst]|qu|dell|nell|all)['’][aeiouhàâéèêîôœ]/i

/** camelCase, HTTPServer and IL6 come apart; PDFs and plain words do not. */
function splitName(word: string): string[] {
  return word
    .replace(
      /(\p{Ll})(?=\p{Lu})|(\p{Lu})(?=\p{Lu}\p{Ll}{2})|(\p{N})(?=\p{L})|(\p{L})(?=\p{N})/gu,
      '$& ',
    )
    .split(' ')
    .filter(Boolean)
}

/**
 * The name as one word, when it is one: e-mail, IL-6, maxRetries, 1,000 and U.S. are; "the end.Next"
 * and a long-chain-of-words are not.
 */
function joinedName(token: string, pieces: string[], parts: string[]): string | null {
  if (parts.length > 6 || token.length > 64) return null
  const joined = parts.join('')
  if (pieces.length === 1 || /\d|_/.test(token)) return joined
  if (/[.,@]/.test(token)) return pieces.every((piece) => piece.length <= 2) ? joined : null
  return pieces.length <= 3 ? joined : null
}
