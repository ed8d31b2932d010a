/** Whoever is told of as the user's: "my sister". Also animals. As the inside of a pattern. */
export const people = [
  'wife|husband|spouse|partner|fianc[eé]e?|girlfriend|boyfriend|gf|bf|ex(?:-\\w+)?|significant other',
  'mother|father|mom|mum|mommy|dad|mama|papa|parents?|folks|stepmother|stepfather|stepmom|stepdad',
  'sister|brother|sis|bro|siblings?|(?:older|elder|younger|little|big|twin|half|step)[ -]?(?:sister|brother)s?',
  'sisters|brothers|twins?|triplets|son|daughter|sons|daughters|kids?|child|children|baby|toddler',
  'stepson|stepdaughter|grandson|granddaughter|grandchildren|grandkids|grandma|grandpa|nana|granny',
  'gran|nan|grandad|granddad|nanny|au pair|babysitter|pupils?|students?|tenants?|carer|pen ?pal|ex-wife|ex-husband|hubby|missus|newborn|boys?|girls?|kiddo|little one|eldest|youngest|oldest|stepkids?|auntie|goddaughter|(?:best )?mates?|best pal|bestie',
  'grandmother|grandfather|grandparents?|aunt|uncle|cousins?|nephews?|nieces?|family|godmother',
  'godfather|godson|goddaughter|in-laws|mother-in-law|father-in-law|sister-in-law|brother-in-law',
  '(?:best |closest |childhood |old )?friends?|roommates?|flatmates?|housemates?|neighbou?rs?',
  'boss|manager|supervisor|co-?workers?|colleagues?|mentor|teacher|professor|advisor|coach|trainer',
  'doctor|gp|therapist|dentist|lawyer|landlord|landlady|assistant|business partner|co-?founder|team',
].join('|')

export const animals = [
  'dogs?|pupp(?:y|ies)|cats?|kittens?|kitty|horses?|pony|ponies|rabbits?|bunny|bunnies|hamsters?',
  'parrots?|birds?|budgies?|parakeets?|goldfish|fish|turtles?|tortoises?|snakes?|lizards?|geckos?',
  'collies?|spaniels?|retrievers?|dachshunds?|whippets?|lurchers?|schnauzers?|chihuahuas?|cockatiels?|canary|axolotls?|chinchillas?|gerbils?|alpacas?|ducks?|bees|mutts?|cockapoos?|labradoodles?|shepherds?',
  'guinea pigs?|ferrets?|pets?|chickens?|hens?|goats?|sheep|cows?|donkeys?|rats?|mice|mouse|hedgehog',
  'greyhounds?|labradors?|beagles?|poodles?|corgis?|huskys?|huskies|pugs?|bulldogs?|terriers?|iguana',
].join('|')

/** What has one value for a person: "my hometown is Osaka". */
export const attributes = [
  '(?:full |first |last |middle |real |maiden |nick)?name|surname|nickname|age|birthday|birth ?date',
  'date of birth|dob|birthplace|hometown|home town|home|(?:home |mailing |postal |work |email )?address',
  '(?:cell ?)?(?:phone|mobile)(?: number)?|e-?mail|job|job title|title|occupation|profession|role',
  'position|employer|company|workplace|school|university|college|major|minor|degree|thesis(?: topic)?',
  'nationality|citizenship|ethnicity|religion|faith|native language|mother tongue|first language',
  'second language|height|weight|blood type|eye colou?r|hair colou?r|shoe size|dress size|ring size',
  'shirt size|t-shirt size|clothing size|pronouns|gender|sexuality|orientation|marital status',
  'relationship status|(?:zodiac |star )?sign|mbti(?: type)?|personality type|time ?zone|locale',
  'diet|allergy|allergies|hobby|hobbies|pastimes?|interests|passions?|dream(?: job)?|(?:main |biggest |life |current |fitness )?goals?',
  'resolution|rent|monthly rent|budget|income|salary|commute|stack|tech stack|backend|frontend|editor|ide|os|setup',
  'operating system|programming language|keyboard|website|blog|github(?: username)?|username|handle',
  'twitter|instagram|linkedin|anniversary|wedding anniversary|background|specialty|speciality|field',
  'condition|disability|medication|blood pressure|insurance|bank|gym|church|team|band|startup|business',
  'shop|restaurant|bakery|project|side project|research|dissertation|novel|book|podcast|channel',
  'car|e-?bike|bike|bicycle|motorbike|motorcycle|van|truck|boat|phone|laptop|computer|camera|guitar|piano',
  'house|flat|apartment|car model|instrument|ancestors|heritage|roots|phobia|due date|locker|star sign',
  'daily routine|morning routine|routine|bedtime|wake-?up time|working hours|work schedule|schedule',
  'desk|seat preference|coffee order|go-to (?:drink|meal|order|snack)|comfort food|guilty pleasure',
  'spirit animal|idol|hero|role model|life motto|motto|lucky number|weakness|strength|preference',
  'deadline|country|city|town|village|neighbou?rhood|state|region|time zone|preferred \\p{L}+|passport',
].join('|')

