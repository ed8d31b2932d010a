import type { KnownMemory } from '../facts.ts'
import { shareIn, stemsOf } from './words.ts'

/** What is to be forgotten: all of it, or what is about the target, in the words said. */
export type Forgetting = { target: string | null }

const asking = String.raw`^(?:(?:please|hey|hi|ok|okay|and|also|actually|but|now|so|no|can you|could you|would you|will you|you can|you should|you may|I want you to|I need you to|I(?:'d| would) like you to|just|kindly|go ahead and|sorry)[, ]+)*`

const forgetting = new RegExp(
  `${asking}(?:forget|delete|remove|erase|wipe|clear|unlearn|purge|scrub|(?:please )?stop (?:remembering|storing|saving)|(?:don't|do not|dont|never|no longer) (?:remember|keep|store|save|retain)|I (?:don't|do not) want you to (?:remember|know|keep|store|save)|you (?:don't|do not) need to (?:remember|know|store)|no need to remember)\\b(?! to\\b)[,:]?\\s*(.*)$`,
  'i',
)

const foreign =
  /^(?:bitte )?(?:vergiss|vergessen Sie|lösche)(?: bitte)?,?\s+(.+)$|^(?:oublie|oubliez|efface|supprime)\s+(.+)$|^(?:por favor )?(?:olvida|olvídate de|borra|elimina)\s+(.+)$|^(?:dimentica|cancella)\s+(.+)$|^(?:esquece|esqueça|apaga|apague)\s+(.+)$/i

/** "Forget it" waves a subject away; "delete the file" is an errand. */
const elsewhere =
  /^(?:it|that|this|about (?:it|that|this)|the (?:file|row|column|line|folder|table|branch|code|database|record|element|spaces?|duplicates?|first|second|last (?:line|row|word|paragraph|sentence)|comma|word|paragraph|sentence|previous (?:instructions?|prompt|message|question))\b.*|(?:all|any|every) (?:the )?(?:files?|rows?|spaces?|duplicates?|lines?|comments?|previous instructions)\b.*|duplicates?\b.*|(?:a|an|these|those|from|in|up|anything|mind|punctuation|whitespace)\b.*|)$/i

