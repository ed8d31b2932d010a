import type { KnownMemory } from '../facts.ts'
import { conditions } from './nouns.ts'
import { stemsOf } from './words.ts'

/** What is to be forgotten: all of it, or what is about the target, in the words said. */
export type Forgetting = { target: string | null; last?: true }

const asking = String.raw`^(?:(?:please|pls|plz|hey|hi|ok|okay|and|also|actually|but|now|so|no|can you|could you|would you|will you|you can|you should|you may|I want you to|I need you to|I(?:'d| would) like you to|just|kindly|go ahead and|sorry)[, ]+)*`

/** What asks for it by itself, and what may also be an errand: "drop the second line". */
const plainly =
  "forget|unlearn|un-?remember|purge|(?:please )?stop (?:remembering|storing|saving|keeping|bringing up|mentioning)|(?:please )?not (?:to )?(?:remember|keep|store|save)|(?:don't|do not|dont|never|no longer) (?:remember|keep|store|save|retain|bring up|mention)|I (?:don't|do not) want you to (?:remember|know|keep|store|save|have|bring up)|I would (?:rather|prefer) (?:that |it if )?you (?:didn't|did not|don't|forgot|not) ?(?:keep|remember|know|knew|store|save|have|had)?|you (?:don't|do not) need to (?:remember|know|store|keep)|no need to (?:remember|keep|store)|let's forget|can we forget"
const errands = 'nuke|delete|remove|erase|wipe|clear|reset|scrub'
const loosely =
  'scratch|drop|ditch|discard|strike|lose|scrap|bin|get(?= .* out of (?:your|the) )|get rid of|throw (?:away|out)|take|cut'

const forgetting = new RegExp(
  `${asking}(${plainly}|${errands}|${loosely})\\b(?! to\\b)[,:]?\\s*(.*)$`,
  'i',
)

const foreign =
  /^(?:bitte )?(?:vergiss|vergessen Sie|lösche?)(?: bitte)?,?\s+(.+)$|^(?:oublie|oubliez|efface|supprime)\s+(.+)$|^(?:por favor,? )?(?:olvida|olvídate de|olvide|borra|elimina)\s+(.+)$|^(?:dimentica|cancella)\s+(.+)$|^(?:esquece|esqueça|apaga|apague)\s+(.+)$/i

/** "Forget it" waves a subject away; "delete the file" is an errand. */
const elsewhere =
  /^(?:it|that|this|about (?:it|that|this)|the (?:file|row|column|line|folder|table|branch|code|database|record|element|spaces?|duplicates?|first|second|last (?:line|row|word|paragraph|sentence)|comma|word|paragraph|sentence|previous (?:instructions?|prompt|message|question))\b.*|(?:all|any|every) (?:the )?(?:files?|rows?|spaces?|duplicates?|lines?|comments?|previous instructions)\b.*|duplicates?\b.*|(?:a|an|these|those|from|in|up|anything|mind|punctuation|whitespace)\b.*|)$/i

