import { setTimeout as wait } from 'node:timers/promises'
import type { Ctx } from '../context.ts'
import type { RunSettings } from '../db/schema.ts'
import { AppError } from '../errors.ts'
import type { ResolvedModel } from '../models/catalog.ts'
import type { Assistant } from '../store/assistants.ts'
import { findOperationOfRun } from '../store/memory-operations.ts'
import type { Message, MessageDraft } from '../store/messages.ts'
import { getRun, listRunMessages, type Run, settleRun } from '../store/runs.ts'
import type { Thread } from '../store/threads.ts'
import type { Ending, RunEvent } from './events.ts'
import { execute } from './execute.ts'
import { waitingStub } from './waiting.ts'

export type ToolOutput = { callId: string; text: string }

/** A client's answers to the calls of a run. `overrides` replace what the run remembered of its message. */
export type Submission = {
  thread: Thread
  assistant: Assistant
  runId: string
  outputs: ToolOutput[]
  overrides: Pick<RunSettings, 'tools' | 'thinking'>
  model: ResolvedModel
}

/**
 * Stores the outputs and follows the run from there. The same submission repeated gets the result
 * the first one had. Throws `not_found` for an unknown run, and `invalid` for a run that does not
 * wait and for outputs that do not answer its calls one for one.
 */
export async function* resumeRun(
  ctx: Ctx,
  submission: Submission,
  left: AbortSignal,
): AsyncGenerator<RunEvent> {
  const { thread, assistant, model } = submission
  const release = await ctx.turns.take(thread.id, ctx.limits.turnWaitMs, left)
  let events: AsyncIterable<RunEvent> | RunEvent[]
  try {
    const taken = await takeOutputs(ctx, submission, left)
    if (taken.run) {
      const { run, thread } = taken
      const opening = { type: 'continuing', thread, run } as const
      events = execute(
        ctx,
        {
          thread,
          assistant,
          run,
          model,
          messageId: ctx.ids(),
          opening,
          attachments: [],
          rounds: taken.rounds,
        },
        release,
      )
    } else {
      const { id } = assistant
      const place = { id: taken.before.id, ownerId: thread.ownerId, assistantId: id }
      const operation = await findOperationOfRun(ctx.db, place)
      events = retell(thread, taken.before, taken.result, operation?.id ?? null)
      release()
    }
  } catch (error) {
    release()
    throw error
  }
  yield* events
}

type Taken =
  | { run: Run; thread: Thread; rounds: number }
  | { run: null; before: Run; result: Message }

/** Moves the run on with the outputs, or finds the result of the submission that was first. */
async function takeOutputs(ctx: Ctx, submission: Submission, left: AbortSignal): Promise<Taken> {
  const { thread, runId, outputs, overrides } = submission
  for (let pause = 20; ; pause = Math.min(pause * 2, 500)) {
    const run = await getRun(ctx.db, thread.ownerId, thread.id, runId)
    const messages = await listRunMessages(ctx.db, run)
    if (run.status === 'requires_action') {
      const stub = waitingStub(messages)
      const repeated = stub && isRound(stub, outputs) ? null : resultOf(messages, outputs)
      if (repeated) return { run: null, before: run, result: repeated }
      const drafts = answerCalls(ctx, stub?.toolCalls ?? [], outputs)
      const moved = await moveOn(ctx, run, drafts, { ...run.settings, ...overrides })
      const rounds = messages.filter((message) => message.toolCalls).length
      if (moved) return { ...moved, rounds }
    } else if (run.status !== 'in_progress') {
      const result = resultOf(messages, outputs)
      if (result) return { run: null, before: run, result }
      throw new AppError(
        'invalid',
        `Run ${run.id} is not waiting for tool outputs: it is ${run.status}`,
      )
    }
    // Another process is answering this thread; the outcome will tell whether we repeat its work.
    await wait(pause, undefined, { signal: left })
  }
}

async function moveOn(ctx: Ctx, run: Run, drafts: MessageDraft[], settings: RunSettings) {
  const now = ctx.clock()
  try {
    const settled = await settleRun(ctx.db, run, {
      from: 'requires_action',
      to: 'in_progress',
      patch: { settings, leaseUntil: new Date(now.getTime() + ctx.limits.leaseMs) },
      drafts,
      now,
    })
    return settled
  } catch (error) {
    if (ctx.db.isConflict(error)) return null
    throw error
  }
}

/** One tool message per call, in the order of the calls. */
function answerCalls(
  ctx: Ctx,
  calls: { id: string; name: string }[],
  outputs: ToolOutput[],
): MessageDraft[] {
  const given = new Map(outputs.map((output) => [output.callId, output.text]))
  const ids = calls.map((call) => call.id)
  const unknown = [...given.keys()].filter((id) => !ids.includes(id))
  const missing = ids.filter((id) => !given.has(id))
  if (unknown.length > 0) throw wrongIds('Unknown tool_call_id', unknown)
  if (missing.length > 0) throw wrongIds('Missing outputs for tool_call_id', missing)
  if (given.size < outputs.length) {
    throw wrongIds('More than one output for tool_call_id', repeatedIds(outputs))
  }
  const now = ctx.clock()
  return calls.map((call) => ({
    id: ctx.ids(),
    role: 'tool',
    status: 'COMPLETED',
    content: given.get(call.id) ?? '',
    toolCallId: call.id,
    toolName: call.name,
    createdAt: now,
  }))
}

function wrongIds(problem: string, ids: string[]) {
  return new AppError('invalid', `${problem}: ${ids.slice(0, 20).join(', ')}`)
}

function repeatedIds(outputs: ToolOutput[]) {
  const ids = outputs.map((output) => output.callId)
  return [...new Set(ids.filter((id, i) => ids.indexOf(id) < i))]
}

/** Whether the outputs answer the calls of this message, one for one. */
function isRound(message: Message, outputs: ToolOutput[]): boolean {
  const ids = new Set(outputs.map((output) => output.callId))
  const calls = message.toolCalls ?? []
  return calls.length > 0 && calls.length === ids.size && calls.every((call) => ids.has(call.id))
}

/** The message that followed the latest round these outputs answered, or null. */
function resultOf(messages: Message[], outputs: ToolOutput[]): Message | null {
  const round = messages.findLastIndex((message) => isRound(message, outputs))
  if (round < 0) return null
  return messages.slice(round + 1).find((message) => message.role === 'assistant') ?? null
}

/** The events of an ending that has been told before. */
function retell(
  thread: Thread,
  run: Run,
  message: Message,
  memoryOperationId: string | null,
): RunEvent[] {
  const told: RunEvent[] = [{ type: 'continuing', thread, run }]
  told.push({ type: 'message_start', run, messageId: message.id })
  if (message.content) told.push({ type: 'text', text: message.content })
  told.push(endingOf(thread, run, message, memoryOperationId))
  return told
}

function endingOf(
  thread: Thread,
  run: Run,
  message: Message,
  memoryOperationId: string | null,
): Ending {
  const found = {
    context: null,
    passages: [],
    sources: [],
    media: [],
    memories: null,
    attachments: [],
  }
  const outcome = { thread, run, message, ...found, memoryOperationId: null }
  if (message.toolCalls) return { type: 'paused', ...outcome }
  if (message.status === 'CANCELLED') return { type: 'cancelled', ...outcome }
  if (message.status !== 'FAILED') return { type: 'completed', ...outcome, memoryOperationId }
  const error = message.error ?? 'The run failed'
  const failure = { kind: 'internal', error, early: false, retryAfterSeconds: null } as const
  return { type: 'failed', failure, ...outcome }
}
