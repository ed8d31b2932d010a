import { type Static, Type } from 'typebox'
import type { ShownMessage } from '../store/messages.ts'
import type { Thread } from '../store/threads.ts'
import { type Attachments, MessageReply, toMessages } from './message.ts'
import { Instant, nullable, OpenObject, Paging, Uuid } from './schema.ts'

export const NewThread = nullable(
  Type.Object({ metadata: Type.Optional(nullable(OpenObject())) }, { title: 'NewThread' }),
)

export const ThreadPath = Type.Object({ thread_id: Uuid() })

export const ThreadList = Type.Object({
  ...Paging.properties,
  include_messages: Type.Optional(
    Type.Boolean({ default: true, description: 'false leaves `messages` empty.' }),
  ),
})

export const ThreadReply = Type.Object(
  {
    thread_id: Uuid(),
    assistant_id: Uuid(),
    created_at: Instant(),
    updated_at: Instant(),
    title: nullable(Type.String()),
    first_user_message: nullable(Type.String()),
    message_count: Type.Integer(),
    metadata_: nullable(OpenObject()),
    messages: Type.Array(MessageReply),
  },
  { title: 'Thread' },
)

export const ThreadDeleted = Type.Object(
  { message: Type.String(), thread_id: Uuid(), deleted_at: Instant() },
  { title: 'ThreadDeleted' },
)

export function toThread(
  row: Thread,
  messages: ShownMessage[],
  attachments: Attachments,
): Static<typeof ThreadReply> {
  return {
    thread_id: row.id,
    assistant_id: row.assistantId,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
    title: row.title,
    first_user_message: row.firstUserMessage,
    message_count: row.messageCount,
    metadata_: row.metadata,
    messages: toMessages(messages, attachments),
  }
}
