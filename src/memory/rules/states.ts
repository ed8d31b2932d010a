import { animals, people } from './nouns.ts'

/** What "I am …" says: the predicates of a third person that last, split where it lists several. */
export function statesOf(said: string, greets: boolean): string[] {
  const text = said.replace(fillers, '').trim()
  const list = text.split(
    /,\s+(?:and\s+)?|\s+and\s+(?=(?:an?|from|in|on|into|based|allergic|\d)\b|\p{L}+$)/u,
  )
  const named = nameIn(list[0] ?? '', greets)
  const rest = named ? list.slice(1) : list
  if (named && rest.length === 0) return [`'s name is ${named}`]
  const told = rest.map(stateOf)
  const each =
    rest.length === 1 ? (rest[0] ?? '').split(/,\s+(?:and\s+)?|\s+and\s+/).map(stateOf) : []
  if (each.length > 1 && each.every((one) => one !== null))
    return [...(named ? [`'s name is ${named}`] : []), ...each]
  // "I am afraid of heights, spiders and clowns" is one state; a list of states has only states.
  if (rest.length > 1 && told.some((one) => one === null)) {
    const whole = named ? null : stateOf(text)
    const kept = whole ? [whole] : told.filter((one) => one !== null)
    return named ? [`'s name is ${named}`, ...kept] : kept
  }
  const states = told.filter((one) => one !== null)
  if (states.length === 0 && !named) {
    const [first = ''] = text.split(/,\s|\s(?:and|but|so|who)\s/)
    const state = first === text ? null : stateOf(first)
    if (state) return [state]
  }
  return named ? [`'s name is ${named}`, ...states] : states
}

const fillers =
  /^(?:(?:actually|really|also|just|currently|now|only|basically|still|very|quite|pretty|so|already|a bit|kind of|totally|such|unfortunately|definitely|both|officially|finally|sadly|happily|proudly|legally|strictly|mostly|personally) )+/i

/** A state in the third person, or null for one that passes or says nothing. */
function stateOf(said: string): string | null {
  const text = said.trim()
  const age =
    /^(?:only |about |almost |nearly )?(\d{1,3})(?: ?(?:years?|yrs?)(?: |-)?old| ?y\/?o| years of age| now)?$/i.exec(
      text,
    )
  if (age) return Number(age[1]) > 0 && Number(age[1]) < 125 ? `is ${age[1]} years old` : null
  const words = wordsOfAge.exec(text)
  if (words) return `is ${words[0].toLowerCase()} years old`
  if (passing.test(text) || / (?:at|to|with) (?:this|that|it)$/i.test(text)) return null
  if (/^not /i.test(text)) return negated.test(text) ? `is ${text}` : null
  if (text.length > 3 && / myself$/i.test(text)) return stateOf(text.replace(/ myself$/i, ''))
  if (person.test(text)) return `is ${text.replace(/^an? (?=fan$)/, '')}`
  return lasting.some((pattern) => pattern.test(text)) ? `is ${text}` : null
}

const wordsOfAge =
  /^(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|(?:thir|four|fif|six|seven|eigh|nine)teen)(?= years old$|$)/i

const person =
  /^(?:an?|the|one of|part of|half|(?:head|director|president|vice president|vp|ceo|cto|cfo|founder|co-?founder|owner|editor|professor|chair|captain|member) (?:of|at)|ceo|cto|cfo|coo|co-?founder|founder) /i

const passing =
  /^(?:an?|the) (?:(?:very|really|such|little|big|bit|huge|total|complete|real) )*(?:bit|little|lot|mess|wreck|idiot|fool|genius|joke|king|queen|winner|loser|human(?: being)?|person|man of|bot|robot|ai|failure|legend|god|goddess|potato|zombie|one|same|first|last|only one who|best|worst|problem|reason|issue|step|few|couple|million|mystery|point|question|long way|hero|disaster|happy|sad|tired|busy|billionaire|millionaire|pirate|knight|wizard|dragon|pope|president of the (?:world|universe)|guest here|new user|user (?:here|of this)|language model|batman|superman|champions|world|walrus|ones)(?![\p{L}-])/iu

