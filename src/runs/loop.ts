import type { Ctx } from '../context.ts'
import type { ResolvedModel } from '../models/catalog.ts'
import { type Delta, ModelError, type Prompt, type ToolCall, type Usage } from '../models/model.ts'
import type { Passage } from '../retrieval/search.ts'
import type { Assistant } from '../store/assistants.ts'
import type { Document } from '../store/documents.ts'
import { listHistory } from '../store/messages.ts'
import type { Run } from '../store/runs.ts'
import type { Thread } from '../store/threads.ts'
import type { WebSource } from '../web/web-search.ts'
import { complete, giveUp, pause } from './endings.ts'
import type { RunEvent } from './events.ts'
import { fitHistory } from './fit-history.ts'
import { memoriesSection, type Recall, recallFor } from './memories.ts'
import { type OwnTool, openOwnTools, passagesSection, SEARCH, searchFor } from './own-tools.ts'
import { picturesOf } from './pictures.ts'
import { buildPrompt } from './prompt.ts'
import { addUsage } from './usage.ts'

/** One uninterrupted stretch of a run: from a message, or from tool outputs, to its next ending. */
export type Leg = {
  thread: Thread
  assistant: Assistant
  run: Run
  model: ResolvedModel
  /** Id the assistant's message of this leg will have. */
  messageId: string
  opening: RunEvent
  /** Files that came with the message this leg answers. */
  attachments: Document[]
  /** Rounds of tool calls the run has behind it. */
  rounds: number
}

/** Stands between what a model says before and after a search. */
const STEP_BREAK = '\n\n'

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
  /** What was found in documents for this answer. */
  passages: Passage[]
  /** Pages that a search of the web found for it. */
  sources: WebSource[]
  /** Images that were made for it. */
  media: Document[]
  /** The message with what was remembered for it; null where memory is off. */
  recall: Recall | null
  /** How much of the text earlier steps of this leg have said. */
  shown: number
}

/**
 * Drives a run forward until it pauses for tool outputs or ends. Every ending is in the database
 * before it is yielded. Starting and resuming a run are the same generator; they differ in `opening`.
 */
export async function* runLeg(ctx: Ctx, leg: Leg, signal: AbortSignal): AsyncGenerator<RunEvent> {
  const draft = emptyDraft()
  yield leg.opening
  try {
    draft.recall = await recallFor(ctx, leg, signal)
    if (draft.recall && leg.opening.type === 'started') {
      yield { type: 'recalled', memories: draft.recall.found }
    }
    yield { type: 'message_start', run: leg.run, messageId: leg.messageId }
    const tools = await openOwnTools(ctx, leg)
    const prompt = await preparePrompt(ctx, leg, draft, tools, signal)
    const model = await leg.model.open()
    for (let step = 1; ; step += 1) {
      signal.throwIfAborted()
      yield* listen(ctx, leg, model.stream(prompt, signal), draft)
      const own = draft.calls.filter((call) => tools.has(call.name))
      if (own.length === 0) break
      if (step === ctx.limits.stepsPerLeg) throw tooMuch('steps', leg.model.provider)
      const told = draft.media.length
      await answerOwnCalls(ctx, prompt, draft, tools, signal)
      for (const media of draft.media.slice(told)) yield { type: 'media', media }
      if (draft.calls.length > 0) break
    }
    yield await settle(ctx, leg, prompt, draft)
  } catch (error) {
    yield await giveUp(ctx, leg, draft, signal.aborted ? signal.reason : error)
  }
}

/**
 * Runs the calls that are this server's to answer and shows the model their outputs. The rounds
 * live in this leg's prompt only: a later one can search again. Calls of the client stay in the draft.
 */
