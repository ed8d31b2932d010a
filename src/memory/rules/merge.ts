import type { FactDecision, KnownMemory } from '../facts.ts'
import { hasEnded, isNegative, isOthers, ownerOf } from './endings.ts'
import { canonical, isSameSubject, type Slot, slotsOf } from './slots.ts'
import type { Fact } from './statements.ts'
import { excludes, isImplied, sameManner, topicsIn } from './topics.ts'
import { shareIn, stemsOf } from './words.ts'

/** A known memory as the rules read it: its own text told of a third person, with its slots. */
export type Read = KnownMemory & { told: string; slots: Slot[]; stems: Set<string> }

/** What to do about one fact, beside all that is known. */
export function mergeFact(fact: Fact, known: readonly Read[]): FactDecision[] {
  const { content } = fact
  const stems = stemsOf(content)
  const slots = slotsOf(content)
  const repeated = known.find((one) => says(one, content, stems, slots))
  if (repeated)
    return [{ event: 'NONE', id: repeated.id, content, reason: 'This is already known.' }]
  const told = known.map((one) => ({ one, why: replacedBy(one, fact, stems, slots) }))
  const replaced = told.filter(({ why }) => why !== null)
  const [first, ...others] = replaced
  if (fact.soft && !first) return []
  if (fact.soft === 'end')
    return replaced.map(({ one, why }) => ({ event: 'DELETE', id: one.id, reason: why ?? '' }))
  if (!first) return [{ event: 'ADD', content, reason: 'This is new.' }]
  return [
    { event: 'UPDATE', id: first.one.id, content, reason: first.why ?? '' },
    ...others.map(
      ({ one, why }): FactDecision => ({ event: 'DELETE', id: one.id, reason: why ?? '' }),
    ),
  ]
}

const equalValues = (one: string, other: string) => canonical(one) === canonical(other)

function says(one: Read, content: string, stems: Set<string>, slots: Slot[]): boolean {
  if (one.told.toLowerCase() === content.toLowerCase() || isImplied(content, one.told)) return true
  if (isSameInOtherWords(slots, one.slots)) return true
  if (isNegative(one.told) !== isNegative(content)) return false
  if (!sameSubjects(one, content, slots)) return false
  const telling = slots.some(({ attribute }) => attribute === 'spouse')
    ? slots.filter(({ attribute }) => attribute === 'spouse')
    : slots
  if (reversed(one.told, content)) return false
  const told = withoutFrame(stems)
  if (told.size > one.stems.size && shareIn(one.stems, told) === 1) return false
  const goesBy = slots.find(({ subject, attribute }) => subject === 'user' && attribute === 'name')
  if (
    goesBy &&
    one.slots.some((s) => s.attribute === 'called' && equalValues(s.value, goesBy.value))
  )
    return true
  const whole =
    telling.length > 0 &&
    telling.every((slot) =>
      one.slots.some((other) => isSameSlot(slot, other) && equalValues(slot.value, other.value)),
    )
  if (
    whole &&
    slots.some(({ attribute }) => !['job', 'employer'].includes(attribute)) &&
    numbers(content, one.told)
  )
    return true
  if (whole && shareIn(told, one.stems) >= 0.6) return true
  // All that it says, and only its own subject's.
  return stems.size > 0 && shareIn(stems, one.stems) === 1 && isAlike(stems, one.stems)
}

/** Slots that are all there is to a fact: "has a nut allergy" is "is allergic to nuts". */
const wholeFacts = new Set(['allergy', 'avoids'])

function isSameInOtherWords(slots: Slot[], known: Slot[]) {
  return (
    slots.length > 0 &&
    slots.every(
      (slot) =>
        wholeFacts.has(slot.attribute) &&
        known.some((other) => isSameSlot(slot, other) && equalValues(slot.value, other.value)),
    )
  )
}

/** Without the words that only frame what is said: "works as", "comes from", "name is". */
const withoutFrame = (stems: Set<string>) =>
  new Set([...stems].filter((word) => stems.size === 1 || !/^(?:work|come|name)$/.test(word)))

