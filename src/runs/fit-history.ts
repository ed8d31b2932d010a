import type { Ctx } from '../context.ts'
import type { Turn, Usage } from '../models/model.ts'
import type { PastMessage } from '../store/messages.ts'
import { saveSummary } from '../store/threads.ts'
import type { Leg } from './loop.ts'
import type { Shown } from './pictures.ts'
import { systemText, toolSpecs, toTurns } from './prompt.ts'
import { excerptOf, summarise } from './summary.ts'

/** Share of the window that the prompt may fill; the rest is left to the answer and to miscounting. */
const PROMPT_SHARE = 0.75
/** Share the turns may fill after a summary, so that the next messages need none. */
const KEPT_SHARE = 0.375
/** What providers count for a large image, about; a small one costs less. */
const PICTURE_TOKENS = 1_600
/** Share the summary itself may fill. */
const SUMMARY_SHARE = 0.1

export type FittedHistory = {
  turns: Turn[]
  summary: string | null
  /** What a summary made just now cost. */
  usage: Usage | null
}

/**
 * The turns behind the thread's summary, or, once they outgrow the model's window, a new summary of
 * the oldest and the rest. A tool call and its output are never separated, and the latest user
 * message stays.
 */
export async function fitHistory(
  ctx: Ctx,
  leg: Leg,
  history: PastMessage[],
  shown: Map<string, Shown>,
  signal: AbortSignal,
): Promise<FittedHistory> {
  const { thread, model } = leg
  const placed = toTurns(history, shown)
  const turns = placed.map(({ turn }) => turn)
  const whole = { turns, summary: thread.summary, usage: null }
  const sizes = turns.map((turn) => sizeOf(ctx, turn))
  const fixed = fixedSize(ctx, leg)
  if (fixed + sum(sizes) <= model.contextLimit * PROMPT_SHARE) return whole

  const room = Math.max(model.contextLimit * KEPT_SHARE - fixed, 0)
  const cut = cutOf(turns, sizes, room)
  if (cut === 0) return whole
  const budget = Math.floor(model.contextLimit * SUMMARY_SHARE)
  const old = turns.slice(0, cut)
  const { summary, usage } = model.offline
    ? { summary: excerptOf(thread.summary, old, budget), usage: null }
    : await summarise(ctx, model, { before: thread.summary, turns: old, budget }, signal)
  await saveSummary(ctx.db, thread, summary, placed[cut - 1]?.position ?? 0)
  return { turns: withQuestion(turns, cut), summary, usage }
}

/** Tokens of everything in the prompt that is not a turn. */
function fixedSize(ctx: Ctx, { assistant, run, thread }: Leg) {
  const system = systemText(assistant, run.settings, thread.summary) ?? ''
  const tools = toolSpecs(run.settings.tools ?? assistant.tools ?? [])
  return ctx.models.estimateTokens(system) + ctx.models.estimateTokens(JSON.stringify(tools))
}

function sizeOf(ctx: Ctx, turn: Turn): number {
  const calls =
    turn.role === 'assistant' ? turn.calls.map((call) => call.name + call.arguments) : []
  const pictures = turn.role === 'user' ? (turn.pictures?.length ?? 0) * PICTURE_TOKENS : 0
  const { estimateTokens } = ctx.models
  return estimateTokens(turn.text) + estimateTokens(calls.join(' ')) + pictures + 4
}

/**
 * How many of the oldest turns must go so that the rest fits `room`: best up to a user message,
 * else up to an assistant's, and never all of them.
 */
export function cutOf(turns: Turn[], sizes: number[], room: number): number {
  let kept = 0
  let first = turns.length
  while (first > 0 && kept + (sizes[first - 1] ?? 0) <= room) {
    first -= 1
    kept += sizes[first] ?? 0
  }
  const from = Math.min(first, turns.length - 1)
  const starts = turns.map((turn, i) => (turn.role === 'tool' || i < from ? null : turn.role))
  const user = starts.indexOf('user')
  const assistant = starts.indexOf('assistant')
  if (user >= 0) return user
  return assistant >= 0 ? assistant : lastStart(turns)
}

/** Where the last turn that is no tool output begins, with all the outputs behind it. */
function lastStart(turns: Turn[]) {
  return Math.max(
    turns.findLastIndex((turn) => turn.role !== 'tool'),
    0,
  )
}

/** A run that outgrew the window by itself still shows the model what it was asked. */
function withQuestion(turns: Turn[], cut: number): Turn[] {
  const rest = turns.slice(cut)
  if (rest.some((turn) => turn.role === 'user')) return rest
  const question = turns.findLast((turn) => turn.role === 'user')
  return question ? [question, ...rest] : rest
}

function sum(numbers: number[]) {
  return numbers.reduce((total, number) => total + number, 0)
}
