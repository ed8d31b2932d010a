import { and, type Column, desc, eq, gt, isNull, lte, or, type SQL, sql } from 'drizzle-orm'
import { type Db, slot } from '../db/db.ts'
import { asSet, isAmong } from './among.ts'
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
    const { assistantId: whose, term, memories } = memoryTerms
    const counts = db.prepared('memory_terms', () =>
      db
        .select({ term, memories })
        .from(memoryTerms)
        .where(and(eq(whose, sql.placeholder('assistantId')), isAmong(db, term))),
    )
    for (const row of await counts.execute({ assistantId, values: asSet(terms) })) {
      if (row.memories > 0) frequencies.set(row.term, row.memories)
    }
  }
  const { total = 0, termTotal = 0, updatedAt = null } = scope ?? {}
  return { total, terms: termTotal, updatedAt, frequencies }
}

/** A version as ranking reads it. */
export type MemoryCandidateRow = Pick<
  Memory,
  'key' | 'id' | 'ordinal' | 'terms' | 'length' | 'content' | 'session' | 'saidAt'
>

/** What ranking needs of an owner's memories, by their keys. */
export function listMemoryCandidates(
  db: Db,
  place: MemoryPlace,
  keys: number[],
  view: MemoryView,
): Promise<MemoryCandidateRow[]> {
  return listBy(db, place, 'key', keys, view)
}

/** The same by their places among their assistant's. */
export function listMemoriesAt(
  db: Db,
  place: MemoryPlace,
  ordinals: number[],
  view: MemoryView,
): Promise<MemoryCandidateRow[]> {
  return listBy(db, place, 'ordinal', ordinals, view)
}

/** The same of the last ones that came. */
export async function listNewestMemories(
  db: Db,
  place: MemoryPlace,
  view: MemoryView,
  limit: number,
): Promise<MemoryCandidateRow[]> {
  const { createdAt, key, id } = db.t.memories
  const query = db.prepared(`newest_memories(${view.asOf !== null},${limit})`, () =>
    candidates(db, view, sql`${id} is not null`).orderBy(desc(createdAt), desc(key)).limit(limit),
  )
  return query.execute({ ...place, asOf: view.asOf })
}

async function listBy(
  db: Db,
  place: MemoryPlace,
  name: 'key' | 'ordinal',
  values: number[],
  view: MemoryView,
): Promise<MemoryCandidateRow[]> {
  if (values.length === 0) return []
  const query = db.prepared(`memories_by(${name},${view.asOf !== null})`, () =>
    candidates(db, view, isAmong(db, db.t.memories[name]), name === 'key'),
  )
  return query.execute({ ...place, values: asSet(values), asOf: view.asOf })
}

function candidates(db: Db, view: MemoryView, more: SQL, byKey = false) {
  const { memories } = db.t
  const { key, id, ordinal, terms, length, content, session, saidAt } = memories
  const whose = byKey ? unindexed(memories.assistantId) : memories.assistantId
  const asOf = slot(memories.validFrom, 'asOf')
  const then = sql`${memories.validFrom} <= ${asOf} and (${memories.validTo} is null or ${memories.validTo} > ${asOf})`
  return db
    .select({ key, id, ordinal, terms, length, content, session, saidAt })
    .from(memories)
    .where(
      and(
        sql`${whose} = ${sql.placeholder('assistantId')}`,
        eq(memories.ownerId, sql.placeholder('ownerId')),
        view.asOf === null ? seenIn(db, view) : then,
        more,
      ),
    )
}

/** Where keys are given, SQLite would still rather go through all there is by another index. */
export const unindexed = (column: Column): SQL => sql`${column} || ''`
