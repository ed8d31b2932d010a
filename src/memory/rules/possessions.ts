import { animals, attributes, events, people } from './nouns.ts'
import { saidOf } from './others.ts'
import { othersOf } from './person.ts'
import { meet, type Reading } from './reading.ts'
import { capitalised } from './states.ts'

const being = String.raw`(?:is now|are now|is|are|was|has (?:been )?changed to|changed to|was (?:moved|pushed|changed|rescheduled) to|got (?:moved|pushed|changed|rescheduled) to|has (?:been )?moved to|will be|=|:)`

const others = new RegExp(
  `^((?:(?:new|(?:${people})'s|late|own|youngest|oldest|eldest|only|little|older|younger|big|first|current|future|other|\\d+[- ]year[- ]old|old|ex-?) )*(?:${people}|${animals}))(?:(?:,? (?:named |called )?(?=\\p{Lu})(?!(?:I)\\b)((?:(?:Mrs?|Ms|Dr|Prof)\\.? )?\\p{Lu}[\\p{L}'’-]*(?:(?:,? and|,) \\p{Lu}[\\p{L}'’-]*|(?: \\p{Lu}[\\p{L}-]*))?))?,?) (.+)$`,
  'u',
)

const whose = new RegExp(
  `^((?:(?:youngest|oldest|eldest|older|younger|best|little|big) )*(?:${people}|${animals})) ?'s? (.+?) ${being} (.+)$`,
  'iu',
)

const favourite = new RegExp(
  `^(?:(?:new|current|absolute|all-time) )*((?:least )?fav(?:ou?rite)?s?) ((?:\\p{L}[\\p{L}'-]*)(?: (?!(?:since|when|because|that|who|I|we|ever)\\b)[^ ]+){0,3}?) ${being} (.+)$`,
  'iu',
)

const attribute = new RegExp(
  `^(?:(?:new|current|correct|actual|main|own) )*((?:${attributes})(?: for (?:the|my|our|this) \\p{L}+)?)(?: (?:at work|for this year|this year))? (?:(?:is|are) (?:now )?(?:called|named)|${being}) (.+)$`,
  'iu',
)

const event = new RegExp(
  `^((?:(?:new|next|upcoming|first|final) )?(?:\\p{L}+ ){0,2}?(?:${events})(?: (?:with|at|in|to|for) [^,]{2,30}?)?) (?:(is|starts?|begins?|ends?|expires?|takes place|runs out|is due|is scheduled|happens|leaves|departs|arrives|lands|will be|has been (?:moved|rescheduled|pushed|postponed|changed)|(?:was|got|is) (?:moved|rescheduled|pushed|postponed|changed|delayed)|changed|moved)) (?:back |forward )?(.+)$`,
  'iu',
)

/** What is said of "my …": a relative or pet, a favourite, an attribute, an appointment. */
export function ofPossession(said: string, reading: Reading): string[] {
  const text = said.replace(/ (?:is|are) (?:now|currently|actually|also) /i, ' is ')
  return (
    ofWhose(text, reading) ??
    ofBody(text) ??
    ofFavourite(text) ??
    (/^mother tongue /i.test(text) ? ofAttribute(text) : null) ??
    ofOthers(text, reading) ??
    ofAttribute(text) ??
    ofEvent(text) ??
    (reading.explicit ? [`User's ${othersOf(text)}`] : [])
  )
}

function ofWhose(text: string, reading: Reading) {
  const [, who = '', what = '', value = ''] = whose.exec(text) ?? []
  if (!who || complaint.test(value) || pointless.test(value)) return null
  if (/^(?:name|nickname)$/i.test(what)) meet(reading, `User's ${who}`, value)
  else reading.spoken = `User's ${who}`
  return [
    `User's ${who}${who.endsWith('s') ? "'" : "'s"} ${othersOf(what)} is ${named(what, othersOf(value))}`,
  ]
}

/** "My eyesight is terrible" is not the matter of a day. */
function ofBody(text: string) {
  const said =
    /^((?:eyesight|hearing|memory|sense of (?:smell|direction)|immune system|balance|metabolism|blood sugar|cholesterol|blood pressure|thyroid) (?:is|are) .{3,60})$/i.exec(
      text,
    )?.[1]
  return said ? [`User's ${othersOf(said)}`] : null
}

