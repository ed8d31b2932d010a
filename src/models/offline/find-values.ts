import { escapeRegex } from './words.ts'

/** Something found in a text; `sure` when a word near it says what it is. */
export type Found = { value: string; sure: boolean }

export function emailsIn(text: string): Found[] {
  return sure(text.match(/[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/g))
}

export function urlsIn(text: string): Found[] {
  const urls = text.match(/\bhttps?:\/\/[^\s<>"']+|\bwww\.[^\s<>"']+/gi) ?? []
  return sure(urls.map((url) => url.replace(/[.,;:!?)]+$/, '')))
}

/** Dates as they were written: ISO dates, "March 5", "tomorrow", "next Friday". */
export function datesIn(text: string): Found[] {
  return sure(text.match(datePattern))
}

export function timesIn(text: string): Found[] {
  return sure(text.match(timePattern))
}

export function dateTimesIn(text: string): Found[] {
  const stamps = text.match(/\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?/g)
  return sure(stamps)
}

export function quotedIn(text: string): Found[] {
  const found = text.matchAll(
    /"([^"]+)"|“([^”]+)”|«([^»]+)»|(?<![\w'])'([^']+(?:'\w[^']*)*)'(?!\w)/g,
  )
  return sure([...found].map((parts) => parts.slice(1).find(Boolean) ?? ''))
}

