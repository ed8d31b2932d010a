import { fold } from './fold.ts'
import { type Language, queryLanguages } from './language.ts'
import { stopWordsOf } from './stop-words.ts'
import { unspaced } from './syllables.ts'
import { shortTerm, type Word, wordsOf } from './terms.ts'

/** One thing a query asks for: any of its terms, and how much it counts. */
export type QueryWord = {
  terms: string[]
  weight: number
  /** Whether a compound that begins or ends with it, as German writes them, counts as well. */
  inCompounds?: boolean
}

/** `terms` are all the terms of all the words: those whose document frequencies `rank` wants. */
export type PreparedQuery = { words: QueryWord[]; terms: string[] }

export type QueryOptions = {
  /** Languages known to be among what is searched: they help a query that shows none. */
  languages?: readonly Language[]
  /** Further terms a word may be met by, from `paraphrases.ts`. */
  related?: (term: string) => readonly string[]
}

/** What to look for, from what was asked: without function words, when anything else is left. */
export function prepareQuery(text: string, options: QueryOptions = {}): PreparedQuery {
  const asked = text.slice(0, longestQueryChars).normalize('NFKC').replace(asking, ' ')
  const languages = queryLanguages(asked, options.languages)
  const all = merge(languages.map((language) => wordsOf(asked, language)))
  const meaningful = all.filter(({ text: word }) => !isFunctionWord(word, languages))
  const kept = (meaningful.length > 0 ? meaningful : all).flatMap(toQueryWords)
  const compounds = languages.filter((language) => compounding.has(language))
  const opened = compounds.length > 0 ? kept.flatMap(openCompound) : kept
  const words = unique([...opened, ...relatedWords(kept, options.related)])
  const bounded = words.slice(0, mostQueryWords)
  return { words: bounded, terms: [...new Set(bounded.flatMap(({ terms }) => terms))] }
}

const longestQueryChars = 4_000
const mostQueryWords = 48

/** A part of an identifier or a lone Han character also stands for much else. */
const partWeight = 0.3

/** What stands for a word says less than the word. */
const relatedWeight = 0.3

function relatedWords(words: readonly QueryWord[], related: QueryOptions['related']): QueryWord[] {
  return words.flatMap(({ terms, weight }) => {
    const others = related ? terms.flatMap(related) : []
    return others.length > 0 ? [{ terms: others, weight: weight * relatedWeight }] : []
  })
}

/** Question phrases in scripts without spaces, where no word boundary would set them apart. */
const asking =
  /什么|甚么|什麼|哪里|哪裡|哪儿|哪些|哪个|哪個|哪一|哪年|谁|誰|多少|多久|怎么样?|怎樣|为什么|為什麼|为何|如何|是否|吗|嗎|呢|何ですか|なぜ|どこ|どの|どんな|どれ|どう|いつ|だれ|いくつ|いくら|でしょうか|ですか|ますか|ましたか|อะไร|ที่ไหน|ที่ใด|เมื่อไหร่|เมื่อไร|เมื่อใด|ทำไม|อย่างไร|เท่าไหร่|เท่าไร|เท่าใด|ใคร|คนใด|กี่|ไหน|무엇을|무엇이|무엇|어디에서|어디에|어디|언제|누구|누가|어떻게|어떤|얼마나|얼마|몇/gu

/** Characters that mostly join or end words: a bigram that holds one says little. */
const faint =
  /[的了是在有和与與及之于於被由以这這那个個们們也都不所为為从從]|^[\p{Script=Hiragana}ー]+$/u

function toQueryWords({ text, whole, parts }: Variants): QueryWord[] {
  const weight = unspaced.test(text) ? syllableWeight(whole[0] ?? '') : 1
  return [
    { terms: whole, weight },
    ...parts.map((terms) => ({ terms, weight: partWeight })),
  ].filter(({ terms }) => terms.length > 0)
}

const syllableWeight = (term: string) =>
  ([...term].length === 1 ? partWeight : 1) * (faint.test(term) ? 0.3 : 1)

/** A word read in each of the languages it may be in; parts stay in step across languages. */
type Variants = { text: string; whole: string[]; parts: string[][] }

/** Readings agree in number save around apostrophes; what has no partner stands by itself. */
function merge(readings: Word[][]): Variants[] {
  const merged = new Map<string, Variants>()
  for (const [at, word] of readings.flatMap((words) => [...words.entries()])) {
    const key = unspaced.test(word.text) ? `${at} ${word.text}` : word.text
    const known = merged.get(key) ?? { text: word.text, whole: [], parts: [] }
    const spelled = [...word.whole, ...umlautSpellings(word.text)]
    known.whole = [...new Set([...known.whole, ...spelled])]
    for (const [place, part] of word.parts.entries()) {
      known.parts[place] = [...new Set([...(known.parts[place] ?? []), part])]
    }
    merged.set(key, known)
  }
  return [...merged.values()]
}

/** Languages that write compounds as one word. */
const compounding = new Set<Language>(['de', 'nl', 'sv', 'da', 'no', 'fi', 'hu'])

/**
 * The word, to be met inside compounds too, and what it may itself be put together from: of all its
 * beginnings and endings those count that the scope holds, so no dictionary is needed.
 */
function openCompound(word: QueryWord): QueryWord[] {
  const [term = ''] = word.terms
  if (word.weight < 1 || term.length < shortestPart || /\d/.test(term)) return [word]
  const whole = { ...word, inCompounds: true }
  if (term.length < shortestPart * 2) return [whole]
  const cuts = Array.from(
    { length: term.length - shortestPart * 2 + 1 },
    (_, at) => at + shortestPart,
  )
  // Not between the halves of a letter, see `termsOf`.
  const places = cuts.filter((cut) => term.slice(cut).isWellFormed())
  const heads = places.map((cut) => term.slice(0, cut))
  const tails = places.map((cut) => term.slice(cut))
  return [
    whole,
    { terms: [...new Set([...heads, ...heads.map(withoutLink)])], weight: partWeight },
    { terms: tails, weight: partWeight },
  ]
}

const shortestPart = 4
const withoutLink = (head: string) => (head.length > 5 ? head.replace(/(?:en|es|s|n)$/, '') : head)

function isFunctionWord(word: string, languages: readonly Language[]) {
  const folded = fold(word)
  return languages.some((language) => stopWordsOf(language).has(folded))
}

function unique(words: QueryWord[]): QueryWord[] {
  const byTerms = new Map<string, QueryWord>()
  for (const word of words) {
    const key = word.terms.join(' ')
    const known = byTerms.get(key)
    if (!known || known.weight < word.weight) byTerms.set(key, word)
  }
  return [...byTerms.values()]
}

/** Mueller for Müller and the other way about, where the names are not German words. */
function umlautSpellings(word: string): string[] {
  const lower = word.toLowerCase()
  if (/[äöü]/.test(lower)) {
    const spelled = lower.replace(/ä/g, 'ae').replace(/ö/g, 'oe').replace(/ü/g, 'ue')
    // As the index has it: one word, without what joins it.
    return [shortTerm(fold(spelled.replace(/[^\p{L}\p{M}\p{N}]+/gu, '')))]
  }
  return []
}
