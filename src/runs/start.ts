import { setTimeout as wait } from 'node:timers/promises'
import type { Ctx } from '../context.ts'
import type { RunSettings } from '../db/schema.ts'
import type { ResolvedModel } from '../models/catalog.ts'
import type { Assistant } from '../store/assistants.ts'
import type { Document } from '../store/documents.ts'
import { saveMessage } from '../store/messages.ts'
import { beginRun } from '../store/runs.ts'
import type { Thread } from '../store/threads.ts'
import type { RunEvent } from './events.ts'
import { execute } from './execute.ts'
import { threadBusy } from './turns.ts'
import { closeWaitingRun } from './waiting.ts'

/** A user's message, checked, with everything that decides how it is answered. */
export type NewTurn = {
  thread: Thread
  assistant: Assistant
  /** Id the user's message will have: its attachments know it already. */
  messageId: string
  attachments: Document[]
  content: string | null
  metadata: Record<string, unknown> | null
  /** When the client says the message was written; null = now. */
  writtenAt: Date | null
  settings: RunSettings
  model: ResolvedModel
}

/**
 * Waits for the thread's turn, stores the message with a live run, and follows that run.
 * Nothing is stored when the caller leaves (`left`) before its turn has come.
 */
export async function* startRun(
  ctx: Ctx,
  turn: NewTurn,
  left: AbortSignal,
): AsyncGenerator<RunEvent> {
  const release = await ctx.turns.take(turn.thread.id, ctx.limits.turnWaitMs, left)
  let events: AsyncIterable<RunEvent>
  try {
    await closeWaitingRun(ctx, turn.thread)
    const { run, thread, message } = await beginWhenFree(ctx, turn, left)
    const messageId = ctx.ids()
    const { assistant, attachments, model } = turn
    const opening = { type: 'started', thread, run, userMessage: message, messageId } as const
    events = execute(
      ctx,
      { thread, assistant, run, model, messageId, opening, attachments, rounds: 0 },
      release,
    )
  } catch (error) {
    release()
    throw error
  }
  yield* events
}

/** A message that asks no model. `remember` names the model that finds what is to be remembered. */
export type SavedTurn = Omit<NewTurn, 'model' | 'settings'> & {
  remember: { provider: string | null; model: string | null } | null
}

/** Stores the message for later and asks no model. */
export async function* saveOnly(
  ctx: Ctx,
  turn: SavedTurn,
  left: AbortSignal,
): AsyncGenerator<RunEvent> {
  const release = await ctx.turns.take(turn.thread.id, ctx.limits.turnWaitMs, left)
  try {
    await closeWaitingRun(ctx, turn.thread)
    const now = ctx.clock()
    const operation = turn.remember ? exchangeOfOne(ctx, turn, now) : null
    const message = await saveMessage(ctx.db, turn.thread, userMessage(turn, now), now, operation)
    if (operation) ctx.remember(operation.assistantId)
    const { thread, attachments } = turn
    const memoryOperationId = operation?.id ?? null
    yield { type: 'saved', thread, message, attachments, memoryOperationId }
  } finally {
    release()
  }
}

function exchangeOfOne(ctx: Ctx, { thread, messageId, remember }: SavedTurn, now: Date) {
  return {
    ...{ id: ctx.ids(), ownerId: thread.ownerId, assistantId: thread.assistantId },
    ...{ threadId: thread.id, runId: null, userMessageId: messageId, answerMessageId: null },
    ...{ provider: remember?.provider ?? null, model: remember?.model ?? null, createdAt: now },
  }
}

/** Another process may hold the thread: the database says so, and we ask again, less and less often. */
async function beginWhenFree(ctx: Ctx, turn: NewTurn, left: AbortSignal) {
  const until = ctx.clock().getTime() + ctx.limits.turnWaitMs
  for (let pause = 20; ; pause = Math.min(pause * 2, 500)) {
    const now = ctx.clock()
    const run = {
      id: ctx.ids(),
      ownerId: turn.thread.ownerId,
      threadId: turn.thread.id,
      provider: turn.model.provider,
      model: turn.model.model,
      settings: turn.settings,
      leaseUntil: new Date(now.getTime() + ctx.limits.leaseMs),
      createdAt: now,
    }
    const begun = await beginRun(ctx.db, run, userMessage(turn, now))
    if (begun) return begun
    if (ctx.clock().getTime() > until) throw threadBusy()
    await wait(pause, undefined, { signal: left })
  }
}

function userMessage(turn: Omit<NewTurn, 'model' | 'settings'>, now: Date) {
  return {
    id: turn.messageId,
    role: 'user' as const,
    status: 'COMPLETED' as const,
    content: turn.content,
    metadata: turn.metadata,
    createdAt: turn.writtenAt ?? now,
  }
}