async function answerOwnCalls(
  ctx: Ctx,
  prompt: Prompt,
  draft: Draft,
  tools: Map<string, OwnTool>,
  signal: AbortSignal,
) {
  const own = draft.calls.filter((call) => tools.has(call.name))
  const reasoning = draft.keptReasoning
  const turn = { role: 'assistant', text: draft.text.slice(draft.shown), calls: own } as const
  draft.shown = draft.text.length
  prompt.turns.push(reasoning.length > 0 ? { ...turn, reasoning } : turn)
  for (const call of own) {
    const facts = { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': call.name }
    const answer = async () => (await tools.get(call.name)?.run(call, draft, signal)) ?? ''
    const text = await ctx.tracer.trace(`execute_tool ${call.name}`, facts, answer, signal)
    prompt.turns.push({ role: 'tool', callId: call.id, name: call.name, text })
  }
  draft.calls = draft.calls.filter((call) => !tools.has(call.name))
  if (draft.calls.length > 0) return
  draft.keptReasoning = []
  draft.extraUsage = addUsage(draft.extraUsage, draft.end?.usage ?? null)
  draft.end = null
}

/** The conversation as this leg's model can take it: what no longer fits is summarised first. */
async function preparePrompt(
  ctx: Ctx,
  leg: Leg,
  draft: Draft,
  tools: Map<string, OwnTool>,
  signal: AbortSignal,
): Promise<Prompt> {
  const { thread, run, assistant, model } = leg
  const history = await listHistory(ctx.db, run.ownerId, thread.id, thread.summaryUntil)
  const shown = await picturesOf(ctx, leg, history)
  const fitted = await fitHistory(ctx, leg, history, shown, signal)
  draft.extraUsage = fitted.usage
  draft.summaryTokens = fitted.summary === null ? 0 : ctx.models.estimateTokens(fitted.summary)
  const prompt = buildPrompt(assistant, run.settings, fitted, model)
  if (draft.recall) addSection(prompt, memoriesSection(draft.recall, run.settings))
  if (tools.size === 0) return prompt
  const taken = new Set(prompt.tools.map((tool) => tool.name))
  for (const name of tools.keys()) if (taken.has(name)) tools.delete(name)
  if (model.offline || !model.callsTools) {
    return withPassages(ctx, leg, prompt, draft, tools, signal)
  }
  prompt.tools.push(...[...tools.values()].map((tool) => tool.spec))
  prompt.json = false
  return prompt
}

/** A model that calls no tools of ours, as the offline one, is shown what a search for the question finds. */
async function withPassages(
  ctx: Ctx,
  leg: Leg,
  prompt: Prompt,
  draft: Draft,
  tools: Map<string, OwnTool>,
  signal: AbortSignal,
): Promise<Prompt> {
  const hasPassages = tools.has(SEARCH)
  tools.clear()
  const last = prompt.turns.at(-1)
  if (!hasPassages || last?.role !== 'user') return prompt
  draft.passages = await searchFor(ctx, leg, last.text, signal)
  return addSection(prompt, passagesSection(draft.passages))
}

function addSection(prompt: Prompt, section: string): Prompt {
  prompt.system = prompt.system ? `${prompt.system}\n\n${section}` : section
  return prompt
}

function emptyDraft(): Draft {
  return {
    ...{ text: '', reasoning: '', keptReasoning: [], calls: [], end: null },
    ...{
      extraUsage: null,
      summaryTokens: 0,
      passages: [],
      sources: [],
      media: [],
      recall: null,
      shown: 0,
    },
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
  for await (const given of deltas) {
    const delta = storable(given)
    switch (delta.type) {
      case 'text':
        if (draft.shown > 0 && draft.shown === draft.text.length) {
          draft.text += STEP_BREAK
          yield { type: 'text', text: STEP_BREAK }
        }
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

/** No database takes a NUL in text, and none of what a model says hangs on one. */
function storable(delta: Delta): Delta {
  if (delta.type !== 'text' && delta.type !== 'reasoning') return delta
  return delta.text.includes('\0') ? { ...delta, text: delta.text.replaceAll('\0', '') } : delta
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
