import { animals, people } from './nouns.ts'
import { baseOf } from './person.ts'

/** A sentence without what is told beside its main statement, and that as statements of their own. */
export function withoutAsides(sentence: string): { text: string; asides: string[] } {
  const asides: string[] = []
  let text = sentence
  for (const { when, tell } of kinds) {
    text = text.replace(when, (...found: string[]) => {
      const told = tell(found)
      if (told === null) return found[0] ?? ''
      if (told.aside) asides.push(told.aside)
      return told.rest
    })
  }
  return { text, asides }
}

type Kind = {
  when: RegExp
  /** The statement, and what stays in its place; null leaves all as it is. */
  tell: (found: string[]) => { aside: string | null; rest: string } | null
}

const relation = `(?:[Mm]y|[Oo]ur) (?:[\\p{L}-]+ )?(?:${people}|${animals})`
const name = "\\p{Lu}[\\p{L}'’-]*"

/** "works nights" of oneself is "work nights". */
const firstPerson = (said: string) => {
  const [verb = '', ...others] = said.replace(/^is /i, 'am ').split(' ')
  return [verb === 'am' ? verb : baseOf(verb), ...others].join(' ')
}

const asked =
  '(?:what|how|which|where|why|who|should|could|can|any|do I|is it|is there|are there|please|suggest|recommend|give|help|explain|tell|show|write|make)'

/** "As a result" and "as a kid" make nobody what they name. */
const opening =
  /^(?:(?:hi|hey|hello|so|ok|okay|well|and|but|also|now|um|uh|btw|yes|no|please|honestly|speaking)[,!]? )*$/i

export const noRole =
  /^an? (?:\p{L}+ )?(?:result|rule|whole|test|start|gift|present|reminder|table|list|joke|bonus|treat|surprise|side note|side|last resort|thank you|kid|child|teenager|teen|student back|precaution|matter|consequence|function|string|file|pdf|language model|ai|beginner|newbie|admin|administrator|customer|visitor|guest|player|human|user|general rule|example|suggestion|compromise|warm-?up|follow-?up|favou?r|couple of|group)\b/iu

const kinds: Kind[] = [
  {
    // "a border collie (Skye)"
    when: new RegExp(
      `(?<=(?:[Mm]y|[Oo]ur|an?|one) (?:[\\p{L}-]+ ){0,2}(?:${people}|${animals})) \\((${name})\\)`,
      'gu',
    ),
    tell: ([, named = '']) => ({ aside: null, rest: ` named ${named}` }),
  },
  {
    // "after school ideas near Cardiff where we live"
    when: new RegExp(
      `(?<= )(in|near|around|behind|outside) (${name}(?: ${name})?),? where (?:I|we) (?:live|am based|are based)(?![\\p{L}])`,
      'gu',
    ),
    tell: ([, where = '', place = '']) => ({
      aside: `I live ${/^(?:around|behind)$/.test(where) ? 'near' : where} ${place}`,
      rest: `${where} ${place}`,
    }),
  },
  {
    // "As a nurse with a nut allergy what can I …", "being a vegan, I …"
    when: new RegExp(
      `^((?:[\\p{L}']+,? ){0,2}?)(?:as|being) (an? [^,;:]{3,80}?)(?:\\s*,\\s*(?=\\S)|\\s+(?=(?:I|my|we|our|${asked})(?![\\p{L}])))`,
      'iu',
    ),
    tell: ([, before = '', said = '']) => {
      const role = said.replace(/ (?:is|was|can be|makes|means|feels)(?![\p{L}]).*$/iu, '')
      return noRole.test(role) || !opening.test(before)
        ? null
        : { aside: `I am ${role}`, rest: before }
    },
  },
  {
    // "Since my divorce I have lived alone."
    when: /^(?:since|after|before|during|because of) (?:my|our|the) [\p{L} ]{3,25}?,? (?=(?:I|my) )/iu,
    tell: () => ({ aside: null, rest: '' }),
  },
  {
    // "Having had two operations, which …", "After 20 years in the navy I …"
    when: /^(having (?:had|been|lived|worked|lost|raised|taught|grown up) [^,]{3,60}|after (?:\d+|\p{L}+) (?:years|decades|months) (?:in|as|of|at|with) [^,]{3,40}?)(?:,\s*|\s+(?=I\b))/iu,
    tell: ([, said = '']) => ({
      aside: `I have ${said.replace(/^having /i, '').replace(/^after (.*?) (in|as|of|at|with) /i, 'spent $1 $2 ')}`,
      rest: '',
    }),
  },
  {
    // "As someone with epilepsy, should I …"
    when: /^(?:as|being) (?:someone|somebody|a person|one) (with|who) ([^,]{3,60}),\s*/i,
    tell: ([, how = '', said = '']) => ({
      aside: how.toLowerCase() === 'with' ? `I have ${said}` : `I ${firstPerson(said)}`,
      rest: '',
    }),
  },
  {
    // "We have a son, Arlo, and a daughter, Wren"
    when: new RegExp(
      `(?<=(?:an?|one) (?:[\\p{L}-]+ )?(?:${people}|${animals})), (${name})(?=,|$| and | who )`,
      'gu',
    ),
    tell: ([, named = '']) => ({ aside: null, rest: ` named ${named}` }),
  },
  {
    // "At 71 I don't …"; "at 18 I moved" is of another time.
    when: /^((?:\p{L}+,? )?)at (?:the age of |age )?(\d{2,3}),? (?=(?:I|my) (?!(?:was|had|got|went|left|did|\p{L}+ed)\b))/iu,
    tell: ([, before = '', age = '']) =>
      Number(age) < 13 || Number(age) > 110
        ? null
        : { aside: `I am ${age} years old`, rest: before },
  },
  {
    // "My sister Ana, who lives in Turin, is coming."
    when: new RegExp(
      `(${relation}(?:,? (?:called |named )?${name})?),? who (?=\\p{L})([^,()]{3,90})(?:,|(?=\\()|$)`,
      'gu',
    ),
    tell: ([, who = '', said = '']) => ({ aside: `${who} ${said}`, rest: who }),
  },
  {
    // "My husband, a chef, works nights."
    when: new RegExp(`(${relation}(?:,? ${name})?), (an? [^,]{3,50}|\\d{1,3}),(?= \\p{Ll})`, 'gu'),
    tell: ([, who = '', what = '']) => ({ aside: `${who} is ${what}`, rest: who }),
  },
  {
    // "My coworker, Shanice, just had twins."
    when: new RegExp(`(${relation}), (${name}),(?= \\p{Ll})`, 'gu'),
    tell: ([, who = '', named = '']) => ({ aside: null, rest: `${who} ${named}` }),
  },
  {
    // "Ana, my sister, lives in Turin."
    when: new RegExp(`(?<![\\p{L}] )(${name}), (${relation}),(?= \\p{Ll})`, 'gu'),
    tell: ([, named = '', who = '']) => ({ aside: null, rest: `${who} ${named}` }),
  },
  {
    // "the hospital where I run the pharmacy"
    when: /(?<=(?:(?:the|a|an) (?:\p{L}+ ){0,2}\p{L}{3,}|(?:in|from|at) \p{Lu}\p{L}+)),? where ((?:I|we) (?!(?:can|could|should|might|get|find|put|click|need|want|see|have to)\b)[^,;]{6,80})/gu,
    tell: ([, said = '']) => ({ aside: said, rest: '' }),
  },
]
