import { and, asc, eq, gt, sql } from 'drizzle-orm'
import { type Bound, type Db, slot, slots } from '../db/db.ts'
import type { Tables } from '../db/schema.ts'
import { notFound } from '../errors.ts'
import { asSet, isAmong } from './among.ts'
import { addOperation, type NewOperation } from './memory-operations.ts'

export type Message = Tables['messages']['$inferSelect']

/** A message before it has its place in the thread; whatever is left out is null. */
export type MessageDraft = Pick<Message, 'id' | 'role' | 'status' | 'createdAt'> &
  Partial<Omit<Message, 'threadId' | 'ownerId' | 'position'>>

/** Characters of the first user message that lists of threads show. */
const FIRST_MESSAGE_CHARS = 500

/** What a model needs to know of a message. */
export type PastMessage = Pick<
  Message,
  | 'id'
  | 'runId'
  | 'position'
  | 'role'
  | 'status'
  | 'content'
  | 'toolCalls'
  | 'toolCallId'
  | 'toolName'
  | 'keptReasoning'
>

/** What clients see of a message. A long thread is read a thousand rows at a time: nothing else is. */
export type ShownMessage = Pick<Message, keyof ReturnType<typeof shownColumns>>

const shownColumns = ({ messages }: Tables) => {
  const { id, threadId, runId, role, status, content, metadata, reasoning, error } = messages
  const { toolCalls, toolCallId, toolName, provider, model } = messages
  const { inputTokens, outputTokens, createdAt } = messages
  return {
    ...{ id, threadId, runId, role, status, content, metadata, reasoning, error },
    ...{ toolCalls, toolCallId, toolName, provider, model },
    ...{ inputTokens, outputTokens, createdAt },
  }
}

/** Oldest first. */
export async function listMessages(
  db: Db,
  owner: string,
  threadId: string,
): Promise<ShownMessage[]> {
  const { messages } = db.t
  const query = db.prepared('list_messages', () =>
    db
      .select(shownColumns(db.t))
      .from(messages)
      .where(
        and(
          eq(messages.threadId, sql.placeholder('threadId')),
          eq(messages.ownerId, sql.placeholder('owner')),
        ),
      )
      .orderBy(asc(messages.position)),
  )
  return query.execute({ threadId, owner })
}

/** What was said in a thread behind position `after`, oldest first. */
export async function listHistory(
  db: Db,
  owner: string,
  threadId: string,
  after: number,
): Promise<PastMessage[]> {
  const { messages } = db.t
  const { id, runId, position, role, status, content } = messages
  const { toolCalls, toolCallId, toolName, keptReasoning } = messages
  const query = db.prepared('list_history', () =>
    db
      .select({
        ...{ id, runId, position, role, status, content },
        ...{ toolCalls, toolCallId, toolName, keptReasoning },
      })
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

/** Null when it is gone, and for another owner's or thread's. */
export async function findMessage(
  db: Db,
  owner: string,
  threadId: string,
  id: string,
): Promise<Message | null> {
  const { messages } = db.t
  const [row] = await db
    .select()
    .from(messages)
    .where(and(eq(messages.id, id), eq(messages.threadId, threadId), eq(messages.ownerId, owner)))
  return row ?? null
}

/** The messages of several threads in one read: thread by thread, oldest first. */
export async function listMessagesOf(
  db: Db,
  owner: string,
  threadIds: string[],
): Promise<Map<string, ShownMessage[]>> {
  const { messages } = db.t
  const byThread = new Map<string, ShownMessage[]>(threadIds.map((id) => [id, []]))
  if (threadIds.length === 0) return byThread
  const query = db.prepared('list_messages_of', () =>
    db
      .select(shownColumns(db.t))
      .from(messages)
      .where(and(isAmong(db, messages.threadId), eq(messages.ownerId, sql.placeholder('owner'))))
      .orderBy(asc(messages.threadId), asc(messages.position)),
  )
  const rows = await query.execute({ values: asSet(threadIds), owner })
  for (const row of rows) byThread.get(row.threadId)?.push(row)
  return byThread
}

/** The statement that puts a message at the end of a thread. */
export function appendMessage(
  { messages }: Tables,
  at: { ownerId: string; threadId: string },
  draft: MessageDraft,
): Bound<Message> {
  const values = { ...draft, ...at }
  const { shape, filled } = slots(messages, values)
  const thread = sql.placeholder('threadId')
  const position = sql`(select coalesce(max(position), 0) + 1 from messages where thread_id = ${thread})`
  return {
    name: `append_message(${shape})`,
    values,
    build: (q) =>
      q
        .insert(messages)
        .values({ ...filled(), position })
        .returning(),
  }
}

/** The statement that keeps a thread's own row in step with `added` new messages. */
export function touchThread(
  { threads }: Tables,
  thread: { id: string; ownerId: string },
  added: { count: number; now: Date; userText?: string | null },
): Bound<Tables['threads']['$inferSelect']> {
  const first = added.userText ? excerpt(added.userText) : null
  return {
    name: 'touch_thread',
    values: { ...thread, ...added, first },
    build: (q) =>
      q
        .update(threads)
        .set({
          messageCount: sql`${threads.messageCount} + ${slot(threads.messageCount, 'count')}`,
          updatedAt: slot(threads.updatedAt, 'now'),
          firstUserMessage: sql`coalesce(${threads.firstUserMessage}, ${slot(threads.firstUserMessage, 'first')})`,
        })
        .where(
          and(
            eq(threads.id, sql.placeholder('id')),
            eq(threads.ownerId, sql.placeholder('ownerId')),
          ),
        )
        .returning(),
  }
}

/** Saves a message that starts no run, and notes what is to be remembered of it. Throws `not_found` when the thread is gone. */
export async function saveMessage(
  db: Db,
  thread: { id: string; ownerId: string },
  draft: MessageDraft,
  now: Date,
  operation: NewOperation | null = null,
): Promise<Message> {
  const at = { ownerId: thread.ownerId, threadId: thread.id }
  const saved = await db.atomic(() => [
    touchThread(db.t, thread, { count: 1, now, userText: draft.content ?? null }),
    appendMessage(db.t, at, draft),
    ...(operation ? [addOperation(db.t, operation)] : []),
  ])
  const message = saved?.[1]?.[0] as Message | undefined
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
