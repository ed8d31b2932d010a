import { noRole } from './asides.ts'
import { withDates } from './dates.ts'
import { isIdle } from './guards.ts'
import { ofOther } from './others.ts'
import { othersOf, plainSpelling } from './person.ts'
import { ofEvent, ofPossession } from './possessions.ts'
import { ofSpeaker } from './predicates.ts'
import type { Reading } from './reading.ts'
import { type Reworded, reworded } from './rewordings.ts'
import { capitalised } from './states.ts'
import { turningPoints } from './verbs.ts'

/** One thing said, told of a third person and able to stand alone. */
export type Fact = {
  content: string
  /** What it says is true no more, in the words said: "from coffee", "not Mondays", "my Honda". */
  old: string[]
  /** Said as a change or a correction: "now", "actually", "instead". */
  changed: boolean
  /** Only ends what is known; by itself it is not worth keeping. */
  soft?: Reworded['soft']
}

/** The facts of one clause; `reading` learns who is spoken of. */
export function factsOf(clause: string, reading: Reading): Fact[] {
  const spelled = plainSpelling(clause)
  const { text, soft } = inOtherWords(timeLast(withoutOpeners(spelled)))
  if (text === '' || isIdle(text)) return []
  const { text: plain, old } = withoutOld(text)
  const changed =
    old.length > 0 ||
    ((reading.corrected || change.test(spelled)) && !/\b(?:too|also|as well)\b/i.test(spelled))
  const role = /^(?:as|being) (an? [^,]{2,40}?),? ((?:I|my|we) .+)$/i.exec(plain)
  const parts =
    role && !noRole.test(role[1] ?? '')
      ? [`I am ${role[1]}`, role[2] ?? '']
      : [plain.replace(gone, '$1 no longer')]
  const told = parts.flatMap((part) =>
    contents(
      part
        .replace(remark, '')
        .replace(/,\s+[^,]{2,40} please$/i, '')
        .replace(noise, '')
        .trim(),
      reading,
      old,
    ),
  )
  return told.map((content) => ({
    content: finished(content, reading, plain),
    old,
    changed,
    ...(soft && { soft }),
  }))
}

function inOtherWords(said: string) {
  const text = said.replace(/^(?:We|My|Our)\b/, (word) => word.toLowerCase())
  const told = reworded(text)
  if (told.text !== text) return told
  const bare = text.replace(noise, '')
  const other = reworded(bare)
  return other.text === bare ? told : other
}

const gone = /^(I am|we are) not(?=.*\b(?:any ?more|any longer)$)/i

/** "Yesterday I adopted …" -> "I adopted … yesterday". */
const timeLast = (text: string) =>
  text.replace(
    /^((?:yesterday|today|tomorrow|last \p{L}+|next \p{L}+|this \p{L}+|every \p{L}+|(?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)days|since (?:last|this) \p{L}+|(?:on|in|by) (?:\p{L}+day|\d{4}|\p{L}+(?: \d{4})?)|(?:a|an|two|three|four|five|\d+) \p{L}+ ago)(?: (?:morning|evening|night|afternoon))?),? ((?:I|we|my|our) .+)$/iu,
    (_, time: string, rest: string) => `${rest} ${time.charAt(0).toLowerCase()}${time.slice(1)}`,
  )

const change =
  /\b(?:now|actually|instead|no longer|any ?more|changed?|switched|corrections?|sorry|new|these days|not any|nowadays|became|become|stopped|quit|in fact|moved|turned|mind|from now on|rather|since (?:last|yesterday|this)|as of|anymore)\b/i

const openers =
  /^(?:(?:and|but|so|also|plus|well|oh|ok|okay|yes|yeah|yep|no|nope|nah|hi|hey|hello|hiya|howdy|good (?:morning|evening|afternoon)|thanks|thank you|thx|btw|by the way|actually|in fact|fyi|note|ps|p\.s\.|update|correction|fact|info|reminder|for (?:your |future |the )?(?:information|reference|record|context)|just so you know|so you know|just to let you know|(?:please )?note(?: that)?|for context|as I (?:said|mentioned|told you)(?: before)?|like I said|as you (?:may |might |already )*know|as always|I meant(?: to say)?(?: that)?|I mean|I should (?:mention|add|say)(?: that)?|I forgot to (?:mention|say|tell you|add)(?: that)?|I (?:just )?(?:want|wanted|would like|need) (?:you )?to (?:know|remember|tell you|let you know|mention|share|say|add)(?: that)?|you should (?:know|remember)(?: that)?|did you know(?: that)?|(?:please )?(?:keep|bear) in mind(?: that)?|let you know that|the thing is|to be honest|tbh|honestly|unfortunately|fortunately|luckily|sadly|sorry|my bad|lol|haha|great news|good news|big news|guess what|anyway|anyways|since|because|cause|given that|considering that|although|though|while|as|now|nowadays|currently|right now|these days|at work|at home|recently|lately|finally|in general|from now on|I changed my mind|turns out(?: that)?|it turns out(?: that)?|again|personally|one thing|about me|me|user|I|then|too|that|the truth is|truth is|I must admit|I have to admit|I confess|I think you should know(?: that)?)(?:[,:;!.]\s*|\s+-\s+|\s+))+(?=\S)/i

