import { type Static, Type } from 'typebox'
import type { Passage } from '../retrieval/search.ts'
import {
  type ContextUsage,
  type Ending,
  isEnding,
  type Outcome,
  type RunEvent,
} from '../runs/events.ts'
import type { Document } from '../store/documents.ts'
import type { Message } from '../store/messages.ts'
import type { Thread } from '../store/threads.ts'
import { AttachmentReply, type FailedWord, toAttachment } from './document.ts'
import { RecalledMemory, toRecalled } from './memory.ts'
import { MessageStatusName, ToolCallReply, toToolCall, totalTokens } from './message.ts'
import { PassageReply, toPassage } from './passage.ts'
import { Instant, nullable, OpenObject, Uuid } from './schema.ts'

const Count = () => nullable(Type.Integer())
const Cost = () =>
  nullable(Type.Number({ description: 'US dollars; null where no price is known.' }))

const WebSourceReply = Type.Object({ title: Type.String(), url: Type.String() })

const MediaReply = Type.Object({
  url: Type.String({ description: 'Wants the API key.' }),
  document_id: Uuid(),
  mime_type: Type.String(),
  file_size_bytes: Type.Integer(),
})

export const TurnReply = Type.Object(
  {
    message: Type.String(),
    thread_id: Uuid(),
    assistant_id: Uuid(),
    run_id: nullable(Type.String()),
    message_id: nullable(Uuid()),
    role: Type.String(),
    content: nullable(Type.String()),
    status: MessageStatusName,
    tool_calls: nullable(Type.Array(ToolCallReply)),
    reasoning: nullable(Type.String()),
    model_provider: nullable(Type.String()),
    model_name: nullable(Type.String()),
    input_tokens: Count(),
    output_tokens: Count(),
    total_tokens: Count(),
    cached_input_tokens: Count(),
    cache_write_input_tokens: Count(),
    cost_usd: Cost(),
    context_usage: nullable(OpenObject()),
    memory_operation_id: nullable(Type.String()),
    retrieved_memories: nullable(Type.Array(RecalledMemory)),
    retrieved_files: nullable(Type.Array(Type.String())),
    retrieved_files_count: Count(),
    retrieved_passages: nullable(Type.Array(PassageReply)),
    attachments: Type.Array(AttachmentReply),
    voice_records: nullable(OpenObject({ description: '`stt` and `tts`, where there was any.' })),
    web_sources: nullable(Type.Array(WebSourceReply)),
    media: nullable(Type.Array(MediaReply)),
    created_at: Instant(),
    timestamp: Instant(),
  },
  { title: 'TurnReply' },
)

/** The word for a file that could not be read. */
export type TurnOptions = { failedWord: FailedWord }

/** The body of a turn that is answered as JSON. */
export function toTurnReply(ending: Ending, { failedWord }: TurnOptions): Static<typeof TurnReply> {
  const { thread, message } = ending
  const context = 'context' in ending ? ending.context : null
  return {
    message: sentence(ending),
    thread_id: thread.id,
    assistant_id: thread.assistantId,
    run_id: message.runId,
    message_id: message.id,
    role: message.role,
    content: message.content,
    status: message.status,
    tool_calls: message.toolCalls?.map(toToolCall) ?? null,
    reasoning: message.reasoning,
    model_provider: message.provider,
    model_name: message.model,
    ...toUsage(message),
    context_usage: toContextUsage(context),
    memory_operation_id: 'memoryOperationId' in ending ? ending.memoryOperationId : null,
    retrieved_memories: ('memories' in ending && ending.memories?.map(toRecalled)) || null,
    ...toRetrieval('passages' in ending ? ending.passages : []),
    voice_records: ending.voice && Object.keys(ending.voice).length > 0 ? ending.voice : null,
    ...toFinds('sources' in ending ? ending : null),
    attachments: ending.attachments.map((file) => toAttachment(file, failedWord)),
    created_at: message.createdAt.toISOString(),
    timestamp: message.createdAt.toISOString(),
  }
}

function sentence(ending: Ending): string {
  switch (ending.type) {
    case 'paused':
      return 'Tool outputs are required'
    case 'failed':
      return ending.failure.error
    case 'cancelled':
      return 'The run was cancelled'
    default:
      return 'Message added successfully'
  }
}

/** File names as plain text, which one SDK insists on; what was found in them stands beside. */
function toRetrieval(passages: Passage[]) {
  if (passages.length === 0) {
    return { retrieved_files: null, retrieved_files_count: null, retrieved_passages: null }
  }
  const files = [...new Set(passages.map((passage) => passage.filename))]
  return {
    retrieved_files: files,
    retrieved_files_count: files.length,
    retrieved_passages: passages.map(toPassage),
  }
}

function toFinds(outcome: Outcome | null) {
  const { sources = [], media = [] } = outcome ?? {}
  return {
    web_sources: sources.length > 0 ? sources.map(({ title, url }) => ({ title, url })) : null,
    media: media.length > 0 ? media.map(toMedia) : null,
  }
}