function ofFavourite(text: string) {
  const [, kind = 'favorite', what = '', value = ''] = favourite.exec(text) ?? []
  if (!what || pointless.test(value)) return null
  const word = /^(?:least )?favs?$/i.test(kind) ? kind.replace(/favs?$/i, 'favorite') : kind
  const verb = /s$/.test(what) && !/ss$|series$/.test(what) ? 'are' : 'is'
  return [`User's ${word.toLowerCase()} ${othersOf(what)} ${verb} ${othersOf(value)}`]
}

function ofOthers(text: string, reading: Reading) {
  const [, role = '', name = '', predicate = ''] =
    others.exec(text.replace(/^\p{Lu}/u, (letter) => letter.toLowerCase())) ?? []
  // "My dentist appointment" is no dentist.
  if (!role || ofEvent(text)) return null
  const who = /^new /i.test(role) ? role.replace(/^new /i, '') : role
  const called =
    /^(?:is|are) (?:(?:now )?(?:called|named) )?(?=\p{Lu})(\p{Lu}[\p{L}'’-]*(?:(?:, | and | )\p{Lu}[\p{L}'’-]*)*)$/u.exec(
      predicate,
    )?.[1]
  const subject = `User's ${who}${name && /^\p{Lu}/u.test(name) ? ` ${name}` : ''}`
  const rest = name && !/^\p{Lu}/u.test(name) ? `${name} ${predicate}` : predicate
  if (called) meet(reading, `User's ${who}`, called)
  else if (name) meet(reading, `User's ${who}`, name)
  else reading.spoken = subject
  return saidOf(subject, rest)
}

function ofAttribute(text: string) {
  const [, what = '', value = ''] = attribute.exec(text) ?? []
  if (!what || complaint.test(value) || pointless.test(value)) return null
  if (new RegExp(`^(?:${events})$`, 'iu').test(what) && /^(?:in|on|at) /.test(value)) return null
  const verb = /(?:ies|hobbies|interests|passions|goals|pronouns|pastimes|roots|hours)$/i.test(what)
    ? 'are'
    : 'is'
  return [`User's ${othersOf(what)} ${verb} ${named(what, othersOf(value))}`]
}

const named = (what: string, value: string) =>
  /name$/i.test(what) && /^\p{Ll}/u.test(value) ? capitalised(value) : value

/** When an appointment is: "flight leaves on June 20"; null without a time. */
export function ofEvent(text: string): string[] | null {
  const [, what = '', verb = '', value = ''] = event.exec(text) ?? []
  if (!what || !when.test(value)) return null
  const told = /moved|pushed|rescheduled|postponed|changed|delayed/i.test(verb)
    ? 'is'
    : othersOf(verb)
  const time = value.replace(/^(?:to|until|till) /i, '')
  const on =
    /^(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|\d{1,2}(?:st|nd|rd|th)? \p{L}+|(?:january|february|march|april|june|july|august|september|october|november|december) \d)/iu
  return [`User's ${othersOf(what)} ${told} ${on.test(time) ? 'on ' : ''}${othersOf(time)}`]
}

const when =
  /\b(?:\d|today|tonight|tomorrow|next|this|january|february|march|april|may|june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday|spring|summer|autumn|fall|winter|week|month|weeks|days|noon|midnight)/i

/** What is wrong with it today is not what it is. */
const complaint =
  /^(?:(?:so|very|really|too|a bit|not|always|kind of|pretty|quite|super) )*(?:broken|slow|down|working|overheating|wrong|crash\p{L}*|dead|stuck|missing|bad|good|great|nice|annoying|fine|ready|here|killing|acting|freez\p{L}*|late|delayed|full|empty|lost|gone|better|worse|awful|terrible|hurting|sore|a mess|a disaster|a problem|doing|making|getting|giving|not|running|failing|lagging|behind|blocked|locked|out|off|on fire|over|boring|stressful|hard|difficult|easy|hell)(?![\p{L}])/iu

const pointless =
  /^(?:it|this|that|these|those|what|how|why|to (?:know|ask|find out|get this)|you|unknown|irrelevant|not important|none of your)\b/i
