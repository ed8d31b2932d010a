import type { RunSettings } from '../db/schema.ts'
import type { Prompt, ToolSpec, Turn } from '../models/model.ts'
import type { Assistant } from '../store/assistants.ts'
import type { PastMessage } from '../store/messages.ts'
import type { Shown } from './pictures.ts'

/** What the model is sent: the assistant's instructions, the turn's own, and the conversation. Pure. */
export function buildPrompt(
  assistant: Assistant,
  settings: RunSettings,
  history: { turns: Turn[]; summary: string | null },
  model: { provider: string; sendAs: string },
): Prompt {
  const tools = toolSpecs(settings.tools ?? assistant.tools ?? [])
  return {
    provider: model.provider,
    model: model.sendAs,
    system: systemText(assistant, settings, history.summary),
    turns: history.turns,
    tools,
    // JSON mode and tools exclude each other on the hosted service too.
    json: settings.json === true && tools.length === 0,
    thinking: settings.thinking ?? null,
    ...(settings.openrouter ? { routing: settings.openrouter } : {}),
  }
}

/** Instructions, and behind them what stands in for the turns that no longer fit. */
export function systemText(
  assistant: Assistant,
  settings: RunSettings,
  summary: string | null,
): string | null {
  const own = settings.systemPrompt ?? assistant.systemPrompt ?? assistant.description
  if (summary === null) return own
  const earlier = `## Summary of the earlier conversation\n\n${summary}`
  return own ? `${own}\n\n${earlier}` : earlier
}

/** A turn and the position of the message it was made of. */
export type PlacedTurn = { turn: Turn; position: number }

/** A failed turn is left out whole, its user message too; a cancelled one keeps what was said. */
export function toTurns(history: PastMessage[], shown: Map<string, Shown>): PlacedTurn[] {
  const failed = new Set(
    history.filter((m) => m.status === 'FAILED' && m.role === 'assistant').map((m) => m.runId),
  )
  return history.flatMap((message) => {
    if (message.runId !== null && failed.has(message.runId)) return []
    const turn = toTurn(message, shown.get(message.id))
    return turn ? [{ turn, position: message.position }] : []
  })
}

function toTurn(message: PastMessage, shown: Shown | undefined): Turn | null {
  const text = message.content ?? ''
  if (message.role === 'user') return toUserTurn(text, shown ?? { pictures: [], hidden: [] })
  if (message.role === 'tool') {
    return { role: 'tool', callId: message.toolCallId ?? '', name: message.toolName ?? '', text }
  }
  const calls = message.toolCalls ?? []
  if (text === '' && calls.length === 0) return null
  const reasoning = message.keptReasoning
  return { role: 'assistant', text, calls, ...(reasoning ? { reasoning } : {}) }
}

function toUserTurn(content: string, { pictures, hidden }: Shown): Turn {
  const asked = content === '' ? '(see the attached files)' : content
  const missing = `(Images that came with this but cannot be shown to you: ${hidden.join(', ')})`
  const text = hidden.length > 0 ? `${asked}\n\n${missing}` : asked
  return pictures.length > 0 ? { role: 'user', text, pictures } : { role: 'user', text }
}

/** The client's tool list, whatever its shape, as far as a model can use it. */
export function toolSpecs(tools: unknown[]): ToolSpec[] {
  return tools.flatMap((tool) => {
    const fn = isRecord(tool) && isRecord(tool.function) ? tool.function : tool
    if (!isRecord(fn) || typeof fn.name !== 'string') return []
    return {
      name: fn.name,
      ...(typeof fn.description === 'string' ? { description: fn.description } : {}),
      parameters: isRecord(fn.parameters) ? fn.parameters : { type: 'object', properties: {} },
    }
  })
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
