import { and, desc, eq, sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import type { Tables } from '../db/schema.ts'
import { notFound } from '../errors.ts'
import type { Assistant, Page } from './assistants.ts'
import { beginRemoval } from './removals.ts'

export type Thread = Tables['threads']['$inferSelect']

export async function createThread(
  db: Db,
  thread: {
    id: string
    ownerId: string
    assistantId: string
    metadata: Record<string, unknown> | null
    now: Date
  },
): Promise<Thread> {
  const query = db.prepared('create_thread', () =>
    db
      .insert(db.t.threads)
      .values({
        id: sql.placeholder('id'),
        ownerId: sql.placeholder('ownerId'),
        assistantId: sql.placeholder('assistantId'),
        metadata: sql.placeholder('metadata'),
        messageCount: 0,
        summaryUntil: 0,
        createdAt: sql.placeholder('now'),
        updatedAt: sql.placeholder('now'),
      })
      .returning(),
  )
  const [row] = await query.execute(thread)
  if (!row) throw new Error('the thread was not stored')
  return row
}

/** Throws `not_found`, for another owner's thread too. */
export async function getThread(db: Db, owner: string, id: string): Promise<Thread> {
  const { threads } = db.t
  const query = db.prepared('get_thread', () =>
    db
      .select()
      .from(threads)
      .where(
        and(eq(threads.id, sql.placeholder('id')), eq(threads.ownerId, sql.placeholder('owner'))),
      ),
  )
  const [row] = await query.execute({ id, owner })
  if (!row) throw notFound('Thread')
  return row
}

/** The thread and its assistant in one read. Throws `not_found`. */
export async function getConversation(
  db: Db,
  owner: string,
  id: string,
): Promise<{ thread: Thread; assistant: Assistant }> {
  const { threads, assistants } = db.t
  const query = db.prepared('get_conversation', () =>
    db
      .select({ thread: threads, assistant: assistants })
      .from(threads)
      .innerJoin(assistants, eq(assistants.id, threads.assistantId))
      .where(
        and(eq(threads.id, sql.placeholder('id')), eq(threads.ownerId, sql.placeholder('owner'))),
      ),
  )
  const [row] = await query.execute({ id, owner })
  if (!row) throw notFound('Thread')
  return row
}

/** Newest first; `assistantId` keeps one assistant's. */
export async function listThreads(
  db: Db,
  owner: string,
  { skip, limit, assistantId }: Page & { assistantId?: string },
): Promise<Thread[]> {
  const { threads } = db.t
  const query = db.prepared(assistantId === undefined ? 'list_threads' : 'list_threads_of', () => {
    const mine = eq(threads.ownerId, sql.placeholder('owner'))
    const of = eq(threads.assistantId, sql.placeholder('assistantId'))
    return db
      .select()
      .from(threads)
      .where(assistantId === undefined ? mine : and(mine, of))
      .orderBy(desc(threads.createdAt), desc(threads.id))
      .limit(sql.placeholder('limit'))
      .offset(sql.placeholder('skip'))
  })
  return query.execute({ owner, assistantId, limit, skip })
}

/**
 * Deletes it with its runs and messages; its documents are out of reach with it, and cleared away by
 * whoever takes the removal up. Throws `not_found`.
 */
export async function deleteThread(db: Db, owner: string, id: string, now: Date): Promise<void> {
  const { threads } = db.t
  const deleted = await db.atomic((q) => [
    q
      .delete(threads)
      .where(and(eq(threads.id, id), eq(threads.ownerId, owner)))
      .returning({ id: threads.id }),
    beginRemoval(q, db.t, id, now),
  ])
  if (!deleted) throw notFound('Thread')
}

/** Replaces the messages up to position `until` by `summary`, for the model only: they stay stored. */
export async function saveSummary(
  db: Db,
  thread: Thread,
  summary: string,
  until: number,
): Promise<void> {
  const { threads } = db.t
  await db
    .update(threads)
    .set({ summary, summaryUntil: until })
    .where(and(eq(threads.id, thread.id), eq(threads.ownerId, thread.ownerId)))
    .returning({ id: threads.id })
}
