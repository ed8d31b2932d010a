export type Reworded = {
  text: string
  /** It counts only if something known ends by it, which is told (`news`) or not (`end`). */
  soft: 'end' | 'news' | null
}

/** A statement in other words, which the rules know. */
export function reworded(clause: string): Reworded {
  for (const [pattern, words] of hard) {
    if (pattern.test(clause)) return { text: clause.replace(pattern, words), soft: null }
  }
  for (const [pattern, words] of news) {
    if (pattern.test(clause)) return { text: clause.replace(pattern, words), soft: 'news' }
  }
  for (const [pattern, words] of endings) {
    if (pattern.test(clause)) return { text: clause.replace(pattern, words), soft: 'end' }
  }
  return { text: clause, soft: null }
}

const adverbs =
  '(?:(?:finally|just|now|officially|actually|recently|also|really|so|completely|totally|pretty much|long since) )*'

const news: [RegExp, string][] = [
  [
    /^\p{Lu}\p{L}+ (?:has |have )?(?:cancell?ed|called off) (?:our|my|the) (\p{L}+)$/u,
    'I cancelled my $1',
  ],
  [
    /^(?:I |we )?(?:just |finally )?cancell?ed (?:my |the |our )?([\p{L}+]+(?: \p{L}+)?)$/u,
    'I cancelled my $1',
  ],
  [
    /^(?:the |my |our )?(\p{L}+(?: \p{L}+)?) (?:is|got|was|has been|are|were) (?:off|cancell?ed|called off|not happening)(?: now)?$/u,
    'I cancelled my $1',
  ],
]

