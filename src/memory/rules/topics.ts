/** Matters of which people mostly have one thing at a time, so that a change replaces the last. */
const topics: [topic: string, spoken: RegExp][] = [
  ['breakfast', /\bbreakfast\b/i],
  ['household', /\b(?:lives|living) (?:\w+ )?(?:with|alone)\b|\b(?:roommates?|flatmates?)\b/i],
  [
    'exercise',
    /\b(?:gym|workouts?|lifts?|lifting|weights|runs?|running|jogs?|jogging|swims?|swimming|yoga|pilates|crossfit|boulder\w*|climb\w*|exercis\w*|spin class\w*|rows|rowing)\b/i,
  ],
  [
    'transport',
    /\b(?:commutes?|drives?|bikes?|cycles?|cycling|bus|train|tram|metro|subway|scooter|carpool\w*|walks? to work|e-bike|car)\b/i,
  ],
  ['drink', /\b(?:coffee|tea|espresso|latte|matcha|decaf|cappuccino)\b/i],
  [
    'phone',
    /\b(?:iphone|pixel \d\w*|galaxy|android|samsung|nokia|fairphone|oneplus|huawei|motorola)\b/i,
  ],
  [
    'system',
    /\b(?:windows|macos|mac|macbook|linux|ubuntu|fedora|debian|arch|chromebook|mint|nixos)\b/i,
  ],
  [
    'editor',
    /\b(?:n?vim|neovim|emacs|vs ?code|zed|intellij|pycharm|sublime|cursor|jetbrains|notepad\+\+)\b/i,
  ],
  ['browser', /\b(?:chrome|firefox|safari|edge|brave|opera)\b/i],
  ['team', /\b(?:fan|supports?|favou?rite team|roots? for)\b/i],
  ['shift', /\b(?:nights?|night shifts?|day shifts?|days|early shift|late shift|shifts)\b/i],
  ['smoking', /\b(?:smok\w+|cigarettes?|vap\w+|nicotine|snus)\b/i],
  ['alcohol', /\b(?:alcohol|beers?|wine|drinks a|drinking|sober|booze|teetotal)\b/i],
]

export const topicsIn = (text: string) =>
  topics.filter(([, spoken]) => spoken.test(text)).map(([topic]) => topic)

