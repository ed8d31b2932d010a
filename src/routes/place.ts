import type { Ctx } from '../context.ts'
import { removeDocument, removeLeftBehind } from '../jobs/remove-documents.ts'
import type { RunEvent } from '../runs/events.ts'
import {
  type Assistant,
  deleteUnusedAssistant,
  ensureDefaultAssistant,
  getAssistant,
} from '../store/assistants.ts'
import { listAttachmentsOf } from '../store/documents.ts'
import { markDeleting } from '../store/removals.ts'
import { createThread, deleteThread, getConversation, type Thread } from '../store/threads.ts'
import type { NewMessageBody } from '../wire/new-message.ts'

/** Where a message goes, and what of it was made for this message. */
export type Place = {
  thread: Thread
  assistant: Assistant
  isNewThread: boolean
  isNewAssistant: boolean
}

/** The thread a message goes to, opened now if none is named, and its assistant. */
export async function findPlace(ctx: Ctx, owner: string, body: NewMessageBody): Promise<Place> {
  if (body.thread_id) {
    const found = await getConversation(ctx.db, owner, body.thread_id)
    return { ...found, isNewThread: false, isNewAssistant: false }
  }
  if (body.assistant_id) {
    const assistant = await getAssistant(ctx.db, owner, body.assistant_id)
    return openThread(ctx, assistant, false)
  }
  const { assistant, isNew } = await defaultAssistant(ctx, owner)
  try {
    return await openThread(ctx, assistant, isNew)
  } catch (error) {
    // Taken back by the message that had made it: ours makes its own.
    const other = await defaultAssistant(ctx, owner)
    if (other.assistant.id === assistant.id) throw error
    return openThread(ctx, other.assistant, other.isNew)
  }
}

async function openThread(ctx: Ctx, assistant: Assistant, isNewAssistant: boolean): Promise<Place> {
  const thread = await createThread(ctx.db, {
    id: ctx.ids(),
    ownerId: assistant.ownerId,
    assistantId: assistant.id,
    metadata: null,
    now: ctx.clock(),
  })
  return { thread, assistant, isNewThread: true, isNewAssistant }
}

const noEmbedding = { embeddingProvider: null, embeddingModel: null, embeddingDims: null }

async function defaultAssistant(ctx: Ctx, owner: string) {
  const id = ctx.ids()
  const assistant = await ensureDefaultAssistant(ctx.db, owner, () => ({
    id,
    ownerId: owner,
    name: 'Default Assistant',
    topK: 10,
    isDefault: true,
    ...ctx.embeddings.choose(noEmbedding),
    createdAt: ctx.clock(),
  }))
  return { assistant, isNew: assistant.id === id }
}

export async function attachmentsOf(ctx: Ctx, { ownerId, id }: Thread, messageId: string) {
  const rows = await listAttachmentsOf(ctx.db, ownerId, id)
  return rows.filter((row) => row.messageId === messageId)
}

/** A message that was refused leaves nothing behind: its client will send it again. */
export async function takeBack(ctx: Ctx, place: Place, messageId: string): Promise<void> {
  const { thread, assistant } = place
  if (place.isNewThread) {
    await deleteThread(ctx.db, thread.ownerId, thread.id, ctx.clock())
    ctx.queue.ring(removeLeftBehind, thread.id)
    if (place.isNewAssistant) await deleteUnusedAssistant(ctx.db, assistant)
    return
  }
  for (const { id } of await attachmentsOf(ctx, thread, messageId)) {
    await markDeleting(ctx.db, thread.ownerId, id, ctx.clock())
    ctx.queue.ring(removeDocument, id)
  }
}

/** The same events; when they break off before the first, as where no turn came, `undo` is called. */
export async function* orUndo(
  events: AsyncIterable<RunEvent>,
  undo: () => Promise<void>,
): AsyncGenerator<RunEvent> {
  let begun = false
  try {
    for await (const event of events) {
      begun = true
      yield event
    }
  } catch (error) {
    if (!begun) await undo()
    throw error
  }
}