/** A clause without what opens and closes it. */
export const bare = (clause: string) => withoutOpeners(clause).replace(noise, '').trim()

function withoutOpeners(text: string) {
  let rest = text
  for (let rounds = 0; rounds < 6; rounds++) {
    const found = opener.exec(rest)?.[0]
    if (!found) break
    rest = rest.slice(found.length)
  }
  return rest
}

/** One opener at a time; "I" and "as a" begin statements and stay. */
const opener = new RegExp(
  openers.source
    .replace('^(?:(?:', '^(?:')
    .replace('|me|user|I|then', '|then')
    .replace('|as|now', '|as(?= (?:I|we|my)\\b)|now')
    .replace('(?:[,:;!.]\\s*|\\s+-\\s+|\\s+))+(?=\\S)', '(?:[,:;!.]+\\s*|\\s+-\\s+|\\s+)(?=\\S)'),
  'i',
)

/** What is only exclaimed of it: "…, couldn't hack it". */
const remark =
  /,\s+(?:couldn't|can't|didn't|wasn't|weren't|isn't|goodbye|bye|thank \p{L}+|finally|who knew|at last|long story|no regrets|not that|hence|hooray|phew|what a|don't|it (?:was|is)|doctor's orders|need|looking for|mornings?|stupid|obviously|like (?:an?|the)|be gentle|bless)(?![\p{L}]).*$/iu

const noise =
  /(?:[,\s]+(?:now|any ?more|any longer|too|as well|btw|by the way|lol|haha|hehe|though|actually|these days|nowadays|currently|please|thanks|thank you|right|you know|ok|okay|instead|of course|obviously|honestly|tbh|remember|already|then|at present|again and again|since you ask|if you must know|:\)|xd|rn|everyone|everybody|guys|nice to meet you|pleased to meet you|help|tips|any (?:tips|ideas|advice|thoughts)|ideas|advice|sadly|(?:bad )?I know|you see|I guess|mind you|everyone does|finally|if (?:that|it) (?:matters|helps)|yay|woohoo|ugh|sigh))+$/i

