const listed = (text: string) => text.trim().split(/\s+/)

/** Words between a subject and its verb. */
export const adverb =
  /^(?:really|absolutely|totally|also|usually|always|often|sometimes|rarely|seldom|never|mostly|mainly|primarily|generally|normally|typically|regularly|occasionally|still|currently|recently|finally|just|only|actually|personally|definitely|truly|especially|particularly|now|even|already|both|strongly|secretly|officially|originally|probably|very|much|kinda|kindof|simply|strictly|once|first|happily|sadly|unfortunately|luckily|proudly)$/i

/** What people do again and again or for long: said in the present, it is true of them. */
export const lastingVerbs = new Set(
  listed(`
  live reside dwell work study teach manage lead run own drive ride speak love like enjoy adore
  prefer hate dislike detest despise loathe play collect practice practise code program develop
  design write paint draw cook bake brew sing dance swim jog cycle bike hike climb ski snowboard surf
  skate garden knit sew crochet read watch volunteer coach tutor train meditate pray smoke vape drink
  eat avoid bank follow support wear take use commute travel weigh wake sleep attend belong come keep raise
  breed grow make earn suffer struggle want plan hope aim intend dream have know fear worship invest
  trade freelance rent share do listen subscribe host blog stream vote celebrate observe fast shop
  park specialise specialize major research consult serve farm fish hunt camp sail fly foster care
  tend identify value crave go get need hold bike walk lift box fence row stutter snore juggle
  photograph record produce mentor supervise direct edit translate repair build sell stand tolerate
  workout exercise stretch journal vlog podcast bowl golf spend save donate root cheer respect admire
  owe graduate homeschool moderate referee busk forage umpire brew co-own
  appreciate treasure cherish start finish leave inject refuse love-hate live-stream order buy bring skip deploy try volunteer snack bicker
`),
)

