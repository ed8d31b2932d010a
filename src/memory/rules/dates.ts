const day = 86_400_000
const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/**
 * Relative times made absolute, counted from when it was said, in UTC: "yesterday" -> "on 11 June
 * 2024", "next month" -> "in July 2024". `past` tells which Friday "on Friday" means.
 */
export function withDates(text: string, at: Date, past: boolean): string {
  const now = Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate())
  return rules.reduce(
    (rest, { pattern, say }) =>
      rest.replace(pattern, (...found: string[]) => say(found, now, past) ?? found[0] ?? ''),
    text,
  )
}

/** "11 June 2024", in UTC. */
export function dayName(moment: number): string {
  const date = new Date(moment)
  return `${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}`
}

type Rule = { pattern: RegExp; say: (found: string[], now: number, past: boolean) => string | null }

const number = '(\\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|a couple of|a few)'
const counts: Record<string, number> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  'a couple of': 2,
}

const on = (moment: number) => `on ${dayName(moment)}`

const rules: Rule[] = [
  // The date that follows says all of it.
  {
    pattern: new RegExp(
      `\\b(?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)day,? (?:the )?(?=\\d{1,2}(?:st|nd|rd|th)?(?: of)? (?:${months.join('|')})\\b|(?:${months.join('|')}) \\d)`,
      'gi',
    ),
    say: () => 'on ',
  },
  rule('(?:on )?(?:the day before yesterday)', (_, now) => on(now - 2 * day)),
  rule('(?:on )?(?:the day after tomorrow)', (_, now) => on(now + 2 * day)),
  rule("yesterday(?:'s)?(?: (?:morning|afternoon|evening|night))?", (_, now) => on(now - day)),
  rule('last night', (_, now) => on(now - day)),
  rule('(?:tomorrow|tmrw|tmr)(?: (?:morning|afternoon|evening|night))?', (_, now) => on(now + day)),
  rule('(?:today|tonight|this (?:morning|afternoon|evening))', (_, now) => on(now)),
  rule(`${number} (day|week|month|year)s? ago`, (found, now) => shifted(found, now, -1)),
  rule(`in (?:about )?${number} (day|week|month|year)s?(?: time)?`, (found, now) =>
    shifted(found, now, 1),
  ),
  rule(`(?:on )?(last|next|this(?: coming| past)?) (${weekdays.join('|')})`, sayWeekday),
  rule(`on (${weekdays.join('|')})`, (found, now, past) =>
    sayWeekday([found[0] ?? '', past ? 'last' : 'this', found[1] ?? ''], now, past),
  ),
  rule('(?:on )?(last|next|this) weekend', ([, which], now) => {
    const saturday = now + ((6 - new Date(now).getUTCDay()) % 7) * day
    const shift = which === 'last' ? -7 : which === 'next' ? 7 : 0
    return `on the weekend of ${dayName(saturday + shift * day)}`
  }),
  rule('(?:in |during )?(last|next|this) week', ([, which], now) => {
    const monday = now - ((new Date(now).getUTCDay() + 6) % 7) * day
    return `in the week of ${dayName(monday + turn(which) * 7 * day)}`
  }),
  rule(
    '(?:on )?(?:the )?(\\d{1,2})(?:st|nd|rd|th) of (last|next|this) month',
    ([, date, which], now) => `on ${date} ${sayMonth(now, turn(which)).replace(/^in /, '')}`,
  ),
  rule('(?:in |during )?(last|next|this) month', ([, which], now) => sayMonth(now, turn(which))),
  rule('(?:in |during )?(last|next|this) year', ([, which], now) => sayYear(now, turn(which))),
  rule('(?:in |during )?(last|next|this) (spring|summer|autumn|fall|winter)', saySeason),
]

function rule(words: string, say: Rule['say']): Rule {
  return { pattern: new RegExp(`(?<![\\p{L}\\p{N}'-])(?:${words})(?![\\p{L}\\p{N}-])`, 'giu'), say }
}

const turn = (which: string | undefined) => (which === 'last' ? -1 : which === 'next' ? 1 : 0)

function shifted([, count = '', unit = 'day']: string[], now: number, sign: 1 | -1) {
  const amount = counts[count.toLowerCase()] ?? Number(count)
  if (!Number.isFinite(amount)) return null
  if (unit === 'day') return on(now + sign * amount * day)
  if (unit === 'week') return on(now + sign * amount * 7 * day)
  return unit === 'month' ? sayMonth(now, sign * amount) : sayYear(now, sign * amount)
}

function sayWeekday([, which = '', name = '']: string[], now: number, past: boolean) {
  const today = new Date(now).getUTCDay()
  const ahead = (weekdays.indexOf(name.toLowerCase()) - today + 7) % 7 || 7
  const back = which === 'last' || which === 'this past' || (past && which === 'this')
  if (back) return on(now - (7 - ahead || 7) * day)
  // "Next Friday" said on a Wednesday is the Friday of next week; said on a Saturday, the coming one.
  const isThisWeek = (today + 6) % 7 < (weekdays.indexOf(name.toLowerCase()) + 6) % 7
  return on(now + (ahead + (which === 'next' && isThisWeek ? 7 : 0)) * day)
}

function sayMonth(now: number, shift: number) {
  const date = new Date(now)
  const moved = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + shift, 1))
  return `in ${months[moved.getUTCMonth()]} ${moved.getUTCFullYear()}`
}

const sayYear = (now: number, shift: number) => `in ${new Date(now).getUTCFullYear() + shift}`

function saySeason([, which, season = '']: string[], now: number) {
  const year = new Date(now).getUTCFullYear()
  const start = { spring: 2, summer: 5, autumn: 8, fall: 8, winter: 11 }[season.toLowerCase()] ?? 0
  const month = new Date(now).getUTCMonth()
  const ended = month > start + 2
  const begun = month >= start
  const shift = which === 'last' ? (ended ? 0 : -1) : which === 'next' ? (begun ? 1 : 0) : 0
  return `in ${season.toLowerCase()} ${year + shift}`
}
