import { and, asc, desc, eq, inArray, lt, or, sql } from 'drizzle-orm'
import { type Bound, type Db, literal, slot, slots } from '../db/db.ts'
import type { RunStatus, Tables } from '../db/schema.ts'
import { notFound } from '../errors.ts'
import { addOperation, type NewOperation } from './memory-operations.ts'
import { appendMessage, type Message, type MessageDraft, touchThread } from './messages.ts'
import { isLegalMove } from './run-status.ts'
import type { Thread } from './threads.ts'

export type Run = Tables['runs']['$inferSelect']
export type RunDraft = Pick<
  Run,
  'id' | 'ownerId' | 'threadId' | 'provider' | 'model' | 'settings' | 'leaseUntil' | 'createdAt'
>
export type RunPatch = Partial<
  Pick<
    Run,
    | 'settings'
    | 'provider'
    | 'model'
    | 'error'
    | 'inputTokens'
    | 'outputTokens'
    | 'costUsd'
    | 'leaseUntil'
    | 'endedAt'
  >
>

/**
 * Stores the user's message and a live run for it, as one. Null when the thread has a live run
 * already: the caller waits its turn. Throws `not_found` when the thread is gone.
 */
export async function beginRun(
  db: Db,
  run: RunDraft,
  message: MessageDraft,
): Promise<{ run: Run; thread: Thread; message: Message } | null> {
  const at = { ownerId: run.ownerId, threadId: run.threadId }
  const thread = { id: run.threadId, ownerId: run.ownerId }
  try {
    const added = { count: 1, now: run.createdAt, userText: message.content ?? null }
    const begun = await db.atomic(() => [
      touchThread(db.t, thread, added),
      insertRun(db.t, run),
      appendMessage(db.t, at, { ...message, runId: run.id }),
    ])
    if (!begun) throw notFound('Thread')
    const [[touched], [stored], [first]] = begun
    if (!touched || !stored || !first) throw new Error('the run was not stored')
    return { run: stored, thread: touched, message: first }
  } catch (error) {
    if (db.isConflict(error)) return null
    throw error
  }
}

function insertRun({ runs }: Tables, draft: RunDraft): Bound<Run> {
  const start = { status: 'in_progress', cancelRequested: false, inputTokens: 0, outputTokens: 0 }
  const values = { ...draft, ...(start as typeof start & { status: RunStatus }) }
  const { shape, filled } = slots(runs, values)
  return {
    name: `insert_run(${shape})`,
    values,
    build: (q) => q.insert(runs).values(filled()).returning(),
  }
}

/** The database is the referee: of two callers, one gets the row and the other gets none. */
function moveRun(
  { runs }: Tables,
  run: { id: string; ownerId: string },
  from: RunStatus,
  to: RunStatus,
  patch: RunPatch,
): Bound<Run> {
  const set = { ...patch, status: to, ...(to === 'in_progress' ? {} : { leaseUntil: null }) }
  const { shape, filled } = slots(runs, set)
  return {
    name: `move_run(${shape})`,
    values: { ...set, ...run, from },
    build: (q) =>
      q
        .update(runs)
        .set(filled())
        .where(
          and(
            eq(runs.id, sql.placeholder('id')),
            eq(runs.ownerId, sql.placeholder('ownerId')),
            eq(runs.status, sql.placeholder('from')),
          ),
        )
        .returning(),
  }
}

/**
 * Moves a run and stores what the move brings (`drafts`, at least one), as one. Returns the new
 * rows, or null when the run was no longer in `from` and nothing was stored.
 */
export async function settleRun(
  db: Db,
  run: Run,
  { from, to, patch, drafts, operation, now }: Settlement,
): Promise<{ run: Run; thread: Thread; messages: Message[] } | null> {
  if (!isLegalMove(from, to)) throw new Error(`a run cannot go from ${from} to ${to}`)
  const { id, ownerId, threadId } = run
  const settled = await db.atomic(() => [
    // The thread before the run, as in `beginRun`: in two orders they would deadlock on Postgres.
    touchThread(db.t, { id: threadId, ownerId }, { count: drafts.length, now }),
    moveRun(db.t, { id, ownerId }, from, to, patch),
    ...(from === 'requires_action' ? [closeStub(db.t, run, to)] : []),
    ...(operation ? [addOperation(db.t, operation)] : []),
    ...drafts.map((draft) => appendMessage(db.t, { ownerId, threadId }, { ...draft, runId: id })),
  ])
  if (!settled) return null
  const [[thread], [moved], ...rest] = settled
  const stored = (rest as Message[][]).flat().slice(-drafts.length)
  return moved && thread ? { run: moved, thread, messages: stored } : null
}

