import { lastingThings } from './nouns.ts'
import { statesOf } from './states.ts'
import { lastingActivity, turningPoints } from './verbs.ts'

/** A clause without its subject, made whole: "Allergic to cats" -> "I am allergic to cats". */
export function completed(clause: string): string {
  const text = clause.replace(opening, '')
  for (const complete of ways) {
    const whole = complete(text)
    if (whole) return whole
  }
  return clause
}

const opening =
  /^(?:(?:so|and|but|well|ok|okay|hi|hey|hello|btw|by the way|oh|yeah|yes|also|anyway|update|plus|lol|ugh|plot twist|big news|good news|bad news|sorry)[,:!]?\s+)+(?=\S)/i

/** "Living in a van is cheap" has a subject: all of what stands before the verb. */
const isSubject =
  /\s(?:is|are|was|were|isn't|aren't|can|can't|could|would|will|won't|should|does|doesn't|seems?|sounds?|takes?|makes?|requires?|means|feels?|helps?)(?![\p{L}])/iu

const kin =
  'wife|husband|hubby|partner|fianc[eé]e?|girlfriend|boyfriend|gf|bf|mum|mom|dad|gran|grandma|grandpa|granddad|nan|nana|sister|brother|sis|bro|son|daughter|uncle|aunt|auntie|cousin|best (?:friend|mate|pal)|roommate|flatmate|landlord|landlady|boss|mother-in-law|father-in-law|in-laws|kids'

const ways: ((text: string) => string | null)[] = [
  // "Retired postman here", "Barty here again"
  (text) => {
    const what = /^(?:just |only )?(?:an? )?([^,;:]{3,50}?),? (?:over )?here(?: again)?$/i.exec(
      text,
    )?.[1]
    if (!what || notOne.test(what)) return null
    if (/^\p{Lu}\p{Ll}+$/u.test(what))
      return isNoun.test(what) ? `I am a ${what}` : `It is ${what} here`
    const article = /^[aeiou]/i.test(what) ? 'an' : 'a'
    return /^(?:the|my|from|based)\b/i.test(what) ? `I am ${what}` : `I am ${article} ${what}`
  },
  // "Barty again"
  (text) => {
    const name = /^(\p{Lu}\p{Ll}+) again$/u.exec(text)?.[1]
    return name && !notOne.test(name) ? `It is ${name} here` : null
  },
  // "wife's a surgeon", "Best mate Hamish lives in Wellington"
  (text) => {
    const said = new RegExp(
      `^(?:the )?((?:${kin})(?:(?:'s| is| has| was| works| lives| runs| plays| hates| loves| got| had| just| doesn't| can't| turned| died| passed away| moved| retired| started) .+| \\p{Lu}\\p{Ll}+ (?:is|was|has|\\p{Ll}+s|\\p{Ll}+ed)(?![\\p{L}]).*))$`,
      'u',
    ).exec(text.replace(/^\p{Lu}/u, (letter) => letter.toLowerCase()))?.[1]
    return said ? `my ${said.replace(/^([\p{L} -]+?)'s /u, '$1 is ')}` : null
  },
  // "Haven't touched alcohol in years"
  (text) =>
    /^haven't \p{L}+/iu.test(text) ? `I ${text.charAt(0).toLowerCase()}${text.slice(1)}` : null,
  (text) => {
    const rest = /^been (.{6,})$/i.exec(text)?.[1]
    return rest && !/^(?:there|thinking|wondering|trying|told|meaning)\b/i.test(rest)
      ? `I have been ${rest}`
      : null
  },
  (text) => {
    const rest =
      /^(?:just |finally |recently |still |currently |also )*(.+)$/i.exec(text)?.[1] ?? ''
    const said = rest.replace(/^\p{Lu}/u, (letter) => letter.toLowerCase())
    if (!/^\p{L}+ing\b/iu.test(said) || isSubject.test(said)) return null
    return lastingActivity.test(said) ? `I am ${said}` : null
  },
  // "Just passed my driving test"
  (text) => {
    const said = text.replace(/^\p{Lu}/u, (letter) => letter.toLowerCase())
    if (
      /^(?:sold|ditched|binned|scrapped|got rid of|swapped|traded(?: in)?|replaced) (?:the|my|our) |^finished \p{Lu}|^(?:got|found) my own /u.test(
        said,
      )
    )
      return `I ${said}`
    const got = /^(?:just |finally )*(?:got|bought) (.+)$/.exec(said)?.[1]
    if (got && /^(?:an?|my|our|two) /.test(got) && lastingThings.test(got)) return `I ${said}`
    return eventful.test(said) && turningPoints.test(said) ? `I ${said}` : null
  },
  // "Allergic to cats", "31 and single"
  (text) => {
    const said = text.replace(/^\p{Lu}/u, (letter) => letter.toLowerCase())
    if (!stateful.test(said) || isSubject.test(said)) return null
    return statesOf(said, false).length > 0 ? `I am ${said}` : null
  },
  (text) => {
    const age = /^(\d{2})(?: years old)? (?:today|tomorrow|yesterday|last week|next week)$/.exec(
      text,
    )
    return age ? `I turned ${text}` : null
  },
  (text) => {
    const what = /^no (\p{L}+(?: \p{L}+)?) for me$/iu.exec(text)?.[1]
    return what ? `I avoid ${what}` : null
  },
]

/** Not what somebody is, though "here" follows. */
const notOne =
  /^(?:I|we|you|he|she|it|they|there|what|who|why|how|where|see|look|come|over|right|up|down|in|out|same|same thing|nothing|something|new|it's|that's|still|not|ok|hello|hi|hey|thanks|once|try|back|yes|no|never|good|all good|me|here|home|done|out|and|so|any\p{L}*|is|are|was|from)(?![\p{L}])|\b(?:is|are|was|were|works?|lives?|goes|came|got|stays?(?!-)|looks?|it|this|that|happening|going)\b/iu

const isNoun =
  /(?:\brep|or|ist|ian|ant|ent|man|woman|fan|student|nurse|chef|vegan|vegetarian|dad|mum|mom|diabetic|pilot)$/i

const eventful =
  /^(?:(?:just|finally|recently|also|officially|already) )*(?:got|passed|bought|adopted|moved|started|quit|sold|had (?:my|a|an|twins|surgery)|lost (?:my|our)|finished|gave up|turned \d|retired|graduated|broke (?:my|up)|became|joined (?!the dots)|switched|dropped out|left|handed in|signed|proposed|married|eloped)(?![p{L}])/i

const stateful =
  /^(?:(?:severely|highly|very|deathly|mildly) )?(?:allergic to|intolerant to|lactose[- ]intolerant|(?:originally )?from \p{Lu}|based in|born (?:and raised )?in|raised in|retired|married|divorced|widowed|engaged|unemployed|self-employed|pregnant|left[- ]handed|on (?:a|an) \p{L}+ diet|\d{1,3}(?: years old| ?yo)?$|vegan$|vegetarian$|terrified of|obsessed with|type [12] diabetic|dyslexic|autistic|an? [\p{L} -]+ (?:by trade|by training))/iu

/**
 * A person in a few words, "sales rep, 38, live in Leeds, hate cold calling", as statements; null
 * for all that has a sentence in it.
 */
export function profileOf(text: string): { text: string; asks: false }[] | null {
  const pieces = text
    .replace(/^(?:context|about me|me|background|profile|intro)\s*[:,-]\s*/i, '')
    .split(/,\s+(?:and\s+)?/)
  if (pieces.length < 3 || /\b(?:I|I'm|my|you|we|is|are|was)\b/i.test(pieces[0] ?? '')) return null
  const told = pieces.map((piece, at) => profiled(piece.trim(), at === 0))
  const known = told.filter((one) => one !== null)
  return known.length >= 2 && known.length >= pieces.length - 1
    ? known.map((one) => ({ text: one, asks: false }))
    : null
}

function profiled(piece: string, first: boolean): string | null {
  const age = /^(\d{2})(?: ?(?:yo|y\/o|years old|m|f))?$/i.exec(piece)?.[1]
  if (age) return `I am ${age} years old`
  if (
    /^(?:live|work|love|hate|like|speak|have|play|study|drive|run|teach|don't|can't) \S/i.test(
      piece,
    )
  )
    return `I ${piece}`
  if (
    /^(?:living|working|studying|based|from|born|raised|training|learning|married|single|divorced|widowed|engaged|retired|vegan|vegetarian|pregnant|allergic|self-employed|unemployed|freelancing|broke)(?![\p{L}])/iu.test(
      piece,
    )
  )
    return `I am ${piece}`
  if (/^(?:one|two|three|four|\d) (?:kids?|children|cats?|dogs?|sons?|daughters?)$/i.test(piece))
    return `I have ${piece}`
  const stuck = /^(?:now |currently )?(?:stuck|living|based) in (\p{Lu}.*)$/u.exec(piece)?.[1]
  if (stuck) return `I live in ${stuck}`
  if (/^(?:single )?(?:dad|mum|mom|father|mother|parent) of /i.test(piece)) return `I am a ${piece}`
  return first && isNoun.test(piece) && piece.split(' ').length < 5 ? `I am a ${piece}` : null
}
