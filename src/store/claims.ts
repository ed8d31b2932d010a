import { and, asc, eq, isNull, lt, or, type SQL, sql } from 'drizzle-orm'
import { type Bound, type Db, literal, slot, slots } from '../db/db.ts'
import type { Tables } from '../db/schema.ts'
import { asSet, isAmong } from './among.ts'
import type { Document } from './documents.ts'

export type DocumentPatch = Partial<
  Pick<
    Document,
    | 'status'
    | 'mediaType'
    | 'statusMessage'
    | 'summary'
    | 'totalTokens'
    | 'chunkCount'
    | 'counted'
    | 'leaseUntil'
    | 'retryAt'
    | 'processingCompletedAt'
  >
>

/** How long a worker that has a document may be silent; and what stops it between two steps. */
export type Lease = { now: Date; leaseUntil: Date; signal: AbortSignal }

/**
 * Takes documents for ingest: those that are pending and due, or whose worker is gone; the others
 * are not to be had. The caller has them until `leaseUntil`.
 */
export async function claimDocuments(
  db: Db,
  ids: string[],
  { now, leaseUntil }: Lease,
): Promise<Document[]> {
  const { documents } = db.t
  const at = slot(documents.updatedAt, 'now')
  const query = db.prepared('claim_documents', () =>
    db
      .update(documents)
      .set({
        status: literal('processing'),
        leaseUntil: slot(documents.leaseUntil, 'leaseUntil'),
        retryAt: null,
        attempts: sql`${documents.attempts} + 1`,
        processingStartedAt: at,
        updatedAt: at,
      })
      .where(and(isAmong(db, documents.id), isDue(db, at)))
      .returning(),
  )
  return query.execute({ values: asSet(ids), now, leaseUntil })
}

/** What is known of a document in the queue. */
export type Due = Pick<Document, 'id' | 'mediaType' | 'sizeBytes' | 'createdAt'>

/**
 * The documents somebody should take, oldest first. Three questions, each of which reads the queue
 * from its front: those that wait for their next try, or are being worked on, are not walked past.
 */
export async function listDueDocuments(db: Db, now: Date, limit: number): Promise<Due[]> {
  const { documents } = db.t
  const { id, mediaType, sizeBytes, createdAt, retryAt, leaseUntil } = documents
  const first = (which: SQL | undefined) =>
    db
      .select({ id, mediaType, sizeBytes, createdAt })
      .from(documents)
      .where(which)
      .orderBy(asc(retryAt), asc(createdAt))
      .limit(limit)
  const found = await Promise.all([
    first(and(isQueued(db, 'pending'), isNull(retryAt))),
    first(and(isQueued(db, 'pending'), lt(retryAt, now))),
    first(and(isQueued(db, 'processing'), lt(leaseUntil, now))),
  ])
  const byAge = (one: Due, other: Due) => one.createdAt.getTime() - other.createdAt.getTime()
  return found.flat().sort(byAge).slice(0, limit)
}

/** Ids of the documents to clear away that nobody is at, oldest first. */
export async function listDeleting(db: Db, now: Date, limit: number): Promise<string[]> {
  const { documents } = db.t
  const rows = await db
    .select({ id: documents.id })
    .from(documents)
    .where(
      and(
        isQueued(db, 'deleting'),
        or(isNull(documents.leaseUntil), lt(documents.leaseUntil, now)),
      ),
    )
    .orderBy(asc(documents.retryAt), asc(documents.createdAt))
    .limit(limit)
  return rows.map((row) => row.id)
}

/** The first condition is that of the partial index, which serves no other wording on SQLite. */
export function isQueued(db: Db, status: 'pending' | 'processing' | 'deleting') {
  const { documents } = db.t
  return and(
    sql`${documents.status} in ('pending', 'processing', 'deleting')`,
    eq(documents.status, status),
  )
}

/** Keeps a claim for longer. False when it is another's by now, or its work is done. */
export async function renewClaim(db: Db, document: Document, leaseUntil: Date): Promise<boolean> {
  const { documents } = db.t
  const rows = await db
    .update(documents)
    .set({ leaseUntil })
    .where(isClaim(db, document))
    .returning({ id: documents.id })
  return rows.length > 0
}

/** Lets others have a document at once, where its worker stops in the middle of it. */
export async function releaseClaim(db: Db, document: Document): Promise<void> {
  const { documents } = db.t
  await db
    .update(documents)
    .set({ status: 'pending', leaseUntil: null })
    .where(isClaim(db, document))
    .returning({ id: documents.id })
}

function isClaim(db: Db, { id, attempts }: Document) {
  const { documents } = db.t
  return and(
    eq(documents.id, id),
    eq(documents.status, 'processing'),
    eq(documents.attempts, attempts),
  )
}

/** Puts back what a server that has just started, and is alone, finds in nobody's hands. */
export async function releaseDocuments(db: Db): Promise<void> {
  const { documents } = db.t
  await db
    .update(documents)
    .set({ status: 'pending', leaseUntil: null })
    .where(isQueued(db, 'processing'))
    .returning({ id: documents.id })
  await db
    .update(documents)
    .set({ leaseUntil: null })
    .where(isQueued(db, 'deleting'))
    .returning({ id: documents.id })
}

function isDue(db: Db, now: SQL) {
  const { status, retryAt, leaseUntil } = db.t.documents
  return or(
    and(eq(status, literal('pending')), or(isNull(retryAt), lt(retryAt, now))),
    and(eq(status, literal('processing')), lt(leaseUntil, now)),
  )
}

/**
 * The statement that changes a document as long as it is as this worker knows it: in the same
 * state, claimed by no other, and counted as far.
 */
export function moveOwned(
  { documents }: Tables,
  document: Document,
  patch: DocumentPatch,
  now: Date,
): Bound<Document> {
  const { shape, filled } = slots(documents, { ...patch, updatedAt: now })
  const { id, status, attempts, counted } = document
  return {
    name: `move_owned(${shape}) ${status}${counted === null ? '' : ' counted'}`,
    values: { ...patch, updatedAt: now, id, attempts, wasCounted: counted },
    build: (q) =>
      q
        .update(documents)
        .set(filled())
        .where(
          and(
            eq(documents.id, sql.placeholder('id')),
            eq(documents.status, literal(status)),
            eq(documents.attempts, sql.placeholder('attempts')),
            counted === null
              ? isNull(documents.counted)
              : eq(documents.counted, sql.placeholder('wasCounted')),
          ),
        )
        .returning(),
  }
}

/** Changes a document this worker still has. Null when it lost it. */
export async function updateOwned(
  db: Db,
  document: Document,
  patch: DocumentPatch,
  now: Date,
): Promise<Document | null> {
  const done = await db.atomic(() => [moveOwned(db.t, document, patch, now)])
  return done?.[0][0] ?? null
}