/** "tea instead of coffee", "Thursdays, not Mondays", "from coffee to tea", "not X but Y". */
function withoutOld(text: string): { text: string; old: string[] } {
  const old: string[] = []
  const take = (rest: string, pattern: RegExp, keep: string) =>
    rest.replace(pattern, (...found: string[]) => {
      const groups = found[found.length - 1] as unknown as Record<string, string>
      old.push(groups.old ?? '')
      return keep.replace(/\$(\w+)/g, (_, name: string) => groups[name] ?? '')
    })
  let rest = take(text, /\s+(?:instead of|rather than|in place of) (?<old>[^,]{2,60})$/i, '')
  rest = take(
    rest,
    /^(?<what>my .{2,40}?) (?:isn't|is not|aren't|is no longer) (?<old>[^,]{2,40}?)(?: any ?more)?, (?:but|it is|they are|it's) (?<new>.{2,60})$/i,
    '$what is $new',
  )
  rest = take(
    rest,
    /,\s*(?:and )?not (?!(?:only|just|to|that|very|really|so|sure)\b)(?<old>[^,]{2,40})$/i,
    '',
  )
  rest = take(
    rest,
    /\bnot (?<old>[^, ]{2,30}(?: [^, ]{1,20}){0,3}),? but (?<new>[^,]{2,60})$/i,
    '$new',
  )
  rest = take(
    rest,
    /\b(?<verb>switched|switch|changed|changed jobs|moved|relocated|went|converted|transferred|switched over|migrated|upgraded|transitioned)(?<what> my [^ ]+)? from (?<old>[^,]{2,60}?) to (?<new>[^,]{2,80})$/i,
    '$verb$what to $new',
  )
  rest = take(
    rest,
    /\b(?<verb>traded|swapped|exchanged|replaced)(?: in)? (?:my|our) (?<old>[^,]{2,40}?) (?:for|with) (?<new>[^,]{2,60})$/i,
    'switched to $new',
  )
  return { text: rest, old: old.filter(Boolean) }
}

function contents(text: string, reading: Reading, old: string[]): string[] {
  const spelled =
    /^(?:[Ii]t|[Mm]y name) is (?:actually |really )?(?:spelled|written) (\p{Lu}[\p{L}'’-]*)$/u.exec(
      text,
    )?.[1]
  if (spelled) return [`User's name is ${spelled}`]
  const here = /^(?:[Ii]t|[Tt]his) is (\p{Lu}[\p{L}'’-]*)(?: (?:here|speaking)| from .*)$/u.exec(
    text,
  )?.[1]
  const greeted = reading.greets && /^[Ii]t is (\p{Lu}\p{Ll}+)$/u.exec(text)?.[1]
  if (here || greeted) return [`User's name is ${here || greeted}`]
  const called =
    /^(?:everyone|everybody|people|my friends|friends|most people) calls? me (.{2,30})$/i.exec(
      text,
    )?.[1]
  if (called) return [`User is called ${called}`]
  const planned =
    /^(?:(?:the )?(\p{L}+(?: \p{L}+)? (?:is|has|was|got|will|starts|begins) .+)|(?:I|we|they|he|she|\p{L}+) (?:have |has )?(?:just )?(?:postponed|moved|rescheduled|pushed|changed) (?:the|my|our) (.+?) (?:back )?(?:to|until) (.+))$/iu.exec(
      text,
    )
  if (planned) {
    const what = planned[2]
      ? `${planned[2]} is ${/^at|^on/.test(planned[3] ?? '') ? '' : 'on '}${planned[3]}`
      : (planned[1] ?? '')
    const event = ofEvent(what)
    const about = event?.[0]?.toLowerCase().split(' ').slice(1, 4) ?? []
    if (event && (planned[2] || about.some((word) => reading.plans.has(word)))) return event
  }
  const lesson =
    /^(choir|band|football|tennis|yoga|dance|swimming|piano|guitar|violin|judo|karate|chess club|book club|poker night|quiz night)(?: (?:practice|rehearsal|class|lessons?|training|club))? is (on .+)$/i.exec(
      text,
    )
  if (lesson) return [`User has ${lesson[1]?.toLowerCase()} ${lesson[2]}`]
  const [, known = ''] = /^(?:the )?(\p{L}+) (?:is|are) .*\d/iu.exec(text) ?? []
  if (reading.plans.has(known.toLowerCase())) {
    const told = ofPossession(text.replace(/^the /i, ''), reading)
    if (told.length > 0) return told
  }
  const speaker = /^(?:I|we|both of us|my (?:husband|wife|partner) and I) (.+)$/i.exec(text)?.[1]
  if (speaker)
    return ofSpeaker(speaker.replace(/^(?:are) /, 'am ').replace(/^were /, 'was '), reading, old)
  const pair = /^(\p{Lu}[\p{L}'’-]+) and I (.+)$/u.exec(text)
  if (pair)
    return turningPoints.test(pair[2] ?? '')
      ? [`User and ${pair[1]} ${othersOf(pair[2] ?? '')}`]
      : []
  const possession = /^(?:my|our) (.+)$/i.exec(text)?.[1]
  if (possession) return ofPossession(possession, reading)
  const reversed =
    /^(.{2,80}?) (?:is|are) (?:my|our) ((?:(?:new |all-time |absolute )?(?:fav(?:ou?rite)?|least fav(?:ou?rite)?) .{2,40})|\p{L}+(?: \p{L}+)?)$/iu.exec(
      text,
    )
  if (
    reversed &&
    !/^(?:this|that|it|these|those|here|there|what|he|she|they|you)\b/i.test(reversed[1] ?? '')
  )
    return ofPossession(`${reversed[2]} is ${reversed[1]}`, reading)
  const role = /^(?:being|as) (an? .{3,60})$/i.exec(text)?.[1]
  if (role && !noRole.test(role)) return ofSpeaker(`am ${role}`, reading, old)
  const other = ofOther(text, reading)
  if (other.length > 0) return other
  return reading.explicit ? kept(text) : []
}

/** What was asked to be kept is kept as it was said, when it is no question and no errand. */
function kept(text: string) {
  const worth =
    text.split(' ').length >= 3 &&
    !/^(?:to|what|who|when|where|how|why|me|it|this|that|you)\b/i.test(text)
  return worth ? [othersOf(text).replace(/^\p{Ll}/u, (letter) => letter.toUpperCase())] : []
}

const past =
  /\b(?:ed|\p{L}+ed|was|were|got|bought|went|had|ran|met|began|lost|won|sold|gave|became|left|quit|flew|wrote|made|took|saw|built|broke|turned|been|died|born|started|finished)\b/iu

function finished(content: string, { at }: Reading, said: string) {
  const lower = said === said.toLowerCase().replace(/\bi\b/g, 'I')
  const dated = withDates(content, at, past.test(content) && !/\bwill\b/.test(content))
  const placed = lower ? withPlaces(dated) : dated
  return placed.replace(/\s+/g, ' ').replace(/[\s,;:.!-]+$/, '')
}

/** Gives a place said in lower case its capitals: "lives in new york city". */
const withPlaces = (content: string) =>
  content.replace(
    /\b(lives in|is from|moved to|based in|hometown is|studies [a-z]+ (?:in|at)|born in|resides in|living in|[a-z]+ in(?=[a-z ]+$)) ((?!(?:the|a|an|my|their|our|this|that|it|one)\b)[a-z]+(?: (?!with|and|for|since|near|but|by|as|at|in|on|to)[a-z]+){0,2})/g,
    (whole, before: string, place: string) =>
      /^(?:lives|is from|moved|based|hometown|studies|born|resides|living)/.test(before)
        ? `${before} ${capitalised(place)}`
        : whole,
  )
