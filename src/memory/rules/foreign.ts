import { statementOf } from './languages.ts'
import { capitalised } from './states.ts'

/** What a sentence of another language tells of its speaker and theirs; questions at its end are cut. */
export function foreignFacts(sentence: string, asks: boolean): string[] {
  const text = withoutQuestion(sentence, asks)
  const pieces = plain(text).split(
    /,\s+(?:und|et|y|e|aber|mais|pero|ma|mas)?\s*|\s+(?=(?:und|et|y|e|aber|mais|pero|ma|mas)\s)|\s+[-–]\s+|[;()]/i,
  )
  const groups: string[][] = []
  for (const piece of pieces) {
    const whole = completed(piece.trim())
    if (groups.length === 0 || told(whole)) groups.push([whole])
    else if (listed.test(piece)) groups.at(-1)?.push(piece)
    else groups.push([whole])
  }
  return groups
    .map((group) => told(group.join(' ')) ?? told(group[0] ?? ''))
    .filter((one) => one !== null)
}

/** What goes on a list: "le fromage et le vin". */
const listed =
  /^(?:(?:und|et|y|e) )?(?:(?:les?|la|l'|une?|du|des|de|der|die|das|den|ein\p{L}*|el|los|las|il|lo|gli|os|as|dos|zwei|deux|due|duas|drei|trois|tres|tre)(?: |(?<='))\p{L}+(?: \p{L}+)?|\p{Lu}\p{L}+)$/u

const question =
  /(?:¿|,\s+(?=(?:also |donc |así que )?(?:was|wie|wo|welche\p{L}*|warum|wann|wer|ob|worauf|kannst|könntest|kann ich|gibt es|hast du|bitte|comment|que|qu'|quels?|quelles?|où|pourquoi|quand|est-ce|tu peux|peux-tu|une idée|des idées|cosa|che|come|dove|quale|quali|perché|puoi|como|onde|qual|quais|pode|è|c'è|ist das|bin ich|hai)(?![\p{L}])))/iu

function withoutQuestion(sentence: string, asks: boolean) {
  const at = sentence.search(question)
  if (at > 0) return sentence.slice(0, at)
  return asks ? '' : sentence
}

/** Without adverbs of time and degree, in the first person of one. */
const plain = (text: string) =>
  text
    .replace(adverbs, ' ')
    .replace(/\s+/g, ' ')
    .replace(
      /(?<![\p{L}])wir (sind|haben|wohnen|leben)(?![\p{L}])/giu,
      (_, verb: string) => `ich ${ones[verb.toLowerCase()]}`,
    )
    .replace(
      /(?<![\p{L}])nous (habitons|vivons|avons)(?![\p{L}])/giu,
      (_, verb: string) => ones[verb.toLowerCase()] ?? '',
    )
    .replace(/(?<![\p{L}])on a déménagé/giu, "j'ai déménagé")
    .replace(
      /(?<![\p{L}])(vivimos|tenemos|nos mudamos|nos hemos mudado|estamos en)(?![\p{L}])/giu,
      (verb) => ones[verb.toLowerCase()] ?? verb,
    )
    .trim()

const ones: Record<string, string> = {
  ...{ sind: 'bin', haben: 'habe', wohnen: 'wohne', leben: 'lebe' },
  ...{ habitons: "j'habite", vivons: 'je vis', avons: "j'ai" },
  ...{ vivimos: 'vivo', tenemos: 'tengo', 'nos mudamos': 'me mudé', 'nos hemos mudado': 'me mudé' },
}

