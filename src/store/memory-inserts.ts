import { sql } from 'drizzle-orm'
import { type Bound, manySlots, type Queries, slot, slots } from '../db/db.ts'
import type { Tables } from '../db/schema.ts'
import type { MemoryStatus } from '../db/schema-memories.ts'
import type { Memory, MemoryChanges, MemoryPlace, NewVersion } from './memories.ts'

/** The statements that add versions, one each; those of no place yet take the last `fresh` ones. */
export function addVersions(
  { memories }: Tables,
  place: MemoryPlace,
  adds: NewVersion[],
  fresh: number,
): Bound<Memory>[] {
  let given = 0
  return adds.map(({ vector, space: _, labels: __, ordinal: own, ...version }) => {
    const status: MemoryStatus = 'active'
    const row = { ...version, ...place, status, embedded: vector !== null }
    const { shape, filled } = slots(memories, row)
    const back = own === null ? fresh - ++given : 0
    const last = sql`(select last_ordinal from memory_scopes where assistant_id = ${sql.placeholder('assistantId')})`
    const next = sql`${last} - ${slot(memories.length, 'back')}`
    return {
      name: `add_memory(${own === null},${shape})`,
      values: { ...row, back, ordinal: own },
      build: (q) =>
        q
          .insert(memories)
          .values({
            ...filled(),
            ordinal: own === null ? next : slot(memories.ordinal, 'ordinal'),
          })
          .returning(),
    }
  })
}

export function addVectors(
  { memoryVectors }: Tables,
  adds: NewVersion[],
): Bound<{ key: number }>[] {
  return adds.flatMap(({ key, vector, space }) => {
    if (!vector) return []
    const values = { memoryKey: key, space, vector }
    return {
      name: 'add_memory_vector',
      values,
      build: (q: Queries) =>
        q
          .insert(memoryVectors)
          .values(slots(memoryVectors, values).filled())
          .returning({ key: memoryVectors.memoryKey }),
    }
  })
}

export function addLabels(
  { memoryLabels }: Tables,
  { assistantId }: MemoryPlace,
  adds: NewVersion[],
): Bound<{ key: number }>[] {
  const rows = adds.flatMap(({ key, labels }) =>
    labels.map(([path, value]) => ({ memoryKey: key, assistantId, path, value })),
  )
  return manySlots(memoryLabels, rows).map(({ size, values, filled }) => ({
    name: `add_memory_labels(${size})`,
    values,
    build: (q) =>
      q.insert(memoryLabels).values(filled()).returning({ key: memoryLabels.memoryKey }),
  }))
}

/** Always in the same order, so that no two writers wait for each other. */
export function countTerms(
  { memoryTerms }: Tables,
  { assistantId }: MemoryPlace,
  { adds, ends }: MemoryChanges,
): Bound<unknown>[] {
  const counts = new Map<string, number>()
  const count = (terms: string, by: number) => {
    for (const term of new Set(terms.split(' '))) {
      if (term !== '') counts.set(term, (counts.get(term) ?? 0) + by)
    }
  }
  for (const { terms } of adds) count(terms, 1)
  for (const { row } of ends) count(row.terms, -1)
  const changed = [...counts]
    .filter(([, by]) => by !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([term, by]) => ({ assistantId, term, memories: by }))
  return manySlots(memoryTerms, changed).map(({ size, values, filled }) => ({
    name: `count_memory_terms(${size})`,
    blind: true,
    values,
    build: (q) =>
      q
        .insert(memoryTerms)
        .values(filled())
        .onConflictDoUpdate({
          target: [memoryTerms.assistantId, memoryTerms.term],
          set: { memories: sql`${memoryTerms.memories} + excluded.memories` },
        }),
  }))
}
