import type { Lookup } from '../db/db.ts'
import type { PreparedQuery, QueryWord } from './query.ts'
import { rarity, type ScopeStats } from './score.ts'

/** A lookup for a word of a query, and what it is worth to hold that word. */
export type WordLookup = Lookup & { worth: number }

/** Words asked for only among what rarer ones have found; the commonest tell nothing more. */
const mostNarrowed = 8

/**
 * What to ask the full-text index for a query: every word alone, the rarest first, as long as the
 * rows they match stay within `mostRows`, so that a common word never drags in a whole scope; the
 * commoner ones only among those rows. The rarest is always asked for.
 */
export function lookupsOf(
  query: PreparedQuery,
  stats: Pick<ScopeStats, 'chunks' | 'frequencies'>,
  mostRows: number,
): WordLookup[] {
  const { frequencies } = stats
  const rowsOf = ({ terms }: QueryWord) =>
    terms.reduce((sum, term) => sum + (frequencies.get(term) ?? 0), 0)
  const found = query.words
    .map((word) => ({ word, rows: rowsOf(word) }))
    .filter(({ rows }) => rows > 0)
    .sort((one, other) => one.rows - other.rows)
  const lookups: WordLookup[] = []
  const asked: string[] = []
  let rows = 0
  let narrowed = 0
  for (const { word, rows: more } of found) {
    const any = word.terms.filter((term) => frequencies.get(term))
    const worth = word.weight * rarity(word, stats)
    rows += more
    if (lookups.length === 0 || rows <= mostRows) {
      lookups.push({ any, worth })
      asked.push(...any)
    } else if (narrowed < mostNarrowed) {
      lookups.push({ any, among: asked, worth })
      narrowed += 1
    }
  }
  return lookups
}

/** So many must stand out, or twice as many are read: then coverage cannot tell the best. */
const enough = 40

/**
 * The `few` keys worth reading, of those that the lookups have found: with the most of the query's
 * worth, not counting how often. What stands there decides the rest.
 */
export function bestCovered(
  lookups: readonly WordLookup[],
  found: readonly number[][],
  few: number,
): number[] {
  // A bit for every lookup that has found a key: thousands of keys, but few such sets.
  const sets = new Map<number, number>()
  for (const [at, keys] of found.entries()) {
    const bit = 2 ** at
    for (const key of keys) sets.set(key, (sets.get(key) ?? 0) + bit)
  }
  if (sets.size <= few) return [...sets.keys()]
  const worths = worthsOf(new Set(sets.values()), lookups)
  const { cut, above } = cutAt(few, sets.values(), worths)
  const limit = above >= enough ? few : few * 2
  const best: number[] = []
  const tied: number[] = []
  for (const [key, set] of sets) {
    const worth = worths.get(set) ?? 0
    if (worth > cut) best.push(key)
    else if (worth === cut) tied.push(key)
  }
  return [...best, ...tied.slice(0, Math.max(limit - best.length, 0))]
}

function worthsOf(sets: Iterable<number>, lookups: readonly WordLookup[]): Map<number, number> {
  const isIn = (at: number, set: number) => Math.floor(set / 2 ** at) % 2 === 1
  const worthOf = (set: number) =>
    lookups.reduce((sum, { worth }, at) => (isIn(at, set) ? sum + worth : sum), 0)
  return new Map([...sets].map((set) => [set, worthOf(set)]))
}

/** What the one at a place is worth, the best first, and how many are worth more. */
function cutAt(place: number, sets: Iterable<number>, worths: ReadonlyMap<number, number>) {
  const counts = new Map<number, number>()
  for (const set of sets) counts.set(set, (counts.get(set) ?? 0) + 1)
  const all = [...counts].map(([set, count]) => ({ worth: worths.get(set) ?? 0, count }))
  let cut = 0
  let above = 0
  let reached = 0
  for (const { worth, count } of all.sort((one, other) => other.worth - one.worth)) {
    if (worth !== cut) {
      if (reached >= place) break
      above = reached
      cut = worth
    }
    reached += count
  }
  return { cut, above }
}