function toMedia(document: Document): Static<typeof MediaReply> {
  return {
    url: `/api/documents/${document.id}/content`,
    document_id: document.id,
    mime_type: document.mediaType,
    file_size_bytes: document.sizeBytes,
  }
}

function toUsage(message: Message) {
  return {
    input_tokens: message.inputTokens,
    output_tokens: message.outputTokens,
    total_tokens: totalTokens(message),
    cached_input_tokens: message.cachedInputTokens,
    cache_write_input_tokens: message.cacheWriteInputTokens,
    cost_usd: message.costUsd,
  }
}

function toContextUsage(context: ContextUsage | null) {
  if (!context) return null
  return {
    percent: Math.round((context.usedTokens / context.contextLimit) * 10_000) / 100,
    used_tokens: context.usedTokens,
    context_limit: context.contextLimit,
    summary_tokens: context.summaryTokens,
    model: context.model,
  }
}

/** One server-sent event. */
type Frame = { type: string } & Record<string, unknown>

/** The frames of an event, but for text: that one is written by hand in `wire/frames.ts`. */
export function toFrames(
  event: Exclude<RunEvent, { type: 'text' }>,
  options: TurnOptions,
): Frame[] {
  if (isEnding(event)) return endingFrames(event, options)
  switch (event.type) {
    case 'started': {
      const ids = idsOf(event.thread)
      return [
        { type: 'message_received', phase: 'received' },
        userFrame(event.thread, event.userMessage),
        {
          ...{ type: 'run_started', run_id: event.run.id, message_id: event.messageId },
          ...{ provider: event.run.provider, model_name: event.run.model, ...ids },
        },
      ]
    }
    case 'continuing':
      return [
        {
          type: 'run_continuing',
          run_id: event.run.id,
          phase: 'tool_outputs',
          ...idsOf(event.thread),
        },
      ]
    case 'recalled':
      return [{ type: 'memory_retrieved', memories: event.memories.map(toRecalled) }]
    case 'message_start':
      return [{ type: 'message_start', message_id: event.messageId, run_id: event.run.id }]
    case 'reasoning':
      return [{ type: 'reasoning_streaming', content: event.text }]
    case 'reasoning_ended':
      return [{ type: 'reasoning_ended' }]
    case 'call_start':
      return [{ type: 'tool_call_start', tool_call_id: event.id, name: event.name }]
    case 'voice':
      return [{ type: event.name, ...event.fields }]
    case 'media':
      return [{ type: 'media_generated', media: toMedia(event.media) }]
    case 'call_ready':
      return [{ type: 'tool_call_ready', run_id: event.run.id, tool_call: toToolCall(event.call) }]
  }
}

function endingFrames(ending: Ending, options: TurnOptions): Frame[] {
  switch (ending.type) {
    case 'completed':
      return answeredFrames(ending, options)
    case 'paused':
      return [
        {
          ...{ type: 'tool_submit_required', run_id: ending.run.id },
          tool_calls: ending.message.toolCalls?.map(toToolCall) ?? [],
          ...{ message: sentence(ending), ...toUsage(ending.message) },
          ...{ context_usage: toContextUsage(ending.context), ...idsOf(ending.thread) },
        },
      ]
    case 'failed': {
      const { error } = ending.failure
      return [
        {
          type: 'run_failed',
          run_id: ending.run.id,
          error,
          message: error,
          ...idsOf(ending.thread),
        },
      ]
    }
    case 'cancelled':
      return [{ type: 'run_cancelled', run_id: ending.run.id, ...idsOf(ending.thread) }]
    case 'saved':
      return savedFrames(ending)
  }
}

/** `content` stays null in both: naive clients print every `content` they see, and have the text already. */
function answeredFrames(ending: Outcome & { type: 'completed' }, options: TurnOptions): Frame[] {
  const payload = {
    ...toTurnReply(ending, options),
    ...{ status: 'completed', content: null, final_content: ending.message.content ?? '' },
  }
  const { message: _, ...ended } = payload
  return [
    { type: 'message_complete', ...payload },
    { type: 'run_ended', ...ended },
  ]
}

type Saved = Extract<Ending, { type: 'saved' }>

function savedFrames({ thread, message, memoryOperationId }: Saved): Frame[] {
  const common = { message_id: message.id, ...idsOf(thread) }
  const done = { ...common, run_id: null, status: 'completed', content: null }
  return [
    userFrame(thread, message),
    { type: 'message_saved', role: message.role, ...common },
    { type: 'message_complete', ...done },
    { type: 'run_ended', ...done, memory_operation_id: memoryOperationId },
  ]
}

function userFrame(thread: Thread, message: Message): Frame {
  const { id, content } = message
  return { type: 'user_message', ...idsOf(thread), message_id: id, content, role: 'user' }
}

function idsOf(thread: Thread) {
  return { thread_id: thread.id, assistant_id: thread.assistantId }
}
