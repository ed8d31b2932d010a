import type { Memory, Passage } from './system-sections.ts'
import { capitalised, clip, sentencesOf, stem, stemsOf, withStop } from './words.ts'

/** What a question may be answered from: what the user said earlier, memories, and passages. */
export type Known = {
  said: string[]
  memories: Memory[] | null
  passages: Passage[] | null
}

/** An answer quoted from what is known, or null when the message asks for nothing of the kind. */
export function recall(message: string, known: Known): string | null {
  if (!isQuestion(message)) return null
  if (asksForEverything(message)) return everything(known)
  const words = new Set(stemsOf(message).flatMap((word) => [word, ...(related.get(word) ?? [])]))
  if (/\bwho am i\b/i.test(message)) words.add(stem('name'))
  const personal = /\b(i|my|me|mine|we|our|us)\b/i.test(message)
  const fact = bestFact(words, known, personal ? 0.3 : 0.6)
  if (fact && personal) return fact
  const quoted = quotePassages(message, words, known.passages)
  return quoted ?? fact ?? nothing(personal, known)
}

/** Whether a message asks for something: it ends in a question mark or begins like a request. */
export function isQuestion(message: string): boolean {
  return /[?？؟]/.test(message.slice(0, 4_000)) || asking.test(message)
}

/** First person to second, and the other way about: "my name is Sarah" -> "your name is Sarah". */
export function turnRound(sentence: string): string {
  return sentence.replace(turning, (found) => {
    const turned = turns[found.toLowerCase().replace('’', "'")] ?? found
    return /^\p{Lu}/u.test(found) && found !== 'I' && !found.startsWith("I'")
      ? capitalised(turned)
      : turned
  })
}