const everything =
  /^(?:absolutely )?(?:everything|all)(?: (?:of it|of that|that|you(?:'ve| have)? (?:know|learned|stored|saved|remember(?:ed)?|got|have)|I(?:'ve| have)? (?:told|said to|ever told)(?: you)?|(?:of )?(?:my|your|the|stored|saved) (?:memor(?:y|ies)|data|info(?:rmation)?|facts?|details|personal (?:data|info\w*|details))|memor(?:y|ies)|so far|about (?:me|myself|us)|on me|please|now|from your memory|in your memory))*$|^(?:your|the) (?:entire |whole )?memor(?:y|ies)(?: (?:of|about) (?:me|us|everything))?(?: please)?$|^(?:what|all that|anything|whatever) you(?: have|'ve)? (?:know|learned|remember|stored|saved)(?: (?:about|on) me)?$|^(?:me|about me|who I am|my (?:memor(?:y|ies)|data|personal (?:data|information)))(?: completely| please)?$|^alles(?: über mich)?$|^tout(?: (?:sur|de) moi)?$|^todo(?: (?:sobre|de) m[ií])?$|^tutto(?: (?:su|di) me)?$|^tudo(?: sobre mim)?$/i

/** Whether a clause asks for something to be forgotten; null for all else. */
export function forgettingIn(clause: string): Forgetting | null {
  const said = clause.replace(/[’]/g, "'").replace(/\s+/g, ' ').trim()
  const other = foreign.exec(said)
  const object = other ? other.slice(1).find(Boolean) : forgetting.exec(said)?.[1]
  if (object === undefined) return null
  const what = object.replace(
    /(?:,? (?:please|now|thanks|ok|okay|anymore|any more|again|from (?:your )?memory|in your memory))+$/i,
    '',
  )
  if (elsewhere.test(what)) return null
  if (everything.test(what)) return { target: null }
  const errand = /^(?:clear|delete|remove|erase|wipe)\b/i.test(
    said.replace(new RegExp(asking, 'i'), ''),
  )
  const target = what.replace(lead, '')
  if (errand && !/\b(?:my|me|I|I'm|memor\p{L}+|you know|about)\b/iu.test(what)) return null
  return { target }
}

const lead =
  /^(?:(?:about|that|the fact that|the fact|the part about|whether|the last thing I (?:said|told you)(?: about)?|what (?:you know|I (?:said|told you)|you(?:'ve| have) (?:learned|stored))(?: about)?|(?:everything|anything|all|all the (?:facts|things|information|info|memories)|any memor(?:y|ies)|the memor(?:y|ies)|memories)(?: (?:you (?:know|have|remember)|I(?:'ve)? (?:said|told you)))?(?: (?:about|of|on|related to|regarding))?|que|dass|che|:)\s+)+/i

/** What a subject is also spoken of as, for those asked to be forgotten by their name. */
const concepts: [RegExp, RegExp][] = [
  [
    /\b(?:where I (?:work|am employed)|job|work|employer|employment|career|occupation|profession|company)\b|arbeit|travail|trabajo|lavoro|trabalho/i,
    /\b(?:works?|working|worked|job|employ\w*|career|occupation|profession|joined|hired|laid off|company|manages?|teaches|is an? (?:[\w-]+ ){0,2}\w+(?:er|or|ist|ant|nurse|chef|pilot|lawyer))\b/i,
  ],
  [
    /\bwhere I(?:'m| am)? (?:live|living|reside|based)\b|\b(?:home|address|location|city|residence|hometown)\b|wohne|habite|vivo|abito|moro/i,
    /\b(?:lives?|living|resides?|based in|moved to|relocated|address|hometown)\b/i,
  ],
  [
    /\bwhere I(?:'m| am)? (?:come )?from\b|\borigin\b/i,
    /\b(?:is (?:originally )?from|born in|grew up|hometown|comes from)\b/i,
  ],
  [/\b(?:age|how old I am|old I am)\b/i, /\b(?:years old|age|turned \d+)\b/i],
  [/\b(?:my name|who I am|what I'm called)\b/i, /\b(?:name is|is called|be called|goes by)\b/i],
  [/\b(?:birthday|birth date|date of birth|when I was born)\b/i, /\b(?:birthday|birth|born)\b/i],
  [/\ballerg\w*\b/i, /\b(?:allerg\w*|intoleran\w*)\b/i],
  [
    /\b(?:health|medical|condition|illness|medication|diagnosis)\b/i,
    /\b(?:allerg\w*|diabet\w*|asthma|takes?|medic\w*|insulin|diagnosed|suffers?|intoleran\w*|disease|condition|pain|surgery|migraines?|adhd|pregnant|blood|doctor|therap\w*|depress\w*|anxiety|blind|deaf)\b/i,
  ],
  [
    /\b(?:diet|food (?:preferences|restrictions)|eating habits|what I eat)\b/i,
    /\b(?:vegan|vegetarian|eats?|diet|keto|kosher|halal|food|avoids|gluten|dairy)\b/i,
  ],
  [
    /\b(?:family|relatives)\b/i,
    /\b(?:wife|husband|son|daughter|child\w*|kids?|sister|brother|mother|father|mom|mum|dad|parents?|married|uncle|aunt|cousin|grand\w+|family)\b/i,
  ],
  [
    /\b(?:wife|husband|partner|spouse|marriage|relationship|girlfriend|boyfriend)\b/i,
    /\b(?:wife|husband|partner|spouse|married|girlfriend|boyfriend|engaged|dating|relationship)\b/i,
  ],
  [/\bpets?\b/i, /\b(?:dogs?|cats?|pets?|puppy|kitten|parrot|rabbit|hamster|horse|fish)\b/i],
  [
    /\b(?:car|vehicle)\b/i,
    /\b(?:car|drives?|bmw|toyota|honda|tesla|ford|vehicle|volvo|audi|mercedes|vw|fiat|mini)\b/i,
  ],
  [
    /\b(?:hobby|hobbies|interests|likes|preferences)\b/i,
    /\b(?:likes?|loves?|enjoys?|hobb\w+|prefers?|plays?|collects?|favou?rite|interested|fan of|into)\b/i,
  ],
  [/\b(?:kids|children)\b/i, /\b(?:son|daughter|kids?|child\w*|baby|twins)\b/i],
  [
    /\b(?:studies|school|university|education|degree|major|study)\b/i,
    /\b(?:stud(?:y|ies|ying)|school|university|college|degree|major\w*|graduated|phd|student)\b/i,
  ],
  [/\blanguages?\b/i, /\b(?:speaks?|language|fluent|bilingual|learning)\b/i],
]

/** Those of the known that a target names. */
export function forgotten<Known extends Pick<KnownMemory, 'content'>>(
  target: string | null,
  known: readonly Known[],
): Known[] {
  if (target === null) return [...known]
  const stems = stemsOf(target)
  for (const weak of [
    'name',
    'fact',
    'info',
    'inform',
    'thing',
    'detail',
    'everyth',
    'know',
    'said',
    'told',
    'speak',
    'memori',
    'last',
    'number',
  ])
    if (stems.size > 1) stems.delete(weak)
  const shares = known.map(({ content }) => shareIn(stems, stemsOf(content)))
  const best = Math.max(0, ...shares)
  const isStatement = /^(?:I|I'm|we|my \S+ (?:is|are|was))\b/i.test(target)
  const named = known.filter(
    (_, at) => best >= 0.6 && (shares[at] ?? 0) >= (isStatement ? best : 0.6),
  )
  if (isStatement && named.length > 0) return named
  const concept = concepts.filter(([asked]) => asked.test(target)).map(([, spoken]) => spoken)
  const meant = known.filter(({ content }) => concept.some((spoken) => spoken.test(content)))
  // "My wife's name" is about her; other words beside a concept narrow it, unless they find nothing.
  const precise = meant.filter((one) => named.includes(one))
  const narrow = /\b(?:my|our) \w+'s\b/i.test(target) && precise.length > 0 ? precise : meant
  return [...new Set([...named, ...(isStatement ? [] : narrow)])]
}

/** What to look for among memories so that those a target names are found. */
export const wordsOfTarget = (target: string) => {
  const concept = concepts.find(([asked]) => asked.test(target))?.[1]
  const words = concept?.source.match(/[a-z]{4,}/g) ?? []
  return [target, ...(words.length > 0 ? [words.join(' ')] : [])]
}
