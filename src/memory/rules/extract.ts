import type { Turn } from '../facts.ts'
import { withoutAsides } from './asides.ts'
import { type Clause, clausesOf } from './clauses.ts'
import { type Amendment, amendmentIn } from './corrections.ts'
import { withDates } from './dates.ts'
import { foreignFacts } from './foreign.ts'
import { type Forgetting, forgettingIn } from './forget.ts'
import { completed, profileOf } from './fragments.ts'
import { isJoking, silences } from './guards.ts'
import { type Mention, mentionsIn, spokenIn, withNames } from './mentions.ts'
import { ownWords } from './passages.ts'
import { plainSpelling } from './person.ts'
import type { Reading } from './reading.ts'
import { holdsSecret, withoutSecrets } from './secrets.ts'
import { type Sentence, sentencesOf } from './sentences.ts'
import { standingWish } from './standing.ts'
import { bare, type Fact, factsOf } from './statements.ts'

/** What a turn tells, in its order: facts, and what is to be forgotten. */
export type Said = ({ forget: Forgetting } | { fact: Fact } | Amending)[]
/** A correction, and what it says by itself where there is nothing to correct. */
export type Amending = { amend: Amendment; otherwise: Fact[] }

/** More facts than this in one message are a document, not a person talking. */
const mostFacts = 16
const longestFact = 400

/** Whom and what the user has spoken of before; as in Reading. */
export type Acquaintances = Pick<Reading, 'names' | 'spoken' | 'plans'>

const nobody = (): Acquaintances => ({ names: new Map(), spoken: null, plans: new Set() })

/** Reads a turn of the user; an assistant's turn tells nothing. */
export function saidIn(turn: Turn, { names, spoken, plans }: Acquaintances = nobody()): Said {
  if (turn.role !== 'user' || isJoking(turn.content.slice(0, 2_000))) return []
  const sentences = sentencesOf(ownWords(turn.content))
  const reading: Reading = {
    at: turn.local ?? turn.at,
    greets: greeting.test(turn.content),
    spoken,
    names,
    plans,
    explicit: false,
    corrected: false,
  }
  const said: Said = []
  const mentions: Mention[] = []
  const before = new Set(names.keys())
  for (const sentence of sentences) {
    if (silences(sentence)) break
    if (keepsNothing.test(sentence.text)) {
      // Said after it all, it is meant of what stands before.
      if (/^\S+(?: \S+){0,7}$/.test(sentence.text)) said.length = 0
      break
    }
    const text = withNames(withoutSecrets(sentence.text))
    if (text !== sentence.text) reading.spoken = spokenIn(sentence.text) ?? reading.spoken
    if (text === '') continue
    const found = saidInSentence({ ...sentence, text }, reading)
    said.push(...found)
    mentions.push(...mentionsIn(text))
    if (!found.some((one) => 'forget' in one)) reading.spoken = spokenIn(text) ?? reading.spoken
    if (said.length >= mostFacts) break
  }
  return distinct([...said, ...untold(mentions, said, before)].slice(0, mostFacts))
}

/** Whom the message names without saying anything of them that lasts. */
function untold(mentions: Mention[], said: Said, known: ReadonlySet<string>): Said {
  const forgets = said.some((one) => 'forget' in one)
  const told = said.map((one) => ('fact' in one ? one.fact.content : '')).join(' ')
  return mentions
    .filter(({ word }) => !forgets && !told.includes(word) && !known.has(word.toLowerCase()))
    .map(({ fact }) => ({ fact: { content: fact, old: [], changed: false } }))
}

const greeting =
  /^\W*(?:it'?s p{Lu}p{Ll}+[.!,]|hi|hello|hey|hiya|howdy|yo|good (?:morning|evening|afternoon)|greetings|hallo|i'?m|im)\b/i

