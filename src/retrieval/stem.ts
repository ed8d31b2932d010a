import { stemmer as danish } from '@orama/stemmers/danish'
import { stemmer as dutch } from '@orama/stemmers/dutch'
import { stemmer as finnish } from '@orama/stemmers/finnish'
import { stemmer as french } from '@orama/stemmers/french'
import { stemmer as german } from '@orama/stemmers/german'
import { stemmer as greek } from '@orama/stemmers/greek'
import { stemmer as hungarian } from '@orama/stemmers/hungarian'
import { stemmer as hindi } from '@orama/stemmers/indian'
import { stemmer as indonesian } from '@orama/stemmers/indonesian'
import { stemmer as italian } from '@orama/stemmers/italian'
import { stemmer as norwegian } from '@orama/stemmers/norwegian'
import { stemmer as portuguese } from '@orama/stemmers/portuguese'
import { stemmer as romanian } from '@orama/stemmers/romanian'
import { stemmer as russian } from '@orama/stemmers/russian'
import { stemmer as spanish } from '@orama/stemmers/spanish'
import { stemmer as swedish } from '@orama/stemmers/swedish'
import { stemmer as turkish } from '@orama/stemmers/turkish'
import { stemmer as ukrainian } from '@orama/stemmers/ukrainian'
import { stemArabic } from './arabic.ts'
import { stemBulgarian } from './bulgarian.ts'
import { stemEnglish } from './english.ts'
import { fold } from './fold.ts'
import type { Language } from './language.ts'

/** Vietnamese does not inflect; for Polish and Persian there is no stemmer to hand. */
const stemmers: Partial<Record<Language, (word: string) => string>> = {
  ar: (word) => stemArabic(fold(word)),
  bg: stemBulgarian,
  da: danish,
  de: german,
  el: greek,
  en: stemEnglish,
  es: spanish,
  fi: finnish,
  fr: french,
  hi: hindi,
  hu: hungarian,
  id: indonesian,
  it: italian,
  nl: dutch,
  no: norwegian,
  pt: portuguese,
  ro: romanian,
  ru: (word) => russian(word.replace(/ё/g, 'е')),
  sv: swedish,
  tr: turkish,
  uk: ukrainian,
}

/**
 * The folded stem of a lower-case word: by the Snowball stemmer of its language, which reads
 * accents, so folding comes after it. Words with digits are names of things and stay whole.
 */
export function stem(word: string, language: Language | null): string {
  const lower = language === 'tr' ? word.replace(/I/g, 'ı').replace(/İ/g, 'i') : word
  const plain = lower.toLowerCase()
  const stemmer = language && stemmers[language]
  if (!stemmer || plain.length > longestWord || /\d/.test(plain)) {
    return fold(plain, language ?? undefined)
  }
  return fold(stemmer(plain), language) || fold(plain, language)
}

/** Longer runs of letters are data, not words. */
const longestWord = 40
