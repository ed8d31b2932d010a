import { and, asc, eq, sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import { asSet, isAmong } from './among.ts'

/** The vectors of memories in one space, by their keys; those without one are left out. */
export async function listMemoryVectors(
  db: Db,
  keys: number[],
  space: string,
): Promise<Map<number, Buffer>> {
  const { memoryVectors } = db.t
  const query = db.prepared('memory_vectors', () =>
    db
      .select({ key: memoryVectors.memoryKey, vector: db.bytesOf(memoryVectors.vector) })
      .from(memoryVectors)
      .where(
        and(
          isAmong(db, memoryVectors.memoryKey),
          eq(memoryVectors.space, sql.placeholder('space')),
        ),
      ),
  )
  const rows = await query.execute({ values: asSet(keys), space })
  return new Map(rows.map(({ key, vector }) => [key, vector]))
}

/** The oldest active memories that have no vector yet. */
export async function listUnembedded(
  db: Db,
  assistantId: string,
  limit: number,
): Promise<{ key: number; content: string }[]> {
  const { memories } = db.t
  return db
    .select({ key: memories.key, content: memories.content })
    .from(memories)
    .where(and(eq(memories.assistantId, assistantId), waiting(db)))
    .orderBy(asc(memories.key))
    .limit(limit)
}

/** Assistants with memories that have no vector yet. */
export async function listAssistantsToEmbed(db: Db, limit: number): Promise<string[]> {
  const { memories } = db.t
  const rows = await db
    .selectDistinct({ assistantId: memories.assistantId })
    .from(memories)
    .where(waiting(db))
    .limit(limit)
  return rows.map(({ assistantId }) => assistantId)
}

/** Stores vectors made afterwards. Those of memories that are gone by now are left out. */
export async function addMemoryVectors(
  db: Db,
  space: string,
  vectors: { key: number; vector: Buffer }[],
): Promise<void> {
  const { memories, memoryVectors } = db.t
  for (const { key, vector } of vectors) {
    await db.atomic((q) => [
      q.update(memories).set({ embedded: true }).where(eq(memories.key, key)).returning(),
      q
        .insert(memoryVectors)
        .values({ memoryKey: key, space, vector })
        .onConflictDoUpdate({
          target: [memoryVectors.memoryKey, memoryVectors.space],
          set: { vector },
        })
        .returning({ key: memoryVectors.memoryKey }),
    ])
  }
}

/** As in the partial index, which serves no other wording. */
function waiting(db: Db) {
  const { memories } = db.t
  return sql`not ${memories.embedded} and ${memories.status} = 'active'`
}