/** Lasting verbs that need more than any object to be worth keeping; what may follow them. */
export const onlyWith: Record<string, RegExp> = {
  want: /^want to (?:learn|become|lose|gain|visit|travel|move|run|retire|start (?:a|my|an)|quit|stop|save|buy (?:a|my|our) (?:house|home|car|flat|apartment|boat|farm)|climb|study|master|improve my|open (?:a|my)|get (?:in shape|fit|married|promoted|a (?:dog|cat|puppy|kitten|promotion|degree|phd))|go (?:back to school|to (?:university|college))|build (?:a|my) (?:company|business|house)|have (?:kids|children|a family)|adopt|emigrate|switch careers?|publish|write (?:a|my) (?:book|novel|memoir)|finish my|graduate|be an? )|\b(?:some ?day|one day|by \d{4}|this year|next year|before I)\b/i,
  shoot: /^shoot (?:on|with|in) (?:(?:an?|my) )?(?:film|\p{Lu})/u,
  try: /^try (?:to|not to) (?:avoid|eat|drink|exercise|walk|run|sleep|wake|limit|stay|live|keep|meditate|read)\b/i,
  hope: /^hope to (?!hear|see you|get (?:a|an) (?:answer|reply))/i,
  plan: /^plan (?:to|on) (?!use|sort|ask|do this|do that|fix|test|write (?:a|the) (?:function|script|test))/i,
  aim: /^aim (?:to|for)\b/i,
  intend: /^intend to\b/i,
  dream: /^dream (?:of|about)\b/i,
  need: /^need (?:to (?:lose|gain|quit|eat (?:more|less)|avoid)\b|a wheelchair|glasses|reading glasses|hearing aids?|a hearing aid|contacts|insulin|an? (?:kidney|liver|interpreter|inhaler|epipen|walker|cane|guide dog|step-free|gluten)|subtitles|large print|wheelchair|step-free)/i,
  come: /^come from\b/i,
  get: /^get up (?:at|around|before|early)|^get (?:migraines|seasick|carsick|motion sick|anxious|hives|nosebleeds)|\bgive/i,
  go: /^go (?:to (?!bed (?:now|soon)|sleep|the (?:next|end|page|store|shop)\b)|by\b|for (?:a )?(?:runs?|walks?|hikes?|swims?|jogs?)\b|(?:\p{L}+ing)\b)/iu,
  know: /^know (?:(?:how to (?:play|swim|drive|cook|code|knit|sew|ski|speak|read|sail))|(?:some |a (?:bit of|little) |basic )?(?:\p{Lu}|sign language))/u,
  make: /^make (?:my own |handmade |custom |a living|jewell?ery|pottery|music|furniture|ceramics|candles|soap|cheese|wine|beer|videos|youtube|films|documentaries|games|bread|pasta|quilts|\$|€|£|\d|about \d)/i,
  do: /^do \p{L}+ (?:for|at) (?:an? |the )\p{L}|^do (?:my own |a lot of |some )?(?:yoga|pilates|karate|judo|crossfit|ballet|gymnastics|boxing|martial arts|accounting|freelance|consulting|photography|pottery|ceramics|improv|stand-?up|volunteer|charity|community|research|marketing|sales|design|crosswords|sudoku|weights|taekwondo|aikido|tai chi|kickboxing|zumba|intermittent|triathlons|marathons|embroidery|woodworking|calligraphy|graphic design|web development)\b/iu,
  take: /^take (?!(?:a look|your|this|that|it|the (?:first|second|last|file|list|string|value)|care|time|my time|place|part in this)\b)/i,
  use: /^use (?!(?:the|this|that|it|these|those|your|a (?:loop|function|variable|regex|list|map|for|while))\b)/i,
  run: /^run the (?:\p{L}+ )?(?:pharmacy|shop|store|bakery|caf[eé]|bar|pub|kitchen|library|lab|office|department|ward|clinic|practice|farm|school|club|team|gym|studio|museum|hotel|restaurant|company|business|charity|payroll|accounts|choir|league|youth \p{L}+)\b|^run (?!(?:the|this|that|it|npm|git|docker|python|node|into|out|my (?:code|script|tests?|program|server)|a (?:test|script|query|command|loop)|tests?|late)\b)/iu,
  read: /^read (?!(?:the|this|that|it|your|about|somewhere|an? (?:[a-z]+ )?(?:article|paper|post|study|report)|what)\b)/i,
  write:
    /^write (?!(?:the|this|that|it|you|to you|a (?:function|loop|query|script|test)|code (?:to|that|for))\b)/i,
  watch: /^watch (?!(?:the|this|that|it|you)\b)/i,
  have: /^have /i,
  hold: /^hold (?:a|an|two|dual|three)\b/i,
  stand: /^$/,
  build: /^build (?!(?:the|this|it|a (?:list|string|query))\b)/i,
  sell: /^sell (?!(?:the|this|it)\b)/i,
  start: /^start (?:work|school|my day|my (?:mornings?|new)|university|college|at|a new|every)/i,
  finish: /^finish (?:work|school|my)/i,
  leave: /^leave (?:for|work|home)\b/i,
  edit: /^edit (?:video|film|photo|books|magazine|wedding)/i,
  bring: /^bring (?:my|a) .*\bevery/i,
  buy: /^buy (?:.*\b(?:every|only|always|organic|local|second-?hand)\b|organic|local|second)/i,
  order: /^order .*\b(?:every|always|usually)\b/i,
  appreciate: /^appreciate (?!(?:it|that|this|your|the|you|any)\b)/i,
  value: /^value (?!(?:your|this|that|it)\b)/i,
  care: /^care (?:for|deeply about|about) (?!(?:it|this|that|what|how|you)\b)/i,
  support: /^support (?!(?:the (?:idea|motion)|this|that|it|you|your)\b)/i,
  follow: /^follow (?!(?:you|your|this|that|the (?:steps|instructions|tutorial|guide)|up)\b)/i,
  sleep: /^sleep (?!(?:now|well|tight)\b)/i,
  walk: /^walk (?!(?:you|through)\b)/i,
  share: /^share (?:a |an |my (?:flat|apartment|room|house|office))/i,
  test: /^test (?:video ?games|games|software|apps|products|aircraft|medical|water|soil)\b/i,
  keep: /^keep (?:kosher|halal|bees|chickens|a (?:journal|diary|garden)|my |tropical|fish|rabbits|horses|sabbath|shabbat)/i,
  raise: /^raise (?!(?:a|an|the) (?:question|issue|point|error|exception))/i,
  do_not: /^$/,
}

