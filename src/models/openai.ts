import OpenAI from 'openai'
import type { ChatModel, Prompt, ProviderSettings, Thinking, ToolCall, Turn } from './model.ts'
import { type KeptFields, openaiReply, toKeptFields } from './openai-reply.ts'
import { providerFetch } from './provider-fetch.ts'
import { sendForgiving, streamReply } from './provider-stream.ts'

const defaultBaseUrl = 'https://api.openai.com/v1'
const jsonInstruction = 'Answer in JSON.'
const imagesRefused = '(An image came with this, which this model was unable to take.)'

// Budgets have no equivalent: up to so many tokens count as this effort, beyond as high.
const effortOfBudget = { low: 4_096, medium: 16_384 }

/** Chat completions of OpenAI and of every server that speaks the same, at `settings.baseUrl`. */
export function openaiModel(settings: ProviderSettings): ChatModel {
  const client = new Client({
    apiKey: settings.apiKey || 'none', // a local server needs none, the SDK insists on one
    baseURL: settings.baseUrl ?? defaultBaseUrl,
    maxRetries: settings.retries,
    timeout: settings.timeoutMs,
    fetch: providerFetch,
    // Else the SDK reads them from the environment and sends them to whoever is at the base URL.
    adminAPIKey: null,
    organization: null,
    project: null,
  })
  return {
    stream: (prompt, signal) =>
      streamReply({
        settings,
        signal,
        send: (hangUp) =>
          sendForgiving(
            toRequest(prompt, settings),
            (body) => client.chat.completions.create(body, { signal: hangUp }).asResponse(),
            withoutRefused,
          ),
        reader: openaiReply(settings),
      }),
  }
}

class Client extends OpenAI {
  /** The SDK keeps a body's `error` only, and some servers have the message beside it. */
  protected override makeStatusError(
    status: number,
    body: object,
    message: string | undefined,
    headers: Headers,
  ) {
    const wrapped = body && !('error' in body) ? { error: body } : body
    return super.makeStatusError(status, wrapped, message, headers)
  }
}

type Message = OpenAI.ChatCompletionMessageParam & KeptFields

type Request = Omit<OpenAI.ChatCompletionCreateParamsStreaming, 'messages'> & {
  messages: Message[]
  reasoning?: Record<string, unknown>
}

function toRequest(prompt: Prompt, settings: ProviderSettings): Request {
  const system = prompt.json ? withTheWordJson(prompt) : prompt.system
  return {
    model: prompt.model,
    messages: [
      ...(system ? [{ role: 'system' as const, content: system }] : []),
      ...prompt.turns.map((turn) => toMessage(turn, settings.name)),
    ],
    stream: true,
    stream_options: { include_usage: true },
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

function toMessage(turn: Turn, provider: string): Message {
  if (turn.role === 'user') return { role: 'user', content: toContent(turn) }
  if (turn.role === 'tool') {
    return { role: 'tool', tool_call_id: turn.callId, content: turn.text }
  }
  return {
    role: 'assistant',
    content: turn.text || (turn.calls.length > 0 ? null : ''),
    ...(turn.calls.length > 0 && { tool_calls: turn.calls.map(toToolCall) }),
    ...toKeptFields(turn.reasoning ?? [], provider),
  }
}

function toContent({ text, pictures }: Extract<Turn, { role: 'user' }>) {
  if (!pictures) return text
  const images = pictures.map(({ mediaType, data }) => ({
    type: 'image_url' as const,
    image_url: { url: `data:${mediaType};base64,${data}` },
  }))
  return [...images, { type: 'text' as const, text }]
}

function toToolCall({ id, name, arguments: json }: ToolCall) {
  return { id, type: 'function' as const, function: { name, arguments: json || '{}' } }
}

function toTool({ name, description, parameters }: Prompt['tools'][number]) {
  const described = description === undefined ? {} : { description }
  return { type: 'function' as const, function: { name, ...described, parameters } }
}

function toReasoning(thinking: Thinking, settings: ProviderSettings): Partial<Request> {
  const { effort, budgetTokens } = thinking
  const isOpenRouter = settings.name === 'openrouter' || settings.baseUrl?.includes('openrouter.ai')
  if (isOpenRouter && !effort) {
    return { reasoning: budgetTokens ? { max_tokens: budgetTokens } : { enabled: true } }
  }
  const level = effort === 'max' ? 'high' : (effort ?? toEffort(budgetTokens))
  return isOpenRouter ? { reasoning: { effort: level } } : { reasoning_effort: level }
}

function toEffort(budgetTokens: number | undefined) {
  if (budgetTokens === undefined) return 'medium'
  if (budgetTokens <= effortOfBudget.low) return 'low'
  return budgetTokens <= effortOfBudget.medium ? 'medium' : 'high'
}

function withoutRefused(body: Request, said: string): Request | null {
  if (body.stream_options && /stream_options|include_usage/i.test(said)) {
    return omit(body, 'stream_options')
  }
  if (body.response_format && /response_format|json_object/i.test(said)) {
    return omit(body, 'response_format')
  }
  if (body.messages.some(hasImage) && /image|vision|multimodal|content/i.test(said)) {
    return { ...body, messages: body.messages.map(withoutImages) }
  }
  const asks = body.reasoning || body.reasoning_effort || body.messages.some(hasKeptReasoning)
  if (!asks || !/reason|think/i.test(said)) return null
  const messages = body.messages.map((m) => omit(m, 'reasoning_content', 'reasoning_details'))
  return omit({ ...body, messages }, 'reasoning', 'reasoning_effort')
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
