import { habit, pointing, refusal } from './habits.ts'
import { lastingThings, passingThings, passingWords, people, plannedThings } from './nouns.ts'
import { inflected, othersOf, thirdPerson } from './person.ts'
import { meetHad, type Reading } from './reading.ts'
import { statesOf } from './states.ts'
import { isLifeEvent, lastingActivity, turningPoints } from './verbs.ts'

/** What the speaker says of themselves, "live in Rome" -> "User lives in Rome"; none when idle. */
export function ofSpeaker(said: string, reading: Reading, old: string[]): string[] {
  const text = said.replace(filler, '').trim()
  for (const { when, tell } of kinds) {
    const found = when.exec(text)
    const told = found && tell(text, found, reading, old)
    if (told) return told.map((one) => (one.startsWith("'s") ? `User${one}` : `User ${one}`))
  }
  return []
}

type Kind = {
  when: RegExp
  /** Predicates of a third person; null leaves it to the next kind, [] says that it is idle. */
  tell: (text: string, found: RegExpExecArray, reading: Reading, old: string[]) => string[] | null
}

const filler =
  /\b(?:really|both(?= \p{L}+ )|actually|totally|honestly|literally|basically|just|definitely|personally|also|absolutely|currently|now|still(?= (?:live|work)))\s+(?=\S)/giu

const fleeting =
  /\b(?:right now|at the moment|just now|for now|at this moment|in a (?:sec|minute|moment|bit)|rn)\b(?!,)/i

const person = (text: string) => [thirdPerson(text)]