/** A waiting run has exactly one stub, the message that holds its calls. */
function closeStub({ messages }: Tables, run: Run, to: RunStatus): Bound<Message> {
  const status = to === 'in_progress' ? 'COMPLETED' : 'CANCELLED'
  return {
    name: 'close_stub',
    values: { threadId: run.threadId, runId: run.id, status },
    build: (q) =>
      q
        .update(messages)
        .set({ status: slot(messages.status, 'status') })
        .where(
          and(
            eq(messages.threadId, sql.placeholder('threadId')),
            eq(messages.runId, sql.placeholder('runId')),
            eq(messages.status, 'REQUIRES_ACTION'),
          ),
        )
        .returning(),
  }
}

export type Settlement = {
  from: RunStatus
  to: RunStatus
  patch: RunPatch
  drafts: MessageDraft[]
  /** The exchange that is to be remembered, if it is. */
  operation?: NewOperation | null
  now: Date
}

/** Throws `not_found`, for another owner's run and another thread's too. */
export async function getRun(db: Db, owner: string, threadId: string, id: string): Promise<Run> {
  const { runs } = db.t
  const query = db.prepared('get_run', () =>
    db
      .select()
      .from(runs)
      .where(
        and(
          eq(runs.id, sql.placeholder('id')),
          eq(runs.threadId, sql.placeholder('threadId')),
          eq(runs.ownerId, sql.placeholder('owner')),
        ),
      ),
  )
  const [row] = await query.execute({ id, threadId, owner })
  if (!row) throw notFound('Run')
  return row
}

/** The thread's run that waits for tool outputs, or null. */
export async function findWaitingRun(db: Db, owner: string, threadId: string): Promise<Run | null> {
  const { runs } = db.t
  const query = db.prepared('find_waiting_run', () =>
    db
      .select()
      .from(runs)
      .where(
        and(
          eq(runs.threadId, sql.placeholder('threadId')),
          eq(runs.ownerId, sql.placeholder('owner')),
          eq(runs.status, literal('requires_action')),
        ),
      ),
  )
  const [row] = await query.execute({ threadId, owner })
  return row ?? null
}

/** The thread's newest run, whatever its state, or null. */
export async function findLatestRun(db: Db, owner: string, threadId: string): Promise<Run | null> {
  const { runs } = db.t
  const [row] = await db
    .select()
    .from(runs)
    .where(and(eq(runs.threadId, threadId), eq(runs.ownerId, owner)))
    .orderBy(desc(runs.createdAt), desc(runs.id))
    .limit(1)
  return row ?? null
}

/** Everything one run stored, oldest first. */
export async function listRunMessages(db: Db, run: Run): Promise<Message[]> {
  const { messages } = db.t
  const query = db.prepared('list_run_messages', () =>
    db
      .select()
      .from(messages)
      .where(
        and(
          eq(messages.threadId, sql.placeholder('threadId')),
          eq(messages.ownerId, sql.placeholder('ownerId')),
          eq(messages.runId, sql.placeholder('id')),
        ),
      )
      .orderBy(asc(messages.position)),
  )
  const { threadId, ownerId, id } = run
  return query.execute({ threadId, ownerId, id })
}

/** Leaves word for whichever process holds the run. False when it is not live any more. */
export async function requestCancel(db: Db, run: Run): Promise<boolean> {
  const { runs } = db.t
  const rows = await db
    .update(runs)
    .set({ cancelRequested: true })
    .where(and(eq(runs.id, run.id), eq(runs.ownerId, run.ownerId), eq(runs.status, 'in_progress')))
    .returning({ id: runs.id })
  return rows.length > 0
}

/** Renews the leases of this process's runs; returns those that are still live and not cancelled. */
export async function renewLeases(db: Db, ids: string[], until: Date): Promise<Set<string>> {
  const { runs } = db.t
  const rows = await db
    .update(runs)
    .set({ leaseUntil: until })
    .where(
      and(inArray(runs.id, ids), eq(runs.status, 'in_progress'), eq(runs.cancelRequested, false)),
    )
    .returning({ id: runs.id })
  return new Set(rows.map((row) => row.id))
}

/** Live runs whose process is gone: their lease ended before `now`, or `all` of them. */
export async function listOrphans(
  db: Db,
  { now, all, limit }: { now: Date; all: boolean; limit: number },
): Promise<Run[]> {
  const { runs } = db.t
  const live = eq(runs.status, 'in_progress')
  return db
    .select()
    .from(runs)
    .where(all ? live : and(live, or(lt(runs.leaseUntil, now))))
    .limit(limit)
}
