import Anthropic from '@anthropic-ai/sdk'
import { anthropicReply } from './anthropic-reply.ts'
import type {
  ChatModel,
  Picture,
  Prompt,
  ProviderSettings,
  Thinking,
  ToolCall,
  ToolSpec,
  Turn,
} from './model.ts'
import { providerFetch } from './provider-fetch.ts'
import { sendForgiving, streamReply } from './provider-stream.ts'

const defaultBaseUrl = 'https://api.anthropic.com'
const jsonInstruction = 'Answer with one JSON value and nothing else: no prose, no code fence.'
const imagesRefused = '(An image came with this, which this model was unable to take.)'
const noUserYet = '(The conversation begins with the assistant.)'

type Family = {
  names: RegExp
  tokens: number
  maxTokens: number
  thinks: 'no' | 'budget' | 'effort'
}

/**
 * `max_tokens` is required: what we ask for, and the most that a family writes, thinking included.
 * Models from 3.7 to 4.5 think within a budget; from 4.6 on they decide, and take an effort. The
 * first match counts.
 */
const families: Family[] = [
  { names: /claude-3-(opus|sonnet|haiku)/, tokens: 4_096, maxTokens: 4_096, thinks: 'no' },
  { names: /claude-3-5/, tokens: 8_192, maxTokens: 8_192, thinks: 'no' },
  {
    names: /claude-opus-4-[01]\b|claude-opus-4-2025/,
    tokens: 16_384,
    maxTokens: 32_000,
    thinks: 'budget',
  },
  {
    names: /claude-(3-7|sonnet-4-(0|2025)|\w+-4-5)/,
    tokens: 16_384,
    maxTokens: 64_000,
    thinks: 'budget',
  },
  { names: /claude-/, tokens: 32_000, maxTokens: 64_000, thinks: 'effort' },
]

/** A server that only speaks like Anthropic. */
const unheardOf: Omit<Family, 'names'> = { tokens: 8_192, maxTokens: 32_000, thinks: 'budget' }

/** Thinking tokens for an effort; the other way round, a budget is the least effort that holds it. */
const budgetOf = { low: 4_096, medium: 10_240, high: 24_576, max: 48_000 }
const minBudgetTokens = 1_024
const minAnswerTokens = 4_096

/** The Messages API, of Anthropic or of a server that speaks the same at `settings.baseUrl`. */
export function anthropicModel(settings: ProviderSettings): ChatModel {
  const client = new Anthropic({
    apiKey: settings.apiKey || 'none', // a local server needs none, the SDK insists on one
    baseURL: settings.baseUrl ?? defaultBaseUrl,
    maxRetries: settings.retries,
    timeout: settings.timeoutMs,
    fetch: providerFetch,
    // The SDK sends the key as a bearer token only, which many gateways do not read.
    defaultHeaders: { 'x-api-key': settings.apiKey },
  })
  return {
    stream: (prompt, signal) =>
      streamReply({
        settings,
        signal,
        send: (hangUp) =>
          sendForgiving(
            toRequest(prompt, settings.name),
            (body) => post(client, body, hangUp),
            withoutRefused,
          ),
        reader: anthropicReply(settings),
      }),
  }
}

/** Not `messages.create`: that one writes to the console, on every call to an ageing model. */
function post(client: Anthropic, body: Request, signal: AbortSignal): Promise<Response> {
  return client.post('/v1/messages', { body, signal, stream: true }).asResponse()
}

type Request = Anthropic.MessageCreateParamsStreaming
type Block = Anthropic.ContentBlockParam
type Message = { role: 'user' | 'assistant'; content: Block[] }

function toRequest(prompt: Prompt, provider: string): Request {
  const system = [prompt.system, prompt.json && jsonInstruction].filter(Boolean).join('\n\n')
  const family = families.find(({ names }) => names.test(prompt.model)) ?? unheardOf
  return {
    model: prompt.model,
    max_tokens: family.tokens,
    ...(system.trim() && { system }),
    messages: toMessages(prompt.turns, provider),
    ...toTools(prompt),
    ...(prompt.thinking && toThinking(prompt.thinking, family)),
    stream: true,
  }
}

/** Roles take turns and the user begins: neighbours of one role become one message. */
function toMessages(turns: Turn[], provider: string): Message[] {
  const messages: Message[] = []
  for (const turn of turns) {
    const role = turn.role === 'assistant' ? 'assistant' : 'user'
    const content = toBlocks(turn, provider)
    const last = messages.at(-1)
    if (last?.role === role) last.content.push(...content)
    else if (content.length > 0) messages.push({ role, content })
  }
  if (messages[0]?.role !== 'user') messages.unshift({ role: 'user', content: toText(noUserYet) })
  return messages
}

