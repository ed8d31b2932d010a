import { randomUUID } from 'node:crypto'
import type { Delta, EndReason, KeptReasoning, ProviderSettings, Usage } from './model.ts'
import { brokeOff, replyFailed } from './provider-errors.ts'
import { isJson, type ReplyReader } from './provider-stream.ts'

/** The fields by which an assistant message carries its reasoning back to where it came from. */
export type KeptFields = { reasoning_content?: string; reasoning_details?: Detail[] }

type Detail = { type?: string; index?: number; [field: string]: unknown }

type CallPart = {
  index?: number | null
  id?: string | null
  /** Google's signature of the thought behind a call, which it wants back with the call. */
  extra_content?: unknown
  function?: { name?: string | null; arguments?: unknown }
}

type Part = {
  content?: unknown
  refusal?: string | null
  reasoning?: string | null
  reasoning_content?: string | null
  reasoning_details?: Detail[] | null
  tool_calls?: CallPart[] | null
  function_call?: CallPart['function'] | null
}

type Chunk = {
  error?: unknown
  object?: string
  usage?: Counts | null
  choices?: {
    delta?: Part
    message?: Part
    finish_reason?: string | null
    /** Where Moonshot counts. */
    usage?: Counts | null
  }[]
}

type Counts = {
  prompt_tokens?: number
  completion_tokens?: number
  cached_tokens?: number
  prompt_tokens_details?: { cached_tokens?: number; cache_write_tokens?: number } | null
}

type Call = { index: number | null; id: string; name: string; json: string; started: boolean }

const CALL_EXTRA = 'call_extra'

/** Reads one chat completion, streamed or whole, as OpenAI and its many likenesses write it. */
export function openaiReply(settings: ProviderSettings): ReplyReader {
  const calls = callsInParts()
  const reasoning = reasoningInParts(settings.name)
  let finishReason: string | null = null
  let refused = false
  let usage: Usage | null = null

  function readPart(part: Part, out: Delta[]) {
    reasoning.add(part, out)
    const thought = thoughtOf(part.content)
    if (thought) reasoning.add({ reasoning: thought }, out)
    const text = textOf(part.content)
    if (text) say(text, out)
    if (part.refusal) {
      refused = true
      say(part.refusal, out)
    }
    if (part.tool_calls) for (const call of part.tool_calls) addCall(call, out)
    if (part.function_call) addCall({ function: part.function_call }, out)
  }

  function say(text: string, out: Delta[]) {
    reasoning.end(out)
    out.push({ type: 'text', text })
  }

  function addCall(part: CallPart, out: Delta[]) {
    reasoning.end(out)
    const id = calls.add(part, out)
    if (part.extra_content) reasoning.keep({ type: CALL_EXTRA, id, extra: part.extra_content })
  }

  function read(event: unknown, out: Delta[]) {
    const chunk = event as Chunk
    if (chunk.error || chunk.object === 'error') throw replyFailed(settings, chunk)
    const choice = chunk.choices?.[0]
    const counts = chunk.usage ?? choice?.usage
    if (counts) usage = toUsage(counts)
    const part = choice?.delta ?? choice?.message
    if (part) readPart(part, out)
    if (choice?.finish_reason) finishReason = choice.finish_reason
    return false
  }

  return {
    read,
    readWhole(body, out) {
      read(body, out)
      if (!(body as Chunk).choices?.[0]) throw brokeOff(settings)
    },
    finish(saidLastWord, out) {
      if (!saidLastWord && finishReason === null) return false
      reasoning.finish(out)
      const cutShort = finishReason === 'length' || finishReason === 'content_filter'
      const called = calls.finish(cutShort, out)
      out.push({ type: 'end', reason: endReason(finishReason, refused, called), usage })
      return true
    },
  }
}

/** Picks what came from this provider; the rest would be noise to it, or an error. */
export function toKeptFields(reasoning: KeptReasoning[], provider: string): KeptFields {
  const kept = reasoning.filter((entry) => entry.provider === provider)
  const details = kept.map(({ data }) => data as Detail)
  const texts = details.filter(({ type }) => type === 'reasoning_content')
  const others = details.filter(({ type }) => type !== 'reasoning_content' && type !== CALL_EXTRA)
  return {
    ...(texts.length > 0 && { reasoning_content: texts.map(({ text }) => text).join('') }),
    ...(others.length > 0 && { reasoning_details: others }),
  }
}

/** What a provider wants back with one call of a tool. */
export function keptOfCall(reasoning: KeptReasoning[], provider: string, id: string) {
  const found = reasoning.find(
    (entry) =>
      entry.provider === provider &&
      (entry.data as Detail).type === CALL_EXTRA &&
      (entry.data as Detail).id === id,
  )
  return found ? { extra_content: (found.data as Detail).extra } : {}
}