/** "Tea over coffee" and "coffee over tea" have the same words. */
function reversed(one: string, other: string) {
  const [first, second] = [one, other].map(
    (text) => /^User prefers (.+?) (?:over|to) /i.exec(text)?.[1],
  )
  return Boolean(first && second && canonical(first) !== canonical(second))
}

/** No number of the one is missing in the other. */
const numbers = (one: string, other: string) =>
  (one.match(/\d+/g) ?? []).every((number) => other.includes(number))

const isAlike = (stems: Set<string>, all: Set<string>) =>
  stems.size >= all.size - 2 || stems.size >= 3

function sameSubjects(one: Read, content: string, slots: Slot[]) {
  const [slot] = slots
  const [other] = one.slots
  if (slot && other)
    return slots.some(({ subject }) =>
      one.slots.some((known) => isSameSubject(subject, known.subject)),
    )
  return ownerOf(one.told) === ownerOf(content)
}

const isSameSlot = (one: Slot, other: Slot) =>
  one.attribute === other.attribute &&
  isSameSubject(one.subject, other.subject) &&
  !one.negative === !other.negative

const quoted = (one: Read) => `“${one.content.slice(0, 80)}”`

/** Why a known memory is true no more once the fact is, or null. */
function replacedBy(one: Read, fact: Fact, stems: Set<string>, slots: Slot[]): string | null {
  for (const slot of slots) {
    for (const other of one.slots) {
      const why = contradicts(slot, other, fact, one)
      if (why) return why
    }
  }
  if (fact.old.some((old) => isAbout(old, one)) && !isOthers(fact.content, one)) {
    return `${quoted(one)} was said to be so no more.`
  }
  if (reversed(one.told, fact.content) && shareIn(stems, one.stems) === 1) {
    return `It turns ${quoted(one)} round.`
  }
  if (ownerOf(one.told) === ownerOf(fact.content) && excludes(fact.content, one.told))
    return `${quoted(one)} cannot be true beside it.`
  if (sameManner(fact.content, one.told)) return `${quoted(one)} was wished before it.`
  if (hasEnded(fact, one)) return `${quoted(one)} has ended.`
  if (
    renewed.test(fact.content) &&
    topicsIn(fact.content).includes('phone') &&
    sharesTopic(fact, one)
  )
    return `${quoted(one)} has been replaced.`
  if (fact.changed && changes(fact, stems, slots, one)) return `${quoted(one)} has changed.`
  return refines(stems, one, fact) ? `It says more than ${quoted(one)}.` : null
}

const renewed = /^User (?:got|bought|switched to|upgraded to) /

const statuses = new Set(['employer', 'job', 'work status'])
const vehicles = new Set(['drives', 'own:car'])
const bonds = new Set(['marital', 'spouse'])

function contradicts(slot: Slot, other: Slot, fact: Fact, one: Read): string | null {
  if (!isSameSubject(slot.subject, other.subject)) return null
  const reason = `It replaces ${quoted(one)}: only one can be true.`
  if (slot.attribute.startsWith('likes:') || other.attribute.startsWith('likes:')) {
    const likes = slot.attribute === other.attribute && equalValues(slot.value, other.value)
    return likes && !slot.negative !== !other.negative ? reason : null
  }
  if (fact.changed && isSameEvent(slot, other) && slot.value !== other.value) return reason
  if (slot.attribute === other.attribute) {
    if (equalValues(slot.value, other.value)) return null
    if (slot.attribute === 'origin' || slot.attribute.startsWith('count'))
      return fact.changed ? reason : null
    const several = manyValued.test(slot.attribute) && !onlyOne.test(slot.subject)
    return several && !fact.changed ? null : reason
  }
  if (fact.changed && vehicles.has(slot.attribute) && vehicles.has(other.attribute)) return reason
  if (statuses.has(slot.attribute) && statuses.has(other.attribute)) {
    const status = slot.attribute === 'work status' || other.attribute === 'work status'
    return status || /\b(?:new job|became)\b/i.test(fact.content) ? reason : null
  }
  if (bonds.has(slot.attribute) && bonds.has(other.attribute)) {
    return /^(?:single|divorced|widowed|separated|broke|split|and )/i.test(slot.value)
      ? reason
      : null
  }
  return null
}

