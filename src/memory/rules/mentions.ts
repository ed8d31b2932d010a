import { animals } from './nouns.ts'
import { capitalised } from './states.ts'

/** Those whose mere name is worth knowing, however they come to be spoken of. */
const close =
  'wife|husband|spouse|fianc[eé]e?|girlfriend|boyfriend|gf|bf|mother|father|mom|mum|dad|sister|brother|son|daughter|baby|toddler|grandson|granddaughter|grandma|grandpa|grandmother|grandfather|gran|nan|aunt|uncle|cousin|nephew|niece|stepson|stepdaughter|stepmother|stepfather|roommate|flatmate|housemate|boss'
const roles = `${close}|partner|(?:${animals})`

const adjectives =
  '(?:(?:little|big|older|younger|oldest|youngest|elder|eldest|twin|old|new|rescue|baby|elderly|late|poor|sweet|dear|beloved|\\d+[- ]year[- ]old) )*'

const named = new RegExp(
  `(?<![\\p{L}])(?:[Mm]y|[Oo]ur) (?:\\p{Ll}+ )?(${adjectives}(?:${roles}))(?:,| named| called)? (\\p{Lu}[\\p{L}'’-]*?(?: \\p{Lu}\\p{Ll}+)?)(?:['’]s)?(?![\\p{L}])`,
  'gu',
)

const counted = new RegExp(
  `(?<![\\p{L}])(?:my|our) ((?:two|three|four|five|six|seven|\\d) (?:\\p{L}+ )?(?:${animals}|kids|children|sons|daughters|boys|girls|brothers|sisters|siblings|grandchildren|grandkids|stepkids))(?![\\p{L}])`,
  'giu',
)

const work =
  /(?<![\p{L}])(?:[Mm]y|[Oo]ur) (?:day |full-time |part-time |night |new |current )?(?:job|shifts?|gig) (at|as|for) ((?:the |an? )?[\p{L}'&-]+(?: (?!and\b|but\b|so\b|is\b|was\b|which\b|because\b|in\b|on\b|to\b|I\b|has\b|doesn't\b|makes\b|has\b)[\p{L}'&-]+){0,3})/gu

const place =
  /(?<![\p{L}])(?:[Mm]y|[Oo]ur) (?:\p{L}+ )?(flat|house|apartment|cottage|allotment|farm|shop|bakery|caf[eé]|restaurant|studio|cabin) in (\p{Lu}\p{L}+(?: \p{Lu}\p{L}+)?)/gu

/** Somebody of the user's by name, or how many of a kind: "my two ferrets". */
export type Mention = { fact: string; word: string; role: string | null }

/** Whom a sentence takes for known: what it says or asks of them does not matter. */
export function mentionsIn(text: string): Mention[] {
  const persons = [...text.matchAll(named)].map(([, role = '', name = '']) => ({
    fact: `User's ${role.replace(/^(?:new|poor|sweet|dear|beloved|baby) /, '')} is named ${name}`,
    word: name,
    role,
  }))
  const numbers = [...text.matchAll(counted)].map(([, what = '']) => ({
    fact: `User has ${what}`,
    word: what.split(' ').at(-1) ?? what,
    role: null,
  }))
  const works = [...text.matchAll(work)].map(([, how = '', where = '']) => ({
    fact: `User works ${how} ${where.trim()}`,
    word: where.trim(),
    role: null,
  }))
  const homes = [...text.matchAll(place)].map(([, what = '', where = '']) => ({
    fact: `User has a ${what} in ${where}`,
    word: where,
    role: null,
  }))
  return [...works, ...homes, ...persons.filter(({ word }) => !noName.test(word)), ...numbers]
}

const noName =
  /^(?:I|I'm|I'll|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Is|And|OK|TV|PC|UK|US|USA|STILL|NOT|ALWAYS|NEVER|KEEPS|WILL|HAS|WAS)$/

const lowerName = new RegExp(
  `(?<![\\p{L}])((?:my|our) ${adjectives}(?:${roles})) (\\p{Ll}{2,12})(?= (?:(?:still|STILL|also|just|always|never|keeps?|is|was|has|had|and I|and i|ate|got|won't|can't|doesn't)(?![\\p{L}])|(?!(?:this|his|its|us|as|always|less|plus|yes|thus|is) )\\p{Ll}{2,}s (?:\\p{L}|$)))`,
  'gu',
)

/** Names of people and pets said in lower case get their capitals: "my cat pepe keeps …". */
export const withNames = (text: string) =>
  /(?:^|\s)I(?:['’]|\s)/.test(text)
    ? text
    : text.replace(lowerName, (whole, before: string, name: string) =>
        noLowerName.test(name) ? whole : `${before} ${capitalised(name)}`,
      )

const noLowerName =
  /^(?:is|was|has|had|and|or|who|that|which|to|in|on|at|for|from|of|with|by|as|the|an?|my|her|his|its|it|he|she|they|i|we|you|not|so|but|if|when|then|than|because|keeps?|still|also|just|always|never|only|even|really|usually|often|sometimes|already|now|both|all|will|would|can|could|should|may|might|must|does|did|do|ate|got|tongue|person|people|status|situation|issue|problem|training|allergy|friend|brain|lover|food|bed|toy|toys|bowl|leash|collar|litter|hair|fur|door|house|room|cage|tank|vet|school|sitter|walker|shower|bottle|monitor|clothes|names?|birthday|in-law|law|breed|breeder|says|said|likes|loves|hates|wants|needs|thinks|lives|works|went|came|told|asked|died|passed|\p{Ll}+ing|\p{Ll}+ed|\p{Ll}+ly|\p{Ll}*s)$/u

const alone = new RegExp(
  `(?<![\\p{L}])(?:[Mm]y|[Oo]ur) (?:${adjectives})(${roles})(?:,? (?:named |called )?(\\p{Lu}\\p{L}+))?(?![\\p{L}'’])`,
  'gu',
)

/** Whom "he" or "she" in the next sentence is, where a sentence names one of the user's alone. */
export function spokenIn(text: string): string | null {
  const [one, ...others] = [...text.matchAll(alone)]
  if (!one || others.length > 0) return null
  const [, role, name] = one
  return `User's ${role}${name && !noName.test(name) ? ` ${name}` : ''}`
}