/** "Don't save this, but …": nothing of it is meant to be kept. */
const keepsNothing =
  /(?<!\bI )\b(?:don't|do not|dont|never|please not|no need to) (?:save|store|remember|record|memori[sz]e|keep|log|note)(?: down)? (?:this|that(?! (?:I|I'm|my)\b)|what I|the following|anything|any of (?:this|that))(?! (?:in|handy|up|short|simple|secret|\p{L}+ (?:as|in)))(?![\p{L}])|(?:don't|do not) (?:save|store|remember|record)(?=\s*[):,;-])|\boff the record\b|\b(?:just )?between (?:us|you and me|ourselves)\b(?! (?:is|there))|\bnot for (?:your |the )?(?:memory|record)s?\b|\bwithout (?:saving|storing|remembering) (?:it|this|that)\b|\b(?:unter uns|entre nous|entre nosotros|no guardes esto|no recuerdes esto|merk dir das nicht|speicher das nicht|ne retiens pas|n'enregistre pas)\b/iu

const explicitly =
  /^(?:(?:hey|hi|ok|okay|please|and|also|can you|could you|would you|will you|I want you to|I need you to|I'd like you to|always|btw|but)[, ]+)*(?:please )?(?:remember|memori[sz]e|don't forget|do not forget|dont forget|never forget|keep in mind|bear in mind|note|make a note|take note|save|store|write down|for (?:the record|your (?:information|records?)|future reference)|just so you know|fyi|note to self)(?: (?:this|for me|in your memory|for (?:later|next time|the future)|as a (?:fact|note)))*(?::|,? that\b|,(?= )|(?= (?:I|my|we|our|I'm|i|i'm|im)\b))\s*(?!me\b|to\b)/i

function saidInSentence(sentence: Sentence, reading: Reading): Said {
  const spelled = plainSpelling(sentence.text)
  const asked = explicitly.exec(spelled)
  const rest = asked ? spelled.slice(asked[0].length) : sentence.text
  reading.corrected = corrects.test(spelled)
  const told = toldAbout.exec(spelled)?.[1] ?? inverted.exec(spelled)?.[1]
  const asksFor = told === undefined ? null : forgettingIn(`forget ${told}`)
  if (asksFor) return [{ forget: asksFor }]
  const { text, asides } = withoutAsides(negated(asked ? rest : spelled))
  const body = { text, asks: sentence.asks && !asked }
  const beside = asides.map((aside): Clause => ({ text: aside, asks: false }))
  const clauses = [...beside, ...(profileOf(text) ?? clausesOf(body))]
  const said = replacing(
    clauses.flatMap((clause, at) =>
      saidInClause(clause, reading, asked !== null, at > 0 ? (clauses[at - 1] ?? null) : null),
    ),
  )
  if (said.length > 0) return said
  const foreign = foreignFacts(rest, body.asks)
  return replacing(
    foreign.map((content) => ({
      fact: {
        content: withDates(content, reading.at, false),
        old: [],
        changed:
          /\b(?:jetzt|inzwischen|mittlerweile|maintenant|désormais|ahora|adesso|ora|agora)\b/i.test(
            rest,
          ) || / lives there$/.test(content),
      },
    })),
  )
}

/** "I shouldn't have told you about my brother, erase that." */
const toldAbout =
  /\b(?:told you|mentioned|said anything|brought up)(?: anything| something)?(?: about)? (my [^,;]{2,40}|that I [^,;]{2,60}),.*\b(?:erase|delete|forget|remove|wipe) (?:that|it|this)\b/i

/** "Everything you have on me: delete it." */
const inverted =
  /^((?:everything|all|anything|what|that|the|my) [^:,]{3,60})[:,-]+ (?:please |just )?(?:delete|forget|erase|remove|wipe) (?:it|that|this|them)(?: all)?(?: please)?$/i

/** Said in one clause, it is meant of the others too: "I changed my mind, I prefer tea". */
const corrects =
  /\b(?:changed my mind|correction|actually|sorry|turns out|I meant|my mistake|scratch that|not any ?more|oops|typo|these days|nowadays|from now on|autocorrect|spelled|spelt|(?:typed|wrote|said|got) (?:it|that|this) wrong|oh (?:no|wait)|misspel[a-z]+)\b/i

/** "My favorite food isn't pizza anymore, it's ramen" is one change, not two statements. */
const negated = (text: string) =>
  text.replace(
    /^((?:[^ ]+ ){0,2}?my [^,]{2,50}?) (?:isn't|is not|aren't|is no longer) ([^,]{2,40}?)(?: any ?more)?, (?:it is|it's|but|they are) (.{2,60})$/i,
    '$1 is $3, not $2',
  )

const unreal = /^(?:if|unless|once|when(?:ever)?|had I|were I|should I)\b/i
const conditional = /\b(?:will|would|could|might|can)\b/i

function saidInClause(
  clause: Clause,
  reading: Reading,
  explicit: boolean,
  before: Clause | null,
): Said {
  reading.explicit = explicit
  const forget = forgettingIn(clause.text)
  if (forget) {
    reading.spoken = null
    return [{ forget }]
  }
  const asked = before && forgettingIn(before.text)
  if (asked && !/\b(?:now|instead|actually)\b/i.test(clause.text)) {
    const goesOn = /^I\b/.test(clause.text) && /^I\b/.test(asked.target ?? '')
    if (goesOn) return [{ forget: { target: clause.text } }]
    // Why it is to be forgotten is not to be kept either.
    if (
      /\b(?:it|it's|that|this|he|she|they|him|her|there|confidential|private)\b/i.test(clause.text)
    )
      return []
  }
  if (clause.asks) return []
  if (before && unreal.test(before.text) && conditional.test(clause.text)) return []
  const amend = amendmentIn(bare(clause.text), reading.corrected)
  if (amend) return [{ amend, otherwise: factsOf(clause.text, reading) }]
  const wish = standingWish(
    plainSpelling(clause.text).replace(
      /, (?:everyone|everybody|they all|most people) (?:does|do)$/i,
      '',
    ),
  )
  const facts = wish
    ? [{ content: wish, old: [], changed: false }]
    : factsOf(completed(clause.text), reading).filter(
        ({ content }) => content.length <= longestFact,
      )
  return facts
    .filter(({ content }) => !holdsSecret(content) && !onlyNames.test(content))
    .map((fact) => ({ fact }))
}

/** A secret's name without the secret is worth nothing. */
const onlyNames =
  /^User's (?:\p{L}+ ){0,3}(?:password|passcode|passphrase|pin|api key|token)(?: (?:for|to) \p{L}+)?$/iu

const left =
  /^User (?:left|quit|sold|got rid of|no longer likes|has left|no longer \p{L}+(?: at| for)?|stopped|gave up|doesn't \p{L}+(?: at| for)?|don't \p{L}+) (?:their |the |using |working (?:at|for) )?(.{2,60}?)(?: for good| last \p{L}+| (?:on|in) .*\d)?$/u

/** "I left Ford and joined Rivian": what is left is what the other replaces. */
function replacing(said: Said): Said {
  const rest: Said = []
  for (const one of said) {
    const last = rest.at(-1)
    const old = last && 'fact' in last ? left.exec(last.fact.content)?.[1] : undefined
    if (old && 'fact' in one && replacement.test(one.fact.content)) {
      rest.pop()
      rest.push({ fact: { ...one.fact, old: [...one.fact.old, old], changed: true } })
    } else rest.push(one)
  }
  return rest
}

const replacement =
  /^User (?:joined|bought|wants|works (?:at|for)|is (?:now )?(?:at|with|training|learning|studying|an?)|uses|lives in|has|drives|got|switched|moved|started (?:at|working|using|a new)|prefers|plays|drinks)\b/

const distinct = (said: Said) =>
  said.filter(
    (one, at) =>
      !('fact' in one) ||
      said.findIndex((other) => 'fact' in other && other.fact.content === one.fact.content) === at,
  )
