import { quotation } from './passages.ts'
import type { Sentence } from './sentences.ts'

/** A message that says of itself that it is not meant. */
export const isJoking = (text: string) =>
  /(?:^|\s)\/s\b|\b(?:just kidding|only kidding|was kidding|jk|j\/k|just joking|only joking|was joking|yeah,? right|as if!|sarcasm|oh,? (?:sure|great|wonderful|fantastic|yeah)|said no one ever)\b|\.\.\.\s*not\b|\b(?:not really )?(?:lol|haha) (?:jk|not really)\b|\bpigs (?:can |will )?fly\b|\bqueen of england\b/i.test(
    text,
  )

const polite = String.raw`^(?:(?:please|hey|hi|hello|ok|okay|now|then|so|and|also|can you|could you|would you|will you|can u|i want you to|i need you to|i would like you to|help me|kindly|just|try to|let us|let's)[,\s]+)*`

/** Work on a text: what follows is the text, not the sender. */
const textTask = new RegExp(
  `${polite}(?:translate|rewrite|rephrase|reword|paraphrase|summari[sz]e|proof-?read|correct|fix|improve|edit|shorten|polish|convert|analy[sz]e|classify|label|parse|extract|check|review|spell-?check|transcribe|format|simplify|expand|complete|continue|grade|critique|evaluate|make (?:this|it|that|the)|turn (?:this|it|the)|say|repeat|type|echo|read|encrypt|reverse|count|tokeni[sz]e|detect|identify|explain|interpret|describe|quote|cite|render|put|how (?:do|would|can) (?:you|i|we) (?:say|write|translate)|what (?:does|is) |what's |is (?:this|it) (?:correct|right)|give me feedback on|here(?:'s| is)(?: is)? (?:a|an|the|my|some) (?:text|sentence|paragraph|email|letter|essay|quote|story|excerpt|article|draft|poem|passage|example|log|transcript|conversation|chat|code|prompt))(?![\\p{L}])`,
  'iu',
)

const givenText =
  /:|§|\b(?:this|these|the|following|below) (?:\p{L}+ ){0,2}(?:sentences?|texts?|paragraphs?|phrases?|emails?|letters?|essays?|articles?|passages?|messages?|poems?|quotes?|following|below|dialogues?|conversations?|tweets?|post|statement|words?|line|excerpt)\b|\bthe following\b|\bsound (?:more )?\p{L}+/iu

const fiction = new RegExp(
  `${polite}(?:pretend|imagine|suppose|assume|let's play|play a game|act as|act like|role[- ]?play|hypothetically|picture this|let us say|let's say|say i (?:am|have|was)|in my (?:dream|story|novel|book|game|play|screenplay|fan ?fic|script)\\b|you(?:'re| are) (?:an?|my|now|the) [p{L} ]{2,40} and i(?:'m| am)|you(?:'re| are) now (?:an?|the|my)|i am playing (?:a|the) character|my character|the character|the (?:lyrics|song|poem|story|book|novel|movie|article|quote|ad|sign) (?:go|goes|says?|reads?|starts?)|once upon a time|scenario|for (?:this|the) (?:story|game|role|scene|scenario|exercise)|in this (?:story|scenario|game|world|role|exercise|lesson|dialogue|conversation|scene|quiz)|stell dir vor|imagine que|imagina que|immagina|supposons|übersetze|traduis|traduce|traduci|traduza)(?![\\p{L}])`,
  'iu',
)

const making = new RegExp(
  `${polite}(?:write|compose|create|tell|continue|generate|draft|make up|invent|finish|narrate|give me|start|do)(?![\\p{L}]).{0,60}?\\b(?:story|stories|poem|novel|song|lyrics|monologue|dialogue|script|screenplay|fiction|tale|scene|limerick|haiku|sonnet|joke|role-?play|first[- ]person|play|character|conversation|diary entry|letter from|speech|sample|example|fake|fictional)\\b`,
  'iu',
)

/**
 * How far a sentence silences: `rest` when it hands over a text or opens a fiction, so that
 * what comes after it is no one's own statement.
 */
export function silences({ text }: Sentence): 'rest' | null {
  if (fiction.test(text) || making.test(text) || puzzle.test(text)) return 'rest'
  return textTask.test(text) && givenText.test(text) ? 'rest' : null
}

/** Lines of songs and sums are nobody's own statement. */
const puzzle =
  /\bwho (?:sang|sings|sung|said|wrote|says) (?:that|this|it)\b|\bwhich (?:song|book|film|novel|movie|poem|play) (?:is|starts|begins|says|has|does|did)\b|\bhow (?:many|much)\b.*\b(?:left|altogether|in total|remain\p{L}*)(?![\p{L}])/iu

const reported =
  /^(?:(?:and|but|so|then|also|my (?:\p{L}+ ){1,3}|(?:he|she|they|someone|somebody|everyone|people|who|\p{Lu}\p{L}+|the \p{L}+)) )+(?:(?:just|once|always|also) )?(?:said|says|told|tells|asked|asks|claims?|claimed|writes|wrote|thinks|replied|goes|keeps saying|was like|texted|posted|mentioned|believes|yelled|sang|sings)\b/iu

const unreal =
  /^(?:if|unless|once|when(?:ever)? (?:I|we) (?:am|have|get|run|try|was|were|click|use)|even if|what if|suppose|supposing|assuming|imagine|pretend|had (?:I|we)|were (?:I|we)|should (?:I|we)|maybe|perhaps|hypothetically|wenn|falls|si|se|caso|quando|according to|let me|let us|let's)\b/i

const tentative =
  /\b(?:I|we) (?:(?:really|just|also|sometimes|often|always|kind of) )?(?:wish|might|may|could|would (?!love to|rather|prefer|really love to)|should|ought|shall|must (?:be|have)|guess|suppose|assume|doubt|wonder|bet|imagine|pretend)\b/i

/** Whether a clause states nothing of its speaker: reported, unreal, tentative or quoted. */
export const isIdle = (clause: string) =>
  clause.includes(quotation) ||
  reported.test(clause) ||
  unreal.test(clause) ||
  tentative.test(clause)