/** "The meeting" is the meeting with HR. */
function isSameEvent(slot: Slot, other: Slot) {
  if (!slot.attribute.startsWith('when:') || !other.attribute.startsWith('when:')) return false
  const [one, two] = [slot, other].map(({ attribute }) => attribute.slice(5).split(' '))
  return [one, two].every(Boolean) && (one ?? []).every((word) => two?.includes(word))
}

/** Attributes of which there may be several. */
const manyValued =
  /^(?:identity|allergy|avoids)$|^own:.*\b(?:hobb|interest|passion|allerg|goal|project|team|book|podcast|instrument|condit|medic|school)/

const onlyOne =
  /^(?:wife|husband|spouse|partner|girlfriend|boyfriend|boss|manager|mother|father|mom|mum|dad|landlord|landlady|fianc\S+|supervisor)$/

function isAbout(old: string, one: Read) {
  const words = stemsOf(old.replace(/^(?:my|our|the|a|an) /i, ''))
  return words.size > 0 && shareIn(words, one.stems) === 1
}

const verbOf = (content: string) =>
  /^User (?:now |currently |recently )?(?:is (?=\p{L}+ing))?(\p{L}+)/u
    .exec(content)?.[1]
    ?.toLowerCase() ?? ''

function sharesTopic({ content }: Fact, { told }: Read) {
  const isOwn = /^User's (?:favou?rite team|phone|laptop|car) /.test(told)
  if (!isOwn && (ownerOf(told) !== ownerOf(content) || told.startsWith("User's "))) return false
  const before = topicsIn(told)
  return topicsIn(content).some((topic) => before.includes(topic))
}

const choosing =
  /^(?:prefers?|uses?|drives?|plays|supports?|drinks|bikes?|takes?|wakes|weighs|lives?|works?|studies|eats|wears|commutes|rides|walks|goes|runs|practices|subscribes|follows|switched)$/i

/** Said as a change, it replaces what is told with the same verb about the same matter. */
function changes(fact: Fact, stems: Set<string>, slots: Slot[], one: Read) {
  if (slots.length > 0 && slots.every(({ attribute }) => attribute.startsWith('likes')))
    return false
  const verb = verbOf(fact.content)
  if (!isNegative(fact.content) && !isNegative(one.told) && sharesTopic(fact, one)) return true
  if (!verb || ownerOf(one.told) !== ownerOf(fact.content)) return false
  const other = verbOf(one.told)
  const shared = [...stems].filter((word) => one.stems.has(word) && !stemsOf(verb).has(word)).length
  if (verb === 'switched')
    return (
      /^(?:uses?|drinks|prefers?|eats|plays|takes?|drives?|is|likes?|loves|codes|runs|works|studies)$/.test(
        other,
      ) && one.slots.every(({ attribute }) => !fixed.test(attribute))
    )
  return choosing.test(verb) && choosing.test(other) && (verb === other || shared > 0)
}

const fixed =
  /^(?:home|origin|age|birthday|name|called|employer|job|marital|spouse|height|weight|count|own)/

/** The same said with more: "lives in Berlin" and then "lives in Berlin, Germany". */
function refines(stems: Set<string>, one: Read, fact: Fact) {
  const named = /\b(?:named|called)\b/.test(fact.content) && one.stems.size === 1
  if ((one.stems.size < 2 && !named) || isNegative(one.told) !== isNegative(fact.content))
    return false
  return (
    ownerOf(one.told) === ownerOf(fact.content) &&
    verbOf(one.told) === verbOf(fact.content) &&
    stems.size > one.stems.size &&
    shareIn(one.stems, stems) === 1
  )
}
