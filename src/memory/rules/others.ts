import { animals, people } from './nouns.ts'
import { baseOf, othersOf } from './person.ts'
import type { Reading } from './reading.ts'
import { adverb, lastingVerbs, refusable, turningPoints } from './verbs.ts'

/** What is said of somebody of the user's: "she …", "her name …", a name met before. */
export function ofOther(text: string, reading: Reading): string[] {
  const about = /^(he|she|they|it) (.+)$/i.exec(text)
  // "It's year end" is said of nobody.
  if (/^it is (?!an? |called |named |male|female|\d)/i.test(text)) return []
  if (about && reading.spoken) return saidOf(reading.spoken, about[2] ?? '')
  const theirs =
    /^(?:his|her|their|its) (name|birthday|age|job|favou?rite \p{L}+|breed|husband|wife)(?:'s| is| are) (.+)$/iu.exec(
      text,
    )
  if (theirs && reading.spoken) {
    const who = theirs[1] === 'name' ? reading.spoken.replace(/ \p{Lu}\S*$/u, '') : reading.spoken
    return [`${who}'s ${theirs[1]} is ${theirs[2]}`]
  }
  // "her husband Ben runs …" is told of the one she is.
  const [, kin = '', rest = ''] = theirKin.exec(text) ?? []
  if (kin && reading.spoken) return saidOf(`${reading.spoken}'s ${kin}`, rest)
  const named = /^(\p{Lu}[\p{L}'’-]+)(?:'s)? (.+)$/u.exec(text)
  const whose = named && reading.names.get((named[1] ?? '').toLowerCase())
  if (named && whose) return saidOf(whose, named[2] ?? '')
  return []
}

const theirKin = new RegExp(
  `^(?:his|her|their) ((?:${people}|${animals})(?: \\p{Lu}[\\p{L}'’-]*)?) (.+)$`,
  'u',
)

/** A predicate already in the third person; moods and doings of the moment are left out. */
export function saidOf(subject: string, said: string): string[] {
  const predicate = said.replace(
    /^is (?:(?:back|now|down|up|over|out|currently|living) )+in (?=\p{Lu})/u,
    'lives in ',
  )
  const text = othersOf(
    predicate.replace(/^(?:just|really|actually|also|now|currently|still) /i, ''),
  )
  const [verb = ''] = text.split(' ').filter((word) => !adverb.test(word))
  if (
    momentary.test(text) ||
    (text.split(' ').length < 2 &&
      !/^(?:died|retired|smokes|drinks|snores|passed|graduated|drives)$/.test(verb))
  )
    return []
  const known =
    /^(?:is|are|was|were|has|have|had|will|can|can't|doesn't|don't|isn't|aren't|never|used|got|died|passed)$/i.test(
      verb,
    )
  const lasting =
    lastingVerbs.has(baseOf(verb)) ||
    lastingVerbs.has(verb.toLowerCase()) ||
    turningPoints.test(text) ||
    turningPoints.test(text.replace(/\b(?:his|her|their)\b/g, 'my')) ||
    /^(?:turns|hates|speaks|started|lived|studied|worked|named|called|goes|helps|makes|gets|taught|lost|loved|liked|hated|says no)$/i.test(
      verb,
    )
  const [, refused = '', object = ''] = /^won't (?:ever )?(\p{L}+) (.+)$/iu.exec(text) ?? []
  const refuses = refusable.test(refused) && !ofToday.test(object)
  return known || lasting || refuses ? [`${subject} ${text}`] : []
}

/** What is refused today, or refused to somebody: "won't eat his dinner". */
const ofToday =
  /^(?:it|this|that|me|us|you|them|his|her|their|its|the|my|our|back|to|on|for|well|properly)\b|\b(?:today|tonight|now|right now|any ?more)$/i

const momentary =
  /^(?:is|are|was|were|seems?|looks?|feels?|has been|gets?)(?: (?:so|very|really|being|always|such|too|quite|a bit|pretty|just|a|not))* ?(?:tired|annoy|mad|angry|sick|here|there|coming|calling|sleeping|driving|upset|happy|sad|busy|late|fine|ok|okay|good|great|nice|funny|crazy|hungry|waiting|asking|telling|saying|right|wrong|cute|the best|awesome|amazing|pain|jerk|idiot|mess|home (?:now|today)|making me|out (?:of town)?$|acting|barking|crying|yelling|visiting today|watching|eating|cooking|broken|down|slow|bored|mean|weird|being)(?![\p{L}](?!ing|ed))|^(?:said|says|told|tells|thinks|thought|asked|asks|(?:wants|needs|expects) (?!to (?:be|become|study|learn|move))|called|keeps(?! (?:bees|hens|chickens|goats|sheep|pigs|ducks|pigeons|kosher)\b)|made me|made them|just|texted|needs (?:help|to)|wonders?|knows|has (?:a )?(?:question|problem|headache|cold|fever)|is at|(?:is|was|are|sits|sleeps) (?:on|under|behind|inside|outside|next to|upstairs|downstairs|in) (?:the|my|a|their) (?:keyboard|table|sofa|couch|bed|car|kitchen|room|phone|floor|roof|desk|chair|garden|shower|bath\p{L}*|way|mood|picture|photo)|sent|gave me|gave them|(?:can't|cannot|couldn't) (?:connect|find|open|log|get|see|remember|decide|stop|believe|make)|likes? (?:it|this|that)|loves? (?:it|this|that|me|them))\b/iu
