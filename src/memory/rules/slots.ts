import { animals, attributes, people } from './nouns.ts'
import { stemsOf } from './words.ts'

/**
 * What a fact says of whom, in one of the ways that have a single answer: two facts with the same
 * subject and attribute and other values cannot both be true.
 */
export type Slot = { subject: string; attribute: string; value: string; negative?: boolean }

/** The slots of a fact told of a third person: "User lives in Rome" -> user, home, Rome. */
export function slotsOf(content: string): Slot[] {
  const told = content.trim().replace(/^the user\b/i, 'User')
  const { subject, rest } = subjectOf(told)
  if (subject === null) return []
  const [, role = '', name = ''] = whoIsHad.exec(rest) ?? []
  const had = role ? [{ subject: role.toLowerCase(), attribute: 'identity', value: name }] : []
  const identity = subject === 'user' ? undefined : isCalled.exec(rest)?.[1]
  const called = identity
    ? [{ subject: nameless(subject), attribute: 'identity', value: identity }]
    : []
  const spouse = called.filter((slot) => /^(?:wife|husband|spouse)$/.test(slot.subject))
  const married = spouse.map(({ value }) => ({ subject: 'user', attribute: 'spouse', value }))
  return [...had, ...called, ...married, ...inTable(subject, rest)]
}

const whoIsHad = new RegExp(
  `^has (?:(?:an?|one|another) )?(?:[^ ]+ ){0,2}?(${people}|${animals}),? (?:named|called) (\\p{Lu}[\\p{L}'’-]*)$`,
  'u',
)

const isCalled = /^(?:name )?is (?:named |called )?(\p{Lu}[\p{L}'’-]*(?: \p{Lu}[\p{L}'’-]*)?)$/u

const nameless = (subject: string) => subject.split(' ')[0] ?? subject

function inTable(subject: string, rest: string): Slot[] {
  return table.flatMap(([attribute, pattern, negative]) => {
    const found = pattern.exec(rest)
    if (!found) return []
    const [, first = '', second] = found
    const key = second === undefined ? attribute : `${attribute}:${canonical(first)}`
    return [{ subject, attribute: key, value: second ?? first, ...(negative && { negative }) }]
  })
}

/** The same words whatever their order, case or endings. */
export const canonical = (text: string) => [...stemsOf(text)].sort().join(' ')

const whom = new RegExp(
  `^User's ((?:(?:youngest|oldest|older|younger|best|little|big|ex-?) )*(?:${people}|${animals}))(?: (?!is |are |was |has )(\\p{Lu}[\\p{L}'’-]*))?('s)? (.+)$`,
  'u',
)

function subjectOf(told: string) {
  const [, role, name, , predicate = ''] = whom.exec(told) ?? []
  if (role && !/^(?:appointment|meeting|call|visit|interview|lesson|wedding)\b/.test(predicate))
    return {
      subject: `${role.toLowerCase()}${name ? ` ${name.toLowerCase()}` : ''}`,
      rest: predicate,
    }
  const own = /^User's (.+)$/i.exec(told)?.[1]
  if (own) return { subject: 'user', rest: `'s ${own}` }
  const user = /^User (.+)$/i.exec(told)?.[1]
  return { subject: user ? 'user' : null, rest: user ?? '' }
}

/** Whether two subjects are the same one: a role with a name is the role without. */
export function isSameSubject(one: string, other: string) {
  if (one === other) return true
  const [shorter, longer] = one.length < other.length ? [one, other] : [other, one]
  return shorter !== 'user' && longer.startsWith(`${shorter} `)
}

const tail =
  '(?: (?:since|for \\d|with|and|as|because|but|in the week|on \\d|in \\d{4}|in (?:january|february|march|april|may|june|july|august|september|october|november|december))\\b.*)?$'

const jobs =
  '(?!(?:[^ ]+ )*?(?:runner|swimmer|gamer|hiker|lover|eater|drinker|smoker|reader|traveler|believer|beginner|owner|fan|vegetarian|vegan|owl|person|introvert|extrovert|mother|father|sister|brother|member|survivor|collector|speaker|supporter|christian|parent|user|twin|diabetic|morning|climber|dancer|singer|christian|catholic|buddhist|atheist|feminist|resident|citizen|immigrant|veteran)\\b)'

