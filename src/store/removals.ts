import { and, asc, eq, isNull, lt, ne, or } from 'drizzle-orm'
import type { Db, Queries } from '../db/db.ts'
import type { Tables } from '../db/schema.ts'
import { notFound } from '../errors.ts'
import { removeChunks } from './chunks.ts'
import type { Lease } from './claims.ts'
import { type Document, getDocument, scopeOf } from './documents.ts'
import { countOut, dropEmptyScope } from './statistics.ts'

/**
 * Hides a document from everybody, at once and for good; `clearDocument` and `forgetDocument` then
 * take away what it has. Throws `not_found`.
 */
export async function markDeleting(
  db: Db,
  owner: string,
  id: string,
  now: Date,
): Promise<Document> {
  const document = await getDocument(db, owner, id)
  const { documents } = db.t
  const [marked] = await db
    .update(documents)
    .set({ status: 'deleting', leaseUntil: null, updatedAt: now })
    .where(
      and(eq(documents.id, id), eq(documents.ownerId, owner), ne(documents.status, 'deleting')),
    )
    .returning({ id: documents.id })
  if (!marked) throw notFound('Document')
  return document
}

/**
 * Takes a document out of the statistics of its scope and removes its passages and vectors, in small
 * steps. False when another worker has taken over, or the lease is stopped.
 */
export async function clearDocument(db: Db, document: Document, lease: Lease): Promise<boolean> {
  const row = await countOut(db, document, lease)
  return row !== null && removeChunks(db, row, lease)
}

/** Removes a document's row once nothing else is left of it, and its scope when that is empty. */
export async function forgetDocument(db: Db, document: Document): Promise<void> {
  const { documents } = db.t
  await db
    .delete(documents)
    .where(and(eq(documents.id, document.id), eq(documents.status, 'deleting')))
    .returning({ id: documents.id })
  await dropEmptyScope(db, scopeOf(document))
}

/** The statement that has the documents of a thread or assistant cleared away, to run with its deletion. */
export function beginRemoval(q: Queries, { removals }: Tables, id: string, now: Date) {
  return q.insert(removals).values({ id, createdAt: now }).returning({ id: removals.id })
}

export async function listRemovals(db: Db, limit: number): Promise<string[]> {
  const { removals } = db.t
  const rows = await db
    .select({ id: removals.id })
    .from(removals)
    .orderBy(asc(removals.createdAt))
    .limit(limit)
  return rows.map((row) => row.id)
}

/**
 * Some of the documents that a deleted thread or assistant has left behind, hidden like any that is
 * being deleted. Those another worker is at are left out.
 */
export async function takeLeftBehind(
  db: Db,
  id: string,
  limit: number,
  now: Date,
): Promise<Document[]> {
  const { documents } = db.t
  const isFree = or(
    ne(documents.status, 'deleting'),
    isNull(documents.leaseUntil),
    lt(documents.leaseUntil, now),
  )
  const found = async (of: typeof documents.threadId | typeof documents.assistantId) =>
    db
      .select()
      .from(documents)
      .where(and(eq(of, id), isFree))
      .limit(limit)
  const rows = [...(await found(documents.threadId)), ...(await found(documents.assistantId))]
  const taken: Document[] = []
  for (const row of rows) {
    const [marked] = await db
      .update(documents)
      .set({ status: 'deleting', leaseUntil: null, updatedAt: now })
      .where(eq(documents.id, row.id))
      .returning()
    if (marked) taken.push(marked)
  }
  return taken
}

/** Ends a removal when no document is left of it. */
export async function endRemoval(db: Db, id: string): Promise<void> {
  const { documents, removals } = db.t
  for (const of of [documents.threadId, documents.assistantId]) {
    const left = await db.select({ id: documents.id }).from(documents).where(eq(of, id)).limit(1)
    if (left.length > 0) return
  }
  await dropEmptyScope(db, id)
  await db.delete(removals).where(eq(removals.id, id)).returning({ id: removals.id })
}