/** Appointments and plans: worth keeping when a date is told. */
export const events = [
  'flight|train|meeting|interview|job interview|appointment|\\p{L}+ appointment|wedding|exam|test',
  'finals?|presentation|surgery|operation|party|\\p{L}+ party|trip|vacation|holiday|conference|talk',
  'concert|recital|game|match|race|marathon|deadline|due date|check-?up|move|graduation|defense',
  'defence|thesis defense|visa|lease|contract|internship|semester|course|class|lesson|performance',
  'reservation|date|call|review|trial|hearing|anniversary|birthday|baby shower|reunion|audition',
  'driving test|start date|first day|last day|shift|project|rent|mortgage|passport|license|licence',
].join('|')

/** What ails people; as the inside of a pattern. */
export const conditions = [
  'diabetes|asthma|adhd|add|autism|dyslexia|dyspraxia|epilepsy|migraines?|arthritis|celiac(?: disease)?',
  'coeliac|anxiety|depression|bipolar|ptsd|ocd|insomnia|hypertension|high blood pressure|eczema|ibs',
  "cancer|lupus|crohn's|crohns|psoriasis|tinnitus|scoliosis|vertigo|sleep apnea|anemia|anaemia|hiv",
  'parkinson\\S*|ms|multiple sclerosis|fibromyalgia|endometriosis|pcos|hay fever|\\p{L}* ?allerg(?:y|ies)',
  '\\p{L}+ intolerance|bad (?:left |right |lower )?(?:back|knee|ankle|wrist|knees|hip|shoulder|eyesight|hearing|memory)|(?:heart|kidney|thyroid|liver|skin|lung) (?:condition|disease|problems?|failure)',
  'size \\d+ (?:feet|shoes)|pacemaker|hearing aids?|braces|prosthetic \\p{L}+|tattoos?|piercings?|disability|sweet tooth|food intolerances?',
].join('|')

const belongings = [
  'car|bike|bicycle|motorbike|motorcycle|van|truck|boat|rv|house|home|flat|apartment|condo|cottage|cabin',
  'farm|garden|allotment|vineyard|greenhouse|pool|piano|guitar|violin|drum kit|camera|telescope|laptop',
  'macbook|iphone|ipad|android|pixel|galaxy|thinkpad|playstation|xbox|switch|kindle|3d printer|drone',
  'business|company|startup|shop|store|bakery|restaurant|cafe|podcast|blog|youtube channel|newsletter|motorhome|camper(?: ?van)?|caravan|narrowboat|houseboat|sauna|greenhouse|polytunnel|workshop',
  "phd|ph\\.d|masters?(?: degree)?|master's(?: degree)?|bachelor'?s?(?: degree)?|degree|mba|diploma|black belt|certificat\\p{L}+|driver'?s licen[sc]e|driving licen[sc]e|pilot'?s licen[sc]e|green card|dual citizenship|citizenship|licen[sc]e|library|collection|membership|subscription|mortgage|(?:student )?loans?|passion|crush|accent|stutter|beard|(?:red|blonde?|brown|black|curly|long|short|grey|gray) hair|(?:blue|green|brown|hazel) eyes|son|job|internship|side (?:hustle|project|business)|standing desk|curfew|phobia|fear of",
].join('|')

/** What one has that is worth keeping, by the words near the start of what is had. */
export const lastingThings = new RegExp(
  `^(?:[^ ]+ ){0,5}?(?:${people}|${animals}|${conditions}|${belongings}|(?:year|yr|month|week)s?[- ]olds?|(?:years|decades)(?= in (?!(?:the|this|my|a)\\b)| at (?!(?:the|this|a)\\b)| as an? | of experience))(?![\\p{L}])`,
  'iu',
)

export const plannedThings = new RegExp(`^(?:[^ ]+ ){0,4}?(?:${events})s?(?![\\p{L}])`, 'iu')

/** Things of the moment that people also "have". */
export const passingThings =
  /^(?:(?:a|an|another|one|two|some|no|the|this|any|just|quick|small|little|few|my|more|many|lots of|a lot of) )*(?:question|problem|issue|bug|error|doubt|idea|thought|feeling|hunch|headache|cold|fever|minute|moment|sec|second|request|task|list|file|function|code|table|dataset|dataframe|string|array|class|component|query|suggestion|point|point|look|guess|clue|time|trouble|hard time|good time|favor|favour|test (?:suite|file)|project (?:file|folder)|friend who|typo|link|page|document|pdf|text|sentence|paragraph|number|theory|joke|secret|story|situation|dilemma|dream last|apples?|choice|right|seen|no idea)s?(?![\p{L}])/iu

/** Things of a task, whatever stands before them. */
export const passingWords =
  /\b(?:files?|lists?|tables?|arrays?|functions?|errors?|scripts?|columns?|quer(?:y|ies)|class|components?|datasets?|endpoints?|requests?|documents?|pages?)\b/i