const jobEnding =
  '(?:[^ ]*(?:er|or|ist|ian|ant|ent|ress|man|woman|tect|smith|nurse|chef|cook|pilot|vet|clerk|judge|coach|model|intern|guard|priest|ceo|cto|cfo|officer|analyst|agent|barista|paramedic|mechanic|midwife|carpenter|student|diver|maid|surgeon|physician|soldier|founder|director|secretary|consultant|scientist|assistant|retiree))'

/** Attribute, how a predicate says it, and whether it denies it. With two groups, the first is part of the attribute. */
const table: [attribute: string, pattern: RegExp, negative?: true][] = [
  [
    'home',
    new RegExp(
      `^(?:now |currently )?(?:lives|resides|is living|is based|is located|has lived|has been living|is residing|live)(?: and works)? (?:now |currently )?(?:in|at|near|outside) (.+?)${tail}`,
      'i',
    ),
  ],
  [
    'home',
    /^(?:has |recently |just )?(?:moved|relocated|is moving back)(?: back)? (?:to|into) (.+?)(?: (?:in|on|since|last|from) .*| and lives there.*)?$/i,
  ],
  [
    'home',
    /^'s (?:home address|address|home|current city|city|residence|location) is (?:in )?(.+)$/i,
  ],
  ['origin', /^(?:is originally from|is from|comes from|come from|hails from) (.+)$/i],
  ['origin', /^'s (?:hometown|home town) is (.+)$/i],
  [
    'age',
    /^(?:is|turned|recently turned|just turned) (?:now )?(\d{1,3})(?: (?:years old|years|today|on .*))?$/i,
  ],
  ['age', /^'s age is (\d{1,3})/i],
  ['age', /^is an? (\d{1,3})[- ]year[- ]old\b/i],
  ['birthday', /^'s (?:birthday|date of birth|birth ?date|dob) is (?:on )?(.+)$/i],
  ['birthday', /^was born (?:on )(?=.*\d)(.+)$/i],
  ['name', /^'s (?:full |first )?name is (.+)$/i],
  ['name', /^(?:is named|is called) (.+)$/i],
  ['called', /^(?:wants to be called|prefers to be called|goes by) (.+)$/i],
  [
    'employer',
    /^(?:now |currently )?(?:works?|is working|worked|is employed|has worked|interns) (?:as .+? )?(?:at|for|with) (.+?)(?: as .+)?$/i,
  ],
  [
    'employer',
    /^(?:recently |just )?(?:joined|got hired (?:at|by)|was hired (?:at|by)|started (?:a new job|working|work|a job)(?: as .+?)? (?:at|with|for)|got a (?:new )?job (?:as .+? )?(?:at|with)) (.+?)(?: (?:in|on|as|last) .*)?$/i,
  ],
  ['employer', /^is (?:an? |the )(?:[^ ]+ ){1,4}?(?:at|for) (\p{Lu}.*)$/u],
  ['employer', /^'s (?:employer|company|workplace) is (.+)$/i],
  [
    'job',
    /^(?:now |currently )?(?:works?|is working|is employed)(?: at .+?)? as (?:an? |the )?(.+?)(?: (?:at|for|in|with) .+)?$/i,
  ],
  [
    'job',
    new RegExp(
      `^(?:is|became|is now) (?:an? |the )${jobs}((?:[^ ]+ ){0,3}?${jobEnding})(?: (?:at|for|in|with|by|from) .+)?$`,
      'i',
    ),
  ],
  ['job', /^(?:got|was|has been) promoted to (?:an? )?(.+?)(?: (?:on|in) .*)?$/i],
  ['job', /^got a (?:new )?job as (?:an? )?(.+?)(?: (?:at|with|in) .+)?$/i],
  ['job', /^'s (?:job|occupation|profession|job title|role|position) is (?:an? )?(.+)$/i],
  [
    'work status',
    /^(?:is|got|was|has been|became) (unemployed|laid off|fired|let go|retired|between jobs|out of work|jobless)\b/i,
  ],
  ['work status', /^(retired|quit (?:their|the) job|resigned)\b/i],
  [
    'marital',
    /^(?:is|got|was|has been)(?: \w+ly)? (married|single|divorced|engaged|widowed|separated|in a relationship|dating|unmarried|seeing someone)\b/i,
  ],
  [
    'marital',
    /^(married|divorced|separated|is dating|broke up|split up|and .+ broke up|and .+ split up)\b/i,
  ],
  ['marital', /^has an? (girlfriend|boyfriend)\b/i],
  ['spouse', /^'s (?:wife|husband|spouse)(?:'s name)? is (?:named |called )?(\p{Lu}\p{L}+)/iu],
  ['spouse', /^is married to (\p{Lu}\p{L}+)/u],
  [
    'diet',
    /^(?:is|became|has become|went|has been)(?: an?)?(?: \w+ly)? (vegan|vegetarian|pescatarian|pescetarian|flexitarian|on (?:a )?keto(?: diet)?|keto|paleo)\b/i,
  ],
  ['diet', /^(?:follows|is following) an? (.+?) diet/i],
  ['diet', /^(?:started|is|went back to) eating (meat)\b/i],
  [
    'drives',
    /^(?:drives|bought|drives now) (?:an? )(?:(?:red|blue|black|white|new|used|old|silver|green|grey) )*((?:toyota|honda|tesla|ford|bmw|audi|fiat|mini|volvo|vw|volkswagen|mercedes|kia|hyundai|nissan|mazda|subaru|jeep|chevrolet|chevy|porsche|lexus|skoda|seat|renault|peugeot|opel|citroen|dacia|rivian|dodge|ram|prius|civic|polo|golf)\b.*)$/i,
  ],
  ['allergy', /^is (?:\w+ly |very )?allergic to (.+)$/i],
  ['allergy', /^has an? (?:\w+ )?(.+?) allergy$/i],
  ['avoids', /^(?:avoids|doesn't eat|does not eat|can't eat|never eats) (?:any )?([^ ]+)$/i],
  ['weight', /^weighs (?:about |now )?(.+)$/i],
  ['height', /^is (\d[\d.]* ?(?:cm|m|feet|ft|'|meters|metres).*)$/i],
  ['wakes', /^(?:wakes|gets) up (?:at|around) (.+)$/i],
  ['sleeps', /^goes to bed (?:at|around) (.+)$/i],
  [
    'count',
    /^(?:has|have) (\d+|no|one|two|three|four|five|six|an?(?= (?:child|kid|son|daughter))) (?=(?:kids|children|child|kid|siblings|cats|dogs|sons|daughters|brothers|sisters|grandchildren)\b)/i,
  ],
  [
    'studies',
    /^(?:studies|is studying|is majoring in|majors in|switched their (?:major|studies|field) to|changed their major to) (.+?)(?: (?:at|in) \p{Lu}.*)?$/iu,
  ],
  ['studies', /^is (?:now )?in (?:their )?(?:\w+) year of (.+)$/i],
  ['studies', /^is an? (?:[^ ]+ )?([^ ]+) student\b/i],
  [
    'favorite',
    /^'s (?:(?:current|absolute) )?((?:least )?favou?rite [^ ]+(?: [^ ]+){0,3}?) (?:is|are) (.+)$/i,
  ],
  ['own', new RegExp(`^'s (${attributes}) (?:is|are) (.+)$`, 'iu')],
  [
    'when',
    /^'s ((?:[^ ]+ ){0,3}?[^ ]+) (?:is|starts|begins|ends|expires|will be) ((?:on|at|in|by) .*\d.*)$/i,
  ],
  [
    'next home',
    /^is (?:moving|going to move|planning to move) to (\p{Lu}.*?)(?: (?:in|on|next|for) .*)?$/u,
  ],
  ['grade', /^is in (?:the |their )?(\w+) (?:grade|year|form)$/i],
  ['when', /^has an? ((?:[^ ]+ ){0,3}?[^ ]+) (on .*\d.*)$/i],
  [
    'likes',
    /^(?:likes?|loves?|enjoys?|adores?|is into|is a (?:big |huge )?fan of|is obsessed with)( )(.+)$/i,
  ],
  ['likes', /^(?:doesn't|don't|does not)( )(?:like|love|enjoy) (.+)$/i, true],
  ['likes', /^(?:hates?|dislikes?|can't stand|detests?|is not a fan of)( )(.+)$/i, true],
]
