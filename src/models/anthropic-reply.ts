import type { Delta, EndReason, ProviderSettings, Usage } from './model.ts'
import { replyFailed } from './provider-errors.ts'
import { isJson, type ReplyReader } from './provider-stream.ts'

type Block = {
  type: string
  text?: string
  thinking?: string
  signature?: string
  id?: string
  name?: string
  input?: object
}

type OpenBlock = Block & { json: string }

type Counts = {
  input_tokens?: number | null
  output_tokens?: number | null
  cache_read_input_tokens?: number | null
  cache_creation_input_tokens?: number | null
}

type Piece =
  | { type: 'text_delta'; text: string }
  | { type: 'thinking_delta'; thinking: string }
  | { type: 'signature_delta'; signature: string }
  | { type: 'input_json_delta'; partial_json: string }

type Event =
  | { type: 'message_start'; message: { usage?: Counts } }
  | { type: 'content_block_start'; index: number; content_block: Block }
  | { type: 'content_block_delta'; index: number; delta: Piece }
  | { type: 'content_block_stop'; index: number }
  | { type: 'message_delta'; delta: { stop_reason?: string | null }; usage?: Counts }
  | { type: 'message_stop' }
  | { type: 'error'; error: unknown }

type Message = { type: string; content: Block[]; stop_reason: string; usage?: Counts }

const endReasonOf: Record<string, EndReason> = {
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  refusal: 'refusal',
}

/** Reads one message, streamed or whole, block by block. */
export function anthropicReply(settings: ProviderSettings): ReplyReader {
  const blocks = new Map<number, OpenBlock>()
  let stopReason: string | null = null
  let counts: Counts | null = null

  function startBlock(index: number, block: Block, out: Delta[]) {
    blocks.set(index, { ...block, json: '' })
    if (block.type === 'text' && block.text) out.push({ type: 'text', text: block.text })
    if (block.type === 'thinking' && block.thinking) {
      out.push({ type: 'reasoning', text: block.thinking })
    }
    if (block.type === 'tool_use') {
      out.push({ type: 'call_start', id: block.id ?? '', name: block.name ?? '' })
    }
  }

  function addPiece(index: number, piece: Piece, out: Delta[]) {
    if (piece.type === 'text_delta') {
      if (piece.text) out.push({ type: 'text', text: piece.text })
      return
    }
    const block = blocks.get(index)
    if (!block) return
    if (piece.type === 'input_json_delta') block.json += piece.partial_json
    if (piece.type === 'signature_delta') block.signature = piece.signature
    if (piece.type === 'thinking_delta') {
      block.thinking = (block.thinking ?? '') + piece.thinking
      if (piece.thinking) out.push({ type: 'reasoning', text: piece.thinking })
    }
  }

  function stopBlock(index: number, out: Delta[]) {
    const { json, ...block } = blocks.get(index) ?? { type: '' }
    if (block.type !== 'thinking' && block.type !== 'redacted_thinking') return
    out.push({ type: 'reasoning_end', kept: [{ provider: settings.name, data: block }] })
  }

  function read(event: unknown, out: Delta[]): boolean {
    const it = event as Event
    switch (it.type) {
      case 'content_block_delta':
        addPiece(it.index, it.delta, out)
        return false
      case 'content_block_start':
        startBlock(it.index, it.content_block, out)
        return false
      case 'content_block_stop':
        stopBlock(it.index, out)
        return false
      case 'message_start':
        counts = added(counts, it.message.usage)
        return false
      case 'message_delta':
        counts = added(counts, it.usage)
        stopReason = it.delta.stop_reason ?? stopReason
        return false
      case 'error':
        throw replyFailed(settings, it)
      default:
        return it.type === 'message_stop'
    }
  }

  return {
    read,
    readWhole(body, out) {
      const { type, content, stop_reason, usage } = body as Message
      if (type === 'error') throw replyFailed(settings, body)
      content.forEach((block, index) => {
        startBlock(index, block, out)
        stopBlock(index, out)
      })
      stopReason = stop_reason
      counts = added(counts, usage)
    },
    finish(saidLastWord, out) {
      if (!saidLastWord && stopReason === null) return false
      const cutShort = endReasonOf[stopReason ?? '']
      const called = finishCalls([...blocks.values()], cutShort !== undefined, out)
      const reason = cutShort ?? (called ? 'calls' : 'stop')
      out.push({ type: 'end', reason, usage: counts && toUsage(counts) })
      return true
    },
  }
}

/** True if there were calls. A call that the provider cut short is not one. */
function finishCalls(blocks: OpenBlock[], cutShort: boolean, out: Delta[]): boolean {
  const calls = blocks.filter((block) => {
    return block.type === 'tool_use' && (!cutShort || isJson(inputOf(block)))
  })
  for (const block of calls) {
    const { id = '', name = '' } = block
    out.push({ type: 'call', call: { id, name, arguments: inputOf(block) || '{}' } })
  }
  return calls.length > 0
}

/** A stream begins with an empty input and spells it out in pieces; a whole message has it all. */
function inputOf({ json, input }: OpenBlock): string {
  if (json.trim()) return json
  return Object.keys(input ?? {}).length > 0 ? JSON.stringify(input) : ''
}

/** Later counts replace earlier ones, but a missing or zero count says nothing. */
function added(counts: Counts | null, later: Counts | undefined): Counts | null {
  if (!later) return counts
  const said = Object.entries(later).filter(([, count]) => typeof count === 'number' && count > 0)
  return { ...counts, ...Object.fromEntries(said) }
}

function toUsage(counts: Counts): Usage {
  const cached = counts.cache_read_input_tokens ?? 0
  const written = counts.cache_creation_input_tokens ?? 0
  return {
    inputTokens: (counts.input_tokens ?? 0) + cached + written,
    outputTokens: counts.output_tokens ?? 0,
    cachedInputTokens: cached,
    cacheWriteInputTokens: written,
  }
}
