import { and, desc, eq, inArray, lt, or } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import { inPlace, type Memory, type MemoryPlace } from './memories.ts'
import { closeOperations } from './memory-operations.ts'
import { type MemoryView, seenIn } from './memory-views.ts'

export type MemoryFilter = MemoryView & {
  /** Only memories whose metadata has all of these values. */
  labels: [path: string, value: string][]
}

export type MemoryPage = MemoryFilter & {
  skip: number
  /** Only memories that come behind this one. */
  behind?: Pick<Memory, 'createdAt' | 'key'>
  limit: number
}

/** Newest first. */
export async function listMemories(
  db: Db,
  place: MemoryPlace,
  page: MemoryPage,
): Promise<Memory[]> {
  const { memories } = db.t
  return db
    .select()
    .from(memories)
    .where(and(filtered(db, place, page), page.behind && isBehind(db, page.behind)))
    .orderBy(desc(memories.createdAt), desc(memories.key))
    .limit(page.limit)
    .offset(page.skip)
}

function isBehind(db: Db, { createdAt, key }: Pick<Memory, 'createdAt' | 'key'>) {
  const { memories } = db.t
  const asOld = and(eq(memories.createdAt, createdAt), lt(memories.key, key))
  return or(lt(memories.createdAt, createdAt), asOld)
}

export async function countMemories(
  db: Db,
  place: MemoryPlace,
  page: MemoryFilter,
): Promise<number> {
  return db.$count(db.t.memories, filtered(db, place, page))
}

function filtered(db: Db, place: MemoryPlace, page: MemoryFilter) {
  const { memories, memoryLabels } = db.t
  const having = page.labels.map(([path, value]) =>
    inArray(
      memories.key,
      db
        .select({ key: memoryLabels.memoryKey })
        .from(memoryLabels)
        .where(
          and(
            eq(memoryLabels.assistantId, place.assistantId),
            eq(memoryLabels.path, path),
            eq(memoryLabels.value, value),
          ),
        ),
    ),
  )
  return and(inPlace(db, place), seenIn(db, page), ...having)
}

/**
 * Deletes all an assistant's memories with their history, for good; operations that were to write
 * more are closed. The assistant is the owner's: the caller has seen to it.
 */
export async function wipeMemories(db: Db, place: MemoryPlace, now: Date): Promise<void> {
  const { memories, memoryScopes } = db.t
  const why = 'The memories were reset before this was written'
  await closeOperations(db, place, why, now)
  // Of one write more or less, the counts follow the rows: both go as one.
  const scope = eq(memoryScopes.assistantId, place.assistantId)
  await db.atomic((q) => [
    q.delete(memories).where(inPlace(db, place)).returning({ key: memories.key }),
    q.delete(memoryScopes).where(scope).returning({ assistantId: memoryScopes.assistantId }),
  ])
}
