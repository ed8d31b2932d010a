import { inArray, sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'

export type Backlog = { kind: 'documents' | 'memories'; waiting: number; oldest: Date | null }

/** What waits for workers or is being worked on, of all owners, and since when. */
export async function backlog(db: Db): Promise<Backlog[]> {
  const { documents, memoryOperations } = db.t
  const [docs] = await db
    .select({ waiting: sql<number>`count(*)`, oldest: sql`min(${documents.createdAt})` })
    .from(documents)
    .where(inArray(documents.status, ['pending', 'processing', 'deleting']))
  const [memories] = await db
    .select({ waiting: sql<number>`count(*)`, oldest: sql`min(${memoryOperations.createdAt})` })
    .from(memoryOperations)
    .where(sql`${memoryOperations.status} = 'IN_PROGRESS'`)
  return [
    { kind: 'documents', ...read(docs) },
    { kind: 'memories', ...read(memories) },
  ]
}

/** A minimum comes as the database has it: milliseconds, or text with its zone. */
function read(row: { waiting: number; oldest: unknown } | undefined) {
  const oldest = row?.oldest as string | number | Date | null | undefined
  return {
    waiting: Number(row?.waiting ?? 0),
    oldest: oldest === null || oldest === undefined ? null : new Date(oldest),
  }
}
