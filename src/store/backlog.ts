import { and, asc, isNotNull, isNull, type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import { isQueued } from './claims.ts'

export type Backlog = { kind: 'documents' | 'memories'; waiting: number; oldest: Date | null }

/** No more of a kind are counted: to say how many wait must not cost more the more there are. */
const MOST_COUNTED = 10_000

/**
 * What waits for workers or is being worked on, of all owners, and since when. Each part of the
 * queue is counted up to a bound, from its front; the oldest is the oldest of those.
 */
export async function backlog(db: Db): Promise<Backlog[]> {
  const { documents, memoryOperations } = db.t
  const count = async (which: SQL | undefined) => {
    const first = db
      .select({ createdAt: documents.createdAt })
      .from(documents)
      .where(which)
      .orderBy(asc(documents.retryAt), asc(documents.createdAt))
      .limit(MOST_COUNTED)
      .as('first')
    const [row] = await db.select(counted(first.createdAt)).from(first)
    return read(row)
  }
  const parts = [
    await count(and(isQueued(db, 'pending'), isNull(documents.retryAt))),
    await count(and(isQueued(db, 'pending'), isNotNull(documents.retryAt))),
    await count(isQueued(db, 'processing')),
    await count(isQueued(db, 'deleting')),
  ]
  const open = db
    .select({ createdAt: memoryOperations.createdAt })
    .from(memoryOperations)
    .where(sql`${memoryOperations.status} = 'IN_PROGRESS'`)
    .limit(MOST_COUNTED)
    .as('open')
  const [memories] = await db.select(counted(open.createdAt)).from(open)
  return [
    { kind: 'documents', ...sumOf(parts) },
    { kind: 'memories', ...read(memories) },
  ]
}

type Count = Pick<Backlog, 'waiting' | 'oldest'>

const counted = (createdAt: SQLWrapper) => ({
  waiting: sql<number>`count(*)`,
  oldest: sql`min(${createdAt})`,
})

/** A minimum comes as the database has it: milliseconds, or text with its zone. */
function read(row: { waiting: number; oldest: unknown } | undefined): Count {
  const oldest = row?.oldest as string | number | Date | null | undefined
  return {
    waiting: Number(row?.waiting ?? 0),
    oldest: oldest === null || oldest === undefined ? null : new Date(oldest),
  }
}

function sumOf(parts: Count[]): Count {
  const times = parts.flatMap(({ oldest }) => (oldest ? [oldest.getTime()] : []))
  return {
    waiting: Math.min(
      parts.reduce((sum, { waiting }) => sum + waiting, 0),
      MOST_COUNTED,
    ),
    oldest: times.length > 0 ? new Date(Math.min(...times)) : null,
  }
}
