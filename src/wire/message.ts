import { type Static, Type } from 'typebox'
import type { StoredCall } from '../db/schema.ts'
import type { Document } from '../store/documents.ts'
import type { Message, ShownMessage } from '../store/messages.ts'
import { AttachmentReply, type FailedWord, toAttachment } from './document.ts'
import { Instant, nullable, OpenObject, Uuid } from './schema.ts'

const statuses = ['IN_PROGRESS', 'REQUIRES_ACTION', 'COMPLETED', 'FAILED', 'CANCELLED'] as const

export const MessageStatusName = Type.Unsafe<(typeof statuses)[number]>({
  type: 'string',
  enum: statuses,
})

export const ToolCallReply = Type.Object(
  {
    id: Type.String(),
    type: Type.Literal('function'),
    function: Type.Object({
      name: Type.String(),
      arguments: Type.String({ description: 'JSON text' }),
    }),
  },
  { title: 'ToolCall' },
)

export const MessageReply = Type.Object(
  {
    message_id: Uuid(),
    role: Type.Unsafe<'user' | 'assistant' | 'tool'>({
      type: 'string',
      enum: ['user', 'assistant', 'tool'],
    }),
    content: nullable(Type.String()),
    status: MessageStatusName,
    metadata_: nullable(OpenObject()),
    model_provider: nullable(Type.String()),
    model_name: nullable(Type.String()),
    input_tokens: nullable(Type.Integer()),
    output_tokens: nullable(Type.Integer()),
    total_tokens: nullable(Type.Integer()),
    created_at: Instant(),
    attachments: Type.Array(AttachmentReply),
  },
  { title: 'Message' },
)

export function toToolCall(call: StoredCall): Static<typeof ToolCallReply> {
  return { id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments } }
}

export function totalTokens(row: Pick<Message, 'inputTokens' | 'outputTokens'>): number | null {
  return row.inputTokens === null ? null : row.inputTokens + (row.outputTokens ?? 0)
}

/** The files that came with messages, and the word for those that could not be read. */
export type Attachments = { rows: Document[]; failedWord: FailedWord }

/** `Map.groupBy`, which Node 20 lacks. */
export function groupBy<T, K>(rows: T[], keyOf: (row: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const row of rows) {
    const group = groups.get(keyOf(row))
    if (group) group.push(row)
    else groups.set(keyOf(row), [row])
  }
  return groups
}

/** A thread's messages, oldest first. An answer also lists every call its run made before it. */
export function toMessages(
  rows: ShownMessage[],
  { rows: files, failedWord }: Attachments,
): Static<typeof MessageReply>[] {
  const filesOf = groupBy(files, (file) => file.messageId)
  const callsOfRun = new Map<string, StoredCall[]>()
  return rows.map((row) => {
    if (row.role === 'assistant' && row.runId && row.toolCalls) {
      callsOfRun.set(row.runId, [...(callsOfRun.get(row.runId) ?? []), ...row.toolCalls])
    }
    const earlier = row.toolCalls || !row.runId ? undefined : callsOfRun.get(row.runId)
    const message = toMessage(row, row.role === 'assistant' ? earlier : undefined)
    const attached = filesOf.get(row.id)
    if (attached) message.attachments = attached.map((file) => toAttachment(file, failedWord))
    return message
  })
}

function toMessage(
  row: ShownMessage,
  earlierCalls: StoredCall[] | undefined,
): Static<typeof MessageReply> {
  return {
    message_id: row.id,
    role: row.role,
    content: row.content,
    status: row.status,
    metadata_: toMetadata(row, earlierCalls),
    model_provider: row.provider,
    model_name: row.model,
    input_tokens: row.inputTokens,
    output_tokens: row.outputTokens,
    total_tokens: totalTokens(row),
    created_at: row.createdAt.toISOString(),
    attachments: [],
  }
}

/** The client's own on user messages; on the others, what clients need to resume a run from. */
function toMetadata(row: ShownMessage, earlierCalls: StoredCall[] | undefined) {
  if (row.role === 'user') return row.metadata
  return {
    ...(row.runId ? { run_id: row.runId } : {}),
    ...(row.role === 'tool' ? { tool_call_id: row.toolCallId, tool_name: row.toolName } : {}),
    ...(row.toolCalls ? { tool_calls: row.toolCalls.map(toToolCall) } : {}),
    ...(earlierCalls ? { all_run_tool_calls: earlierCalls.map(toToolCall) } : {}),
    ...(row.error ? { error: row.error } : {}),
    ...(row.reasoning ? { reasoning: row.reasoning } : {}),
  }
}
