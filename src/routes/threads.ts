import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Ctx } from '../context.ts'
import { removeLeftBehind } from '../jobs/remove-documents.ts'
import { getAssistant } from '../store/assistants.ts'
import { listAttachments, listAttachmentsOf } from '../store/documents.ts'
import { listMessages, listMessagesOf } from '../store/messages.ts'
import {
  createThread,
  deleteThread,
  getThread,
  listThreads,
  type Thread,
} from '../store/threads.ts'
import { AssistantPath } from '../wire/assistant.ts'
import type { FailedWord } from '../wire/document.ts'
import { groupBy, MessageReply, toMessages } from '../wire/message.ts'
import { errorReplies, toPage } from '../wire/schema.ts'
import {
  NewThread,
  ThreadDeleted,
  ThreadList,
  ThreadPath,
  ThreadReply,
  toThread,
} from '../wire/thread.ts'

const tags = ['Threads']

export const threadRoutes =
  (ctx: Ctx, { failedWord }: { failedWord: FailedWord }): FastifyPluginAsyncTypebox =>
  async (app) => {
    const withMessages = async (owner: string, rows: Thread[], include = true) => {
      const ids = include ? rows.map((row) => row.id) : []
      const messages = await listMessagesOf(ctx.db, owner, ids)
      const files = groupBy(await listAttachments(ctx.db, owner, ids), (file) => file.threadId)
      return rows.map((row) =>
        toThread(row, messages.get(row.id) ?? [], { rows: files.get(row.id) ?? [], failedWord }),
      )
    }
    const attachmentsOf = async (owner: string, threadId: string) => ({
      rows: await listAttachmentsOf(ctx.db, owner, threadId),
      failedWord,
    })

    app.post(
      '/assistants/:assistant_id/threads',
      {
        config: { form: true },
        schema: {
          tags,
          summary: 'Open a thread with an assistant',
          params: AssistantPath,
          body: NewThread,
          response: { 200: ThreadReply, ...errorReplies },
        },
      },
      async ({ owner, params, body }) => {
        const assistant = await getAssistant(ctx.db, owner, params.assistant_id)
        const thread = await createThread(ctx.db, {
          id: ctx.ids(),
          ownerId: owner,
          assistantId: assistant.id,
          metadata: body?.metadata ?? null,
          now: ctx.clock(),
        })
        return toThread(thread, [], { rows: [], failedWord })
      },
    )

    app.get(
      '/assistants/:assistant_id/threads',
      {
        schema: {
          tags,
          summary: 'List an assistant’s threads, newest first',
          params: AssistantPath,
          querystring: ThreadList,
          response: { 200: Type.Array(ThreadReply), ...errorReplies },
        },
      },
      async ({ owner, params, query }) => {
        const assistant = await getAssistant(ctx.db, owner, params.assistant_id)
        const page = { ...toPage(query), assistantId: assistant.id }
        return withMessages(owner, await listThreads(ctx.db, owner, page), query.include_messages)
      },
    )

    app.get(
      '/threads',
      {
        schema: {
          tags,
          summary: 'List threads, newest first',
          querystring: ThreadList,
          response: { 200: Type.Array(ThreadReply), ...errorReplies },
        },
      },
      async ({ owner, query }) =>
        withMessages(
          owner,
          await listThreads(ctx.db, owner, toPage(query)),
          query.include_messages,
        ),
    )

    app.get(
      '/threads/:thread_id',
      {
        schema: {
          tags,
          summary: 'Get a thread with its messages, oldest first',
          params: ThreadPath,
          response: { 200: ThreadReply, ...errorReplies },
        },
      },
      async ({ owner, params }) => {
        const thread = await getThread(ctx.db, owner, params.thread_id)
        const messages = await listMessages(ctx.db, owner, thread.id)
        return toThread(thread, messages, await attachmentsOf(owner, thread.id))
      },
    )

    app.get(
      '/threads/:thread_id/messages',
      {
        schema: {
          tags,
          summary: 'List a thread’s messages, oldest first',
          params: ThreadPath,
          response: { 200: Type.Array(MessageReply), ...errorReplies },
        },
      },
      async ({ owner, params }) => {
        const thread = await getThread(ctx.db, owner, params.thread_id)
        const messages = await listMessages(ctx.db, owner, thread.id)
        return toMessages(messages, await attachmentsOf(owner, thread.id))
      },
    )

    app.delete(
      '/threads/:thread_id',
      {
        schema: {
          tags,
          summary: 'Delete a thread with its messages',
          params: ThreadPath,
          response: { 200: ThreadDeleted, ...errorReplies },
        },
      },
      async ({ owner, params }) => {
        await deleteThread(ctx.db, owner, params.thread_id, ctx.clock())
        ctx.queue.ring(removeLeftBehind, params.thread_id)
        return {
          message: 'Thread deleted successfully',
          thread_id: params.thread_id,
          deleted_at: ctx.clock().toISOString(),
        }
      },
    )
  }
