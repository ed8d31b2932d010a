import { stem, wordsOf } from './words.ts'

/** What a tool does, or a message wants done; "get" and "search" change nothing. */
export type Verb = 'get' | 'search' | 'create' | 'send' | 'delete' | 'update' | 'convert' | 'play'

/** The verb a word stands for, in the name of a tool. */
export function verbOfWord(word: string): Verb | null {
  return verbs.get(word) ?? null
}

/** What a message wants done: a question wants to get; else its first verb that we know. */
export function verbIn(message: string): Verb | null {
  const words = wordsOf(message)
  if (interrogative.test(message)) return 'get'
  return (
    words
      .slice(0, 8)
      .map(verbOfWord)
      .find((verb) => verb !== null) ?? null
  )
}

/** Whether a message asks for something rather than only mentions it. */
export function isRequest(message: string): boolean {
  return (
    /\?/.test(message) ||
    wishes.test(message) ||
    interrogative.test(message) ||
    startsWithVerb(message)
  )
}

/** Whether a sentence tells something: feelings and facts call no tools, nor do thanks or don'ts. */
export function isStatement(sentence: string): boolean {
  const rest = sentence.replace(greeting, '').trim()
  if (!/[\p{L}\d]/u.test(rest)) return true
  if (/^(?:please )?(?:don['’]?t|do not|never|stop|no need|thank|thanks)\b/i.test(rest)) return true
  if (/^what an? (?!.*\?)/i.test(rest)) return true
  if (/\?/.test(rest) || wishes.test(rest)) return false
  if (personalStart.test(rest)) return true
  return said.test(rest) && !interrogative.test(rest) && !startsWithVerb(rest)
}

/** The stems which a word suggests without saying them. */
export function relatedTo(word: string): readonly string[] {
  return related.get(stem(word)) ?? []
}

const classes: Record<Verb, string> = {
  get: 'get fetch list show read retrieve check view describe tell give display load current',
  search: 'search find lookup look query google browse discover',
  create:
    'create add make schedule book reserve insert register plan put arrange write save store remind log record draft generate start open set',
  send: 'send forward post notify message text mail',
  delete: 'delete remove cancel clear drop erase close',
  update: 'update change edit modify move rename set reschedule turn adjust assign',
  convert: 'convert translate exchange transform',
  play: 'play pause resume skip run execute call',
}

const verbs = new Map(
  Object.entries(classes).flatMap(([verb, words]) =>
    words.split(' ').map((word) => [word, verb as Verb] as const),
  ),
)

const startsWithVerb = (message: string) => {
  const first = wordsOf(message.replace(greeting, '').replace(/^\W*please\b/i, ''))[0] ?? ''
  return (
    verbs.has(first) ||
    /^(?:email|calculate|compute|order|buy|track|summari[sz]e|analy[sz]e|compare)$/.test(first)
  )
}

const personalStart =
  /^(?:i|we|my|our|its?|that|this|he|she|they|there|you|your|yes|no|nope|sure|ok|okay|great|nice|cool|good|sorry|(?:i|we|it|that)['’]\w+)\b/i

const said = /^(?:the|The|\p{Lu}\p{L}+)\b.{0,60}\b(?:is|was|were|are|has|had|looks|feels)\b/u

const greeting =
  /^\W*(?:(?:hi|hello|hey|ok|okay|great|well|so|also|please)\b(?: there)?(?:[,!.\s]+|$)|(?:thanks|thank you)(?:[,!.]+\s*|$))+/i

const interrogative =
  /^\W*(?:(?:hi|hello|hey|ok|okay|so|and)\W+)*(?:what|whats|what['’]s|who|whose|when|where|where['’]s|which|why|how|how['’]s|is|are|am|was|were|do|does|did|has|have|will)\b/i

const wishes =
  /\bplease\b|\bi(?:['’]d| would) (?:like|love) (?:to|you|a|an|the)\b|\b(?:i|we) (?:want|need)\b|\b(?:can|could|would|will) you\b|\blet['’]?s\b/i

const suggestions: [words: string, meant: string][] = [
  [
    'rain rainy snow sunny umbrella forecast temperature hot cold warm humid windy degrees',
    'weather forecast',
  ],
  [
    'compute plus minus times multiply multiplied divide divided sum sqrt root percent',
    'calculator math',
  ],
  ['meeting appointment event agenda', 'event calendar meeting'],
  ['mail inbox', 'email'],
  ['usd eur gbp jpy dollars euros pounds yen', 'currency exchange'],
  ['share shares ticker nasdaq', 'stock'],
  ['package parcel delivery shipment', 'order shipment package'],
  ['clock', 'time'],
  ['much cost', 'price cost'],
  ['headlines', 'news'],
  ['remind', 'reminder'],
  ['bug issue', 'ticket issue'],
  ['translate', 'translation text'],
  ['song music track album', 'music song'],
  ['fly flights', 'flight'],
  ['eat dinner lunch table', 'restaurant'],
  ['client', 'customer'],
  ['light lights lamp', 'light lamp'],
]

const related = new Map<string, string[]>()
for (const [words, meant] of suggestions) {
  for (const word of words.split(' ')) {
    related.set(stem(word), [...(related.get(stem(word)) ?? []), ...meant.split(' ').map(stem)])
  }
}
