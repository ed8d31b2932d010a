import { and, asc, count, desc, eq, inArray, isNotNull, isNull, lt, or, sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import type { Tables } from '../db/schema.ts'
import { notFound } from '../errors.ts'

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

export async function createDocuments(db: Db, drafts: NewDocument[]): Promise<Document[]> {
  return db
    .insert(db.t.documents)
    .values(
      drafts.map(({ now, ...draft }) => ({
        ...draft,
        status: 'pending' as const,
        attempts: 0,
        createdAt: now,
        updatedAt: now,
      })),
    )
    .returning()
}

/** Throws `not_found`, for another owner's document too. */
export async function getDocument(db: Db, owner: string, id: string): Promise<Document> {
  const { documents } = db.t
  const [row] = await db
    .select()
    .from(documents)
    .where(and(eq(documents.id, id), eq(documents.ownerId, owner)))
  if (!row) throw notFound('Document')
  return row
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
    .where(and(eq(documents.threadId, threadId), eq(documents.ownerId, owner)))
    .orderBy(desc(documents.createdAt), desc(documents.id))
}

/** The documents that came with any message of one thread, oldest first. */
export async function listAttachmentsOf(
  db: Db,
  owner: string,
  threadId: string,
): Promise<Document[]> {
  const { documents } = db.t
  const query = db.prepared('list_attachments_of', () =>
    db
      .select()
      .from(documents)
      .where(
        and(
          eq(documents.threadId, sql.placeholder('threadId')),
          eq(documents.ownerId, sql.placeholder('owner')),
          isNotNull(documents.messageId),
        ),
      )
      .orderBy(asc(documents.createdAt), asc(documents.id)),
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
  const { documents } = db.t
  return db
    .select()
    .from(documents)
    .where(
      and(
        inArray(documents.threadId, threadIds),
        eq(documents.ownerId, owner),
        isNotNull(documents.messageId),
      ),
    )
    .orderBy(asc(documents.createdAt), asc(documents.id))
}

/** Where the bytes are of everything an assistant, or one thread, would take with it. */
export async function listBlobKeys(
  db: Db,
  owner: string,
  of: { assistantId: string } | { threadId: string },
): Promise<string[]> {
  const { documents } = db.t
  const rows = await db
    .select({ blobKey: documents.blobKey })
    .from(documents)
    .where(
      and(
        eq(documents.ownerId, owner),
        'threadId' in of
          ? eq(documents.threadId, of.threadId)
          : eq(documents.assistantId, of.assistantId),
      ),
    )
  return rows.map((row) => row.blobKey)
}

/**
 * Takes a document for ingest: one that is pending and due, or whose worker is gone. Null when it is
 * not to be had. The caller has it until `leaseUntil`.
 */
export async function claimDocument(
  db: Db,
  id: string,
  { now, leaseUntil }: { now: Date; leaseUntil: Date },
): Promise<Document | null> {
  const { documents } = db.t
  const [row] = await db
    .update(documents)
    .set({
      status: 'processing',
      leaseUntil,
      retryAt: null,
      attempts: sql`${documents.attempts} + 1`,
      processingStartedAt: now,
      updatedAt: now,
    })
    .where(and(eq(documents.id, id), isDue(db, now)))
    .returning()
  return row ?? null
}

/** Ids of the documents somebody should take, oldest first. */
export async function listDueDocuments(db: Db, now: Date, limit: number): Promise<string[]> {
  const { documents } = db.t
  const rows = await db
    .select({ id: documents.id })
    .from(documents)
    .where(and(inArray(documents.status, ['pending', 'processing']), isDue(db, now)))
    .orderBy(asc(documents.createdAt))
    .limit(limit)
  return rows.map((row) => row.id)
}

/** Puts back what a server that has just started, and is alone, finds in nobody's hands. */
export async function releaseDocuments(db: Db): Promise<void> {
  const { documents } = db.t
  await db
    .update(documents)
    .set({ status: 'pending', leaseUntil: null })
    .where(eq(documents.status, 'processing'))
    .returning({ id: documents.id })
}

function isDue(db: Db, now: Date) {
  const { documents } = db.t
  return or(
    and(eq(documents.status, 'pending'), or(isNull(documents.retryAt), lt(documents.retryAt, now))),
    and(eq(documents.status, 'processing'), lt(documents.leaseUntil, now)),
  )
}

export type DocumentPatch = Partial<
  Pick<
    Document,
    | 'status'
    | 'mediaType'
    | 'statusMessage'
    | 'summary'
    | 'totalTokens'
    | 'chunkCount'
    | 'leaseUntil'
    | 'retryAt'
    | 'processingCompletedAt'
  >
>

/** Changes a document this worker still has: the claim's attempt number says so. Null when it lost it. */
export async function updateClaimed(
  db: Db,
  document: Document,
  patch: DocumentPatch,
  now: Date,
): Promise<Document | null> {
  const { documents } = db.t
  const [row] = await db
    .update(documents)
    .set({ ...patch, updatedAt: now })
    .where(
      and(
        eq(documents.id, document.id),
        eq(documents.status, 'processing'),
        eq(documents.attempts, document.attempts),
      ),
    )
    .returning()
  return row ?? null
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
