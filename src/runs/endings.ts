import type { Ctx } from '../context.ts'
import type { MessageStatus, RunStatus } from '../db/schema.ts'
import { AppError, notFound } from '../errors.ts'
import { ModelError, type Prompt, type Usage } from '../models/model.ts'
import type { MessageDraft } from '../store/messages.ts'
import { settleRun } from '../store/runs.ts'
import type { ContextUsage, Ending, Failure, Outcome } from './events.ts'
import { Stopped } from './live.ts'
import type { Draft, Leg } from './loop.ts'
import { exchangeOf } from './memories.ts'
import { addUsage } from './usage.ts'

export async function complete(ctx: Ctx, leg: Leg, prompt: Prompt, draft: Draft): Promise<Ending> {
  const usage = await usageOf(ctx, prompt, draft)
  return {
    type: 'completed',
    ...(await close(ctx, leg, draft, 'completed', 'COMPLETED', usage, {})),
  }
}

/** The run waits: its message is the stub that holds the calls. */
export async function pause(ctx: Ctx, leg: Leg, prompt: Prompt, draft: Draft): Promise<Ending> {
  const usage = await usageOf(ctx, prompt, draft)
  const own = { toolCalls: draft.calls }
  return {
    type: 'paused',
    ...(await close(ctx, leg, draft, 'requires_action', 'REQUIRES_ACTION', usage, own)),
  }
}

/** Ends a run that was cancelled or broke, keeping what there is of an answer. */
export async function giveUp(ctx: Ctx, leg: Leg, draft: Draft, error: unknown): Promise<Ending> {
  if (error instanceof AppError) throw error
  if (error instanceof Stopped && error.reason === 'cancelled') {
    return {
      type: 'cancelled',
      ...(await close(ctx, leg, draft, 'cancelled', 'CANCELLED', spent(draft), {})),
    }
  }
  const failure = toFailure(error, leg, draft)
  const { run } = leg
  const fields = { runId: run.id, threadId: run.threadId, provider: run.provider, model: run.model }
  if (failure.kind === 'internal') ctx.log.error({ ...fields, err: error }, 'run failed')
  else ctx.log.warn({ ...fields, kind: failure.kind }, 'run failed at its provider')
  const own = { error: failure.error }
  return {
    type: 'failed',
    failure,
    ...(await close(ctx, leg, draft, 'failed', 'FAILED', spent(draft), own)),
  }
}

/** What a provider is known to have counted of an answer that did not come about. */
function spent(draft: Draft): Usage | null {
  return addUsage(draft.extraUsage, draft.end?.usage ?? null)
}

/** Stores the leg's message and moves the run, as one. Throws when the thread is gone. */
async function close(
  ctx: Ctx,
  leg: Leg,
  draft: Draft,
  to: RunStatus,
  status: MessageStatus,
  usage: Usage | null,
  own: Partial<MessageDraft>,
): Promise<Outcome> {
  const now = ctx.clock()
  const { run, model } = leg
  const cost = usage && model.cost(usage)
  const message: MessageDraft = {
    id: leg.messageId,
    role: 'assistant',
    status,
    content: draft.text === '' ? null : draft.text.toWellFormed(),
    reasoning: draft.reasoning === '' || run.settings.hideReasoning ? null : draft.reasoning,
    keptReasoning: draft.keptReasoning.length > 0 ? draft.keptReasoning : null,
    provider: model.provider,
    model: model.model,
    ...usage,
    costUsd: cost,
    createdAt: now,
    ...own,
  }
  const operation = to === 'completed' ? exchangeOf(ctx, leg, draft, now) : null
  const settled = await settleRun(ctx.db, run, {
    from: 'in_progress',
    to,
    patch: {
      error: own.error ?? null,
      inputTokens: run.inputTokens + (usage?.inputTokens ?? 0),
      outputTokens: run.outputTokens + (usage?.outputTokens ?? 0),
      costUsd: cost === null ? run.costUsd : (run.costUsd ?? 0) + cost,
      endedAt: to === 'requires_action' ? null : now,
    },
    drafts: [message],
    operation,
    now,
  })
  const stored = settled?.messages[0]
  // Deleted with its thread, or moved by another hand.
  if (!settled || !stored) throw notFound('Run')
  ctx.meter?.leg({ provider: model.provider, status: to, usage, cost })
  if (operation) ctx.remember(operation.assistantId)
  return {
    ...{ ...settled, message: stored, attachments: leg.attachments, passages: draft.passages },
    ...{ sources: draft.sources, media: draft.media },
    context: contextOf(leg, usage, draft.summaryTokens),
    ...{ memories: draft.recall?.found ?? null, memoryOperationId: operation?.id ?? null },
  }
}

/** The provider's own count, or else a real tokenizer's; what a summary on the way cost is on top. */
async function usageOf(ctx: Ctx, prompt: Prompt, draft: Draft): Promise<Usage> {
  const usage = draft.end?.usage ?? (await countUsage(ctx, prompt, draft))
  return addUsage(draft.extraUsage, usage) ?? usage
}

async function countUsage(ctx: Ctx, prompt: Prompt, draft: Draft): Promise<Usage> {
  const said = [draft.reasoning, draft.text, ...draft.calls.map((c) => c.name + c.arguments)]
  const read = [
    prompt.system ?? '',
    ...prompt.turns.map((turn) => turn.text),
    ...(prompt.tools.length > 0 ? [JSON.stringify(prompt.tools)] : []),
  ]
  return {
    inputTokens: await ctx.models.countTokens(read.join('\n')),
    outputTokens: await ctx.models.countTokens(said.join('')),
    cachedInputTokens: 0,
    cacheWriteInputTokens: 0,
  }
}

function contextOf(
  { model }: Leg,
  usage: Usage | null,
  summaryTokens: number,
): ContextUsage | null {
  if (!usage) return null
  return {
    usedTokens: usage.inputTokens + usage.outputTokens,
    contextLimit: model.contextLimit,
    summaryTokens,
    model: model.model,
  }
}

function toFailure(error: unknown, { opening }: Leg, draft: Draft): Failure {
  const silent = draft.text === '' && draft.reasoning === '' && draft.calls.length === 0
  // A later leg has an answer to show: the calls and outputs before it.
  const early = silent && opening.type === 'started'
  if (error instanceof ModelError) {
    const { kind, message, retryAfterSeconds } = error
    return { kind, error: message, early, retryAfterSeconds }
  }
  if (error instanceof Stopped) {
    const [kind, text] =
      error.reason === 'timeout'
        ? (['timeout', 'The run took longer than it may: operation timed out'] as const)
        : ([
            'unavailable',
            'The server stopped before the answer was finished: service unavailable',
          ] as const)
    return { kind, error: text, early, retryAfterSeconds: null }
  }
  return { kind: 'internal', error: 'Internal Server Error', early, retryAfterSeconds: null }
}