/** What people are in the middle of for weeks: "I am learning Greek", not "I am eating". */
export const lastingActivity =
  /^(?:(?:still|currently|now|also|just|actively|slowly|really|finally) )*(?:learning (?!about this|a lot|so much)|studying|training (?:for|to|as)|working (?:on (?:a|an|my|our)\b(?! (?:bug|fix|problem|issue|function|task|spreadsheet))|as|at|for|from|in|towards?|with (?:kids|children|animals|\p{Lu})|night|part|full|two|three|remotely)|building (?:a|an|my|our)\b(?! (?:function|list|query))|writing (?:a (?:book|novel|thesis|memoir|screenplay|dissertation|blog|children's)|my|our) ?(?!email|letter|code|essay for)|planning (?:an?|my|our|to|on|two|three|four|ten|\d+|some)\b|living|saving (?:up|for|money|to)|dating|seeing someone|raising|moving (?!on\b|forward)|expecting (?:a|an|our|my|twins|triplets|another)|getting (?:married|divorced|a (?:dog|cat|puppy|kitten|divorce|promotion|master|phd|degree)|braces|surgery|my (?:phd|degree|master|license|licence))|taking (?!a (?:look|break|bath|shower|nap)|care of it|notes|it)|reading (?:\p{Lu}|a (?:book|novel|biography))|using \p{Lu}[\w.+#]*(?: \w+)? (?:at work|for work|as my)|trying to (?:quit|lose|gain|conceive|get (?:pregnant|fit|in shape|promoted)|eat (?:less|more|health)|stop (?:smoking|drinking)|save (?:up|money)|cut (?:down|back)|learn|become|improve my|drink (?:less|more)|sleep (?:more|better)|reduce)|renovating|remodell?ing|restoring|preparing for (?!you)|studying|recovering|undergoing|going through (?:a|an|chemo|ivf|menopause)|applying (?:to|for) (?!(?:this|the) (?:patch|filter))|running (?:a|an|for|my|our) (?!script|test|query|command|program|few minutes|bit)|starting (?:a|an|my|at|work|school|university|college)|retiring|flying to|travell?ing (?:to|around|through|in)|visiting \p{Lu}|hosting|organi[sz]ing (?:a|an|my|our)|launching (?:a|an|my|our)|opening (?:a|my|our) (?!file|tab|window|ticket)|teaching|coaching|volunteering|playing (?:in|for|the (?:violin|piano|guitar|drums|cello|flute)|guitar|piano|tennis|football|soccer|basketball)|attending|doing (?:an?|my) (?!(?:quick|test|search|bit|thing|favou?r|lot|few|little|great|good|survey|quiz)\b)\p{L}+(?: \p{L}+)* (?:at|in|as|on|with) |doing (?:a|an|my) (?:phd|master|degree|course|internship|apprenticeship|bootcamp|residency|mba)|pursuing|majoring|minoring|speciali[sz]ing|competing|growing|developing (?:a|an|my|our) (?!function|headache)|designing (?:a|an|my|our)|leading|managing|mentoring|fostering|adopting|caring for|looking after|renting|subletting|paying off|investing|collecting|practi[sc]ing|switching (?:to|careers?|jobs?)|transitioning|relocating|emigrating|buying (?:a|my|our) (?:house|home|flat|apartment|car|boat|farm)|selling my|graduating|doing (?:yoga|keto|karate|pilates|crossfit|therapy|physio)|eating (?:keto|vegan|vegetarian|low|gluten|dairy|more|less|only)|following a|cutting (?:out|down|back)|avoiding|fasting|having (?:a baby|twins|surgery|an operation|a (?:party|wedding|boy|girl))|turning \d|running the \p{Lu}|using \p{Lu}[\w.+#]*(?: \w+)? for my|(?:hoping|aiming|planning|looking|hopes) to (?:get promoted|learn|become|move|buy|visit|retire|run|lose|graduate|travel|start))/u

/** What happened once and changed something; in the past tense. */
export const turningPoints =
  /^(?:(?:just|recently|finally|also|already|actually|once|officially|successfully|even|then|originally|have|had|has|never|only|initially|first) )*(?:bought (?!it|this|that|the wrong)|purchased (?!it|this)|adopted (?!this|it)|moved(?! in$)(?! (?:the|it|this|that|on|my (?:file|cursor|mouse|code)))|relocated|emigrated|immigrated|settled (?:in|down)|started (?!(?:the|this|it|over|getting an?|to (?:get|see|think|feel|wonder)|seeing (?:this|an)|a new (?:chat|project in|file|tab|conversation)|with|by)\b)|began (?:a|my|learning|studying|working|playing|taking|training)|quit|stopped (?!(?:the|it|working|here|by)\b)|resigned|left (?!it|this|that|the (?:door|tab|page|window|keys))|joined (?!this (?:chat|call)|the (?:call|meeting|chat|channel|tables?))|graduated|majored|minored|was born|were born|grew up|was raised|got (?:married|engaged|divorced|separated|promoted|fired|hired|laid off|accepted|admitted|pregnant|diagnosed|braces|a (?:new )?(?:job|dog|cat|puppy|kitten|promotion|raise|scholarship|tattoo|car|bike|position|role|divorce|degree|masters?|phd|green card|visa|license|licence|offer (?:from|at))|an offer|an? \p{Lu}|my (?:degree|phd|license|licence|driver|driving|masters?|green card|citizenship|black belt|braces|wisdom|appendix|first|cat|dog|certification|diploma|new)|rid of (?:my|the|our|\p{Lu}\p{Ll}+)|into (?!an? (?:error|accident|argument)|trouble|it)|back together|custody|vaccinated|a \p{L}+ (?:puppy|kitten|dog|cat|car|bike|guitar|house))|married|wed|divorced|separated|split|broke (?:up|(?:my|her|his|their) (?:arm|leg|wrist|ankle|foot|hip|collarbone|nose|toe|finger|back|hand|elbow|shoulder))|fractured|sprained|tore my|lost (?:my (?:job|dad|mom|mum|father|mother|husband|wife|brother|sister|son|daughter|grand\p{L}+|dog|cat|sight|hearing|leg|arm)|\d+ ?(?:kg|kilos?|pounds|lbs|stone)|a lot of weight|weight)|won (?:a|an|the|first|second|gold|silver|my|\p{L}+ (?:prize|place|medal))|finished (?:my (?:degree|phd|thesis|studies|first|master|dissertation|novel|book|training|apprenticeship|residency)|reading (?!your|this|that|it|the (?:docs?|page|text|answer))|a (?:marathon|half|triathlon|course|degree)|school|college|university)|completed (?:my|a|an) (?!(?:task|form|order|payment|steps?)\b)|ran (?:a|an|my|the|in|for) (?!(?:script|test|tests|query|command|program|code|server|app|build|same|following|scan|update|risk|bit|few)\b)|visited (?!(?:the|this|that|your) (?:page|site|link|website|url))|travell?ed|flew to|went (?:to \p{Lu}|vegan|vegetarian|on (?:a|my)|skydiving|scuba|back to (?:school|college|university)|freelance|keto|camping|hiking|bankrupt|part-?time|full-?time|gluten|sober)|met my|had (?:a (?:baby|son|daughter|stroke|heart|miscarriage|boy|girl|c-section|knee|hip|kidney|concussion)|an? \p{L}+ (?:surgery|operation|transplant|replacement)|surgery|my (?:first|second|third|appendix|tonsils|wisdom)|twins|chemo|an operation|cancer|covid|to put)|gave birth|gave (?:up|away)|gave my|became|dropped out|transferred to|cancel+ed (?:my|our)|postponed (?:my|our)|got (?:\p{L}+ ){0,2}(?:surgery|operation|transplant)|turned (?:\d|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\p{L}+teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)\b|vegan|vegetarian)|was diagnosed|were diagnosed|was promoted|was hired|was laid|was fired|was accepted|was elected|was adopted|used to|retired|switched(?= (?:to|from|over|my|our|jobs?|careers?|schools?|majors?|banks?|back)\b)|changed (?!my mind)(?:my|jobs?|careers?|to) ?(?!(?:code|the|mind)\b)|converted|learned (?:to|how to) (?:swim|drive|ski|play|cook|read|sail|code|knit|surf|speak|ride)|learned \p{Lu}|published|founded|co-?founded|launched (?:a|an|my|our)|opened (?:a|my|our) (?!(?:file|tab|ticket|window|pull|pr|issue|new)\b)|enrolled|signed up for|booked|planted|traded|served|lived|worked|studied|played (?!(?:it|this|that|around|with)\b)|taught|named (?:my|our|him|her)|earned (?:a|an|my)|climbed|hiked|ran away|survived|inherited|donated|volunteered|attended|sold (?:my|our|the (?:house|car|flat|apartment))|wrote (?:a|my) (?:book|novel|thesis|memoir|dissertation)|celebrated|proposed|eloped|remarried|underwent|recovered|built (?:a|my|our) (?:house|cabin|boat|deck|shed|guitar|treehouse|company|startup|pc|gaming)|coached|rescued|passed (?:(?:my|the|a|an) )?(?:\p{L}+ ){0,3}(?:exams?|tests?|bar|finals?|interview|course|audition|citizenship|certification)(?! suite)|failed my|applied (?:to|for)|received (?:a|my) (?:degree|diagnosis|promotion|scholarship|award|offer|green|phd|kidney)|own|been to|come out|came out|been (?:\p{L}+ing|vegan|vegetarian|married|sober|divorced|single|a|an|in|with|on|retired|together|diagnosed|allergic|engaged|to|living|working)|become|lived|worked)/u

const reached =
  'handed in|submitted|defended|signed|closed on|accepted|turned down|landed|got|lost|finished|completed|passed|failed|started|filed|won|received|had|put in|gave in|launched|opened|paid off|refinanced|inherited|found|earned|scored|took over|broke off|called off'
const milestones =
  "thesis|dissertation|ph\\.?d|doctorate|master'?s|degree|finals|bar exam|driving (?:test|exam)|theory test|licen[cs]e|citizenship|visa|green card|residency|mortgage|lease|allotment|offer|notice|resignation|surgery|operation|chemo(?:therapy)?|radiotherapy|transplant|gallbladder|appendix|tonsils|wisdom teeth|engagement|divorce|twins|marathon|triathlon|ironman|novel|album|scholarship|apprenticeship|probation|tenure|(?:knee|hip)s? replaced|stroke|heart attack|miscarriage|bypass|cataracts?|c-section|black belt|startup|bakery|café|cafe|restaurant|(?:dream )?job|diagnosis|settlement|custody|placement|residency|first (?:house|flat|home|car|marathon|gig|exhibition)"

/** What happens few times in a life: "handed in my thesis". */
export const isLifeEvent = (text: string) => lifeEvent.test(text)
const lifeEvent = new RegExp(
  `^(?:(?:just|finally|recently|also|already|have|officially|only|actually|both) )*(?:${reached}) (?:(?:on )?(?:my|our|the|an?|both|all|his|her|their|two) )?(?:[^ ]+ ){0,3}?(?:${milestones})(?![\\p{L}-])(?! (?:template|example|question|form|letter|email|draft))`,
  'iu',
)

/** Past forms that do not end in -ed, which take no ending in the third person. */
export const pastForms = new Set(
  listed(`
  bought left began quit got wed broke tore lost won ran flew went met had gave became was were grew
  sold wrote built taught came spent made took rode drove swam sang chose found held kept saw said told
  did forgot felt woke ate drank hurt split put set cut fell underwent sent understood read
`),
)

/** What people say that they never do. */
export const refusable =
  /^(?:drink|smoke|vape|drive|eat|swim|cook|dance|gamble|own|have|like|love|enjoy|use|speak|work|live|wear|watch|play|take|celebrate|believe|trust|tolerate|sleep|exercise|travel|fly|want|do|go|read|tip|snore|miss|skip|bring|touch|order|buy|shop|attend|commute|run|ride|study|own|practice|practise|recycle|stand|digest|handle|hear|walk|whistle|resist|see|eat|live)$/i

/** What says enough without an object: "I smoke". */
export const intransitive =
  /^(?:smoke|vape|drink|drive|code|cook|sing|dance|swim|garden|knit|sew|meditate|pray|freelance|commute|snore|stutter|volunteer|fast|climb|ski|surf|cycle|jog|paint|write|bake|fish|hunt|camp|sail|journal|box|fence|row|crochet|draw|stream|blog|hike|invest|teach|study)$/i

/** Verbs of the moment, however often they are said to come round. */
export const momentaryVerbs = new Set(
  listed(`
  think guess feel mean see understand agree know believe suppose hear notice remember forget say ask
  try click wonder let hope wish find can may get want need will would could should must might shall
  am is was were have had has do did does be been keep tell give put bring call come go stop start
  finish turn look seem seems appear expect assume imagine pretend promise swear bet doubt disagree
  apologise apologize thank beg insist suggest recommend propose mention note point add remove delete
  copy paste type enter press open close save send receive download upload install import export push
  pull commit deploy compile debug fix test check verify change update set reset log submit select
  choose pick decide change move switch swap convert merge sort filter insert return print input hit
  miss lose win break cut pay cost owe order pass fail hold reach figure realise realize recognise
  recognize admit confess regret plan leave enter arrive sit stand lie walk knock step jump fall throw
  catch hate-watch reply answer respond react refer mind dare happen end stay wait calculate count
  measure divide multiply subtract round solve prove define declare assign loop iterate query fetch
  request post create generate draw highlight scroll drag drop resize zoom toggle enable disable
  connect disconnect restart reboot reload refresh attach share show hide view preview publish quote
  cite summarise summarize translate rewrite rephrase double triple sound act behave deserve matter
  beat kill rob steal shoot fight attack cast equip roll level spawn drown faint sneeze cough burp
  cramp gonna wanna gotta kinda sorta dunno too totally also not never so and but or then now well oh um lol
`),
)

/** Lasting verbs in sayings that mean nothing lasting. */
export const idioms =
  /^(?:live (?:there$|here$|for|and learn|with it)|work (?:on (?:it|this|that|the)|it out|with (?:this|that|the|these|it))|play (?:it|dumb|along|white|black)|walk (?:into|up|over|towards?|through)|run (?:out|into)|speak (?:up|for|to)|love (?:me|how|when|the (?:idea|way))|like (?:to (?:know|ask|see|think)|to have (?:a|the) (?:list|table)|how|when|when (?:you|it))|hate (?:when|how|to (?:say|ask|bother))|travel through|rest my case|drive (?:me|people)|support the|share (?:your|the)|code (?:that|which)|earn it|eat (?:my words)|fear that|care\b.*\bless|come\b(?! from)|wake up to|enjoy (?:talking|chatting) (?:to|with) you)\b/i
