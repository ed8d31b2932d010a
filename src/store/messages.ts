import { and, asc, eq, gt, inArray, sql } from 'drizzle-orm'
import type { Db, Queries } from '../db/db.ts'
import type { Tables } from '../db/schema.ts'
import { notFound } from '../errors.ts'

export type Message = Tables['messages']['$inferSelect']

/** A message before it has its place in the thread; whatever is left out is null. */
export type MessageDraft = Pick<Message, 'id' | 'role' | 'status' | 'createdAt'> &
  Partial<Omit<Message, 'threadId' | 'ownerId' | 'position'>>

/** Characters of the first user message that lists of threads show. */
const FIRST_MESSAGE_CHARS = 500

/** Oldest first, from the one behind position `after`. */
export async function listMessages(
  db: Db,
  owner: string,
  threadId: string,
  after = 0,
): Promise<Message[]> {
  const { messages } = db.t
  const query = db.prepared('list_messages', () =>
    db
      .select()
      .from(messages)
      .where(
        and(
          eq(messages.threadId, sql.placeholder('threadId')),
          eq(messages.ownerId, sql.placeholder('owner')),
          gt(messages.position, sql.placeholder('after')),
        ),
      )
      .orderBy(asc(messages.position)),
  )
  return query.execute({ threadId, owner, after })
}

/** The messages of several threads in one read: thread by thread, oldest first. */
export async function listMessagesOf(
  db: Db,
  owner: string,
  threadIds: string[],
): Promise<Map<string, Message[]>> {
  const { messages } = db.t
  const byThread = new Map<string, Message[]>(threadIds.map((id) => [id, []]))
  if (threadIds.length === 0) return byThread
  const rows = await db
    .select()
    .from(messages)
    .where(and(inArray(messages.threadId, threadIds), eq(messages.ownerId, owner)))
    .orderBy(asc(messages.threadId), asc(messages.position))
  for (const row of rows) byThread.get(row.threadId)?.push(row)
  return byThread
}

/** The statement that puts `drafts` at the end of a thread, in their order. */
export function appendMessages(
  q: Queries,
  { messages }: Tables,
  at: { ownerId: string; threadId: string },
  drafts: MessageDraft[],
) {
  const last = sql`(select coalesce(max(position), 0) from messages where thread_id = ${at.threadId})`
  const rows = drafts.map((draft, i) => ({
    ...draft,
    ...at,
    position: sql`${last} + ${sql.raw(String(i + 1))}`,
  }))
  return q.insert(messages).values(rows).returning()
}

/** The statement that keeps a thread's own row in step with `added` new messages. */
export function touchThread(
  q: Queries,
  { threads }: Tables,
  thread: { id: string; ownerId: string },
  added: { count: number; now: Date; userText?: string | null },
) {
  const first = added.userText ? excerpt(added.userText) : null
  return q
    .update(threads)
    .set({
      messageCount: sql`${threads.messageCount} + ${added.count}`,
      updatedAt: added.now,
      ...(first ? { firstUserMessage: sql`coalesce(${threads.firstUserMessage}, ${first})` } : {}),
    })
    .where(and(eq(threads.id, thread.id), eq(threads.ownerId, thread.ownerId)))
    .returning()
}

/** Saves a message that starts no run. Throws `not_found` when the thread is gone. */
export async function saveMessage(
  db: Db,
  thread: { id: string; ownerId: string },
  draft: MessageDraft,
  now: Date,
): Promise<Message> {
  const saved = await db.atomic((q) => [
    touchThread(q, db.t, thread, { count: 1, now, userText: draft.content ?? null }),
    appendMessages(q, db.t, { ownerId: thread.ownerId, threadId: thread.id }, [draft]),
  ])
  const message = saved?.[1][0]
  if (!message) throw notFound('Thread')
  return message
}

function excerpt(text: string) {
  return text.length <= FIRST_MESSAGE_CHARS
    ? text
    : text
        .slice(0, FIRST_MESSAGE_CHARS)
        .toWellFormed()
        .replace(/\uFFFD$/, '')
}
