import {
  and,
  asc,
  count,
  desc,
  eq,
  inArray,
  isNotNull,
  isNull,
  ne,
  type SQL,
  sql,
} from 'drizzle-orm'
import { type Bound, type Db, slotsOfRows } from '../db/db.ts'
import type { Tables } from '../db/schema.ts'
import { notFound } from '../errors.ts'
import { asSet, isAmong } from './among.ts'

export type Document = Tables['documents']['$inferSelect']

/** What is known of a document before anybody has looked into it. */
export type NewDocument = Pick<
  Document,
  | 'id'
  | 'ownerId'
  | 'assistantId'
  | 'threadId'
  | 'messageId'
  | 'filename'
  | 'mediaType'
  | 'blobKey'
  | 'sizeBytes'
> & { now: Date }

/** Stores what was uploaded to one place. Throws `not_found` when that has just been deleted. */
export async function createDocuments(db: Db, drafts: NewDocument[]): Promise<Document[]> {
  const [first] = drafts
  if (!first) return []
  const stored = await db.atomic(() => [holdParent(db, first), insertDocuments(db, drafts)])
  if (!stored) throw notFound(first.threadId ? 'Thread' : 'Assistant')
  return stored[1]
}

function insertDocuments({ t: { documents } }: Db, drafts: NewDocument[]): Bound<Document> {
  const pending = { status: 'pending', attempts: 0 } as const
  const rows = slotsOfRows(
    documents,
    drafts.map(({ now, ...draft }) => ({ ...draft, ...pending, createdAt: now, updatedAt: now })),
  )
  return {
    name: `insert_documents(${drafts.length})`,
    values: rows.values,
    build: (q) => q.insert(documents).values(rows.filled()).returning(),
  }
}

/**
 * Changes nothing, but keeps what a document belongs to from being deleted before it is stored. The
 * column is one of no index, each of which would be written too.
 */
function holdParent(
  { t: { threads, assistants } }: Db,
  { ownerId, assistantId, threadId }: NewDocument,
): Bound<unknown> {
  const is = ({ id, ownerId }: typeof threads | typeof assistants) =>
    and(eq(id, sql.placeholder('id')), eq(ownerId, sql.placeholder('ownerId')))
  const thread: Bound<unknown> = {
    name: 'hold_thread',
    values: { id: threadId, ownerId },
    build: (q) =>
      q
        .update(threads)
        .set({ messageCount: sql`${threads.messageCount}` })
        .where(is(threads))
        .returning({ id: threads.id }),
  }
  const assistant: Bound<unknown> = {
    name: 'hold_assistant',
    values: { id: assistantId, ownerId },
    build: (q) =>
      q
        .update(assistants)
        .set({ topK: sql`${assistants.topK}` })
        .where(is(assistants))
        .returning({ id: assistants.id }),
  }
  return threadId ? thread : assistant
}

/** Throws `not_found`, for another owner's document and for one that is being deleted too. */
export async function getDocument(db: Db, owner: string, id: string): Promise<Document> {
  const row = await findDocument(db, id)
  if (row?.ownerId !== owner || row.status === 'deleting' || !(await hasParent(db, row))) {
    throw notFound('Document')
  }
  return row
}

/** The document whatever its state, for those who work on it. */
export async function findDocument(db: Db, id: string): Promise<Document | null> {
  const { documents } = db.t
  const query = db.prepared('find_document', () =>
    db
      .select()
      .from(documents)
      .where(eq(documents.id, sql.placeholder('id'))),
  )
  const [row] = await query.execute({ id })
  return row ?? null
}

/** Whether the thread or assistant that a document belongs to is still there. */
async function hasParent(db: Db, { assistantId, threadId }: Document): Promise<boolean> {
  const table = threadId ? db.t.threads : db.t.assistants
  const query = db.prepared(threadId ? 'has_thread' : 'has_assistant', () =>
    db
      .select({ id: table.id })
      .from(table)
      .where(eq(table.id, sql.placeholder('id'))),
  )
  return (await query.execute({ id: threadId ?? assistantId })).length > 0
}

/** An assistant's own documents, not its threads', newest first. */
export async function listAssistantDocuments(
  db: Db,
  owner: string,
  assistantId: string,
): Promise<Document[]> {
  const { documents } = db.t
  return db
    .select()
    .from(documents)
    .where(
      and(
        eq(documents.assistantId, assistantId),
        eq(documents.ownerId, owner),
        isNull(documents.threadId),
        ne(documents.status, 'deleting'),
      ),
    )
    .orderBy(desc(documents.createdAt), desc(documents.id))
}

/** A thread's documents, those that came with its messages included, newest first. */
export async function listThreadDocuments(
  db: Db,
  owner: string,
  threadId: string,
): Promise<Document[]> {
  const { documents } = db.t
  return db
    .select()
    .from(documents)
    .where(
      and(
        eq(documents.threadId, threadId),
        eq(documents.ownerId, owner),
        ne(documents.status, 'deleting'),
      ),
    )
    .orderBy(desc(documents.createdAt), desc(documents.id))
}

/** The documents that came with any message of one thread, oldest first. */
export async function listAttachmentsOf(
  db: Db,
  owner: string,
  threadId: string,
): Promise<Document[]> {
  const query = db.prepared('list_attachments_of', () =>
    selectAttachments(db, eq(db.t.documents.threadId, sql.placeholder('threadId'))),
  )
  return query.execute({ threadId, owner })
}

/** The same for several threads. */
export async function listAttachments(
  db: Db,
  owner: string,
  threadIds: string[],
): Promise<Document[]> {
  if (threadIds.length === 0) return []
  const query = db.prepared('list_attachments', () =>
    selectAttachments(db, isAmong(db, db.t.documents.threadId)),
  )
  return query.execute({ values: asSet(threadIds), owner })
}

function selectAttachments(db: Db, inThreads: SQL) {
  const { documents } = db.t
  return db
    .select()
    .from(documents)
    .where(
      and(
        inThreads,
        eq(documents.ownerId, sql.placeholder('owner')),
        isNotNull(documents.messageId),
        ne(documents.status, 'deleting'),
      ),
    )
    .orderBy(asc(documents.createdAt), asc(documents.id))
}

/** What a document's chunks are searched with: its thread's, or else its assistant's. */
export function scopeOf({ threadId, assistantId }: Document): string {
  return threadId ?? assistantId
}

/** How many of a thread's own documents are still on their way. */
export async function countUnready(db: Db, owner: string, threadId: string): Promise<number> {
  const { documents } = db.t
  const query = db.prepared('count_unready', () =>
    db
      .select({ unready: count() })
      .from(documents)
      .where(
        and(
          eq(documents.threadId, sql.placeholder('threadId')),
          eq(documents.ownerId, sql.placeholder('owner')),
          inArray(documents.status, ['pending', 'processing']),
        ),
      ),
  )
  const [row] = await query.execute({ threadId, owner })
  return row?.unready ?? 0
}
