import type { Ctx } from '../context.ts'
import type { ResolvedModel } from '../models/catalog.ts'
import { type Delta, ModelError, type Prompt, type ToolCall } from '../models/model.ts'
import type { Assistant } from '../store/assistants.ts'
import { listMessages } from '../store/messages.ts'
import type { Run } from '../store/runs.ts'
import type { Thread } from '../store/threads.ts'
import { complete, giveUp, pause } from './endings.ts'
import type { RunEvent } from './events.ts'
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
}

/** What the model has said so far in this leg. */
export type Draft = {
  text: string
  reasoning: string
  keptReasoning: { provider: string; data: unknown }[]
  calls: ToolCall[]
  end: Extract<Delta, { type: 'end' }> | null
}

/**
 * Drives a run forward until it pauses for tool outputs or ends. Every ending is in the database
 * before it is yielded. Starting and resuming a run are the same generator; they differ in `opening`.
 */
export async function* runLeg(ctx: Ctx, leg: Leg, signal: AbortSignal): AsyncGenerator<RunEvent> {
  const draft: Draft = { text: '', reasoning: '', keptReasoning: [], calls: [], end: null }
  yield leg.opening
  try {
    yield { type: 'message_start', run: leg.run, messageId: leg.messageId }
    const history = await listMessages(ctx.db, leg.run.ownerId, leg.thread.id)
    const prompt = buildPrompt(leg.assistant, leg.run.settings, history, leg.model)
    const model = await leg.model.open()
    signal.throwIfAborted()
    yield* listen(ctx, leg, model.stream(prompt, signal), draft)
    yield await settle(ctx, leg, prompt, draft)
  } catch (error) {
    yield await giveUp(ctx, leg, draft, signal.aborted ? signal.reason : error)
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
  return draft.calls.length > 0 ? pause(ctx, leg, prompt, draft) : complete(ctx, leg, prompt, draft)
}

function tooMuch(what: string, provider: string) {
  return new ModelError('bad_request', `${provider} sent more ${what} than one answer may hold`)
}
