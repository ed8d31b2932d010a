import type { Ctx } from '../context.ts'
import type { ResolvedModel } from '../models/catalog.ts'
import { type Delta, ModelError, type Prompt, type ToolCall, type Usage } from '../models/model.ts'
import type { Assistant } from '../store/assistants.ts'
import { listMessages } from '../store/messages.ts'
import type { Run } from '../store/runs.ts'
import type { Thread } from '../store/threads.ts'
import { complete, giveUp, pause } from './endings.ts'
import type { RunEvent } from './events.ts'
import { fitHistory } from './fit-history.ts'
import { buildPrompt } from './prompt.ts'

/** One uninterrupted stretch of a run: from a message, or from tool outputs, to its next ending. */
export type Leg = {
  thread: Thread
  assistant: Assistant
  run: Run
  model: ResolvedModel
  /** Id the assistant's message of this leg will have. */
  messageId: string
  opening: RunEvent
  /** Rounds of tool calls the run has behind it. */
  rounds: number
}

/** What the model has said so far in this leg. */
export type Draft = {
  text: string
  reasoning: string
  keptReasoning: { provider: string; data: unknown }[]
  calls: ToolCall[]
  end: Extract<Delta, { type: 'end' }> | null
  /** What summarising the conversation cost on the way. */
  extraUsage: Usage | null
  summaryTokens: number
}

/**
 * Drives a run forward until it pauses for tool outputs or ends. Every ending is in the database
 * before it is yielded. Starting and resuming a run are the same generator; they differ in `opening`.
 */
export async function* runLeg(ctx: Ctx, leg: Leg, signal: AbortSignal): AsyncGenerator<RunEvent> {
  const draft = emptyDraft()
  yield leg.opening
  try {
    yield { type: 'message_start', run: leg.run, messageId: leg.messageId }
    const prompt = await preparePrompt(ctx, leg, draft, signal)
    const model = await leg.model.open()
    signal.throwIfAborted()
    yield* listen(ctx, leg, model.stream(prompt, signal), draft)
    yield await settle(ctx, leg, prompt, draft)
  } catch (error) {
    yield await giveUp(ctx, leg, draft, signal.aborted ? signal.reason : error)
  }
}

/** The conversation as this leg's model can take it: what no longer fits is summarised first. */
async function preparePrompt(ctx: Ctx, leg: Leg, draft: Draft, signal: AbortSignal) {
  const { thread, run, assistant, model } = leg
  const history = await listMessages(ctx.db, run.ownerId, thread.id, thread.summaryUntil)
  const fitted = await fitHistory(ctx, leg, history, signal)
  draft.extraUsage = fitted.usage
  draft.summaryTokens = fitted.summary === null ? 0 : ctx.models.estimateTokens(fitted.summary)
  return buildPrompt(assistant, run.settings, fitted, model)
}

function emptyDraft(): Draft {
  return {
    ...{ text: '', reasoning: '', keptReasoning: [], calls: [], end: null },
    ...{ extraUsage: null, summaryTokens: 0 },
  }
}

/** Passes the model's deltas on as events and remembers them in the draft. */
async function* listen(
  ctx: Ctx,
  leg: Leg,
  deltas: AsyncIterable<Delta>,
  draft: Draft,
): AsyncGenerator<RunEvent> {
  const hidden = leg.run.settings.hideReasoning === true
  for await (const delta of deltas) {
    switch (delta.type) {
      case 'text':
        draft.text += delta.text
        if (draft.text.length > ctx.limits.answerChars) throw tooMuch('text', leg.model.provider)
        yield delta
        break
      case 'reasoning':
        draft.reasoning += delta.text
        if (draft.reasoning.length > ctx.limits.answerChars)
          throw tooMuch('reasoning', leg.model.provider)
        if (!hidden) yield delta
        break
      case 'reasoning_end':
        draft.keptReasoning.push(...delta.kept)
        if (!hidden) yield { type: 'reasoning_ended' }
        break
      case 'call_start':
        yield delta
        break
      case 'call':
        draft.calls.push(delta.call)
        if (draft.calls.length > ctx.limits.toolCallsPerTurn)
          throw tooMuch('tool calls', leg.model.provider)
        yield { type: 'call_ready', run: leg.run, call: delta.call }
        break
      case 'end':
        draft.end = delta
    }
  }
}

function settle(ctx: Ctx, leg: Leg, prompt: Prompt, draft: Draft) {
  if (draft.calls.length === 0) return complete(ctx, leg, prompt, draft)
  if (leg.rounds >= ctx.limits.roundsPerRun)
    throw tooMuch('rounds of tool calls', leg.model.provider)
  return pause(ctx, leg, prompt, draft)
}

function tooMuch(what: string, provider: string) {
  return new ModelError('bad_request', `${provider} sent more ${what} than one run may have`)
}