function toBlocks(turn: Turn, provider: string): Block[] {
  if (turn.role === 'user') return [...(turn.pictures ?? []).map(toImage), ...toText(turn.text)]
  if (turn.role === 'tool') {
    return [{ type: 'tool_result', tool_use_id: toId(turn.callId), content: turn.text }]
  }
  const said = [...toText(turn.text), ...turn.calls.map(toToolUse)]
  if (said.length === 0) return []
  const kept = turn.reasoning?.filter((entry) => entry.provider === provider) ?? []
  return [...kept.map(({ data }) => data as Block), ...said]
}

function toImage({ mediaType, data }: Picture): Block {
  const media_type = mediaType as Anthropic.Base64ImageSource['media_type']
  return { type: 'image', source: { type: 'base64', media_type, data } }
}

/** The API refuses a text block that holds nothing but space. */
function toText(text: string): Block[] {
  return text.trim() ? [{ type: 'text', text }] : []
}

function toToolUse({ id, name, arguments: json }: ToolCall): Block {
  return { type: 'tool_use', id: toId(id), name, input: toInput(json) }
}

/** Calls that another provider made earlier in the thread may have ids that this one refuses. */
function toId(id: string): string {
  return id.replace(/[^\w-]/g, '_')
}

function toInput(json: string): Record<string, unknown> {
  try {
    const input: unknown = JSON.parse(json || '{}')
    const isObject = typeof input === 'object' && input !== null && !Array.isArray(input)
    return isObject ? (input as Record<string, unknown>) : {}
  } catch {
    return {} // the model wrote no JSON, and was told so in the tool's output
  }
}

function toTools({ tools, turns }: Prompt): Partial<Request> {
  if (tools.length > 0) return { tools: tools.map(toTool) }
  // The API refuses a history with calls when no tools are given: name them, and rule them out.
  const called = turns.flatMap((turn) => (turn.role === 'assistant' ? turn.calls : []))
  const names = [...new Set(called.map(({ name }) => name))]
  if (names.length === 0) return {}
  const stubs = names.map((name) => toTool({ name, parameters: {} }))
  return { tools: stubs, tool_choice: { type: 'none' } }
}

function toTool({ name, description, parameters }: ToolSpec): Anthropic.Tool {
  const described = description === undefined ? {} : { description }
  return { name, ...described, input_schema: { ...parameters, type: 'object' } }
}

function toThinking(thinking: Thinking, family: Omit<Family, 'names'>): Partial<Request> {
  if (family.thinks === 'no') return {}
  if (family.thinks === 'effort') return { ...adaptive(thinking), max_tokens: family.maxTokens }
  const wanted = thinking.budgetTokens ?? budgetOf[thinking.effort ?? 'medium']
  const budget = Math.max(minBudgetTokens, Math.min(wanted, family.maxTokens - minAnswerTokens))
  return {
    thinking: { type: 'enabled', budget_tokens: budget },
    max_tokens: Math.min(budget + family.tokens, family.maxTokens),
  }
}

function adaptive({ effort, budgetTokens }: Thinking): Partial<Request> {
  const level = effort ?? (budgetTokens === undefined ? null : effortHolding(budgetTokens))
  return {
    // Newer models keep their thinking to themselves unless asked for it.
    thinking: { type: 'adaptive', display: 'summarized' },
    ...(level && { output_config: { effort: level } }),
  }
}

function effortHolding(budgetTokens: number): NonNullable<Thinking['effort']> {
  if (budgetTokens <= budgetOf.low) return 'low'
  if (budgetTokens <= budgetOf.medium) return 'medium'
  return budgetTokens <= budgetOf.high ? 'high' : 'max'
}

function withoutRefused(body: Request, said: string): Request | null {
  const { thinking, output_config, ...rest } = body
  if (output_config && /effort|output_config/i.test(said)) {
    return thinking ? { ...rest, thinking } : rest
  }
  if (/image/i.test(said) && body.messages.some(hasImage)) {
    return { ...body, messages: body.messages.map(withoutImages) }
  }
  if (!/thinking|budget_tokens/i.test(said)) return null
  if (thinking?.type === 'enabled' && /adaptive/i.test(said)) {
    return { ...rest, ...adaptive({ budgetTokens: thinking.budget_tokens }) }
  }
  const messages = rest.messages.map(withoutThinkingBlocks)
  const same = messages.every((message, i) => message === rest.messages[i])
  return thinking || !same ? { ...rest, messages } : null
}

function hasImage({ content }: Anthropic.MessageParam): boolean {
  return Array.isArray(content) && content.some(({ type }) => type === 'image')
}

function withoutImages(message: Anthropic.MessageParam): Anthropic.MessageParam {
  if (!hasImage(message) || !Array.isArray(message.content)) return message
  const text = message.content.filter(({ type }) => type !== 'image')
  return { role: 'user', content: [...text, ...toText(imagesRefused)] }
}

function withoutThinkingBlocks(message: Anthropic.MessageParam): Anthropic.MessageParam {
  if (!Array.isArray(message.content)) return message
  const content = message.content.filter(({ type }) => !/^(redacted_)?thinking$/.test(type))
  if (content.length === message.content.length) return message
  return { role: 'assistant', content }
}
