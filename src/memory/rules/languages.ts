import { capitalised } from './states.ts'

/** A first-person statement of another language, told in the same frame: the value as it was said. */
export function statementOf(said: string): string | null {
  const text = said.replace(openers, '')
  for (const [pattern, tell] of patterns) {
    const value = pattern.exec(text)?.[1]
    if (value && !moods.test(value)) return tell(value.replace(ending, '').trim()) || null
  }
  return null
}

const openers =
  /^(?:(?:hallo|hi|hey|und|aber|also|ja|nein|übrigens|bonjour|salut|et|mais|oui|non|au fait|hola|y|pero|sí|por cierto|ciao|e|ma|sì|olá|oi|mas|sim|buongiorno|guten tag|actualmente|ahora|jetzt|maintenant|adesso|agora|merke dir,? dass|souviens-toi que|recuerda que|ricorda che|lembre-se (?:de )?que)[,!]?\s+)+/iu

const ending =
  /(?:\s+(?:jetzt|maintenant|ahora|adesso|agora|ora|gezogen|umgezogen|und|et|y|e))+$|[.!,;]+$/iu

/** States of the moment, which say nothing lasting. */
const moods =
  /^(?:(?:so|sehr|très|muy|molto|muito|ein bisschen|un peu|un poco|un po'|um pouco) )?(?:müde|hungrig|krank|traurig|glücklich|froh|fertig|hier|da|zurück|sicher|nicht|gut|fatiguée?|malade|triste|contente?|désolée?|prête?|ici|sûre?|en train|d'accord|cansad[oa]|enferm[oa]|triste|contento|contenta|feliz|list[oa]|aquí|segur[oa]|de acuerdo|stanc[oa]|malat[oa]|felice|pront[oa]|qui|sicur[oa]|d'accordo|doente|pront[oa]|aqui|cert[oa]|um pouco|eine frage|une question|una pregunta|una domanda|uma pergunta|hunger|durst|faim|soif|hambre|sed|fame|sete|fome|sede|es|das|ça|cela|eso|esto|questo|isso|isto|una duda)(?![\p{L}])/iu

type Tell = (value: string) => string
const says =
  (before: string, after = ''): Tell =>
  (value) =>
    `User${before.startsWith("'") ? '' : ' '}${before} ${value}${after}`

const naming: Tell = (value) => `User's name is ${capitalised(value)}`
const rest = '(.{2,80})'
const table: [string, Tell][] = [
  // German
  ["(?:ich heiße|ich heisse|mein name ist|man nennt mich) (\\p{L}[\\p{L} '’-]{1,40})$", naming],
  [
    `ich (?:bin|ziehe) (?:letzt\\p{L}+ \\p{L}+ |gerade |jetzt |kürzlich )*nach ${rest}`,
    says('moved to', ' and lives there'),
  ],
  [`ich (?:wohne|lebe) (?:jetzt |zurzeit |aktuell |derzeit )?in ${rest}`, says('lives in')],
  [`(?:wohne|lebe) (?:jetzt )?in ${rest}`, says('lives in')],
  [`ich arbeite (?:jetzt )?als ${rest}`, says('works as')],
  [`ich arbeite (?:jetzt )?(?:bei|für) ${rest}`, says('works at')],
  [
    `ich (?:arbeite nicht mehr (?:bei|für|als)|habe bei) (.{2,60}?)(?: gekündigt| aufgehört)?$`,
    says('no longer works at'),
  ],
  [`ich wohne nicht mehr in ${rest}`, says('no longer lives in')],
  [`ich (?:esse|trinke|rauche) (?:kein\\p{L}*|nicht mehr) ?(.{0,60})$`, says("doesn't have")],
  [
    `ich habe ((?:\\p{L}+)?(?:allergie|asthma|diabetes|migräne|rheuma|adhs|zöliakie)\\p{L}*(?: .{2,40})?)$`,
    says('has'),
  ],
  [
    `ich hatte ((?:letztes jahr |im \\p{L}+ |\\d{4} |vor \\p{L}+ \\p{L}+ )?ein\\p{L}* .{3,60})$`,
    says('had'),
  ],
  [
    `ich (?:fahre|reite) (?:viel |oft |gern |täglich )*(?!(?:dich|mich|heute|morgen|jetzt)\\b)${rest}`,
    says('rides'),
  ],
  [`ich spiele (?:viel |oft |gern )*${rest}`, says('plays')],
  [
    `ich bin ((?:farbenblind|taub|blind|schwerhörig|rentner|linkshänder|alleinerziehend|selbstständig|arbeitslos|autist|diabetiker|legasthen)\\p{L}*(?: .{2,40})?)$`,
    says('is'),
  ],
  [`ich komme aus ${rest}`, says('is from')],
  ['ich bin (\\d{1,3})(?: jahre alt)?$', says('is', ' years old')],
  [`(?:ich )?studiere ${rest}`, says('studies')],
  [`ich bin allergisch (?:gegen|auf) ${rest}`, says('is allergic to')],
  [`ich liebe ${rest}`, says('loves')],
  [`ich mag (?!k?ein|nicht|dich)(.{2,80}?)$`, says('likes')],
  [`ich (?:mag kein\\p{L}*|mag nicht) ${rest}`, says("doesn't like")],
  [`ich hasse ${rest}`, says('hates')],
  [`ich spreche ${rest}`, says('speaks')],
  [`ich lerne ${rest}`, says('is learning')],
  [`ich esse kein(?:e|en)? ${rest}`, says("doesn't eat")],
  [`ich habe (ein\\p{L}* .{2,60}|zwei .{2,60}|drei .{2,60})$`, says('has')],
  [
    `ich bin ((?:ein\\p{L}* )?(?:verheiratet|ledig|geschieden|vegetarier\\p{L}*|veganer\\p{L}*|vegan|schwanger|\\p{Lu}\\p{L}{4,}(?:in|er|ist|ent|eur|arzt|wirt|mann|frau))(?: .{2,40})?)$`,
    says('is'),
  ],
  [`ich unterrichte ${rest}`, says('teaches')],
  [`ich (?:lebe|wohne) ((?:allein|alleine|mit) ?.{0,50})$`, says('lives')],
  // French
  [`(?:je vis|j'habite) ((?:seule?|avec) ?.{0,50})$`, says('lives')],
  [
    `j'ai ((?:une allergie|une intolérance|le diabète|de l'asthme|des migraines|du diabète|la maladie) ?.{0,50})$`,
    says('has'),
  ],
  [`j'enseigne ${rest}`, says('teaches')],
  [`je ne travaille plus (?:chez|pour|comme) ${rest}`, says('no longer works at')],
  [`je n'habite plus (?:à|au|en) ${rest}`, says('no longer lives in')],
  [`je suis chez (\\p{Lu}.{1,60})$`, says('works at')],
  [
    `je suis ((?:un |une )?(?:daltonien|sourd|aveugle|gaucher|droitier|prof|kiné|médecin|pompier|sage-femme|intermittent|chômeu|au chômage|cœliaque|coeliaque|intolérant|asthmatique|autiste|dyslexique|veu[fv]|papa|maman|\\p{L}{3,}(?:ier|ière|iste|icien|icienne|teur|trice|euse|logue|graphe))\\p{L}*(?: .{2,50})?)$`,
    says('is'),
  ],
  [`je ne mange plus (?:de |d')?${rest}`, says('no longer eats')],
  ["(?:je m'appelle|mon nom est|moi c'est|je me nomme) (\\p{L}[\\p{L} '’-]{1,40})$", naming],
  [
    `j'ai (?:récemment )?(?:déménagé|emménagé) (?:à|au|en|dans) ${rest}`,
    says('moved to', ' and lives there'),
  ],
  [
    `(?:j'habite|je vis|je réside) (?:maintenant |actuellement )?(?:à|au|en|dans) ${rest}`,
    says('lives in'),
  ],
  [`je travaille (?:maintenant )?comme ${rest}`, says('works as')],
  [`je travaille (?:maintenant )?(?:chez|pour) ${rest}`, says('works at')],
  [`je viens (?:de|du|des) ${rest}`, says('is from')],
  ["j'ai (\\d{1,3}) ans$", says('is', ' years old')],
  [`j'étudie ${rest}`, says('studies')],
  [`je suis allergique (?:aux |au |à la |à l'|à )${rest}`, says('is allergic to')],
  [`j'adore ${rest}`, says('loves')],
  [`je n'aime (?:pas|plus) ${rest}`, says("doesn't like")],
  [`j'aime (?:bien |beaucoup )?(?!pas|ça)${rest}`, says('likes')],
  [`je déteste ${rest}`, says('hates')],
  [`je parle ${rest}`, says('speaks')],
  [`j'apprends ${rest}`, says('is learning')],
  [`je ne mange pas (?:de |d')?${rest}`, says("doesn't eat")],
  [`j'ai (une? .{2,60}|deux .{2,60}|trois .{2,60})$`, says('has')],
  [
    'je suis ((?:végétarien|vegan|végane|végétalien|marié|célibataire|divorcé|enceinte|retraité|étudiant|médecin|infirmier|infirmière|ingénieur|professeur|avocat|développeu|enseignant|architecte|diabétique|boulanger|cuisini|comptable|journaliste|artiste)\\p{L}*(?: .{2,50})?)$',
    says('is'),
  ],
  // Spanish
  [`vivo ((?:sol[oa]|con) ?.{0,50})$`, says('lives')],
  [
    `tengo ((?:alergia|asma|diabetes|migrañas?|intolerancia|celiaquía|tdah) ?.{0,50})$`,
    says('has'),
  ],
  [`(?:enseño|doy clases de) ${rest}`, says('teaches')],
  [`(?:yo )?ya no (?:trabajo) (?:en|para|de|como) ${rest}`, says('no longer works at')],
  [`(?:yo )?ya no vivo en ${rest}`, says('no longer lives in')],
  [`ya no como ${rest}`, says('no longer eats')],
  ["(?:me llamo|mi nombre es|yo me llamo) (\\p{L}[\\p{L} '’-]{1,40})$", naming],
  [`(?:yo )?me (?:mudé|he mudado|acabo de mudar) a ${rest}`, says('moved to', ' and lives there')],
  [`(?:yo )?(?:vivo|resido) (?:ahora |actualmente )?en ${rest}`, says('lives in')],
  [`(?:yo )?trabajo (?:ahora )?(?:como|de) ${rest}`, says('works as')],
  [`(?:yo )?trabajo (?:ahora )?(?:en|para) ${rest}`, says('works at')],
  ['tengo (\\d{1,3}) años$', says('is', ' years old')],
  [`(?:yo )?estudio ${rest}`, says('studies')],
  [`(?:yo )?soy alérgic[oa] (?:a |al )${rest}`, says('is allergic to')],
  [`(?:yo )?soy intolerante a ${rest}`, says('is intolerant to')],
  [`me encantan? ${rest}`, says('loves')],
  [`(?:ya )?no me gustan? ${rest}`, says("doesn't like")],
  [`me gustan? (?:mucho )?${rest}`, says('likes')],
  [`odio ${rest}`, says('hates')],
  [`hablo ${rest}`, says('speaks')],
  [`no como ${rest}`, says("doesn't eat")],
  [`(?:yo )?soy de ${rest}`, says('is from')],
  [`tengo (una? .{2,60}|dos .{2,60}|tres .{2,60})$`, says('has')],
  [
    `(?:estoy|soy) (casad[oa]|divorciad[oa]|solter[oa]|embarazada|jubilad[oa])(?: .*)?$`,
    says('is'),
  ],
  // Italian
  [`insegno ${rest}`, says('teaches')],
  [`faccio (?:il |la |lo |l')${rest}`, says('works as')],
  [`(?:io )?non lavoro più (?:per|presso|in|da|alla|come) ${rest}`, says('no longer works at')],
  [`(?:io )?non (?:vivo|abito) più (?:a|in) ${rest}`, says('no longer lives in')],
  ["(?:mi chiamo|il mio nome è) (\\p{L}[\\p{L} '’-]{1,40})$", naming],
  [`mi sono (?:appena )?trasferit[oa] (?:a|in) ${rest}`, says('moved to', ' and lives there')],
  [`(?:io )?(?:abito|vivo) (?:ora |adesso )?(?:a|in|ad) ${rest}`, says('lives in')],
  [`(?:io )?lavoro (?:ora )?come ${rest}`, says('works as')],
  [`(?:io )?lavoro (?:ora )?(?:per|presso|in|da|alla) ${rest}`, says('works at')],
  ['ho (\\d{1,3}) anni$', says('is', ' years old')],
  [
    `(?:io )?sono allergic[oa] (?:al |alla |alle |agli |ai |all'|a )${rest}`,
    says('is allergic to'),
  ],
  [`non mi piac(?:e|ciono) (?:più )?${rest}`, says("doesn't like")],
  [`mi piac(?:e|ciono) (?:molto )?${rest}`, says('likes')],
  [`(?:amo|adoro) ${rest}`, says('loves')],
  [`(?:parlo) ${rest}`, says('speaks')],
  [`(?:io )?sono di ${rest}`, says('is from')],
  [
    `(?:io )?sono (vegetarian[oa]|vegan[oa]|sposat[oa]|celibe|nubile|divorziat[oa]|incinta|un'? ?\\p{L}+(?: .{2,40})?)$`,
    says('is'),
  ],
  [`ho (una? .{2,60}|un'.{2,60}|due .{2,60}|tre .{2,60})$`, says('has')],
  // Portuguese
  [`(?:eu )?não trabalho mais (?:na|no|em|para|como) ${rest}`, says('no longer works at')],
  [`(?:eu )?não moro mais (?:em|no|na) ${rest}`, says('no longer lives in')],
  ["(?:(?:eu )?me chamo|meu nome é|o meu nome é|chamo-me) (\\p{L}[\\p{L} '’-]{1,40})$", naming],
  [
    `(?:eu )?(?:me mudei|mudei-me|mudei) (?:para|pra) ${rest}`,
    says('moved to', ' and lives there'),
  ],
  [`(?:eu )?(?:moro|vivo|resido) (?:agora )?(?:em|no|na) ${rest}`, says('lives in')],
  [`(?:eu )?trabalho (?:agora )?como ${rest}`, says('works as')],
  [`(?:eu )?trabalho (?:agora )?(?:na|no|em|para) ${rest}`, says('works at')],
  ['(?:eu )?tenho (\\d{1,3}) anos$', says('is', ' years old')],
  [`(?:eu )?sou alérgic[oa] (?:a |ao |à |aos |às )${rest}`, says('is allergic to')],
  [`(?:eu )?não gosto (?:mais )?(?:de |do |da )${rest}`, says("doesn't like")],
  [`(?:eu )?gosto (?:muito )?(?:de |do |da )${rest}`, says('likes')],
  [`(?:eu )?(?:odeio|detesto) ${rest}`, says('hates')],
  [`(?:eu )?falo ${rest}`, says('speaks')],
  [
    `(?:eu )?(?:sou|estou) (casad[oa]|solteir[oa]|divorciad[oa]|grávida|aposentad[oa])(?: .*)?$`,
    says('is'),
  ],
  // Spanish, Italian and Portuguese share how they say what one is.
  [
    `(?:yo |eu )?sou? ((?:vegetarian|vegan|ingenier|engenheir|profesor|professor|médic|enfermer|abogad|advogad|estudiante|arquitect|programador|maestr|cociner|dentista|periodista|jornalista|diabétic|celíac)\\p{L}*(?: (?:de|en|em) .{2,50})?)$`,
    says('is'),
  ],
  [
    `(?:yo )?soy ((?:un |una )?(?!(?:sauce|milk|beans?|products?|free|protein|latte|is|based|yo)\\b)(?:\\p{L}+(?:ista|or|ora|ero|era|iva|ivo|nte|ano|ana|ólogo|óloga|íaca|íaco|ónico|ico|ica|udo|uda)\\b|padre|madre|viud|zurd|sord|cieg|jubilad|vegetarian|vegan|ingenier|profesor|médic|enfermer|abogad|estudiante|arquitect|programador|maestr|cociner|dentista|periodista|diabétic|celíac|diseñador)\\p{L}*(?: .{2,50})?)$`,
    says('is'),
  ],
]

const patterns = table.map(([source, tell]): [RegExp, Tell] => [
  new RegExp(`^${source}`, 'iu'),
  tell,
])
