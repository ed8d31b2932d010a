/** From the first to the last millisecond meant. */
export type Span = { from: number; to: number }

const day = 86_400_000

/**
 * The times a question names, in English, most exact first: "on 8 May 2023", "in May", "last
 * summer", "yesterday", "two weeks ago". Relative ones count from `now`. A month or season without
 * a year is the latest one that has begun.
 */
export function spansIn(question: string, now: number): Span[] {
  const text = question.toLowerCase()
  const dated = [...text.matchAll(dates)].flatMap((found) => dateSpan(found, now))
  const seasonal = [...text.matchAll(seasons)].flatMap((found) => seasonSpan(found, now))
  const years = [...text.matchAll(/\b(?:in|of|during|since) ((?:19|20)\d\d)\b/g)].map((found) =>
    monthsFrom(Number(found[1]), 0, 12),
  )
  const spans = [...dated, ...seasonal, ...relativeSpans(text, now)]
  return spans.length > 0 ? spans : years
}

/**
 * The moment a value of a memory's metadata names: a number of seconds or milliseconds, ISO, or a
 * date as people write it, with or without a time of day. Null when it is no date.
 */
export function momentOf(value: unknown): number | null {
  if (typeof value === 'number') return plausible(value < 1e11 ? value * 1_000 : value)
  if (typeof value !== 'string' || value.length > 80 || !/\d/.test(value)) return null
  if (/^\d{10}(?:\.\d+)?$|^\d{13}$/.test(value)) return momentOf(Number(value))
  if (/^\d{4}-\d\d-\d\d(?:$|[T ]\d)/.test(value)) return plausible(Date.parse(value))
  const found = [...value.toLowerCase().matchAll(dates)].find((one) => yearOf(one))
  const parts = found && dateParts(found)
  if (parts?.year && parts.day) {
    return Date.UTC(parts.year, parts.month, parts.day) + timeOfDay(value)
  }
  const [year, first, second] = slashed(value)
  if (!year || !first || !second) return null
  return Date.UTC(year, first - 1, second) + timeOfDay(value)
}

/** Year, month and day of 2023/5/8 and 5/8/2023; where the month would be above 12 it is the day. */
function slashed(value: string): number[] {
  const found = /\b(\d{4})[/.](\d\d?)[/.](\d\d?)\b/.exec(value)
  if (found) return found.slice(1).map(Number)
  const [, one = 0, other = 0, year = 0] =
    /\b(\d\d?)([/.])(\d\d?)\2(\d{4})\b/
      .exec(value)
      ?.filter((_, at) => at !== 2)
      .map(Number) ?? []
  return one > 12 ? [year, other, one] : [year, one, other]
}

/** The first key of a memory's metadata, or else of an object in it, that reads as a moment. */
export function momentIn(metadata: Readonly<Record<string, unknown>>, depth = 0): number | null {
  const keys = Object.keys(metadata)
  const named = keys.filter((key) => /date|time|day|when|at$|_at\b/i.test(key))
  for (const key of named) {
    const moment = momentOf(metadata[key])
    if (moment !== null) return moment
  }
  for (const inner of depth === 0 ? Object.values(metadata) : []) {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) continue
    const moment = momentIn(inner as Record<string, unknown>, depth + 1)
    if (moment !== null) return moment
  }
  return null
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

const month =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)'

/** 8 May 2023, 8th of May, May 8, 2023, May 2023, in May; "may" alone is a verb. */
const dates = new RegExp(
  `\\b(?:(\\d{1,2})(?:st|nd|rd|th)? (?:of )?${month}\\b,? ?(\\d{4})?|${month} (\\d{1,2})(?:st|nd|rd|th)?\\b(?:,? (\\d{4}))?|${month},? (\\d{4})\\b|(?:in|of|during|since|by|until|last|this|early|late|mid) ${month}\\b(?! \\d{1,2}\\b)(?:,? (\\d{4})\\b)?)`,
  'g',
)

const seasons =
  /\b(last|this|in|of|during|the)(?: the)? (spring|summer|autumn|fall|winter)(?: of)?(?: (\d{4}))?\b/g

type DateParts = { year: number | null; month: number; day: number | null }

const yearOf = (found: RegExpMatchArray) => found[3] ?? found[6] ?? found[8] ?? found[10]

function dateParts(found: RegExpMatchArray): DateParts {
  const name = found[2] ?? found[4] ?? found[7] ?? found[9] ?? 'jan'
  const dayNumber = found[1] ?? found[5]
  return {
    year: yearOf(found) ? Number(yearOf(found)) : null,
    month: months.indexOf(name.slice(0, 3)),
    day: dayNumber ? Number(dayNumber) : null,
  }
}

function dateSpan(found: RegExpMatchArray, now: number): Span[] {
  const { year, month: at, day: date } = dateParts(found)
  const thisYear = new Date(now).getUTCFullYear()
  const in_ = year ?? (Date.UTC(thisYear, at, date ?? 1) > now ? thisYear - 1 : thisYear)
  if (!date) return [monthsFrom(in_, at, 1)]
  const from = Date.UTC(in_, at, date)
  return [{ from, to: from + day - 1 }]
}

const seasonStart: Record<string, number> = { spring: 2, summer: 5, autumn: 8, fall: 8, winter: 11 }

function seasonSpan(found: RegExpMatchArray, now: number): Span[] {
  const start = seasonStart[found[2] ?? '']
  if (start === undefined) return []
  const thisYear = new Date(now).getUTCFullYear()
  const year = found[3] ? Number(found[3]) : thisYear
  const span = monthsFrom(year, start, 3)
  if (found[3]) return [span]
  const begun = found[1] === 'last' ? span.to < now : span.from <= now
  return [begun ? span : monthsFrom(year - 1, start, 3)]
}

const monthsFrom = (year: number, start: number, count: number): Span => ({
  from: Date.UTC(year, start, 1),
  to: Date.UTC(year, start + count, 1) - 1,
})

const numbers: Record<string, number> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
}
const unitDays: Record<string, number> = { day: 1, week: 7, month: 30.4, year: 365.25 }

/** Spans around the moment meant, as wide as its unit: people round. */
function relativeSpans(text: string, now: number): Span[] {
  const spans: Span[] = []
  if (/\btoday\b/.test(text)) spans.push({ from: now - day, to: now })
  if (/\byesterday\b/.test(text)) spans.push({ from: now - 2 * day, to: now - day / 2 })
  for (const [, unit = 'day'] of text.matchAll(/\blast (week|month|year)\b/g)) {
    spans.push({ from: now - 2 * unitDays[unit]! * day, to: now - (unitDays[unit]! * day) / 4 })
  }
  for (const [, count = '', unit = 'day'] of text.matchAll(
    /\b(\d{1,3}|an?|one|two|three|four|five|six) (day|week|month|year)s? ago\b/g,
  )) {
    const middle = now - (numbers[count] ?? Number(count)) * unitDays[unit]! * day
    spans.push({ from: middle - unitDays[unit]! * day, to: middle + unitDays[unit]! * day })
  }
  return spans
}

function timeOfDay(value: string) {
  const found = /\b(\d{1,2}):(\d\d)(?::\d\d)?\s*([ap])?\.?m?/i.exec(value)
  if (!found) return 0
  const hour =
    (Number(found[1]) % (found[3] ? 12 : 24)) + (found[3]?.toLowerCase() === 'p' ? 12 : 0)
  return (hour * 60 + Number(found[2])) * 60_000
}

/** From 1973 to 2099: other numbers in metadata, as a day counted from the first, are not moments. */
const plausible = (moment: number) => (moment > 1e11 && moment < 4.1e12 ? moment : null)
