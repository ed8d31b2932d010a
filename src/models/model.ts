/** A JSON Schema tool the model may call, as the client described it. */
export type ToolSpec = { name: string; description?: string; parameters: Record<string, unknown> }

/** `arguments` is JSON text, exactly as the model wrote it; the empty string is stored as `{}`. */
export type ToolCall = { id: string; name: string; arguments: string }

/**
 * Reasoning a provider wants back, untouched, on the next leg of the same run.
 * `data` is the provider's own block; only the adapter of `provider` reads it.
 */
export type KeptReasoning = { provider: string; data: unknown }

/** An image for a model that can see. `data` is base64. */
export type Picture = { mediaType: string; data: string }

/** What every provider with models that see takes. */
export const pictureTypes: ReadonlySet<string> = new Set([
  ...['image/png', 'image/jpeg', 'image/webp', 'image/gif'],
])

export type Turn =
  | { role: 'user'; text: string; pictures?: Picture[] }
  | { role: 'assistant'; text: string; calls: ToolCall[]; reasoning?: KeptReasoning[] }
  | { role: 'tool'; callId: string; name: string; text: string }

/** What a client asked of reasoning: `{}` is "on, with the model's defaults". */
export type Thinking = {
  effort?: 'low' | 'medium' | 'high' | 'max'
  budgetTokens?: number
}

export type Prompt = {
  provider: string
  model: string
  system: string | null
  turns: Turn[]
  tools: ToolSpec[]
  json: boolean
  thinking: Thinking | null
  /** OpenRouter's own fields of a request (`models`, `provider`, `plugins`…), passed on as they came. */
  routing?: Record<string, unknown>
}

/** Token counts of one call to a model. `inputTokens` includes the cached ones. */
export type Usage = {
  inputTokens: number
  outputTokens: number
  cachedInputTokens: number
  cacheWriteInputTokens: number
}

export type EndReason = 'stop' | 'length' | 'calls' | 'refusal'

/**
 * What a model says, in order. `call` comes once per tool call, whole, after its `call_start`;
 * `end` is always the last, and its `usage` is null when the provider counted nothing.
 */
export type Delta =
  | { type: 'text'; text: string }
  | { type: 'reasoning'; text: string }
  | { type: 'reasoning_end'; kept: KeptReasoning[] }
  | { type: 'call_start'; id: string; name: string }
  | { type: 'call'; call: ToolCall }
  | { type: 'end'; reason: EndReason; usage: Usage | null }

/** All a model says to a prompt, for work that nobody watches. Throws `ModelError`. */
export async function collectText(
  model: ChatModel,
  prompt: Prompt,
  signal: AbortSignal,
): Promise<string> {
  let said = ''
  for await (const delta of model.stream(prompt, signal)) {
    if (delta.type === 'text') said += delta.text
  }
  return said
}

/** One method: every provider, and the offline model, is an adapter of it. Throws `ModelError`. */
export interface ChatModel {
  stream(prompt: Prompt, signal: AbortSignal): AsyncIterable<Delta>
}

/**
 * Turns texts into vectors of `dims` numbers, one for each, in their order. `space` names the only
 * other vectors these may be compared with. Throws `ModelError`.
 */
export interface EmbeddingModel {
  provider: string
  model: string
  dims: number
  space: string
  embed(
    texts: readonly string[],
    kind: 'query' | 'document',
    signal: AbortSignal,
  ): Promise<Float32Array[]>
}

export type ModelErrorKind =
  | 'bad_request' // the provider refuses what was asked: wrong parameter, prompt too long
  | 'unknown_model'
  | 'credentials' // our key is missing, wrong, or not allowed
  | 'credits' // the account behind our key cannot pay
  | 'rate_limit'
  | 'overloaded'
  | 'timeout'
  | 'unavailable' // cannot be reached, or answers 5xx
  | 'malformed' // answers something that is not its own protocol, or stops half-way

/** A provider's failure in our words. `message` is fit for the API's client and holds no secret. */
export class ModelError extends Error {
  readonly kind: ModelErrorKind
  readonly retryAfterSeconds: number | null

  constructor(kind: ModelErrorKind, message: string, retryAfterSeconds: number | null = null) {
    super(message)
    this.name = 'ModelError'
    this.kind = kind
    this.retryAfterSeconds = retryAfterSeconds
  }

  /** Whether the same request may succeed later. */
  get isPassing(): boolean {
    return ['rate_limit', 'overloaded', 'timeout', 'unavailable', 'malformed'].includes(this.kind)
  }
}

/** Where a provider's chat differs from OpenAI's; what is absent is the same. */
export type Quirks = {
  /** How it is asked to think. `effort` = `reasoning_effort`; `none` = it cannot be asked. */
  reasoning?: 'effort' | 'openrouter' | 'thinking' | 'enabled' | 'none'
  /** What its efforts are called; absent = as ours. */
  efforts?: Record<'low' | 'medium' | 'high', string>
  /** `unasked` = it counts tokens without `stream_options`, which it may refuse. */
  usage?: 'unasked'
  /** `nine` = it takes only ids of nine letters and digits for tool calls. */
  callIds?: 'nine'
  /** False = its own reasoning must not come back to it. */
  keepsReasoning?: false
  /** Header of the key, where it is not a bearer token. */
  keyHeader?: string
  /** Every name it has contains a slash: a bare one is its own, as `openrouter/auto` is. */
  slashed?: true
}

/** How one provider is reached: its API key, base URL, and the bounds on a call. */
export type ProviderSettings = {
  name: string
  apiKey: string
  baseUrl: string | undefined
  quirks?: Quirks
  /** Milliseconds until the response headers must have come, for each try. */
  timeoutMs: number
  /** Milliseconds of silence after which a stream counts as broken. */
  idleMs: number
  /** Tries after the first, before the first token, on 408, 409, 429, 5xx and connection errors. */
  retries: number
}
