import { fold } from './fold.ts'
import { type StopLanguage, stopLanguages, stopWordsOf } from './stop-words.ts'

/** The languages whose words are told apart; others are indexed by their folded surface. */
export type Language = StopLanguage

/**
 * The likely languages of a text's words in Latin, Cyrillic, Arabic or other letters, best first:
 * function words count by how few languages share them, and letters that only some languages write
 * count too. Empty when nothing speaks for any.
 */
export function likelyLanguages(text: string, limitChars = 1_000): Likely[] {
  const points = new Map<Language, number>([['en', commonest]])
  const add = (language: Language, by: number) =>
    points.set(language, (points.get(language) ?? 0) + by)
  const sample = text.slice(0, limitChars).toLowerCase()
  speakers ??= speakersByWord()
  for (const word of sample.match(letterRuns) ?? []) {
    const languages = speakers.get(fold(word)) ?? []
    for (const language of languages) add(language, 1 / languages.length)
  }
  const start = sample.slice(0, 500)
  for (const [letters, languages, weight] of isPlain(points) ? [] : tellingLetters) {
    const found = start.match(letters)?.length ?? 0
    for (const language of languages) if (found > 0) add(language, found * weight)
  }
  return [...points]
    .filter(([language, score]) => language !== 'en' || score > commonest)
    .map(([language, score]) => ({ language, score }))
    .sort((one, other) => other.score - one.score || (one.language < other.language ? -1 : 1))
}

export type Likely = { language: Language; score: number }

/**
 * The language of a text, or `fallback` when it shows none, as a table of figures or a line of
 * code does: pass the language of the whole document for one of its chunks.
 */
export function detectLanguage(text: string, fallback: Language = 'en'): Language {
  const [first] = likelyLanguages(text)
  return first && first.score >= commonest + 0.2 ? first.language : fallback
}

/**
 * The languages a query may be in: one when it is plain, else every one that anything speaks for
 * and English, so that "banken" is looked up as German and as Dutch.
 */
export function queryLanguages(text: string, present: readonly Language[] = []): Language[] {
  const likely = likelyLanguages(text)
  const best = likely[0]?.score ?? 0
  const second = likely[1]?.score ?? 0
  if (likely[0] && best >= 1 && best >= second * 1.5) return [likely[0].language]
  const close = likely.filter(({ score }) => score >= best / 3).map(({ language }) => language)
  return [...new Set<Language>([...close.slice(0, 3), ...present.slice(0, 4), 'en'])]
}