const hard: [RegExp, string][] = [
  [
    /^we are (?:both |all )?((?:vegetarian|vegan|nurse|christian|muslim|student|\p{Ll}{3,}(?:er|or|ist|ian)))s$/u,
    'I am a $1',
  ],
  [
    /^I (?:have )?(?:got|found|rented) (?:my|our) own (?:place|flat|apartment|house|studio) in (.+)$/,
    'I moved to $1',
  ],
  [
    /^(?:the|my) \p{L}+ (?:has |have )?made me (?:an? |the )?((?:\p{L}+ )*(?:manager|partner|director|lead|head|supervisor|captain|chef|editor)\b.*)$/u,
    'I got promoted to $1',
  ],
  [/^I (?:have|drink|enjoy) (?:the|an) (?:odd|occasional) (\p{L}+)\b/u, 'I drink $1'],
  [/^(?:the )?name is (\p{Lu}\p{L}+)$/u, 'my name is $1'],
  [
    /^(?:my |the )?(?:doctors?|gp|dentist|therapist|consultant|specialist|optician|vet|psychiatrist) (?:says?|said|told me|confirmed|thinks)(?: that)? ((?:I|my) .+)$/i,
    '$1',
  ],
  [
    /^(\p{Lu}\p{L}+|my .{2,30}) and I are (?:getting (?:a )?divorced?|divorcing|separating)\b/u,
    '$1 and I got divorced',
  ],
  [/^(?:my )?new (\p{L}+(?: \p{L}+)?): (.+)$/u, 'my new $1 is $2'],
  [/^(?:I am )?(?:down|up) to (\d[\d.]* ?(?:kilos?|kgs?|lbs?|pounds|stone))\b/, 'I weigh $1 now'],
  [
    /^(?:they|he|she|my landlord|landlord|the landlord|work|my boss) (?:has |have |just )?(?:raised|lowered|increased|cut|bumped|put up|upped|dropped) (?:my|our|the) (\p{L}+) to (.+)$/u,
    'my new $1 is $2',
  ],
  [/^I am new (?:in|to) (\p{Lu}.*)$/u, 'I live in $1'],
  [/^I am writing (?:to you )?from (\p{Lu}.*)$/u, 'I am in $1'],
  [
    /^we are (?:now |all |both )*(?:huge |big |die-?hard )*(\p{Lu}[\p{L} ]*?) fans\b/u,
    'I am a $1 fan',
  ],
  [/^it is the (bus|train|tram|bike|metro|subway|car) for (?:me|us)\b/, 'I take the $1'],
  [
    /^I (?:have )?(?:just |finally |now )?(?:dropped|ditched|abandoned|left|swapped|traded|traded in|gave up|given up|quit|dumped|replaced) (?:my |the |our )?([^,]{2,40}?) (?:for|with) (?!(?:good|ever|now|work|me|him|her|them|us|free|sale|always)(?![\p{L}]))((?:an? |the |my )?\p{L}[^,]{1,40})$/u,
    'I switched from $1 to $2',
  ],
  [
    /^(?:\p{Lu}[\p{L} ]*?|they|he|she|my \p{L}+) (?:has |have )?(?:offered|gave|given) me (?:an? |the )?(?:\p{L}+ )?(?:job|position|role|contract) as (.+)$/u,
    'I got a new job as $1',
  ],
  [
    /^(\p{Lu}[\p{L} ]*?) (?:has |have )?(?:offered|gave|given) me (?:an? |the )?(?:\p{L}+ )?(?:job|position|role|contract)$/u,
    'I got a new job at $1',
  ],
  [
    /^I (?:would )?(?:describe|consider|call|identify) (?:myself )?(?:as )?((?:an?|the|\p{L}+) ?.*)$/u,
    'I am $1',
  ],
  [/^I (?:would say|guess you could say) I am (.+)$/, 'I am $1'],
  [/^I am on (days|nights|earlies|lates|day shifts?|night shifts?)\b/, 'I work $1'],
  [
    new RegExp(
      `^(?:I|we) (?:have )?${adverbs}(?:moved|migrated|transferred|ported) (?:everything|it all|all (?:of )?(?:my|our) [^,]+?) (?:over |across )?to (\\p{Lu}(?!(?:esktop|ownloads|ocuments|rash|:))[^ ,]*)(?: and .*)?$`,
      'u',
    ),
    'I switched to $1',
  ],
  [/^it is my birthday(?: today)?, (?:I am |and I am )?(\d{1,2})$/i, 'I turned $1 today'],
  [/^it is my birthday(?: today)?$/i, 'it is my birthday'],
  [/^everyone shortens (?:it|my name) to (\p{Lu}\p{L}+)$/u, 'I go by $1'],
  [/^(?:I|we) live (?:near|close to|just outside(?: of)?) (\p{Lu}.*)$/u, 'I live near $1'],
  [
    new RegExp(
      `^(?:I|we) (?:am|are) ${adverbs}(?:living |settled |over |up |down |out )*in (\\p{Lu}[^,]*?) (?:now|these days|nowadays|for good)(?: .*)?$`,
      'u',
    ),
    'I live in $1 now',
  ],
  [/^(?:I|we) (?:am|are) now in (\p{Lu}[^,]*)$/u, 'I live in $1 now'],
  [/^(?:I|we) call (\p{Lu}[^,]*?) home(?: now| these days)?$/u, 'I live in $1 now'],
  [/^my home is in ([^,]+)$/i, 'I live in $1'],
  [/^home is (\p{Lu}[^,]*?)(?: now| these days)?$/u, 'I live in $1 now'],
  [
    /^((?:my .{2,40}?)|\p{Lu}\p{L}+|he|she) and I (?:are not|aren't|are no longer) (?:together|an item|a couple|married|dating)(?: any ?more| any longer| now)?$/u,
    '$1 and I broke up',
  ],
  [
    /^((?:my .{2,40}?)|\p{Lu}\p{L}+|he|she) and I (?:are (?:over|done|through|history|splitting up)|called it quits|parted ways|ended things|went our separate ways)$/u,
    '$1 and I broke up',
  ],
  [
    /^(?:I|we) (?:are not|aren't|are no longer) together(?: any ?more| any longer)?$/,
    'we broke up',
  ],
  [/^(?:I|we) (?:tied the knot|got hitched|said I do|eloped)\b/, 'we got married'],
  [/^I am (?:officially |now |finally )*(?:an? )?married (?:woman|man|lady)\b/, 'I am married'],
  [/^I (?:handed|gave|put) in my (?:two weeks'? )?notice\b/, 'I quit my job'],
  [
    /^I (?:got|was) (?:the sack|canned|sacked|made redundant|let go|booted out)\b/,
    'I was laid off',
  ],
  [
    /^(?:I|we) (?:had|have had) to (?:put|say goodbye to|let) (?:our |my )?(\p{Lu}\p{L}+)(?: (?:down|to sleep|go))?\b/u,
    '$1 died',
  ],
  [/^(?:I|we) lost (\p{Lu}\p{L}+)\b(?= |$)/u, '$1 died'],
  [/^(?:I|we) (?:said goodbye to|buried) (?:our |my )?(\p{Lu}\p{L}+)\b/u, '$1 died'],
  [
    /^(?:everyone|everybody|people|most people|my friends|friends|they all|the guys) (?:just |always |mostly )*(?:calls?|says?|knows?)(?: me)?(?: as)? (\p{Lu}\p{L}+)$/u,
    'I go by $1',
  ],
]

const endings: [RegExp, string][] = [
  [
    new RegExp(
      `^(?:I|we) (?:am|are) ${adverbs}(?:done with|over|through with|fed up with|finished with) ((?:the )?(?!(?:this|that|it|the (?:moon|first|second|draft|report|exercise|task|section|list))\\b)[^,]{2,40})$`,
      'u',
    ),
    'I no longer like $1',
  ],
  [
    new RegExp(
      `^(?:I|we) (?:have )?${adverbs}(?:went off|gone off|fell out of love with) ((?:the )?[^,]{2,40})$`,
      'u',
    ),
    'I no longer like $1',
  ],
  [
    new RegExp(
      `^(?:I|we) (?:have )?${adverbs}(?:sold|ditched|binned|scrapped|dumped|dropped|cancelled|canceled|got rid of|traded in|gave away|gave up|said goodbye to) ((?:the |my |our )?(?!(?:it|this|that|them)\\b)[^,]{2,40})$`,
      'u',
    ),
    'I got rid of $1',
  ],
  [
    /^(?:it is )?(?:day|week|month) \d+ (?:without|off|free of|clean of|no) (?:the )?([^,]{3,30})$/i,
    'I quit $1',
  ],
  [
    /^(?:\d+|two|three|four|six|ten) (?:days|weeks|months|years) (?:without|off) (?:the |any )?([^,]{3,30})$/i,
    'I quit $1',
  ],
  [
    /^(?:I am |we are )?off (?:the )?(?!(?:work|topic|to|for|on|we|I|it|this|today)\b)([\p{L}-]{3,20})(?: completely| entirely| for good| now)*(?:,.*)?$/iu,
    'I no longer drink $1',
  ],
  [
    /^(?:the |my |our )(\p{L}+(?: \p{L}+)?) (?:is|are) (?:sold|gone|history|no more|long gone)(?: now)?$/u,
    'I got rid of $1',
  ],
  [/^(?:(?:my|the) )?(?:\p{L}+ ){1,2}took me off (?:the )?(\p{L}+)$/u, 'I no longer take $1'],
  [
    /^(?:the |my |our )?(\p{L}+) (?:got stolen|was stolen|broke down for good|got written off|is broken beyond repair)$/u,
    'I got rid of $1',
  ],
  [
    /^I (?:have )?(?:just |finally )?finished (?:reading |watching |playing )?(\p{Lu}[^,]{1,40})$/u,
    'I got rid of $1',
  ],
  [
    /^the (\p{Lu}\p{L}+) (?:died|broke down|packed up|conked out|gave up the ghost)\b.*$/u,
    'I got rid of $1',
  ],
  [/^(?:no more|goodbye|bye bye|so long) ([^,]{3,30}?)(?: for me)?$/i, 'I no longer like $1'],
  [
    /^(?:the |my )?(\p{L}+(?: \p{L}+)?) (?:shut down|closed(?: down)?|went (?:bust|under|bankrupt)) ?(?:for good|last .*|permanently)?$/u,
    'I no longer go to $1',
  ],
]
