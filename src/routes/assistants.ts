import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Ctx } from '../context.ts'
import { leftSignal } from '../http/reply.ts'
import { cloneAssistant } from '../jobs/clone-assistant.ts'
import { removeLeftBehind } from '../jobs/remove-documents.ts'
import {
  createAssistant,
  deleteAssistant,
  getAssistant,
  listAssistants,
  updateAssistant,
} from '../store/assistants.ts'
import {
  AssistantChanges,
  AssistantDeleted,
  AssistantList,
  AssistantPath,
  AssistantReply,
  CloneOptions,
  CloneReply,
  NewAssistant,
  toAssistant,
  toAssistantPatch,
  toEmbeddingChoice,
  toNewAssistant,
} from '../wire/assistant.ts'
import { errorReplies, toPage } from '../wire/schema.ts'

const tags = ['Assistants']

/** As long as a name may be. */
const copyName = (name: string) => `${name.slice(0, 250).toWellFormed()} Copy`

export const assistantRoutes =
  (ctx: Ctx): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      '/assistants',
      {
        schema: {
          tags,
          summary: 'Create an assistant',
          body: NewAssistant,
          response: { 200: AssistantReply, ...errorReplies },
        },
      },
      async ({ owner, body }) =>
        toAssistant(
          await createAssistant(ctx.db, {
            ...toNewAssistant(body),
            ...ctx.embeddings.choose(toEmbeddingChoice(body)),
            id: ctx.ids(),
            ownerId: owner,
            isDefault: false,
            createdAt: ctx.clock(),
          }),
        ),
    )

    app.get(
      '/assistants',
      {
        schema: {
          tags,
          summary: 'List assistants, newest first',
          querystring: AssistantList,
          response: { 200: Type.Array(AssistantReply), ...errorReplies },
        },
      },
      async ({ owner, query }) => {
        const rows = await listAssistants(ctx.db, owner, { ...toPage(query), name: query.name })
        return rows.map(toAssistant)
      },
    )

    app.get(
      '/assistants/:assistant_id',
      {
        schema: {
          tags,
          summary: 'Get an assistant',
          params: AssistantPath,
          response: { 200: AssistantReply, ...errorReplies },
        },
      },
      async ({ owner, params }) =>
        toAssistant(await getAssistant(ctx.db, owner, params.assistant_id)),
    )

    app.put(
      '/assistants/:assistant_id',
      {
        schema: {
          tags,
          summary: 'Change an assistant',
          description: 'Only what is given changes; a list of tools replaces the whole list.',
          params: AssistantPath,
          body: AssistantChanges,
          response: { 200: AssistantReply, ...errorReplies },
        },
      },
      async ({ owner, params, body }) =>
        toAssistant(
          await updateAssistant(ctx.db, owner, params.assistant_id, toAssistantPatch(body)),
        ),
    )

    app.post(
      '/assistants/:assistant_id/clone',
      {
        preValidation: async (request) => {
          request.body ??= {}
        },
        schema: {
          ...{ tags, summary: 'Copy an assistant with its documents and memories' },
          description: 'All of it is copied, or nothing. Threads are not.',
          params: AssistantPath,
          body: CloneOptions,
          response: { 200: CloneReply, ...errorReplies },
        },
      },
      async ({ owner, params, body }, reply) => {
        const source = await getAssistant(ctx.db, owner, params.assistant_id)
        const options = {
          name: body.name ?? copyName(source.name),
          systemPrompt: body.system_prompt ?? undefined,
          documents: body.copy_documents !== false,
          memories: body.copy_memories !== false,
        }
        const clone = await cloneAssistant(ctx, source, options, leftSignal(reply))
        return {
          assistant: toAssistant(clone.assistant),
          documents_cloned: clone.documents,
          memories_cloned: clone.memories,
        }
      },
    )

    app.delete(
      '/assistants/:assistant_id',
      {
        schema: {
          tags,
          summary: 'Delete an assistant with its threads',
          params: AssistantPath,
          response: { 200: AssistantDeleted, ...errorReplies },
        },
      },
      async ({ owner, params }) => {
        await deleteAssistant(ctx.db, owner, params.assistant_id, ctx.clock())
        ctx.queue.ring(removeLeftBehind, params.assistant_id)
        return {
          message: 'Assistant deleted successfully',
          assistant_id: params.assistant_id,
          deleted_at: ctx.clock().toISOString(),
        }
      },
    )
  }
