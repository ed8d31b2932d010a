import { and, asc, eq, isNull, lt, or, sql } from 'drizzle-orm'
import { type Bound, type Db, type Queries, slots } from '../db/db.ts'
import type { Tables } from '../db/schema.ts'
import { notFound } from '../errors.ts'

export type MemoryOperation = Tables['memoryOperations']['$inferSelect']

/** An exchange whose facts are to be remembered. */
export type NewOperation = Pick<
  MemoryOperation,
  | 'id'
  | 'ownerId'
  | 'assistantId'
  | 'threadId'
  | 'runId'
  | 'userMessageId'
  | 'answerMessageId'
  | 'provider'
  | 'model'
  | 'createdAt'
>

/** The statement that notes an exchange, to be run as one with what ends it. */
export function addOperation(
  { memoryOperations }: Tables,
  draft: NewOperation,
): Bound<MemoryOperation> {
  const values = {
    ...draft,
    ...({ status: 'IN_PROGRESS', attempts: 0, updatedAt: draft.createdAt } as const),
  }
  const { shape, filled } = slots(memoryOperations, values)
  return {
    name: `add_memory_operation(${shape})`,
    values,
    build: (q) => q.insert(memoryOperations).values(filled()).returning(),
  }
}

/** Throws `not_found`, for another owner's operation too. */
export async function getOperation(db: Db, owner: string, id: string): Promise<MemoryOperation> {
  const { memoryOperations } = db.t
  const [row] = await db
    .select()
    .from(memoryOperations)
    .where(and(eq(memoryOperations.id, id), eq(memoryOperations.ownerId, owner)))
  if (!row) throw notFound('Memory operation')
  return row
}

/** The operation that came of a run, or null: for an answer that is told a second time. */
export async function findOperationOfRun(
  db: Db,
  { id, ownerId, assistantId }: { id: string; ownerId: string; assistantId: string },
): Promise<MemoryOperation | null> {
  const { memoryOperations } = db.t
  const [row] = await db
    .select()
    .from(memoryOperations)
    .where(
      and(
        eq(memoryOperations.assistantId, assistantId),
        eq(memoryOperations.ownerId, ownerId),
        eq(memoryOperations.runId, id),
      ),
    )
    .limit(1)
  return row ?? null
}

/**
 * Takes an assistant's oldest open operation, which is the only one to be had: facts are written in
 * the order they were told. Null when there is none, when it waits for its next try, or when
 * another worker has it. The caller has it until `leaseUntil`.
 */
export async function claimOperation(
  db: Db,
  assistantId: string,
  { now, leaseUntil }: { now: Date; leaseUntil: Date },
): Promise<MemoryOperation | null> {
  const { memoryOperations } = db.t
  const [oldest] = await db
    .select({ id: memoryOperations.id })
    .from(memoryOperations)
    .where(and(eq(memoryOperations.assistantId, assistantId), isOpen(db)))
    .orderBy(asc(memoryOperations.createdAt), asc(memoryOperations.id))
    .limit(1)
  if (!oldest) return null
  try {
    const [row] = await db
      .update(memoryOperations)
      .set({ leaseUntil, retryAt: null, attempts: sql`${memoryOperations.attempts} + 1` })
      .where(and(eq(memoryOperations.id, oldest.id), isOpen(db), isDue(db, now)))
      .returning()
    return row ?? null
  } catch (error) {
    if (!db.isConflict(error)) throw error
    // Another operation of this assistant is being worked on, or its worker is gone.
    await releaseExpired(db, assistantId, now)
    return null
  }
}

async function releaseExpired(db: Db, assistantId: string, now: Date) {
  const { memoryOperations } = db.t
  const mine = eq(memoryOperations.assistantId, assistantId)
  await db
    .update(memoryOperations)
    .set({ leaseUntil: null })
    .where(and(mine, isOpen(db), lt(memoryOperations.leaseUntil, now)))
    .returning({ id: memoryOperations.id })
}

export type OperationPatch = Partial<
  Pick<
    MemoryOperation,
    'status' | 'statusMessage' | 'results' | 'leaseUntil' | 'retryAt' | 'attempts'
  >
>

/** The statement that changes an operation this worker still has: its number of tries says so. */
export function moveOperation(
  q: Queries,
  { memoryOperations }: Tables,
  { id, attempts }: MemoryOperation,
  patch: OperationPatch,
  now: Date,
) {
  return q
    .update(memoryOperations)
    .set({ ...patch, updatedAt: now })
    .where(
      and(
        eq(memoryOperations.id, id),
        eq(memoryOperations.attempts, attempts),
        sql`${memoryOperations.status} = 'IN_PROGRESS'`,
      ),
    )
    .returning()
}

/** The assistants that have operations somebody should take. */
export async function listAssistantsToWrite(db: Db, now: Date, limit: number): Promise<string[]> {
  const { memoryOperations } = db.t
  const rows = await db
    .selectDistinct({ assistantId: memoryOperations.assistantId })
    .from(memoryOperations)
    .where(and(isOpen(db), isDue(db, now)))
    .limit(limit)
  return rows.map(({ assistantId }) => assistantId)
}

/** Puts back what a server that has just started, and is alone, finds in nobody's hands. */
export async function releaseOperations(db: Db): Promise<void> {
  const { memoryOperations } = db.t
  await db
    .update(memoryOperations)
    .set({ leaseUntil: null })
    .where(isOpen(db))
    .returning({ id: memoryOperations.id })
}

/** As in the partial indexes, which serve no other wording. */
function isOpen(db: Db) {
  return sql`${db.t.memoryOperations.status} = 'IN_PROGRESS'`
}

function isDue(db: Db, now: Date) {
  const { leaseUntil, retryAt } = db.t.memoryOperations
  return and(or(isNull(leaseUntil), lt(leaseUntil, now)), or(isNull(retryAt), lt(retryAt, now)))
}

/** Closes an assistant's open operations; what they would have written is not. */
export async function closeOperations(
  db: Db,
  { ownerId, assistantId }: { ownerId: string; assistantId: string },
  why: string,
  now: Date,
): Promise<void> {
  const { memoryOperations } = db.t
  await db
    .update(memoryOperations)
    .set({ status: 'COMPLETED', statusMessage: why, results: [], leaseUntil: null, updatedAt: now })
    .where(
      and(
        eq(memoryOperations.assistantId, assistantId),
        eq(memoryOperations.ownerId, ownerId),
        isOpen(db),
      ),
    )
    .returning({ id: memoryOperations.id })
}