/** The place of a language is its bit in stored sets of languages: new ones go to the end. */
const bits: readonly Language[] = [
  ...(['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'sv', 'da', 'no', 'fi', 'hu'] as const),
  ...(['ro', 'tr', 'pl', 'vi', 'id', 'ru', 'uk', 'bg', 'ar', 'fa', 'el', 'hi'] as const),
]

/** A language as a set of languages; one that has no place is the empty set. */
export function languageBit(language: Language): number {
  const at = bits.indexOf(language)
  return at < 0 ? 0 : 1 << at
}

export function languagesIn(set: number): Language[] {
  return bits.filter((_, at) => set & (1 << at))
}

/** Many function words of one language need no further proof. */
function isPlain(points: ReadonlyMap<Language, number>) {
  const [first = 0, second = 0] = [...points.values()].sort((one, other) => other - one)
  return first >= 4 && first >= second * 2
}

/** What English has ahead of others where nothing tells: most of what is stored is in it. */
const commonest = 0.5

const letterRuns = /[\p{L}\p{M}]+/gu

/** Folded word to the languages that use it as a function word; made when first asked for. */
let speakers: Map<string, Language[]> | undefined

function speakersByWord() {
  const found = new Map<string, Language[]>()
  for (const language of stopLanguages) {
    for (const word of stopWordsOf(language)) {
      found.set(word, [...(found.get(word) ?? []), language])
    }
  }
  return found
}

/** Letters, and groups of letters, that few languages write, and how much one of them says. */
const tellingLetters: [RegExp, Language[], number][] = [
  [/ß/g, ['de'], 0.5],
  [/[äö]/g, ['de', 'sv', 'fi'], 0.3],
  [/ü/g, ['de', 'tr'], 0.3],
  [/[ğış]/g, ['tr'], 0.5],
  [/ñ|¿|¡/g, ['es'], 0.5],
  [/[ãõ]/g, ['pt'], 0.5],
  [/[êèœ]|ç(?=[aou])/g, ['fr'], 0.3],
  [/[ìò]/g, ['it'], 0.3],
  [/å/g, ['sv', 'da', 'no'], 0.5],
  [/[æø]/g, ['da', 'no'], 0.5],
  [/[őű]/g, ['hu'], 0.5],
  [/[ășțţ]/g, ['ro'], 0.5],
  [/[ąęłńśźż]/g, ['pl'], 0.5],
  [/[ơưđạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]/g, ['vi'], 0.5],
  [/[іїєґ]/g, ['uk'], 0.5],
  [/[ыэё]/g, ['ru'], 0.5],
  [/[پچژگ]/g, ['fa'], 0.5],
  [/\bth|ing\b|[st]ions?\b|wh|ght|[^aeiou]ly\b|ed\b|[^aeiou]y\b|sh/g, ['en'], 0.2],
  [/sch|cht|ung(?:en)?\b|keit|lich|zw|ei[tn]/g, ['de'], 0.2],
  [/ij|aa|uu|lijk|heid\b|sch|oe[kndt]/g, ['nl'], 0.2],
  [/eau|eux\b|aux\b|[st]ion\b|ique|oi[rst]|ée/g, ['fr'], 0.2],
  [/ci[oó]n|dad(?:es)?\b|ll[aeo]|[aeo]s\b|ue[nrl]/g, ['es'], 0.2],
  [/zion[ei]|gli|cch|tt[aoie]|zz|ell[aoie]\b|[^aeiou][io]\b/g, ['it'], 0.15],
  [/[nl]h[aoe]|dade|ção|ões|[^aeiou]o\b/g, ['pt'], 0.15],
  [/ului\b|ilor\b|ție|ii\b|ea\b/g, ['ro'], 0.2],
  [/l[ae]r|yor|m[ae]k\b|[dt][ae]n\b/g, ['tr'], 0.15],
  [/[äa]r\b|ning|lig|ck/g, ['sv'], 0.15],
  [/ede\b|ning|lig|eg\b/g, ['da', 'no'], 0.15],
  [/ää|aa|ii|kk|ss[aä]\b|st[aä]\b|nen\b/g, ['fi'], 0.2],
  [/gy|sz|cs|ny|[ae]k\b|s[áé]g/g, ['hu'], 0.2],
  [/\bme[nm]|\bpe[nm]|kan\b|nya\b|ng\b/g, ['id'], 0.15],
  [/sz|cz|rz|dz|nie\b|[óo]w/g, ['pl'], 0.2],
]

/** The languages written in a script, the first of them its default. */
const byScript: [RegExp, Language[]][] = [
  [/\p{Script=Cyrillic}/u, ['ru', 'uk', 'bg']],
  [/\p{Script=Arabic}/u, ['ar', 'fa']],
  [/\p{Script=Greek}/u, ['el']],
  [/\p{Script=Devanagari}/u, ['hi']],
]

const latin = /\p{Script=Latin}/u

/** The language to read one word in: the text's own when it fits the word's letters. */
export function languageOfWord(word: string, language: Language): Language | null {
  if (latin.test(word)) return notLatin.has(language) ? 'en' : language
  for (const [script, languages] of byScript) {
    if (script.test(word)) return languages.includes(language) ? language : (languages[0] ?? null)
  }
  return null
}

/** The languages above that are not written in Latin letters. */
const notLatin = new Set(byScript.flatMap(([, languages]) => languages))
