import { and, asc, eq, exists, gt, inArray, isNull, ne, sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import type { Assistant } from './assistants.ts'
import { hasEmbedding } from './reindex.ts'

/** Active memories of an assistant that have no vector in a space, from the one behind `after`. */
export async function pageOfUnplacedMemories(
  db: Db,
  assistant: Assistant,
  space: string,
  { after, limit }: { after: number; limit: number },
): Promise<{ key: number; content: string }[]> {
  const { memories, memoryVectors: vectors } = db.t
  return db
    .select({ key: memories.key, content: memories.content })
    .from(memories)
    .leftJoin(vectors, and(eq(vectors.memoryKey, memories.key), eq(vectors.space, space)))
    .where(and(activeOf(db, assistant), gt(memories.key, after), isNull(vectors.memoryKey)))
    .orderBy(asc(memories.key))
    .limit(limit)
}

export async function countUnplacedMemories(
  db: Db,
  assistant: Assistant,
  space: string,
): Promise<number> {
  const { memories, memoryVectors: vectors } = db.t
  const [row] = await db
    .select({ count: sql<number>`cast(count(*) as integer)` })
    .from(memories)
    .leftJoin(vectors, and(eq(vectors.memoryKey, memories.key), eq(vectors.space, space)))
    .where(and(activeOf(db, assistant), isNull(vectors.memoryKey)))
  return row?.count ?? 0
}

/**
 * Deletes at most `limit` vectors that an assistant's memories have in other spaces. Returns how
 * many went; none when its embedding is no longer what `assistant` says.
 */
export async function dropOtherMemoryVectors(
  db: Db,
  assistant: Assistant,
  space: string,
  limit: number,
): Promise<number> {
  const { assistants, memories, memoryVectors: vectors } = db.t
  const others = await db
    .selectDistinct({ key: vectors.memoryKey })
    .from(vectors)
    .innerJoin(memories, eq(memories.key, vectors.memoryKey))
    .where(
      and(
        eq(memories.assistantId, assistant.id),
        eq(memories.ownerId, assistant.ownerId),
        ne(vectors.space, space),
      ),
    )
    .limit(limit)
  const keys = others.map((row) => row.key)
  if (keys.length === 0) return 0
  const same = db
    .select({ one: sql`1` })
    .from(assistants)
    .where(and(eq(assistants.id, assistant.id), hasEmbedding(db, assistant)))
  const gone = await db
    .delete(vectors)
    .where(and(inArray(vectors.memoryKey, keys), ne(vectors.space, space), exists(same)))
    .returning({ key: vectors.memoryKey })
  return gone.length
}

/** As in the partial indexes, which serve no other wording. */
function activeOf(db: Db, { id, ownerId }: Assistant) {
  const { memories } = db.t
  return and(
    eq(memories.assistantId, id),
    eq(memories.ownerId, ownerId),
    sql`${memories.status} = 'active'`,
  )
}
