import { animals, people } from './nouns.ts'
import { adverb, pastForms } from './verbs.ts'

/** Spellings people chat in, made the ones the rules know. Subjects only: "its" may be right. */
export const plainSpelling = (text: string) =>
  spellings.reduce((rest, [pattern, plain]) => rest.replace(pattern, plain), text)

const spellings: [RegExp, string][] = [
  [/\b(\p{L}{3,20})'s (?=been )/giu, '$1 has '],
  [/\b((?:my|our) \p{L}{3,20})'s (?=\d{1,2}(?![\p{L}\d]))/giu, '$1 is '],
  [
    new RegExp(
      `(?<![\\p{L}])(?:an?|one) (${people}|${animals}) of (?:mine|ours)(?![\\p{L}])`,
      'giu',
    ),
    'my $1',
  ],
  [/\s+/g, ' '],
  [/\b(?:i'm|im|i m)\b(?!')/gi, 'I am'],
  [/\b(?:i've|ive)\b/gi, 'I have'],
  [/\bi'll\b/gi, 'I will'],
  [/\bi'd\b/gi, 'I would'],
  [/\b(he|she|they|we|you)'d\b/gi, '$1 would'],
  [/\bwe're\b/gi, 'we are'],
  [/\bwe've\b/gi, 'we have'],
  [/\bwe'll\b/gi, 'we will'],
  [/^((?:yo|hey|hi|hello|hiya|ok|oh)?,? ?)its (?=\p{L})/iu, '$1it is '],
  [
    /\b(\p{L}{3,20})'s (?=(?:off|cancelled|canceled|over|gone|sold|closed|dead|back in)\b)/giu,
    '$1 is ',
  ],
  [/\b(he|she|it)'s\b/gi, '$1 is'],
  [/\b(they)'re\b/gi, '$1 are'],
  [/\b(\p{L}{2,20})'s (?=(?:a|an|called|named)\s)/giu, '$1 is '],
  [
    /\b((?:best )?(?:friend|mate)|wife|husband|mum|mom|dad|sister|brother|son|daughter|partner|boss|girlfriend|boyfriend|gf|bf|gran|grandma|grandpa)'s (?=(?:\p{L}+ing|not|in|from|at|on|now|just|also|always|allergic|vegan|vegetarian|deaf|blind|pregnant|getting|\d+)(?!st|nd|rd|th)(?![\p{L}\d]))/giu,
    '$1 is ',
  ],
  [
    /\b(wife|husband|mum|mom|dad|sister|brother|son|daughter|partner|girlfriend|boyfriend|he|she)'s (?=(?:got|been|had|gone|become|moved|started) )/gi,
    '$1 has ',
  ],
  [
    /\b(name|birthday|rent|salary|budget|address|job|commute|deadline|favou?rite \p{L}{2,20})'s (?=\S)/giu,
    '$1 is ',
  ],
  [/\b(do|does|did|is|was|are|were|have|has|ca|wo|would|could|should)nt\b/gi, "$1n't"],
  [/\bcannot\b/gi, "can't"],
  [/\bdo not\b/gi, "don't"],
  [/\b(?:u)\b/g, 'you'],
  [/\biam\b/gi, 'I am'],
  [/\bluv\b/gi, 'love'],
  [/\bn (?=(?:I|i|my)\b)/g, 'and '],
  [/\bi\b(?!['’.])/g, 'I'],
  [/\b(?:wanna)\b/gi, 'want to'],
  [/\b(?:gonna)\b/gi, 'going to'],
  [/\b(?:I have got) (?=(?:a|an|one|two|three|four|five|\d{1,2})\s)/g, 'I have '],
]

/** What "I" does, told of a third person: "am learning my scales" -> "is learning their scales". */
export function thirdPerson(predicate: string): string {
  const words = predicate.split(' ')
  const at = words.findIndex((word) => !adverb.test(word))
  const told = words.map((word, place) => (place === at ? inflected(word) : word))
  return othersOf(told.join(' '))
}

/** The rest of what "I" says, told by another: "my" -> "their". */
export const othersOf = (text: string) =>
  swaps.reduce((rest, [pattern, other]) => rest.replace(pattern, other), text)

const swaps: [RegExp, string][] = [
  [/\b(?:I|we) am\b/gi, 'they are'],
  [/\b(?:I|we) was\b/gi, 'they were'],
  [/\b(?:I|we)\b(?!['’])/gi, 'they'],
  [/\b(?:my|our)\b/gi, 'their'],
  [/\b(?:mine|ours)\b/gi, 'theirs'],
  [/\b(?:me|us)\b/g, 'them'],
  [/\b(?:myself|ourselves)\b/gi, 'themselves'],
]

const irregular: Record<string, string> = {
  am: 'is',
  are: 'is',
  were: 'was',
  have: 'has',
  "haven't": "hasn't",
  do: 'does',
  "don't": "doesn't",
  go: 'goes',
  "weren't": "wasn't",
  "aren't": "isn't",
}

const unchanged =
  /^(?:is|was|has|had|did|will|would|can|could|should|must|used|got|can't|won't|wouldn't|couldn't|didn't|wasn't|isn't|hasn't|does|doesn't|not)$/i

/** The form of the third person, for a verb in the first. */
export function inflected(verb: string): string {
  const lower = verb.toLowerCase()
  const known = irregular[lower]
  if (known) return known
  if (unchanged.test(lower) || pastForms.has(lower) || /ed$/.test(lower)) return lower
  if (/(?:s|sh|ch|x|z|o)$/.test(lower)) return `${lower}es`
  if (/[^aeiou]y$/.test(lower)) return `${lower.slice(0, -1)}ies`
  return `${lower}s`
}

/** The first person of a verb in the third: "lives" -> "live". */
export function baseOf(verb: string): string {
  const lower = verb.toLowerCase()
  const known = Object.entries(irregular).find(([, third]) => third === lower)
  if (lower === 'is' || known) return known?.[0] ?? lower
  if (/ies$/.test(lower)) return `${lower.slice(0, -3)}y`
  if (/(?:ss|sh|ch|x|zz|o)es$/.test(lower)) return lower.slice(0, -2)
  return lower.replace(/([^s])s$/, '$1')
}