const negated =
  /^not (?:an?|the|very|really|much|that|into|fond|good|religious|married|single|american|british|comfortable|interested in (?!this|that|it)|allergic|vegetarian|vegan|employed|working (?:at|for)|on|in|from|able to (?:eat|drive|swim|walk|drink|have)|a fan|in (?:a relationship|touch with)|(?:\p{L}+ing) \p{L})/iu

const beliefs =
  'christian|catholic|protestant|muslim|jewish|hindu|buddhist|sikh|atheist|agnostic|mormon|orthodox|religious|spiritual|pagan|jain|quaker'
const peoples =
  'american|british|english|scottish|welsh|irish|canadian|australian|german|french|spanish|italian|portuguese|dutch|belgian|swiss|austrian|polish|czech|slovak|hungarian|romanian|bulgarian|greek|turkish|russian|ukrainian|swedish|norwegian|danish|finnish|icelandic|estonian|latvian|lithuanian|serbian|croatian|bosnian|albanian|slovenian|mexican|brazilian|argentinian|argentine|chilean|peruvian|colombian|venezuelan|cuban|puerto rican|jamaican|haitian|dominican|chinese|japanese|korean|taiwanese|vietnamese|thai|filipino|filipina|indonesian|malaysian|singaporean|indian|pakistani|bangladeshi|sri lankan|nepali|nepalese|iranian|persian|iraqi|syrian|lebanese|israeli|palestinian|jordanian|saudi|emirati|egyptian|moroccan|algerian|tunisian|nigerian|ghanaian|kenyan|ethiopian|somali|south african|african|asian|european|latino|latina|hispanic|arab|armenian|georgian|kurdish|afghan|kazakh|maltese|cypriot|bolivian|ecuadorian|uruguayan|guatemalan|black|white|biracial|mixed'

const systems =
  'mac(?:book|os)?(?: \\p{L}+)?|pc|chromebook|imac|windows(?: \\d+)?|linux(?: \\p{L}+)?|fedora|ubuntu|debian|arch(?: linux)?|mint|nixos|android|ios|iphone|ipad|pixel|thinkpad|raspberry pi|safari|firefox|chrome|gnome|kde'

