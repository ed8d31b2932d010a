import type { KnownMemory } from '../facts.ts'
import type { Fact } from './statements.ts'
import { topicsIn } from './topics.ts'
import { shareIn, stemsOf } from './words.ts'

type Told = KnownMemory & { told: string; stems: Set<string> }

/** Whether what is known is true no more because the fact says that it ended. */
export const hasEnded = (fact: Fact, one: Told): boolean =>
  isBirth(fact.content, one.told) ||
  fulfils(fact.content, one) ||
  parts(fact.content, one.told) ||
  resumes(fact, one) ||
  ends(fact, one)

/** "User", or the one of theirs who is spoken of. */
export const ownerOf = (content: string) =>
  /^User's ([\p{L}]+(?:-in-law)?)/u.exec(content)?.[1]?.toLowerCase() ?? 'user'

export const isNegative = (content: string) =>
  /\b(?:doesn't|don't|no longer|never|not|isn't|can't|quit|stopped|gave up|hates?|dislikes?)\b/i.test(
    content,
  )

/** Of the user where the known is of one of theirs. */
export const isOthers = (content: string, one: Told) =>
  ownerOf(content) !== ownerOf(one.told) &&
  ownerOf(content) === 'user' &&
  /^User's (?:sister|brother|mom|mum|dad|mother|father|son|daughter|friend)\b/i.test(one.told)

const endings =
  /\b(?:no longer|quit|stopped|divorced|separated|gave up|gave (?:their|away)|doesn't|don't|never|sold|broke up|split up|died|passed away|left|lost|got rid of|removed|finished|is not|has ended|ended|cancel+ed|got (?:their )?\p{L}+ removed|gave .* away|used to)\b/iu

/** Words that only say that something ended. */
const weak = stemsOf(
  `quit stopped gave up away sold broke split died passed left lost got rid removed no longer never
  because any anymore doesn't don't again use used go goes going all divorced separated finished ended
  isn't work works using cancelled like likes fan eat eats drink drinks goes`,
)

/** "No longer works at Ford" ends "works at Ford"; the words left after "quit" must all be known. */
function ends(fact: Fact, one: Told) {
  if (!endings.test(fact.content) || isNegative(one.told)) return false
  if (isOthers(fact.content, one)) return false
  const main = fact.content.replace(
    / (?:because|since|after|when|on \d|in \d|in the week|in (?:january|february|march|april|may|june|july|august|september|october|november|december)|for good|due to|last|yesterday).*$/i,
    '',
  )
  const about = new Set([...stemsOf(main)].filter((word) => !weak.has(word)))
  const habit = topicsIn(main).filter((topic) => /^(?:smoking|alcohol)$/.test(topic))
  if (habit.some((topic) => topicsIn(one.told).includes(topic))) return true
  if (about.size === 0) return false
  return (
    shareIn(about, one.stems) >= (about.size > 2 ? 0.66 : 1) &&
    (about.size > 1 || one.stems.size <= 4)
  )
}

/** "Started eating meat again" ends "doesn't eat meat". */
function resumes({ content }: Fact, one: Told) {
  const about = /^User (?:started|began|is|went back to) (.+?)(?: again)?$/i.exec(content)?.[1]
  return Boolean(
    about &&
      /\bagain$/i.test(content) &&
      isNegative(one.told) &&
      shareIn(new Set([...stemsOf(about)].filter((word) => word !== 'again')), one.stems) === 1,
  )
}

/** "Bought the car" ends "is saving for a car". */
function fulfils(content: string, one: Told) {
  const reached = /^User (?:bought|got|adopted|visited|climbed|ran|joined|started) (.+)$/.exec(
    content,
  )?.[1]
  const aim =
    /^User (?:is saving (?:up )?for|wants to \p{L}+|plans to \p{L}+|hopes to \p{L}+|is (?:planning|hoping|trying) to \p{L}+|is looking for|is going to \p{L}+) (.+)$/u.exec(
      one.told,
    )?.[1]
  return Boolean(reached && aim && shareIn(stemsOf(aim), stemsOf(reached)) >= 0.66)
}

/** Who was born is expected no more. */
const isBirth = (content: string, told: string) =>
  /^User's (?:daughter|son|baby|twins?)\b.* (?:was|were) born on \d/.test(content) &&
  /^User is (?:.* )?(?:pregnant|expecting|due)\b/.test(told)

/** "User and Luca broke up" ends what is told of him as the partner. */
function parts(content: string, told: string) {
  const parting =
    /^User (?:and (?:their \p{L}+ )?(\p{Lu}\p{L}*)? ?)?(?:(?:got |are )?(?:divorced|separated)|broke up|split up)/u.exec(
      content,
    )
  if (!parting) return false
  const [, named] = partnerOf.exec(told) ?? []
  return partnerOf.test(told) && (!parting[1] || !named || named === parting[1])
}

const partnerOf =
  /^User (?:has an? )?(?:'s )?(?:girlfriend|boyfriend)|^User's (?:girlfriend|boyfriend|gf|bf|partner|husband|wife|fianc\S+)(?:'s name)?(?: is(?: named| called)?)?(?: (\p{Lu}[\p{L}'’-]+))?/u
