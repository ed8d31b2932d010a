import { createHash } from 'node:crypto'
import type OpenAI from 'openai'
import type { Prompt, ProviderSettings, Thinking, ToolCall, Turn } from './model.ts'
import { type KeptFields, keptOfCall, toKeptFields } from './openai-reply.ts'

const jsonInstruction = 'Answer in JSON.'
const imagesRefused = '(An image came with this, which this model was unable to take.)'

// Budgets have no equivalent: up to so many tokens count as this effort, beyond as high.
const effortOfBudget = { low: 4_096, medium: 16_384 }

type Message = OpenAI.ChatCompletionMessageParam & KeptFields

export type Request = Omit<OpenAI.ChatCompletionCreateParamsStreaming, 'messages'> & {
  messages: Message[]
  reasoning?: Record<string, unknown>
  thinking?: Record<string, unknown>
}

export function toRequest(prompt: Prompt, settings: ProviderSettings): Request {
  const system = prompt.json ? withTheWordJson(prompt) : prompt.system
  const { quirks = {} } = settings
  return {
    ...(isOpenRouter(settings) && prompt.routing),
    model: prompt.model,
    messages: [
      ...(system ? [{ role: 'system' as const, content: system }] : []),
      ...prompt.turns.map((turn) => toMessage(turn, settings)),
    ],
    stream: true,
    ...(quirks.usage !== 'unasked' && { stream_options: { include_usage: true } }),
    ...(prompt.tools.length > 0 && { tools: prompt.tools.map(toTool) }),
    ...(prompt.json && { response_format: { type: 'json_object' as const } }),
    ...(prompt.thinking && toReasoning(prompt.thinking, settings)),
  }
}

/** OpenAI refuses JSON mode unless some message has the word. */
function withTheWordJson({ system, turns }: Prompt): string | null {
  if (/json/i.test(system ?? '') || turns.some(({ text }) => /json/i.test(text))) return system
  return system ? `${system}\n\n${jsonInstruction}` : jsonInstruction
}

function toMessage(turn: Turn, { name, quirks = {} }: ProviderSettings): Message {
  const idOf = (id: string) => (quirks.callIds === 'nine' ? nineChars(id) : id)
  if (turn.role === 'user') return { role: 'user', content: toContent(turn) }
  if (turn.role === 'tool') {
    return { role: 'tool', tool_call_id: idOf(turn.callId), content: turn.text }
  }
  const kept = turn.reasoning ?? []
  return {
    role: 'assistant',
    content: turn.text || (turn.calls.length > 0 ? null : ''),
    ...(turn.calls.length > 0 && {
      tool_calls: turn.calls.map((call) => ({
        ...toToolCall(call, idOf(call.id)),
        ...keptOfCall(kept, name, call.id),
      })),
    }),
    ...(quirks.keepsReasoning !== false && toKeptFields(kept, name)),
  }
}

/** The same nine for the same id; one that already is nine letters and digits stays. */
function nineChars(id: string): string {
  if (/^[a-zA-Z0-9]{9}$/.test(id)) return id
  return createHash('sha256').update(id).digest('hex').slice(0, 9)
}

function toContent({ text, pictures }: Extract<Turn, { role: 'user' }>) {
  if (!pictures) return text
  const images = pictures.map(({ mediaType, data }) => ({
    type: 'image_url' as const,
    image_url: { url: `data:${mediaType};base64,${data}` },
  }))
  return [...images, { type: 'text' as const, text }]
}

function toToolCall({ name, arguments: json }: ToolCall, id: string) {
  return { id, type: 'function' as const, function: { name, arguments: json || '{}' } }
}

function toTool({ name, description, parameters }: Prompt['tools'][number]) {
  const described = description === undefined ? {} : { description }
  return { type: 'function' as const, function: { name, ...described, parameters } }
}

function toReasoning(thinking: Thinking, settings: ProviderSettings): Partial<Request> {
  const { effort, budgetTokens } = thinking
  const level = effort === 'max' ? 'high' : (effort ?? toEffort(budgetTokens))
  const way = isOpenRouter(settings) ? 'openrouter' : (settings.quirks?.reasoning ?? 'effort')
  switch (way) {
    case 'none':
      return {}
    case 'thinking':
      return { thinking: { type: 'enabled' } }
    case 'enabled':
      return { reasoning: { enabled: true } }
    case 'openrouter':
      if (effort) return { reasoning: { effort: level } }
      return { reasoning: budgetTokens ? { max_tokens: budgetTokens } : { enabled: true } }
    case 'effort': {
      const named = settings.quirks?.efforts?.[level] ?? level
      return { reasoning_effort: named as NonNullable<Request['reasoning_effort']> }
    }
  }
}

function isOpenRouter({ name, baseUrl }: ProviderSettings): boolean {
  return name === 'openrouter' || Boolean(baseUrl?.includes('openrouter.ai'))
}

function toEffort(budgetTokens: number | undefined) {
  if (budgetTokens === undefined) return 'medium'
  if (budgetTokens <= effortOfBudget.low) return 'low'
  return budgetTokens <= effortOfBudget.medium ? 'medium' : 'high'
}

export function withoutRefused(body: Request, said: string): Request | null {
  if (body.stream_options && /stream_options|include_usage/i.test(said)) {
    return omit(body, 'stream_options')
  }
  if (body.response_format && /response_format|json_object/i.test(said)) {
    return omit(body, 'response_format')
  }
  if (body.messages.some(hasImage) && /image|vision|multimodal|content/i.test(said)) {
    return { ...body, messages: body.messages.map(withoutImages) }
  }
  const asks =
    body.reasoning || body.reasoning_effort || body.thinking || body.messages.some(hasKeptReasoning)
  if (!asks || !/reason|think/i.test(said)) return null
  const messages = body.messages.map((m) => omit(m, 'reasoning_content', 'reasoning_details'))
  return omit({ ...body, messages }, 'reasoning', 'reasoning_effort', 'thinking')
}

function hasImage({ content }: Message): boolean {
  return Array.isArray(content) && content.some(({ type }) => type === 'image_url')
}

/** As plain text, which every server takes, with word of what is missing. */
function withoutImages(message: Message): Message {
  if (message.role !== 'user' || !Array.isArray(message.content)) return message
  const text = message.content.flatMap((part) => (part.type === 'text' ? part.text : []))
  return { role: 'user', content: [...text, imagesRefused].join('\n\n') }
}

function hasKeptReasoning(message: Message): boolean {
  return 'reasoning_content' in message || 'reasoning_details' in message
}

function omit<T extends object>(from: T, ...keys: string[]): T {
  return Object.fromEntries(Object.entries(from).filter(([key]) => !keys.includes(key))) as T
}