/** "User works at Google" -> "you work at Google", "User's name is Sarah" -> "your name is Sarah". */
export function addressUser(memory: string): string {
  const own = memory.replace(/\b(?:the )?user['’]s\b/gi, 'your')
  const named = own.replace(/\b(?:the )?user (\p{L}+)/giu, (_, verb) => `you ${plainVerb(verb)}`)
  return named.replace(/\b(?:the )?user\b/gi, 'you')
}

const asking =
  /^\W*(?:(?:please|so|and|then|ok|okay|hi|hello|hey)\W+)*(?:who|whose|what|when|where|which|why|how|is|are|am|do|does|did|can|could|would|will|should|tell|explain|describe|summari[sz]e|list|show|give|name|remind)\b/i

const synonyms: [word: string, others: string][] = [
  ['job', 'work engineer'],
  ['work', 'job'],
  ['live', 'home address city move'],
  ['old', 'age year birthday'],
  ['age', 'old year'],
  ['call', 'name'],
  ['favorite', 'like love prefer'],
  ['like', 'love favorite prefer enjoy'],
  ['pet', 'dog cat'],
  ['holiday', 'vacation leave'],
  ['vacation', 'holiday leave'],
]

const related = new Map(
  synonyms.map(([word, others]) => [stem(word), others.split(' ').map(stem)] as const),
)

const asksForEverything = (message: string) =>
  /\bwhat\b.*\b(?:know|remember|learn(?:ed|t)?|told|said)\b|\babout (?:me|myself)\b/i.test(
    message,
  ) &&
  /\b(?:me|myself|i)\b/i.test(message) &&
  stemsOf(message).filter(
    (word) => !/^(rememb|learn|told|said|say|everyth|anyth|far|already|earli|befor)/.test(word),
  ).length === 0

function everything({ said, memories }: Known) {
  const facts = [...factsSaid(said).map(turnRound), ...(memories ?? []).map(remembered)]
  const shown = facts.slice(-8).map((fact) => `- ${withStop(capitalised(clip(fact, 300)))}`)
  return shown.length > 0
    ? `This is what I have about you:\n${shown.join('\n')}`
    : 'You have not told me anything about yourself yet.'
}

const remembered = ({ text, day }: Memory) => addressUser(text) + (day ? ` (${day})` : '')

/** Questions and requests are not facts, however well they fit. */
const factsSaid = (said: string[]) =>
  said
    .flatMap((text) => sentencesOf(text, 200))
    .filter((sentence) => !isQuestion(sentence) && /\b(i|my|we|our|i['’]\w+)\b/i.test(sentence))

function bestFact(words: Set<string>, { said, memories }: Known, threshold: number) {
  const sentences = said.flatMap((text) => sentencesOf(text, 200)).filter((s) => !isQuestion(s))
  const candidates = [
    ...(memories ?? []).map(({ text }) => ({ text, say: `I remember that ${addressUser(text)}` })),
    ...sentences.map((text) => ({ text, say: `You told me: ${turnRound(text)}` })),
  ]
  // The later of two that fit as well is the newer, so it wins.
  let best = { score: 0, say: '' }
  for (const { text, say } of candidates) {
    const score = shareOf(words, text)
    if (score >= best.score) best = { score, say }
  }
  return best.score > 0 && best.score >= threshold ? withStop(clip(best.say, 400)) : null
}

/** The share of the question's words that the text holds. */
function shareOf(words: Set<string>, text: string) {
  const held = new Set(stemsOf(text.slice(0, 2_000)))
  const found = [...words].filter((word) => held.has(word)).length
  return words.size === 0 ? 0 : found / words.size
}

function quotePassages(message: string, words: Set<string>, passages: Passage[] | null) {
  if (!passages || passages.length === 0) return null
  if (
    /\b(?:summar|key points|main points|overview|about\b.*\b(?:document|file|text|pdf))/i.test(
      message,
    )
  )
    return opening(passages)
  const scored = passages.flatMap(({ file, text }) =>
    withAntecedents(sentencesOf(text, 500)).map((sentence) => ({
      ...{ file, sentence, score: shareOf(words, sentence) },
    })),
  )
  const best = scored.sort((one, other) => other.score - one.score)
  const [first] = best
  if (!first || first.score < 0.25) return null
  const second = best.find(
    ({ sentence, score }) =>
      score >= first.score * 0.75 &&
      !first.sentence.includes(sentence) &&
      !sentence.includes(first.sentence),
  )
  return cite(second ? [first, second] : [first])
}

/** "It weighs 412 grams." says little without the sentence before it. */
const withAntecedents = (sentences: string[]) =>
  sentences.map((sentence, at) => {
    const before = sentences[at - 1]
    return before && pronoun.test(sentence) ? `${before} ${sentence}` : sentence
  })

const pronoun = /^(?:it|its|they|their|he|his|she|her|this|these|those)\b/i

const opening = (passages: Passage[]) =>
  cite(
    passages.slice(0, 3).map(({ file, text }) => ({ file, sentence: sentencesOf(text)[0] ?? '' })),
  )

const cite = (found: { file: string; sentence: string }[]) =>
  found.map(({ file, sentence }) => `${file} says: "${clip(sentence, 400)}"`).join(' ')

function nothing(personal: boolean, { passages }: Known) {
  if (passages) return 'Nothing in the documents answers that.'
  return personal ? 'I do not know: you have not told me that.' : null
}

const turns: Record<string, string> = {
  i: 'you',
  "i'm": "you're",
  "i've": "you've",
  "i'd": "you'd",
  "i'll": "you'll",
  'i am': 'you are',
  'i was': 'you were',
  'am i': 'are you',
  me: 'you',
  my: 'your',
  mine: 'yours',
  myself: 'yourself',
  we: 'you',
  our: 'your',
  us: 'you',
  you: 'I',
  'you are': 'I am',
  your: 'my',
}

const turning =
  /(?<![\p{L}\d])(?:i['’](?:m|ve|d|ll)|i am|i was|am i|you are|i|me|my|mine|myself|we|our|us|you|your)(?![\p{L}\d'’])/giu

const irregular: Record<string, string> = { is: 'are', was: 'were', has: 'have', does: 'do' }

function plainVerb(verb: string) {
  const known = irregular[verb.toLowerCase()]
  if (known) return known
  if (!/[^su]s$/.test(verb)) return verb
  return verb
    .replace(/ies$/, 'y')
    .replace(/(sh|ch|x|ss|o)es$/, '$1')
    .replace(/([^s])s$/, '$1')
}