const adverbs =
  /(?<![\p{L}'’])(?:jetzt|inzwischen|mittlerweile|zurzeit|aktuell|derzeit|übrigens|leider|endlich|seit (?:\p{L}+ ){1,2}(?:jahren?|monaten?|wochen)|maintenant|actuellement|désormais|enfin|depuis (?:\p{L}+ ){1,2}(?:ans?|mois|semaines?)|ahora|actualmente|también|por fin|hace poco|recientemente|desde hace \p{L}+ \p{L}+|adesso|attualmente|anche|agora|atualmente|também)(?![\p{L}])/giu

/** German leaves "ich" out in haste: "bin 52, fahre viel Rennrad". */
function completed(piece: string) {
  const bare = piece.replace(/^(?:und|aber|also|hallo|hi|hey)[,!]? /i, '')
  return /^(?:bin|habe|hatte|wohne|lebe|arbeite|komme|studiere|lerne|spreche|fahre|spiele|liebe|hasse|mag|heiße|esse|trinke)(?! ich)(?![\p{L}])/iu.test(
    bare,
  )
    ? `ich ${bare.charAt(0).toLowerCase()}${bare.slice(1)}`
    : piece
}

const told = (text: string): string | null => relative(text) ?? statementOf(text) ?? named(text)

function named(text: string) {
  const name =
    /^(?:[Hh]ola,? |[Ss]alut,? |[Hh]allo,? )?(?:[Ii]ch bin|[Jj]e suis|[Mm]oi c'est|(?:[Yy]o )?[Ss]oy|[Ss]ono|(?:[Ee]u )?[Ss]ou (?:o |a )?)\s?(\p{Lu}\p{Ll}{2,12})$/u.exec(
      text,
    )?.[1]
  return name ? `User's name is ${capitalised(name)}` : null
}

const whose: Record<string, string> = {}
for (const [english, foreign] of Object.entries({
  wife: 'frau ehefrau femme épouse esposa mujer moglie mulher',
  husband: 'mann ehemann mari époux marido esposo marito',
  daughter: 'tochter fille hija figlia filha',
  son: 'sohn fils hijo figlio filho',
  sister: 'schwester sœur soeur hermana sorella irmã',
  brother: 'bruder frère hermano fratello irmão',
  mother: 'mutter mère madre mãe mama mamá mamma',
  father: 'vater père padre pai papa papá',
  grandmother: 'oma großmutter mamie abuela nonna avó',
  grandfather: 'opa großvater papi abuelo nonno avô',
  'mother-in-law': 'schwiegermutter belle-mère suegra suocera sogra',
  'father-in-law': 'schwiegervater beau-père suegro suocero sogro',
  'sister-in-law': 'schwägerin belle-sœur cuñada cognata cunhada',
  'brother-in-law': 'schwager beau-frère cuñado cognato cunhado',
  aunt: 'tante tía zia tia',
  uncle: 'onkel oncle tío zio tio',
  cousin: 'cousin cousine primo prima cugino cugina',
  dog: 'hund hündin chien chienne perro perra cane cachorro cão',
  cat: 'katze kater chat chatte gato gata gatto gatta',
  girlfriend: 'freundin novia copine ragazza namorada fidanzata',
  boyfriend: 'freund novio copain fidanzato namorado',
  boss: 'chef chefin jefe jefa patron patronne',
}))
  for (const word of foreign.split(' ')) whose[word] = english

const verbs: [string, string][] = [
  ["heißt|heisst|s'appelle|se llama|si chiama|se chama", 'is named'],
  ['wohnt in|lebt in|habite à|vit à|vive en|vive a|abita a|mora em', 'lives in'],
  ['arbeitet als|travaille comme|trabaja como|trabaja de|lavora come|trabalha como', 'works as'],
  ['arbeitet bei|travaille chez|trabaja en|lavora per|trabalha na', 'works at'],
  ['ist|est|es|è|é|está|está|sta', 'is'],
  ['hat|a|tiene|ha|tem', 'has'],
]

const theirs = new RegExp(
  `^(?:(?:und|et|y|e) )?(?:meine?|unsere?|mon|ma|notre|mi|nuestr[oa]|(?:la |il )?mi[oa]|(?:a |o )?(?:meu|minha)) (${Object.keys(whose).join('|')})(?: (\\p{Lu}\\p{Ll}+))? (${verbs.map(([said]) => said).join('|')}) (.{2,60})$`,
  'iu',
)

/** "Mein Sohn ist Autist" -> "User's son is Autist". */
function relative(text: string): string | null {
  const [, who = '', name, verb = '', value = ''] = theirs.exec(text) ?? []
  const role = whose[who.toLowerCase()]
  const said = verbs.find(([words]) => words.split('|').includes(verb.toLowerCase()))?.[1]
  if (!role || !said || passing.test(value)) return null
  if (said === 'is' && /^\p{Lu}\p{Ll}+$/u.test(value) && !/(?:ist|er|in|eur)$/.test(value))
    return `User's ${role}'s name is ${value}`
  const age = said === 'has' && /^(\d{1,3}) (?:anni|ans|años|anos)$/i.exec(value)?.[1]
  if (age) return `User's ${role}${name ? ` ${name}` : ''} is ${age} years old`
  const told = said === 'is named' ? `'s name is` : ` ${said}`
  return `User's ${role}${name && said !== 'is named' ? ` ${name}` : ''}${told} ${value.replace(/[.!,;]+$/, '')}`
}

const passing =
  /^(?:(?:sehr|so|très|muy|molto|muito) )?(?:müde|krank|hier|da|weg|böse|sauer|fatigué|malade|là|ici|fâché|cansad|enferm|aquí|enfadad|stanc|malat|qui|cansad|doente|aqui|dans|en train)(?:[eoa]s?)?(?![\p{L}])/iu
