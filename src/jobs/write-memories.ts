import type { Ctx } from '../context.ts'
import { type Exchange, UnreadableAnswer } from '../memory/extract.ts'
import { ModelError } from '../models/model.ts'
import { findAssistant } from '../store/assistants.ts'
import { changeMemories } from '../store/memories.ts'
import {
  claimOperation,
  listAssistantsToWrite,
  type MemoryOperation,
  moveOperation,
  type OperationPatch,
} from '../store/memory-operations.ts'
import { findMessage, type Message } from '../store/messages.ts'
import { embedMemories } from './embed-memories.ts'
import { hold } from './hold.ts'
import type { Job } from './job.ts'

const AT_ONCE = 100
const FIRST_RETRY_MS = 2_000
const BEATS_A_LEASE = 4

/**
 * Writes what an assistant's exchanges hold to be remembered, one after the other in the order they
 * came. What one brings is stored as one with its operation's end, so that however often a worker
 * dies on it, it is written once.
 */
export const writeMemories: Job = {
  name: 'write-memories',
  concurrency: 4,
  async run(ctx, assistantId, signal) {
    while (!signal.aborted) {
      const operation = await claimOperation(ctx.db, assistantId, lease(ctx))
      if (!operation) return // none is left, or somebody else is at it
      const renew = async () => {
        const { leaseUntil } = lease(ctx)
        return (await move(ctx, operation, { leaseUntil })) !== null
      }
      const held = hold(renew, ctx.limits.memoryLeaseMs / BEATS_A_LEASE, signal)
      try {
        await write(ctx, operation, within(ctx, held.signal))
      } catch (error) {
        if (!held.signal.aborted) await giveBack(ctx, operation, error)
      } finally {
        await held.end()
      }
      // Stopped in the middle: another may have it at once.
      if (signal.aborted) await end(ctx, operation, {})
    }
  },
}

function within(ctx: Ctx, signal: AbortSignal) {
  return AbortSignal.any([signal, AbortSignal.timeout(ctx.limits.memoryWorkMs)])
}

async function write(ctx: Ctx, operation: MemoryOperation, signal: AbortSignal) {
  const assistant = await findAssistant(ctx.db, operation.assistantId)
  const exchange = await exchangeOf(ctx, operation)
  if (!assistant || !exchange) {
    return end(ctx, operation, { status: 'ERROR', statusMessage: GONE })
  }
  if (operation.attempts > ctx.limits.memoryAttempts) throw new Error('tried too often')
  const model = modelOf(ctx, operation)
  // A start does without: most of its cost is in the patterns of the rules.
  const { considerExchange } = await import('../memory/write.ts')
  const settled = await considerExchange(ctx, { assistant, operation, model }, exchange, signal)
  const { adds, ends, results } = settled
  const now = ctx.clock()
  const place = { ownerId: operation.ownerId, assistantId: operation.assistantId }
  const done = { status: 'COMPLETED', results, statusMessage: null, leaseUntil: null } as const
  const rows = await changeMemories(ctx.db, place, { adds, ends }, now, (q) => [
    moveOperation(q, ctx.db.t, operation, done, now),
  ])
  if (!rows) throw new Changed('A memory was changed meanwhile')
  if (rows.some(({ embedded }) => !embedded)) ctx.queue.ring(embedMemories, assistant.id)
}

class Changed extends Error {}

const GONE = 'The conversation was deleted before its memories were written'
const INTERNAL = 'The memories could not be written; see the server’s log.'

/** Of the conversation, only what its two sides said: never documents, tools or the web. */
async function exchangeOf(ctx: Ctx, operation: MemoryOperation): Promise<Exchange | null> {
  const { ownerId, threadId, userMessageId, answerMessageId } = operation
  const user = await findMessage(ctx.db, ownerId, threadId, userMessageId)
  if (!user) return null
  const answer = answerMessageId
    ? await findMessage(ctx.db, ownerId, threadId, answerMessageId)
    : null
  const at = user.createdAt
  return {
    user: { role: 'user', content: user.content ?? '', at, local: wallClock(user) },
    answer: answer?.content ? { role: 'assistant', content: answer.content, at } : null,
  }
}

/** Near midnight the day of a message is another in the zone its date was given in. */
function wallClock({ createdAt, metadata }: Message): Date {
  const given = String(metadata?.custom_timestamp ?? '').trim()
  const [, sign, hours, minutes = '00'] = /:\d\d\S* ?([+-])(\d\d):?(\d\d)?$/.exec(given) ?? []
  const ahead = sign ? Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) : 0
  return new Date(createdAt.getTime() + ahead * 60_000)
}

function modelOf(ctx: Ctx, { provider, model }: MemoryOperation) {
  if (ctx.memoryModel !== '') return ctx.models.resolve(undefined, ctx.memoryModel)
  return ctx.models.resolve(provider ?? undefined, model ?? undefined)
}

/** Another try later for what may pass, ERROR with the reason for what will not. */
async function giveBack(ctx: Ctx, operation: MemoryOperation, error: unknown) {
  const again = isPassing(ctx, error) && operation.attempts < ctx.limits.memoryAttempts
  if (!again) {
    const statusMessage = reasonOf(error)
    const fields = { err: error, operationId: operation.id }
    if (statusMessage === INTERNAL) ctx.log.error(fields, 'memories could not be written')
    return end(ctx, operation, { status: 'ERROR', statusMessage })
  }
  const delayMs = error instanceof Changed ? 0 : FIRST_RETRY_MS * 2 ** (operation.attempts - 1)
  const retryAt = delayMs > 0 ? new Date(ctx.clock().getTime() + delayMs) : null
  await end(ctx, operation, { retryAt, statusMessage: reasonOf(error) })
  ctx.queue.ring(writeMemories, operation.assistantId, delayMs + 10)
}

function isPassing(ctx: Ctx, error: unknown) {
  const passing = ['rate_limit', 'overloaded', 'timeout', 'unavailable', 'malformed']
  if (error instanceof ModelError) return passing.includes(error.kind)
  return error instanceof Changed || isLate(error) || ctx.db.isConflict(error)
}

const isLate = (error: unknown) => error instanceof Error && error.name === 'TimeoutError'

function reasonOf(error: unknown): string {
  if (isLate(error)) return 'The model took too long'
  const told = [ModelError, UnreadableAnswer, Changed].some((kind) => error instanceof kind)
  return told ? (error as Error).message : INTERNAL
}

/** Lets go of an operation, changed or done with. */
async function end(ctx: Ctx, operation: MemoryOperation, patch: OperationPatch) {
  await move(ctx, operation, { ...patch, leaseUntil: null })
}

function move(ctx: Ctx, operation: MemoryOperation, patch: OperationPatch) {
  return ctx.db.atomic((q) => [moveOperation(q, ctx.db.t, operation, patch, ctx.clock())])
}

function lease(ctx: Ctx) {
  const now = ctx.clock()
  return { now, leaseUntil: new Date(now.getTime() + ctx.limits.memoryLeaseMs) }
}

/** Rings for assistants whose exchanges wait for a worker, or whose worker is gone. */
export async function ringToWrite(ctx: Ctx): Promise<void> {
  const ids = await listAssistantsToWrite(ctx.db, ctx.clock(), AT_ONCE)
  for (const id of ids) ctx.queue.ring(writeMemories, id)
}
