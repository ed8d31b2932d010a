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

/** Rows read and scored in full. A row among the ten best is hardly ever below the first hundred. */
const few = 150
/** As many as are read where coverage alone cannot tell the best from the rest. */
const most = 300
const enough = 40

/**
 * The keys worth reading, of those that the lookups have found: with the most of the query's worth,
 * not counting how often. What stands there decides the rest.
 */
export function bestCovered(lookups: readonly WordLookup[], found: readonly number[][]): number[] {
  const covered = new Map<number, number>()
  for (const [at, keys] of found.entries()) {
    const worth = lookups[at]?.worth ?? 0
    for (const key of keys) covered.set(key, (covered.get(key) ?? 0) + worth)
  }
  if (covered.size <= few) return [...covered.keys()]
  const sorted = Float64Array.from(covered.values()).sort().reverse()
  const cut = sorted[few - 1] ?? 0
  const above = sorted.findIndex((worth) => worth <= cut)
  const limit = above >= enough ? few : most
  const best: number[] = []
  const tied: number[] = []
  for (const [key, worth] of covered) {
    if (worth > cut) best.push(key)
    else if (worth === cut) tied.push(key)
  }
  return [...best, ...tied.slice(0, Math.max(limit - best.length, 0))]
}