function endReason(finishReason: string | null, refused: boolean, called: boolean): EndReason {
  if (refused || finishReason === 'content_filter') return 'refusal'
  if (finishReason === 'length') return 'length'
  // Some servers say `stop` after a tool call, and `tool_calls` after none.
  return called ? 'calls' : 'stop'
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map((part: { text?: unknown }) => part.text ?? '').join('')
}

/** Mistral's thoughts are parts of the content: `{type: 'thinking', thinking: [{text}]}`. */
function thoughtOf(content: unknown): string {
  if (!Array.isArray(content)) return ''
  const parts = content.filter((part: { type?: unknown }) => part.type === 'thinking')
  return parts.map((part: { thinking?: unknown }) => textOf(part.thinking)).join('')
}

function toUsage(counts: Counts): Usage {
  return {
    inputTokens: counts.prompt_tokens ?? 0,
    outputTokens: counts.completion_tokens ?? 0,
    cachedInputTokens: counts.prompt_tokens_details?.cached_tokens ?? counts.cached_tokens ?? 0,
    cacheWriteInputTokens: counts.prompt_tokens_details?.cache_write_tokens ?? 0,
  }
}

function reasoningInParts(provider: string) {
  let thinking = false
  let content = ''
  let details: Detail[] = []

  function end(out: Delta[]) {
    if (!thinking) return
    thinking = false
    if (content) details.push({ type: 'reasoning_content', text: content })
    out.push({ type: 'reasoning_end', kept: details.map((data) => ({ provider, data })) })
    content = ''
    details = []
  }

  return {
    end,
    add(part: Part, out: Delta[]) {
      const text = part.reasoning_content ?? part.reasoning
      if (text) {
        thinking = true
        out.push({ type: 'reasoning', text })
      }
      if (part.reasoning_content) content += part.reasoning_content
      for (const detail of part.reasoning_details ?? []) addDetail(details, detail)
    },
    keep: (detail: Detail) => void details.push(detail),
    finish(out: Delta[]) {
      // Encrypted reasoning has no text, and may follow the words it led to.
      thinking ||= details.length > 0
      end(out)
    },
  }
}

/** A detail arrives in pieces that agree in type and index; the provider wants it back as one. */
function addDetail(details: Detail[], piece: Detail) {
  const last = details.at(-1)
  const continues = last && last.type === piece.type && last.index === piece.index
  if (!continues) {
    details.push({ ...piece })
    return
  }
  for (const [field, value] of Object.entries(piece)) {
    const grows = field === 'text' || field === 'summary' || field === 'data'
    if (grows && typeof value === 'string') last[field] = `${last[field] ?? ''}${value}`
    else if (value !== null) last[field] = value
  }
}

function callsInParts() {
  const calls: Call[] = []

  return {
    /** The id of the call that the part belongs to. */
    add(part: CallPart, out: Delta[]): string {
      const call = find(calls, part) ?? open(calls, part)
      const { name, arguments: piece } = part.function ?? {}
      if (name && !call.name) call.name = name
      if (piece) call.json += typeof piece === 'string' ? piece : JSON.stringify(piece)
      if (!call.started && call.name) {
        call.started = true
        out.push({ type: 'call_start', id: call.id, name: call.name })
      }
      return call.id
    },
    /** True if there were calls. A call that the provider cut short is not one. */
    finish(cutShort: boolean, out: Delta[]): boolean {
      const whole = calls.filter(({ json, started }) => started && (!cutShort || isJson(json)))
      for (const { id, name, json } of whole) {
        out.push({ type: 'call', call: { id, name, arguments: json.trim() || '{}' } })
      }
      return whole.length > 0
    },
  }
}

/** The call a part goes on with, or undefined when it begins another. */
function find(calls: Call[], { index, id, function: called }: CallPart): Call | undefined {
  const byIndex = typeof index === 'number'
  const call = byIndex ? calls.findLast((c) => c.index === index) : calls.at(-1)
  if (!call) return undefined
  // Some servers give every call of a turn the index 0, or none: then the id tells, with a name.
  if (id && called?.name) return calls.find((c) => c.id === id)
  if (byIndex || !called?.name) return call
  return called.name === call.name && !isJson(call.json) ? call : undefined
}

function open(calls: Call[], { index, id }: CallPart): Call {
  const fresh = id || `call_${randomUUID().replaceAll('-', '').slice(0, 24)}`
  const call: Call = { index: index ?? null, id: fresh, name: '', json: '', started: false }
  calls.push(call)
  return call
}