const lasting = [
  new RegExp(
    `^on (?:an? |my )?(?:(?:old|new|\\d{4}|m\\d|work|company) )*(?:${systems})(?:$| (?:and|with|so|at|for)\\b| [\\d.]+)`,
    'iu',
  ),
  /^on (?!(?:time|fine|mine|line|vacation|route|site|in|plan|again)\b)(?:\p{L}+(?:ine|olol|pril|statin|azole|cillin|pam|one|ium|formin|mab|sartan|parin|farin|trexate|oxin|oxetine|prazole|triptan)|lithium|insulin|ozempic|wegovy|mounjaro|prozac|zoloft|xanax|adderall|ritalin|concerta|hrt|statins?|steroids|the pill|disability|benefits|sick leave|parole|probation|a (?:waiting list|pension|visa|work visa|student visa|tight budget|fixed income|gap year|sabbatical))(?:$| (?:for|and|since|because|at|every|now|due)\b)/iu,
  /^(?:red|green|blue|fully|totally|partially|partly|completely|legally)[ -]?(?:red|green|blue|yellow)?[ -]?(?:colou?r[ -]?)?(?:blind|deaf)/i,
  /^(?:an? )?(?:type (?:1|2|one|two) diabetic|colou?r[- ]?blind|hard[- ]of[- ]hearing|left[- ]handed|right[- ]handed|partially sighted|visually impaired|wheelchair[- ]bound|teetotal|widowed|celibate|estranged|child-?free|bi-?polar)/i,
  /^(?:blind|deaf) in (?:my|one|both|the)/i,
  /^back (?:at work|in (?:school|college|university|uni)|to (?:work|school|uni)|with my (?:parents|ex|family|wife|husband)|on (?!track|it|topic)\p{L}+)/iu,
  /^(?:six|five|seven)[- ](?:foot|feet)/i,
  /^(?:mostly |basically |primarily |only )?(?:vegan|vegetarian|plant-based|carnivore)$/i,
  /^(?:my (?:own boss|mother's (?:only )?carer|parents' only child)|the (?:eldest|oldest|youngest|only)\b)/i,
  /^(?:originally |actually )?(?:half|part)[- ]\p{Lu}/u,
  /^(?:in charge of|responsible for) (?!(?:this|that|it)\b)/i,
  /^(?:due|expecting) (?:in|on|a|our|my|twins)\b/i,
  /^(?:tall|short) (?:at|for)\b/i,
  /^self-taught\b/i,
  /^(?:a )?(?:mum|mom|dad|mother|father|parent|aunt|uncle|grandma|grandpa|carer|guardian|stepmum|stepdad) (?:to|of) \S/i,
  /^in (?!(?:Excel|Word|Python|Figma|Photoshop|Chrome|Windows|Linux|Vim|Blender|Canva|Notion|Unity|Java\p{L}*|English|January|February|March|April|May|June|July|August|September|October|November|December|I|AI)(?![\p{L}]))\p{Lu}\p{L}+(?:[ -]\p{Lu}\p{L}+)*(?:, \p{Lu}\p{L}+)?$/u,
  /^(?:half|part|originally|first[- ]generation|of)?\s*(?:\p{L}+[- ])?(?:descent|heritage|origin)\b/iu,
  new RegExp(
    `^(?:half |part |originally |\\p{L}+-)?(?:${peoples}|${beliefs})(?: (?:by birth|and .*|but .*|from .*|american))?$`,
    'iu',
  ),
  /^(?:strictly |mostly |a )?(?:vegan|vegetarian|pescatarian|flexitarian|pescetarian|kosher|halal|gluten[- ]free|dairy[- ]free|keto|paleo|lactose[- ]intolerant|gluten[- ]intolerant|celiac|coeliac|diabetic|pre-?diabetic|asthmatic|epileptic|autistic|dyslexic|bipolar|anemic|hypertensive|neurodivergent|schizophrenic|sober|teetotal|an alcoholic|immunocompromised|insulin[- ]resistant|arthritic|colou?r ?-?blind|blind|deaf|mute|hard of hearing(?: in .*)?|disabled|paralyzed|near-?sighted|far-?sighted|short-?sighted|long-?sighted|claustrophobic|agoraphobic|arachnophobic|insomniac|hiv[- ]positive)\b/i,
  /^(?:twice |three times |happily |newly |recently |still |legally |currently )?(?:married|single|divorced|separated|widowed|engaged|unmarried|taken|dating|polyamorous|monogamous|pregnant|expecting|adopted|retired|semi-retired|unemployed|self-?employed|employed|between jobs|jobless|freelance|freelancing|out of work|homeless|orphaned|childless|child-?free|bilingual|trilingual|multilingual|left-?handed|right-?handed|ambidextrous|introverted|extroverted|an? (?:intro|extro|ambi)vert|shy|tall|short|bald|blonde?|brunette|red-?haired|gay|lesbian|bisexual|bi|straight|queer|pansexual|asexual|trans(?:gender)?|non-?binary|cisgender|male|female|genderfluid|tattooed)(?:$| (?:with|to|and|for|since|in|from|but|by|at|as|on)\b)/i,
  /^(?:(?:severely|very|mildly|highly|deathly|slightly|deadly|extremely|badly) )?(?:allergic|intolerant|sensitive|addicted|lactose) to (?!(?:this|that|it|criticism|work|mondays|bullshit)\b)/i,
  /^(?:(?:very|really|so|super|deeply|terribly|quite|truly|absolutely) )?(?:afraid|scared|terrified|frightened|fond|proud owner|passionate|obsessed|interested|fascinated|keen|crazy|mad|good|great|bad|terrible|skilled|proficient|fluent|experienced|certified|trained|crap|hopeless|nuts|serious) (?:of|about|with|by|in|on|at) (?!(?:this|that|it|these|those|you|your|the (?:idea|answer|result|following|second|first)|how|what|knowing|hearing|finding|losing (?:you|this)|asking|getting (?:a|an|this|the)|trying|seeing|me)\b)/i,
  /^(?:really |very |super |big |heavily |also )?into (?!(?:it|this|that|you|the (?:idea|code|details))\b)/i,
  /^(?:originally |actually )?from (?!(?:the (?:office|it|support|it department)|work|here)\b)/i,
  /^(?:based|living|residing|located|staying|settled) (?:in|near|at|outside|between|just)\b/i,
  /^in (?:a (?:relationship|band|choir|wheelchair|long-distance|book club|polyamorous)|an? open|(?:my|the) (?:early|mid|late)?[- ]?(?:\d0s|twenties|thirties|forties|fifties|sixties|seventies|teens)|therapy|recovery|remission|(?:my )?(?:\p{L}+|\d+(?:st|nd|rd|th)) (?:grade|year)|(?:high|middle|medical|law|grad|graduate|business|nursing) school|college|university|sales|marketing|finance|tech|hr|it|real estate|the (?:army|navy|air force|military|marines|coast guard|reserves)|\p{L}+ timezone|menopause|debt)\b/iu,
  /^on (?:a (?:\p{L}+[- ]?){1,3}(?:diet|visa|budget|scholarship)|keto|medication|meds|insulin|antidepressants|birth control|maternity|paternity|parental|disability|dialysis|blood thinners|beta blockers|ssris?|the (?:spectrum|autism|pill|board|keto|low|paleo|team at))/iu,
  /^(?:\d[\d.,]* ?(?:cm|m|meters?|metres?|feet|foot|ft|'|inches|kg|kilos?|pounds|lbs?)\b)/i,
  /^(?:\d['′]\s?\d{0,2}|six|five) ?(?:"|foot|feet|ft)?/i,
  /^(?:married|engaged|related|subscribed) to\b/i,
  /^(?:employed|working|enrolled|registered|stationed|tenured) (?:at|by|with|in|as|for)\b/i,
  /^(?:born|raised|diagnosed|trained|certified|educated|nicknamed|originally|known as|called|half|due|expecting|turning \d)/i,
  /^at \p{Lu}/u,
  /^(?:\d(?:st|nd|rd|th)|first|second|third|fourth|final)[- ]year\b/i,
  /^(?:years? )?\d+ (?:weeks?|months?) (?:pregnant|sober|along|clean)/i,
]

const notNames = new Set(
  'out off up down over under away around there home twenty thirty forty fifty sixty seventy sorry fine good great ok okay back here sure ready done tired happy sad bored hungry thirsty lost late busy confused stuck glad afraid scared angry new home single married vegan vegetarian sick ill well right wrong serious kidding joking curious interested excited worried nervous exhausted alone awake drunk high broke free available pregnant retired american british german french spanish italian christian muslim jewish hindu buddhist gay straight bi trans deaf blind diabetic autistic alive dead cold hot warm sleepy lazy old young tall short fat thin smart dumb rich poor lonely stressed sober yes no not in on at from into batman superman so very all almost really also just still honestly actually currently doing going trying looking having getting thinking feeling wondering assuming using working living learning studying god jesus dying crying laughing impressed amazed grateful thankful'.split(
    ' ',
  ),
)

/** "I am Ada" names; in lower case only right after a greeting. */
function nameIn(said: string, greets: boolean): string | null {
  const found =
    /^(?:called |named )?((?:\p{L}[\p{L}'’-]+)(?: (?:(?:de|del|van|von|da|di|la|el|al|bin) ){0,2}\p{Lu}[\p{L}'’.-]*){0,3})(?: (?:here|again))?$/u.exec(
      said,
    )
  const name = found?.[1]
  if (!name || notNames.has(name.split(' ')[0]?.toLowerCase() ?? '')) return null
  if (/(?:ing|ed)$/.test(name) && !/^\p{Lu}/u.test(name)) return null
  if (stateOf(name) || new RegExp(`^(?:${people}|${animals})$`, 'iu').test(name)) return null
  if (/^\p{Lu}/u.test(name)) return name.toUpperCase() === name && name.length < 5 ? null : name
  return greets ? capitalised(name) : null
}

/** "jessica" -> "Jessica". */
export const capitalised = (name: string) =>
  name.replace(/(?<![\p{L}'’])\p{Ll}/gu, (letter) => letter.toUpperCase())
