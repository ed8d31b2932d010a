import { type Schema, typeOf } from './schema.ts'
import { wordsOf } from './words.ts'

/** What a parameter holds, told by its name, its format and its description. */
export type Kind =
  | 'expression'
  | 'sql'
  | 'email'
  | 'url'
  | 'timezone'
  | 'date-time'
  | 'date'
  | 'time'
  | 'currency'
  | 'language'
  | 'symbol'
  | 'place'
  | 'id'
  | 'title'
  | 'person'
  | 'term'
  | 'text'

export function kindOf(name: string, schema: Schema): Kind {
  const words = wordsOf(name).join(' ')
  const description = String(schema.description ?? '').toLowerCase()
  if (schema.format === 'email') return 'email'
  if (schema.format === 'uri' || schema.format === 'url') return 'url'
  if (schema.format === 'date' || schema.format === 'date-time' || schema.format === 'time')
    return schema.format
  if (schema.format === 'uuid') return 'id'
  const named = byName.find(([, pattern]) => pattern.test(words))?.[0]
  if (named === 'text' && /\bsql\b/.test(description)) return 'sql'
  if (named) return named
  const described = byDescription.find(([, pattern]) => pattern.test(description))?.[0]
  return described ?? (/^(to|from|recipients?)$/.test(words) ? 'person' : 'term')
}

/** Whether the parameter takes the user's own words: a text, a title, or a term of any sort. */
export function isFreeText(kind: Kind, schema: Schema): boolean {
  return (kind === 'text' || kind === 'title' || kind === 'term') && typeOf(schema) === 'string'
}

const byName: [Kind, RegExp][] = [
  ['expression', /\b(expression|formula|equation|calculation|math)\b/],
  ['sql', /\bsql\b/],
  ['email', /\be ?mails?\b|^b?cc$/],
  ['url', /\b(ur[li]s?|link|website)\b/],
  ['timezone', /\b(time ?zone|tz)\b/],
  ['date-time', /\b(datetime|date time|timestamp)\b/],
  ['date', /\b(date|day|deadline|due|check ?in|check ?out|departure|arrival)\b/],
  ['time', /\b(time|hour)\b/],
  ['currency', /\bcurrency|currencies\b/],
  ['language', /\b(languages?|lang|locale)\b/],
  ['symbol', /\b(symbols?|tickers?)\b/],
  [
    'text',
    /^(query|q|text|message|content|body|question|prompt|input|term|keywords?|topic|note|reason|description|search query|search term|task|item|items)$/,
  ],
  [
    'place',
    /\b(locations?|cit(y|ies)|places?|town|country|state|region|address|destination|origin|venue)\b/,
  ],
  ['id', /\b(ids?|uuid|number|sku|isbn|reference)\b|\bcode$/],
  [
    'title',
    /\b(title|subject|headline|label|summary)\b|^(file|project|event|task|list|playlist|product|song|movie|item) name$/,
  ],
  [
    'person',
    /\b(name|person|contact|attendees?|participants?|customer|author|artist|assignee|user|username|guests?|employee)\b/,
  ],
]

const byDescription: [Kind, RegExp][] = [
  ['email', /\be-?mail address/],
  ['currency', /\bcurrency\b/],
  ['language', /\blanguage\b/],
  ['place', /\b(cit(y|ies)|location|airport|place|station|country)\b/],
  ['symbol', /\b(ticker|stock symbol)\b/],
  ['date', /\bdate\b|yyyy-mm-dd/],
  ['id', /\b(identifier|id)\b/],
  ['person', /\b(person|name of the (user|customer|person|contact))\b/],
]