/** "Paris", "San Francisco, CA", and each of "Paris, Tokyo and London". */
export function placesIn(text: string, lead = 'in|for|at|to|from|of|near|around|into'): Found[] {
  const calm = text.replace(datePattern, ' ').replace(timePattern, ' ')
  const led = new RegExp(`\\b(?:${lead})\\s+(?:the\\s+)?(?=\\p{Lu})(${names})`, 'gu')
  const found = [...calm.matchAll(led)].flatMap(([, list = '']) => splitNames(list))
  if (found.length > 0) return sure(found)
  const small = /\b(?:in|for|at|near)\s+([\p{L}][\p{L} .'-]{1,40}?)(?=\s*(?:[?!.,;]|$))/u
  const quiet = small.exec(calm)?.[1]?.replace(/\s+please$/i, '')
  if (
    quiet &&
    !/^(?:the|a|an|my|me|your|it|this|that|our|general|celsius|fahrenheit)\b/i.test(quiet)
  )
    return sure(splitNames(quiet))
  return namesIn(calm)
}

/** Capitalised words that are not merely the start of a sentence. */
export function namesIn(text: string): Found[] {
  const found = [...text.matchAll(new RegExp(`(?<![\\p{L}\\d@.])(${names})`, 'gu'))]
  return found.flatMap(([, list = '']) => splitNames(list)).map((value) => ({ value, sure: false }))
}

/** What follows the name of a parameter, "repo vercel/next.js"; a tag; a word of its examples. */
export function termsIn(text: string, name: string, description: string): Found[] {
  const noun = /[\p{L}\d]+$/u.exec(name)?.[0] ?? ''
  const led = new RegExp(
    `\\b${escapeRegex(noun)}s?:?\\s+(?:is\\s+)?([#@]?[\\w][\\w./-]*\\w)`,
    'iu',
  ).exec(text)
  if (noun !== '' && led && !leads.has((led[1] ?? '').toLowerCase())) return sure([led[1] ?? ''])
  const tag = /(?<!\w)[#@]\p{L}[\w-]*/u.exec(text)?.[0]
  if (tag && /channel|tag|handle|room/i.test(name)) return sure([tag])
  const examples = new Set(description.match(/(?<=\s|["'(])\p{Lu}[\p{L}\d-]+/gu) ?? [])
  return sure(text.match(/\p{Lu}[\p{L}\d-]+/gu)?.filter((word) => examples.has(word)) ?? [])
}

/** People, told by the word before them. */
export function peopleIn(text: string): Found[] {
  const leads = personLeads.flatMap((lead) => [lead, lead.charAt(0).toUpperCase() + lead.slice(1)])
  const led = new RegExp(`\\b(?:${leads.join('|')})\\s+(${names})`, 'gu')
  const people = [...text.matchAll(led)].flatMap(([, list = '']) => splitNames(list))
  return people.length > 0 ? sure(people) : namesIn(text)
}

/** Identifiers: UUIDs, "ORD-123", "#42", and what follows words like "order" or "ticket". */
export function idsIn(text: string, nouns: readonly string[]): Found[] {
  const words = ['id', 'number', 'code', 'sku', 'no', ...nouns].map(escapeRegex).join('|')
  const led = new RegExp(
    `\\b(?:${words})(?:\\s+(?:id|number|no|code|is))*\\.?\\s*[:#]?\\s*#?((?=[\\w-]*\\d)[\\w-]+)`,
    'gi',
  )
  const named = [...text.matchAll(led)].map(([, id = '']) => id)
  const more = [...text.matchAll(/\b(?:and|,|or)\s+#?((?=[\w-]*\d)[\w-]+)/gi)]
  const follow = named.length > 0 ? more.map(([, id = '']) => id) : []
  const shaped = text.match(
    /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[A-Z]{1,6}[-_]\d[\w-]*|\b[A-Z]{1,4}\d{2,}\b|\b(?=\w*[A-Z])(?=\w*\d)\w{8,}\b|(?<=#)\d+\b/gi,
  )
  const found = [...named, ...follow, ...(shaped ?? [])].filter(
    (id) => !/^\d{4}-\d\d-\d\d$/.test(id),
  )
  if (found.length > 0) return sure([...new Set(found)])
  return (text.match(/\b\d{3,}\b/g) ?? []).map((value) => ({ value, sure: false }))
}

export function symbolsIn(text: string): Found[] {
  const found = text.match(/(?<![\w@])\$?[A-Z]{2,5}(?:\.[A-Z])?\b/g) ?? []
  const symbols = found.map((symbol) => symbol.replace('$', ''))
  return sure(symbols.filter((symbol) => !notSymbols.has(symbol)))
}

/** Currency codes in the order of "from" and "to", however they were written. */
export function currenciesIn(text: string): Found[] {
  const found = [
    ...text.matchAll(
      /\b[A-Z]{3}\b|[$€£¥₹]|\b(?:(?:us )?dollars?|bucks|euros?|pounds?|yen|rupees?|francs?)\b/gi,
    ),
  ]
  const codes = found.flatMap(({ 0: word, index }) => {
    const code =
      currencyCodes[word.toLowerCase().replace(/^us |s$/g, '')] ?? (isCurrency(word) ? word : null)
    const counted = /\d\s*$/.test(text.slice(0, index)) || /^[$€£¥₹]/.test(word)
    return code ? [{ code, counted }] : []
  })
  const ordered = codes.sort((one, other) => Number(other.counted) - Number(one.counted))
  return sure([...new Set(ordered.map(({ code }) => code))])
}

export function languagesIn(text: string): Found[] {
  const found = text.match(new RegExp(`\\b(?:${languages.join('|')})\\b`, 'gi'))
  return sure(found)
}

/** An IANA name of a zone, from itself or from its city. */
export function timezonesIn(text: string): Found[] {
  const zones = Intl.supportedValuesOf('timeZone')
  const written = sure(
    text.match(/\b[A-Z][A-Za-z]+\/[A-Z][A-Za-z_]+\b|\b(?:UTC|GMT|EST|PST|CET)\b/g),
  )
  if (written.length > 0) return written
  const places = placesIn(text).map(({ value }) => value.replaceAll(' ', '_'))
  const found = places.map((place) => zones.find((zone) => zone.endsWith(`/${place}`)) ?? place)
  return sure(found.map((zone) => zone.replaceAll('_', zone.includes('/') ? '_' : ' ')))
}

/** Arithmetic, with its words turned into signs: "12 times 7" -> "12 * 7". */
export function expressionsIn(text: string): Found[] {
  const signs = text
    .replace(datePattern, ' ')
    .replace(/(?<=\d)\s*(?:×|x)\s*(?=\d)|\s+(?:times|multiplied by)\s+/gi, ' * ')
    .replace(/\s+plus\s+/gi, ' + ')
    .replace(/\s+minus\s+/gi, ' - ')
    .replace(/\s+(?:divided by|over)\s+|\s*÷\s*/gi, ' / ')
    .replace(/\s+to the power of\s+/gi, ' ** ')
    .replace(/(\d+(?:\.\d+)?)\s*(?:%|percent) of (\d)/gi, '$1 / 100 * $2')
    .replace(/(?:the )?square root of (\d+(?:\.\d+)?)/gi, 'sqrt($1)')
  const number = String.raw`(?:sqrt\()?[(\s]*-?\d+(?:[.,]\d+)*[)\s]*`
  const found = signs.match(
    new RegExp(`${number}(?:(?:\\*\\*|[-+*/^%])${number})+|sqrt\\(\\d+(?:\\.\\d+)?\\)`, 'g'),
  )
  return sure((found ?? []).map((expression) => expression.trim()))
}

export function sqlIn(text: string): Found[] {
  return sure(
    text.match(/\b(?:select\b[\s\S]*?\bfrom|insert into|update|delete from)\b[^;`"]*/gi),
  ).map(({ value }) => ({ value: value.trim(), sure: true }))
}

/** A number, its place in the text, and the words on either side of it. */
export type FoundNumber = { value: number; before: string; after: string; at: number }

export function numbersIn(text: string): FoundNumber[] {
  const blank = (found: string) => ' '.repeat(found.length)
  const calm = text
    .replace(datePattern, blank)
    .replace(timePattern, blank)
    .replace(numberWords, (word) => {
      const digit = String(smallNumbers.indexOf(word.toLowerCase()) + 1)
      return digit.padEnd(word.length)
    })
  return [...calm.matchAll(/(?<![\p{L}\d_@.#-])-?\d[\d,]*(?:\.\d+)?(?![\w@]*[_@])/gu)].map(
    (found) => ({
      value: Number(found[0].replace(/,/g, '')),
      before: calm.slice(Math.max(0, found.index - 24), found.index),
      after: calm.slice(found.index + found[0].length, found.index + found[0].length + 24),
      at: found.index,
    }),
  )
}

const sure = (values: readonly string[] | null): Found[] =>
  [...new Set(values ?? [])].map((value) => ({ value: value.trim(), sure: true }))

const name = String.raw`\p{Lu}[\p{L}'’.-]*[\p{L}]`
const names = `${name}(?:(?: (?:de |of |la |el |am |di )?|, (?:and )?| and | & | or )${name}){0,12}`

/** A list needs an "and" to be one: "Paris, France" is a single place. */
function splitNames(list: string) {
  const parts = /\s(?:and|&|or)\s/.test(list) ? list.split(/,? (?:and|&|or) |, /) : [list]
  const joined: string[] = []
  for (const part of parts) {
    const last = joined.at(-1)
    if (last !== undefined && /^[A-Z]{2}$/.test(part))
      joined[joined.length - 1] = `${last}, ${part}`
    else joined.push(part)
  }
  return joined.map(withoutLead).filter((part) => part !== '' && !notNames.test(part))
}

const personLeads =
  "to with for named called by from contact user customer employee email call message invite am i'm about is".split(
    ' ',
  )

const withoutLead = (part: string) => {
  const words = part.split(' ')
  const start = words.findIndex(
    (word) => !leads.has(word.toLowerCase().replace(/['’]s?$|[^\p{L}].*$/gu, '')),
  )
  return start < 0
    ? ''
    : words
        .slice(start)
        .join(' ')
        .replace(/['’]s$/, '')
}

const days = 'monday|tuesday|wednesday|thursday|friday|saturday|sunday'
const months =
  'jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?'

const datePattern = new RegExp(
  [
    String.raw`\b\d{4}-\d\d-\d\d\b`,
    String.raw`\b\d{1,2}/\d{1,2}/\d{2,4}\b`,
    `\\b(?:${months})\\.? \\d{1,2}(?:st|nd|rd|th)?(?:,? \\d{4})?\\b`,
    `\\b\\d{1,2}(?:st|nd|rd|th)?(?: of)? (?:${months})(?: \\d{4})?\\b`,
    String.raw`\b(?:today|tonight|tomorrow|yesterday)\b`,
    `\\b(?:(?:next|this|last) )?(?:${days})\\b`,
    String.raw`\b(?:next|this|last) (?:week(?:end)?|month|year)\b`,
  ].join('|'),
  'gi',
)

const timePattern = /\b\d{1,2}(?::\d\d)?\s?[ap]\.?m\b\.?|\b\d{1,2}:\d\d\b|\b(?:noon|midnight)\b/gi

const smallNumbers = 'one two three four five six seven eight nine ten eleven twelve'.split(' ')
const numberWords = new RegExp(`\\b(?:${smallNumbers.slice(1).join('|')})\\b`, 'gi')

const leads = new Set(
  `what whats who whos where wheres when why how hows is are am was do does did can could would will
  should please the a an i im my we our you your it its this that get show tell give find search
  check look send email mail create add make book schedule set remind cancel delete remove update
  convert translate calculate compute call play open run turn list and or hi hello hey thanks ok
  okay compare plan write save order buy sell track stock weather time price if in on at for to from
  of then also if`.split(/\s+/),
)

const notNames = new RegExp(`^(?:${days}|${months}|celsius|fahrenheit|kelvin)$`, 'i')

const notSymbols = new Set(
  'AM PM OK USD EUR GBP JPY SQL API URL ID PDF UK US EU TV AI FAQ CEO II III IV'.split(' '),
)

const currencyCodes: Record<string, string> = {
  $: 'USD',
  dollar: 'USD',
  buck: 'USD',
  '€': 'EUR',
  euro: 'EUR',
  '£': 'GBP',
  pound: 'GBP',
  '¥': 'JPY',
  yen: 'JPY',
  '₹': 'INR',
  rupee: 'INR',
  franc: 'CHF',
}

const isCurrency = (word: string) =>
  /^(?:AUD|BRL|CAD|CHF|CNY|CZK|DKK|EUR|GBP|HKD|HUF|IDR|ILS|INR|JPY|KRW|MXN|NOK|NZD|PLN|SEK|SGD|THB|TRY|USD|ZAR|BTC|ETH)$/.test(
    word,
  )

const languages =
  'arabic chinese czech danish dutch english finnish french german greek hebrew hindi hungarian indonesian italian japanese korean latin mandarin norwegian polish portuguese romanian russian spanish swedish thai turkish ukrainian urdu vietnamese'.split(
    ' ',
  )