const everything =
  /^(?:absolutely )?(?:everything|it all|all)(?: (?:of it|of that|that|you(?:'ve| have)? (?:know|learned|stored|saved|remember(?:ed)?|got|have)|I(?:'ve| have)? (?:told|said to|ever told)(?: you)?|(?:of )?(?:my|your|the|stored|saved) (?:memor(?:y|ies)|data|info(?:rmation)?|facts?|details|personal (?:data|info\w*|details))|memor(?:y|ies)|so far|we(?:'ve| have)? (?:talked|discussed|spoken|said)(?: about)?|about (?:me|myself|us)|(?:you (?:have|know|hold|keep) )?on me|please|now|from your memory|in your memory))*$|^(?:your|the) (?:entire |whole )?memor(?:y|ies)(?: (?:of|about) (?:me|us|everything))?(?: please)?$|^(?:what|all that|anything|whatever) you(?: have|'ve)? (?:know|learned|remember|stored|saved)(?: (?:about|on) me)?$|^(?:me|about me|who I am|my (?:memor(?:y|ies)|data|personal (?:data|information)))(?: completely| please)?$|^alles(?: über mich)?$|^tout(?: (?:sur|de) moi)?$|^todo(?: (?:sobre|de) m[ií])?$|^tutto(?: (?:su|di) me)?$|^tudo(?: sobre mim)?$/i

const tails =
  /(?:,? (?:and (?:start|begin) (?:over|fresh|again|anew)|please|now|thanks|thank you|ok|okay|any ?more|again|for me|will you|would you|por favor|s'il te plaît|s'il vous plaît|bitte|per favore|(?:from|in|out of|off) (?:your |the )?(?:memor(?:y|ies)|notes|records?|files?|database|head|list|brain|system|storage)|on (?:file|record)))+$/i

const reason =
  /,\s+(?:he|she|it|they|we|I|that's|it's|feels|seems|makes|because|since|as)(?![\p{L}]).*$/iu

/** Whether a clause asks for something to be forgotten; null for all else. */
export function forgettingIn(clause: string): Forgetting | null {
  const said = clause
    .replace(/[’]/g, "'")
    .replace(/\s+/g, ' ')
    .replace(/\bI'd\b/g, 'I would')
    .trim()
  const other = foreign.exec(said)
  const [, verb = '', asked] = forgetting.exec(said) ?? []
  const object = other ? other.slice(1).find(Boolean)?.replace(/,.*$/, '') : asked
  if (object === undefined) return null
  const what = object.replace(reason, '').replace(tails, '')
  if (justSaid.test(what)) return { target: '', last: true }
  if (elsewhere.test(what)) return null
  if (everything.test(what)) return { target: null }
  const stored = what !== object && /memor|notes|record|files?|database|head|list$/i.test(object)
  if (/^\p{Lu}\p{L}+$/u.test(what) && /^(?:delete|erase|forget|remove)$/i.test(verb))
    return { target: what }
  if (matches(errands, verb) && !stored && !(personal.test(what) && !ofText.test(what))) return null
  if (matches(loosely, verb) && !stored && !told.test(what)) return null
  const target = what.replace(lead, '').replace(/ (?:thing|stuff|part|bit|business)$/i, '')
  return everything.test(target) ? { target: null } : { target }
}

/** What was told last, not named again. */
const justSaid =
  /^(?:that |the |my )?(?:very )?(?:last|previous|latest) (?:thing|bit|fact|one|memory|part)(?: (?:about me|I (?:said|told you|mentioned)|you (?:saved|stored|learned)))?$|^what I (?:just )?(?:said|told you|mentioned)(?: just now| before)?$/i

const matches = (verbs: string, verb: string) => new RegExp(`^(?:${verbs})$`, 'i').test(verb)

const personal =
  /\b(?:my|me|I|I'm|memor\p{L}+|you know|about|our)\b|^the \p{L}+ (?:thing|stuff|part|bit|business)$/iu
/** "Remove my name from the letter" is work on a text. */
const ofText = /\b(?:from|in|out of) (?:the|this|that|it|each|every)\b/i
/** What only a memory has: the bit about somebody, all that is known. */
const told =
  /^(?:that |the )?(?:bit|part|thing|stuff|info\w*|details?|fact|note|memory|entry|everything|anything|all|what(?:ever)?) ?(?:about|on|that|where|regarding|you|to do with|I)\b/i

const lead =
  /^(?:(?:I (?:ever )?(?:said|mentioned|told you)(?: about)?|about|that|the fact that|whether|the last thing I (?:said|told you)(?: about)?|(?:the |that |any |all (?:the )?|those )?(?:bit|part|thing|stuff|info(?:rmation)?|details?|facts?|notes?|memor(?:y|ies)|entr(?:y|ies)|data|things?)(?: (?:you (?:have|know|saved|stored)|I (?:said|told you|mentioned)))?(?: (?:about|on|of|where I said|regarding|related to|to do with|concerning))?(?= )|what(?:ever|soever)? (?:you(?: have|'ve)? ?(?:got |been )?(?:know|knew|learned|learnt|stored|saved|noted|recorded|remembered|written|have|kept)?(?: down)?|I(?:'ve| have)? (?:said|told you|mentioned))(?: (?:about|on|of))?|(?:everything|anything|all)(?: (?:that )?(?:you (?:know|have|remember|saved|stored)|I(?:'ve)? (?:said|told you|mentioned)))?(?: (?:about|of|on|related to|regarding|concerning|to do with))?|the fact|que|dass|che|:)\s+)+/i

/** What a subject is also spoken of as, for those asked to be forgotten by their name. */
const concepts: [RegExp, RegExp][] = [
  [
    /\b(?:where I (?:work|am employed)|job|work|employer|employment|career|occupation|profession|company)\b|arbeit|travail|trabajo|lavoro|trabalho/i,
    /\b(?:works?|working|worked|job|employ\w*|career|occupation|profession|joined|hired|laid off|company|manages?|teaches|is an? (?:[\w-]+ ){0,2}\w+(?:er|or|ist|ant|nurse|chef|pilot|lawyer|taxista|driver))\b/i,
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
  [/\bweight\b|\bwhat I weigh\b/i, /\b(?:weigh\w*|kilos?|kg|pounds|lbs|stone)\b/i],
  [/\bheight\b|\bhow tall\b/i, /\b(?:height|tall|cm|feet)\b/i],
  [/\b(?:my name|who I am|what I'm called)\b/i, /\b(?:name is|is called|be called|goes by)\b/i],
  [
    /\b(?:birthday|birth date|date of birth|year of birth|birth year|when I was born)\b/i,
    /\b(?:birthday|birth|born)\b/i,
  ],
  [/\ballerg\w*\b/i, /\b(?:allerg\w*|intoleran\w*)\b/i],
  [
    /\b(?:health|medical|conditions?|illness|medications?|diagnosis|meds)\b/i,
    new RegExp(
      `\\b(?:allerg\\w*|diabet\\w*|asthma|psoria\\w*|eczema|arthrit\\w*|epilep\\w*|dyslex\\w*|cancer|stroke|rehab|therapy|on \\w+(?:ine|ol|ium|in|am)|takes?|medic\\w*|insulin|diagnosed|suffers?|intoleran\\w*|disease|condition|pain|surgery|migraines?|adhd|pregnant|blood|doctor|therap\\w*|depress\\w*|anxiety|blind|deaf|${conditions})\\b`,
      'iu',
    ),
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
  [
    /\bdogs?\b/i,
    /\b(?:dogs?|puppy|puppies|greyhound|labrador|beagle|poodle|corgi|husky|pug|bulldog|terrier|spaniel|retriever|collie|dachshund)\b/i,
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
  [
    /\b(?:how much I (?:make|earn)|salary|income|wages?|pay|earnings)\b/i,
    /\b(?:earns?|makes|salary|income|takes home|wage|paid)\b/i,
  ],
  [/\bpregnan\w*|\b(?:the )?baby\b/i, /\b(?:pregnant|due (?:in|on)|expecting|baby)\b/i],
  [/\b(?:debts?|loans?|owe)\b/i, /\b(?:owes?|debts?|loans?|mortgage|overdraft)\b/i],
  [/\blanguages?\b/i, /\b(?:speaks?|language|fluent|bilingual|learning)\b/i],
]

/** Words of a target that name nothing, as stems. */
const frames = new Set([
  ...stemsOf(
    'name fact info information thing detail everything know said told speak memory last number plan plans story idea situation topic matter',
  ),
  ...stemsOf('soy bin ich suis sono sou wo mein meinen meine mi mon ma dove donde où'),
])

/** What was told in the latest message that told anything. */
export function lastTold<Known extends Pick<KnownMemory, 'at'>>(known: readonly Known[]): Known[] {
  const latest = Math.max(...known.map(({ at }) => at.getTime()))
  return known.filter(({ at }) => at.getTime() === latest)
}

/** Those of the known that a target names. */
export function forgotten<Known extends Pick<KnownMemory, 'content'>>(
  target: string | null,
  known: readonly Known[],
): Known[] {
  if (target === null) return [...known]
  const stems = stemsOf(target)
  for (const weak of frames) if (stems.size > 1) stems.delete(weak)
  const shares = known.map(({ content }) => shareAlike(stems, stemsOf(content)))
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

/** As shareIn, and "pregnancy" is of "pregnant". */
function shareAlike(some: ReadonlySet<string>, all: ReadonlySet<string>) {
  const near = [...some].filter(
    (one) =>
      all.has(one) ||
      (one.length > 5 && [...all].some((other) => other.slice(0, 6) === one.slice(0, 6))),
  )
  return some.size === 0 ? 0 : near.length / some.size
}

/** What to look for among memories so that those a target names are found. */
export const wordsOfTarget = (target: string) => {
  const concept = concepts.find(([asked]) => asked.test(target))?.[1]
  const words = concept?.source.match(/[a-z]{4,}/g) ?? []
  return [target, ...(words.length > 0 ? [words.join(' ')] : [])]
}