const kinds: Kind[] = [
  { when: fleeting, tell: (text) => (/^(?:am )?(?:liv|work|study)/.test(text) ? null : []) },
  {
    when: /^(?:have )?(?:recently )?(?:moved|relocated|move) (?:back |out |over |house )?(?:to|into) (?!(?:the next|a different (?:file|folder|topic)|it\b))(.+)$/i,
    tell: (_, [, place = '']) => {
      const when =
        /\s+((?:on|in|last|yesterday|today|this|two|three|\d+|a (?:week|month|year|few|couple)|back in|about) ?(?:.*)?)$/i.exec(
          place,
        )
      const time =
        when &&
        /\d|last|yesterday|today|this|ago|january|february|march|april|may|june|july|august|september|october|november|december/i.test(
          when[0],
        )
          ? when[0]
          : ''
      const where = place
        .slice(0, place.length - time.length)
        .replace(/\s+(?:for|because|with|to be|in order|so) .*$/i, '')
      return [`moved to ${othersOf(where)}${time} and lives there`]
    },
  },
  {
    when: /^(?:am |was )(?:\p{L}+ )?(?:no longer|not (?=.*\b(?:any ?more)\b))(.+)$/iu,
    tell: (_, [, rest = '']) => [`is no longer ${othersOf(rest.trim())}`],
  },
  {
    when: /^(?:am )?(?:no longer|not) ([\p{L}]+) ?(.*)$/iu,
    tell: (text, [, verb = '', rest = '']) =>
      text.startsWith('am') ? null : [`no longer ${inflected(verb)} ${othersOf(rest)}`],
  },
  { when: /^am (?:also |now |still )*going to (.+)$/i, tell: (_, [, rest = '']) => future(rest) },
  {
    when: /^(?:will|am about to|am set to|am due to) (?:also |probably not |be )?(.+)$/i,
    tell: willBe,
  },
  {
    when: /^am (?:\p{L}+ ){0,2}?\p{L}+ing(?![\p{L}])/iu,
    tell: (text, _, reading) => activity(text, reading),
  },
  {
    when: /^am (.+)$/i,
    tell: (_, [, rest = ''], { greets }) => {
      const place =
        /^(?:(?:all the way |way )?(?:down|up|over|out|back|here|now|currently) )+in (\p{Lu}.*)$/u.exec(
          rest,
        )?.[1]
      if (
        place &&
        !/^(?:January|February|March|April|May|June|July|August|September|October|November|December)\b/.test(
          place,
        )
      )
        return [`lives in ${othersOf(place)}`]
      const employer = /^(?:now )?(?:at|with) (\p{Lu}[^,]*)$/u.exec(rest)?.[1]
      return employer && !/\b(?:Airport|Station|Hospital|Mall)\b/.test(employer)
        ? [`works at ${employer}`]
        : statesOf(rest, greets).map((one) => (one.startsWith("'s") ? one : othersOf(one)))
    },
  },
  {
    when: /^have been (?:\p{L}+ )?(\p{L}+ing|married|vegan|vegetarian|sober|single|divorced|together|retired|in|to|on|a|an|diagnosed|with|allergic|dating)(?![\p{L}])(?! (?:thinking|wondering|trying to (?:fix|find|get|figure)|getting|waiting|looking|having|feeling))/iu,
    tell: (text, [, form = '']) =>
      /^(?:think|wonder|wait|look|feel|hav|gett|go|see|ask|try)ing$/i.test(form) &&
      !/\btrying (?:for a (?:baby|child)|to (?:conceive|quit|lose|get pregnant|learn))\b/i.test(
        text,
      )
        ? []
        : person(text),
  },
  {
    when: /^have (?:never|always) (\p{L}+)/iu,
    tell: (text, [, verb = '']) =>
      /^(?:seen|heard|thought|understood|known|wondered|used this)$/i.test(verb) ||
      pointing.test(text.split(' ').slice(3).join(' '))
        ? []
        : person(text),
  },
  {
    when: /^have (?:spent (?:\d+|\p{L}+) (?:years|decades|months)|lived|worked|studied|played|owned|had|known|spoken|taught|run|visited|completed|become|quit|stopped|started|decided to (?:quit|move|become|go|stop|learn)|moved|switched|changed|given up|lost (?:\d|my)|had (?:a|an|two|three|both|my|\d) [^ ]*(?:section|surgery|surgeries|operation|transplant|replacement|miscarriage|knee|hip|kid)s?|gone (?:vegan|vegetarian))(?![\p{L}])/iu,
    tell: (text) =>
      /^have (?:known|had (?:it|enough|to))\b/.test(text) ? [] : [tidy(thirdPerson(text))],
  },
  {
    // "I have signed up for …": what counts in the past counts as done by now.
    when: /^have (?:just |finally |recently |already |now |officially )*(\p{L}+(?:ed|ft|ght) .+)$/iu,
    tell: (_, [, rest = '']) => (turningPoints.test(rest) ? [event(rest)] : null),
  },
  {
    when: /^(?:have|has) (?:to|no idea|seen|heard|tried|read|noticed|got to|just|been|already)\b/i,
    tell: () => [],
  },
  {
    when: /^have (?:just |finally |recently |now |officially )*(?=turned|left|quit|joined|sold|bought|adopted|got (?:married|engaged|divorced|promoted)|retired|graduated|broken up|separated|passed|won|finished)(.+)$/i,
    tell: (_, [, rest = '']) => (turningPoints.test(rest) ? [event(rest)] : null),
  },
  {
    when: /^(?:just |finally )?(?:got|bought) ((?:an?|my|our|two) .+)$/i,
    tell: (text, [, object = ''], reading) => {
      if (turningPoints.test(text) || !lastingThings.test(object) || passingThings.test(object))
        return null
      meetHad(reading, object)
      return [event(text)]
    },
  },
  { when: /^(?:have|own) (?!never|always)(.+)$/i, tell: has },
  {
    when: /^(?:would (?:really )?(?:love|like) to) (.+)$/i,
    tell: (text) =>
      /\b(?:some ?day|one day)\b|\b(?:love|like) to (?:visit|travel|learn (?!more|about|how (?:this|it))|become|live|retire|own)\b/i.test(
        text,
      )
        ? person(text)
        : [],
  },
  {
    when: /^would (?:rather|prefer)\b (?!not\b|if\b|you\b|it\b|that\b|this\b)/i,
    tell: (text) => person(text),
  },
  { when: /^would\b/i, tell: () => [] },
  {
    when: /^(?:can|could) (?:\p{L}+ )?(?:speak|play|swim|drive|ride|cook|code|sing|juggle|knit|sew|read|ski|surf|dance|type)\b/iu,
    tell: (text) => (pointing.test(text.split(' ').slice(2).join(' ')) ? [] : person(text)),
  },
  {
    when: /^(?:can't|couldn't) (?:stand|eat|drink|have|swim|drive|tolerate|digest|do without|live without|run|hear|walk|ride|cook|whistle|sleep (?:without|with)|resist|work (?:on|after|before|in)|handle|see (?:colou?rs?|well|without))\b/i,
    tell: refusal,
  },
  { when: /^(?:don't|do not|never|didn't|rarely|hardly ever|seldom)\b/i, tell: refusal },
  {
    when: /^only\b/i,
    tell: (text) => {
      const told = habit(text.replace(/^only /i, ''))
      return told?.map((one) => `only ${one}`) ?? []
    },
  },
  {
    // "haven't touched alcohol in two years"
    when: /^haven't (?:touched|drunk|eaten|smoked|owned|driven|flown) (?:an? |any )?(?!(?:it|this|that|the|my|time|chance|luck|breakfast|lunch|dinner|much|anything)\b).+ (?:in|for) (?:\p{L}+ ){0,3}(?:years?|months|decades?)\b|^haven't (?:touched|drunk|eaten|smoked)(?: \p{L}+)? since \S/iu,
    tell: (text) => [
      othersOf(text)
        .replace(/^haven't/i, "hasn't")
        .replace(/ in (?!.* in )/, ' for '),
    ],
  },
  { when: /^used to (?!it|this|that)/i, tell: (text) => [othersOf(text)] },
  { when: /^do (.+) for a living$/i, tell: (text) => person(text) },
  { when: /^go by (?:the name )?(\p{Lu}.*)$/u, tell: (text) => person(text) },
  {
    when: /^(?!would)/,
    tell: (text) => (isLifeEvent(text) && !turningPoints.test(text) ? [event(text)] : null),
  },
  {
    when: turningPoints,
    tell: (text, _, reading) => {
      meetHad(reading, text)
      return [event(text)]
    },
  },
  { when: /^/, tell: (text) => habit(text) },
]

/** Had from now on, and spoken of from now on: "adopted a greyhound. His name is …". */
const event = (text: string) =>
  tidy(othersOf(text.replace(/^(?:(?:just|finally|recently|already|have) )+/i, '')))

const tidy = (text: string) =>
  text.replace(/^has (quit|stopped|started|become|switched|given up)\b/, (_, verb: string) =>
    verb === 'become' ? 'became' : verb === 'given up' ? 'gave up' : verb,
  )

function future(rest: string): string[] {
  if (
    /^(?:be (?:a|an|the)|become|get|start|study|move|quit|learn|retire|marry|have (?:a|an|our|my|twins)|visit|adopt|travel|run (?:a|the|in)|spend|attend|fly|buy (?:a|my|our) (?:house|car|home|flat|dog))\b/i.test(
      rest,
    )
  )
    return /\b(?:get (?:back|going|some|it|this|a (?:coffee|drink|snack))|start (?:over|again|with|by))\b/i.test(
      rest,
    )
      ? []
      : [`is going to ${othersOf(rest)}`]
  const place = /^(?:the )?\p{Lu}\p{L}+/u.test(rest)
  return place ||
    (/\b(?:tomorrow|next|on|this)\b/i.test(rest) &&
      plannedThings.test(rest.replace(/^(?:a|an|my|the) /i, '')))
    ? [`is going to ${othersOf(rest)}`]
    : []
}

function willBe(text: string): string[] {
  const age = /^will (?:be|turn) (?:turning )?(\d{1,3})\b/i.test(text)
  const event =
    /^(?:will|am (?:about|set|due) to) (?:be )?(?:starting|start|moving|move to|getting married|get married|graduat|retir|become|join|attend|travel|fly|visit|having (?:surgery|a baby)|have (?:surgery|a baby)|undergo|in \p{Lu}|away (?:from|until|on|in)|on (?:vacation|holiday|leave))/iu.test(
      text,
    )
  return age || event ? [othersOf(text).replace(/^am /, 'is ')] : []
}

function activity(text: string, reading: Reading): string[] | null {
  if (/\b(?:seeing|dating) (?:someone|somebody|a)\b/i.test(text)) reading.spoken = "User's partner"
  const rest = text.replace(/^am (?:also |now )*/i, '')
  const stopped = /^(?:not|no longer)\b/i.exec(rest)
  if (stopped)
    return /\b(?:living|working|learning|studying|dating|seeing|taking|training|playing|eating|drinking|smoking|using)\b/i.test(
      rest,
    )
      ? [`is ${othersOf(rest)}`]
      : []
  if (!lastingActivity.test(rest)) return statesOf(rest, false).length > 0 ? null : []
  const object = rest.split(' ').slice(1).join(' ')
  return pointing.test(object) ? [] : [`is ${othersOf(rest)}`]
}

const dated =
  /\b(?:today|tonight|tomorrow|next|this|on|in \p{L}+|january|february|march|april|may|june|july|august|september|october|november|december|\d{1,2}(?:st|nd|rd|th)?|monday|tuesday|wednesday|thursday|friday|saturday|sunday|every)\b/iu

function has(text: string, [, object = '']: RegExpExecArray, reading: Reading): string[] {
  meetHad(reading, object)
  const [, role, name] = newcomer.exec(object) ?? []
  if (role && name) return [`'s ${role} is ${name}`]
  if (passingThings.test(object) && !lastingThings.test(object)) return []
  if (/^own\b/i.test(text)) return pointing.test(object) ? [] : [thirdPerson(text)]
  const each = object.split(/,? and (?=(?:an?|one|two|three|four|\d+) )/)
  const kept = (one: string) =>
    lastingThings.test(one) || (plannedThings.test(one) && dated.test(one))
  if (each.length > 1 && each.every(kept)) return each.map((one) => `has ${othersOf(one)}`)
  if (lastingThings.test(object) || (plannedThings.test(object) && dated.test(object)))
    return [thirdPerson(text)]
  const held =
    !passingWords.test(object) &&
    /^(?:an?|my own|two|three) (?:(?:new|old|used|vintage|red|blue|black|white) )?\p{Lu}[\p{L}\d]/u.test(
      object,
    )
  const named =
    /^(?:an?|two|three|four|\d) [^,]{2,30} (?:named|called)\b/i.test(object) &&
    !/\b(?:file|function|variable|folder|table|method|column)\b/i.test(object)
  return held || named ? [thirdPerson(text)] : []
}

const newcomer = new RegExp(`^a new (${people}),? (?:named |called )?(\\p{Lu}[\\p{L}'’-]*)$`, 'u')
