import { and, desc, eq, gt, inArray, isNull, lte, or, sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import type { Memory, MemoryPlace } from './memories.ts'

/** What is known now, or with `asOf` what was known then. */
export type MemoryView = { asOf: Date | null }

/** The versions a view shows. The status is written out, or no partial index would serve. */
export function seenIn(db: Db, { asOf }: MemoryView) {
  const { memories } = db.t
  if (asOf === null) return sql`${memories.status} = 'active'`
  return and(
    lte(memories.validFrom, asOf),
    or(isNull(memories.validTo), gt(memories.validTo, asOf)),
  )
}

/** How much there is to search, and how common each of the terms is in it. */
export type MemoryTotals = {
  total: number
  terms: number
  updatedAt: Date | null
  frequencies: Map<string, number>
}

export async function memoryTotals(
  db: Db,
  assistantId: string,
  terms: string[],
): Promise<MemoryTotals> {
  const { memoryScopes, memoryTerms } = db.t
  const query = db.prepared('memory_scope', () =>
    db
      .select()
      .from(memoryScopes)
      .where(eq(memoryScopes.assistantId, sql.placeholder('assistantId'))),
  )
  const [scope] = await query.execute({ assistantId })
  const frequencies = new Map<string, number>()
  if (scope && terms.length > 0) {
    const rows = await db
      .select({ term: memoryTerms.term, memories: memoryTerms.memories })
      .from(memoryTerms)
      .where(and(eq(memoryTerms.assistantId, assistantId), inArray(memoryTerms.term, terms)))
    for (const { term, memories } of rows) if (memories > 0) frequencies.set(term, memories)
  }
  const { total = 0, termTotal = 0, updatedAt = null } = scope ?? {}
  return { total, terms: termTotal, updatedAt, frequencies }
}

/** A version as ranking reads it. */
export type MemoryCandidateRow = Pick<
  Memory,
  'key' | 'id' | 'ordinal' | 'terms' | 'length' | 'content' | 'session' | 'saidAt'
>

const KEYS_AT_ONCE = 500

/** What ranking needs of an owner's memories, by their keys. */
export async function listMemoryCandidates(
  db: Db,
  place: MemoryPlace,
  keys: number[],
  view: MemoryView,
): Promise<MemoryCandidateRow[]> {
  const { memories } = db.t
  return inBatches(keys, (some) => candidates(db, place, view, inArray(memories.key, some)))
}

/** The same by their places among their assistant's. */
export async function listMemoriesAt(
  db: Db,
  place: MemoryPlace,
  ordinals: number[],
  view: MemoryView,
): Promise<MemoryCandidateRow[]> {
  const { memories } = db.t
  return inBatches(ordinals, (some) => candidates(db, place, view, inArray(memories.ordinal, some)))
}

/** The same of the last ones that came. */
export async function listNewestMemories(
  db: Db,
  place: MemoryPlace,
  view: MemoryView,
  limit: number,
): Promise<MemoryCandidateRow[]> {
  return candidates(db, place, view)
    .orderBy(desc(db.t.memories.createdAt), desc(db.t.memories.key))
    .limit(limit)
}

function candidates(
  db: Db,
  { ownerId, assistantId }: MemoryPlace,
  view: MemoryView,
  more?: ReturnType<typeof inArray>,
) {
  const { memories } = db.t
  const { key, id, ordinal, terms, length, content, session, saidAt } = memories
  return db
    .select({ key, id, ordinal, terms, length, content, session, saidAt })
    .from(memories)
    .where(
      and(
        eq(memories.assistantId, assistantId),
        eq(memories.ownerId, ownerId),
        seenIn(db, view),
        more,
      ),
    )
}

async function inBatches<T, R>(values: T[], read: (some: T[]) => PromiseLike<R[]>): Promise<R[]> {
  const found: R[] = []
  for (let at = 0; at < values.length; at += KEYS_AT_ONCE) {
    found.push(...(await read(values.slice(at, at + KEYS_AT_ONCE))))
  }
  return found
}
