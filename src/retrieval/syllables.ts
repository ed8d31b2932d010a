/**
 * Terms for scripts that do not put spaces between words: unigrams and overlapping bigrams, the
 * measure that keeps up with word segmentation in retrieval and needs no dictionary (J.-Y. Nie et
 * al., "On the use of words and n-grams for Chinese information retrieval", 2000). A dictionary's
 * next version would cut the same words otherwise than the index has them.
 */
export function syllableTerms(run: string): string[] {
  if (thai.test(run)) return grams(run.match(thaiClusters) ?? [], 2)
  if (hangul.test(run)) return koreanTerms(run)
  if (!eastAsian.test(run)) return grams(run.match(clusters) ?? [], 2)
  return (run.match(eastAsianRuns) ?? []).flatMap((part) =>
    katakana.test(part) ? katakanaTerms(part) : hanAndHiragana([...part]),
  )
}

/** Text whose words are not set apart by spaces, and Korean, whose particles are not. */
export const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー々〆]/u

export const unspacedRuns = new RegExp(`(?:${unspaced.source}|\\p{M})+`, 'gu')

const thai = /\p{Script=Thai}/u
const hangul = /\p{Script=Hangul}/u
const eastAsian = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー々〆]/u
const eastAsianRuns = /[\p{Script=Katakana}ー]+|[\p{Script=Han}\p{Script=Hiragana}々〆]+/gu
const katakana = /^[\p{Script=Katakana}ー]+$/u
const han = /[\p{Script=Han}々〆]/u
const clusters = /\P{M}\p{M}*/gu

/** A consonant with the vowel written before it, its marks, and the vowel written after it. */
const thaiClusters = /[เแโใไ]?[ก-ฮ][\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]*[ะาำๅ]?|./gu

function grams(units: readonly string[], size: number) {
  if (units.length < size) return [...units]
  const terms: string[] = []
  for (let at = 0; at + size <= units.length; at += 1) {
    terms.push(units.slice(at, at + size).join(''))
  }
  return terms
}

/** A kana ending alone says little, so only Han characters stand alone. */
function hanAndHiragana(units: string[]) {
  return [...units.filter((unit) => han.test(unit)), ...grams(units, 2)]
}

/** Katakana spells loan words: the word, and its pieces for compounds. */
const katakanaTerms = (run: string) => (run.length > 3 ? [run, ...grams([...run], 2)] : [run])

function koreanTerms(word: string) {
  const bare = withoutParticle(word)
  return bare.length > 2 ? [bare, ...grams([...bare], 2)] : [bare]
}

/** Particles and the commonest verb endings, longest first; at least two syllables must remain. */
const particles =
  /(?:에서는|으로서|으로써|에게서|이라고|에서|에게|에는|으로|까지|부터|처럼|보다|하고|이나|이며|라고|만이|들은|들이|들을|들의|했다|한다|하는|하여|하며|되었다|된다|되는|이다|입니까|입니다|인가|은|는|이|가|을|를|의|에|로|와|과|도|만|들|나|며)$/u

function withoutParticle(word: string) {
  const bare = word.replace(particles, '')
  return bare.length >= 2 || (bare.length === 1 && word.length === 2) ? bare : word
}
