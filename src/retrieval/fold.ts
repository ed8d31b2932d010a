// biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII is meant
const plainAscii = /^[\x00-\x7f]*$/

/**
 * One spelling for what readers take as one word: case, Latin and Greek accents, Russian ё, Arabic
 * vowels, tatweel and alef forms, Devanagari nukta, any script's digits. Letters that merely look
 * alike are left apart (й is not и), and so are Vietnamese tones, which make other words.
 */
export function fold(word: string, language?: string): string {
  const lower = (language === 'tr' ? word.replace(/I/g, 'ı') : word).toLowerCase()
  if (plainAscii.test(lower)) return lower
  const digits = lower.replace(/\p{Nd}/gu, asciiDigit)
  if (language === 'vi') return digits.normalize('NFC')
  return digits
    .normalize('NFD')
    .replace(latinAndGreekMarks, '$1')
    .replace(soundMarks, '')
    .replace(ownLetters, (letter) => letters[letter] ?? '')
    .normalize('NFC')
}

/** Accents go from Latin and Greek bases only: й, ї and the voiced kana are letters of their own. */
const latinAndGreekMarks = /([\p{Script=Latin}\p{Script=Greek}])[\u0300-\u036f]+/gu

/** Stress on Cyrillic, Arabic vowels and tatweel, Hebrew points, Devanagari nukta, joiners. */
const soundMarks =
  /(?<=[аеиоуыэюя])\u0301|[\u0591-\u05c7\u0640\u064b-\u0655\u0670\u06d6-\u06ed\u093c\u200c\u200d]/gu

const letters: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
  ς: 'σ',
  ё: 'е',
  'е\u0308': 'е',
  ٱ: 'ا',
  ى: 'ي',
  ی: 'ي',
  ک: 'ك',
  ة: 'ه',
  '\u0901': '\u0902',
}

const ownLetters = /е\u0308|[ßæœøłđðþıςёٱىیکة\u0901]/gu

function asciiDigit(digit: string) {
  const code = digit.codePointAt(0) ?? 0
  if (code < 0x80) return digit
  // Every script's digits are ten code points in a row; the zero of the row has the value nought.
  let zero = code
  while (zero > code - 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1
  return String((code - zero) % 10)
}