/** What cannot be true beside what is said: "eats fish" and "is vegan". */
const opposites: [said: RegExp, ended: RegExp][] = [
  [/\bgraduated\b/i, /\b(?:student|studies|studying)\b|\bin (?:their )?\w+ year\b/i],
  [
    /\bstarted (?:first|1st|second|\d\w*) grade\b|\bstarted school\b/i,
    /\b(?:kindergarten|preschool|nursery|daycare)\b/i,
  ],
  [
    /^User (?:\p{L}+ )?bought (?:an?|their) (?:\p{L}+ )?(?:house|flat|apartment|home|place|condo)\b/iu,
    /^User rents (?:an?|their) (?:\p{L}+ )?(?:house|flat|apartment|room|place|studio)\b/iu,
  ],
  [/\bmoved to\b/i, /\bis (?:moving|going to move|planning to move) to\b/i],
  [/\b(?:smok|vap)\w+ again\b/i, /\b(?:quit|quitting|stopped|stop) (?:smoking|vaping)\b/i],
  [/\bdrinking again\b/i, /\b(?:quit|stopped) drinking|sober\b/i],
  [
    /\b(?:eats?|eating|ate|had) (?:\p{L}+ )?(?:meat|beef|chicken|steak|pork|bacon|burgers?|lamb|everything)\b/iu,
    /\b(?:vegan|vegetarian|pescatarian|(?:doesn't|don't|no longer|never|not) eats? (?:any )?meat)\b/i,
  ],
  [
    /\b(?:eats?|eating|ate|had) (?:\p{L}+ )?(?:fish|salmon|tuna|seafood|sushi)\b/iu,
    /\b(?:vegan|vegetarian|(?:doesn't|never) eats? (?:any )?fish)\b/i,
  ],
  [
    /\b(?:eats?|eating|has|drinks?) (?:\p{L}+ )?(?:eggs?|dairy|cheese|milk|butter|honey)\b/iu,
    /\b(?:vegan|dairy-free|(?:doesn't|can't|never) eats? dairy)\b/i,
  ],
  [
    /\b(?:eats?|eating) (?:\p{L}+ )?(?:gluten|bread|pasta|wheat)\b/iu,
    /\b(?:gluten-free|coeliac|celiac|(?:doesn't|can't|never) eats? gluten)\b/i,
  ],
  [
    /\b(?:drinks?|drinking) (?:\p{L}+ )?(?:again|alcohol|beer|wine)\b/iu,
    /\b(?:sober|teetotal|(?:doesn't|don't|never|quit|stopped) drink\w*)\b/i,
  ],
  [/\b(?:quit|stopped|gave up|no longer) (?:eating )?(?:meat)\b/i, /\beats? (?:\p{L}+ )?meat\b/iu],
  [
    /\b(?:is|got|are) married\b/i,
    /\b(?:engaged|getting married|single|wedding is|planning (?:a|their) wedding|fianc)/i,
  ],
  [/\b(?:dating|seeing someone|in a relationship|engaged)\b/i, /\bis (?:\w+ )?single\b/i],
  [
    /\b(?:broke up|split up|called off the engagement|broke off the engagement)\b/i,
    /\b(?:is engaged|dating|has an? (?:boyfriend|girlfriend)|in a relationship|seeing someone|wedding is|getting married)\b/i,
  ],
  [
    /\b(?:dropped out|left university|left college|left school|quit (?:school|university|college|uni))\b/i,
    /\b(?:stud(?:y|ies|ying)|student|in (?:their )?(?:\w+ )?year of|(?:first|second|third|final)[- ]year|majoring|at university|at college|phd)\b/i,
  ],
  [/\b(?:no longer goes to) gym\b/i, /\bgym\b/i],
  [/\b(?:retired|is retired)\b/i, /\bworks? (?:at|for|as)\b/i],
  [
    /\b(?:gave birth|had (?:a|the|our|their) (?:baby|twins)|baby (?:was born|arrived|is here))\b/i,
    /\b(?:pregnant|expecting|due (?:in|on))\b/i,
  ],
  [
    /\b(?:can|learned to|learnt to) (?:swim|drive)\b|passed their driving test/i,
    /\b(?:can't|doesn't) (?:swim|drive)\b/i,
  ],
]

/** What goes without saying: a vegetarian eats no meat. */
export const isImplied = (said: string, known: string) =>
  /^User doesn't eat (?:any )?meat$/i.test(said) &&
  /^User is (?:an? )?(?:vegan|vegetarian)\b/i.test(known)

export const excludes = (said: string, known: string) =>
  opposites.some(([one, other]) => one.test(said) && other.test(known) && !other.test(said))

/** What wishes about the answers are about: of each kind the last one counts. */
const manners = [
  /\b(?:english|spanish|german|french|italian|portuguese|dutch|polish|turkish|russian|chinese|mandarin|japanese|korean|arabic|hindi|swedish|norwegian|danish|finnish|greek|czech|ukrainian|catalan|welsh|irish)\b/i,
  /\b(?:short\w*|long\w*|brief\w*|concise\w*|detail\w*|verbose|lengthy|in depth|thorough\w*|sentences?|paragraphs?|words|tl;?dr)\b/i,
  /\bemojis?\b/i,
  /\b(?:metric|imperial|celsius|fahrenheit|kilomet\w+|miles|kilos?|pounds|grams|cups|ounces)\b/i,
  /\b(?:formal\w*|informal\w*|casual\w*|polite\w*|tone|sie|du|tú|usted|tu|vous|blunt\w*|gentl\w*|sarcas\w*)\b/i,
  /\b(?:bullets?|bullet points|lists?|tables?|prose|markdown|headings?)\b/i,
  /\bcall(?:s|ed)? (?:them|me)\b/i,
]

/** Said as a taste, it is a wish about the answers all the same. */
const ofAnswers = /^User (?:prefers|likes) .*\b(?:explanations|answers|replies|responses)\b/

export const sameManner = (one: string, other: string) =>
  [one, other].every(
    (text) => /^User wants the assistant to /.test(text) || ofAnswers.test(text),
  ) && manners.some((about) => about.test(one) && about.test(other))
