import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Static } from 'typebox'
import type { Ctx } from '../context.ts'
import { leftSignal } from '../http/reply.ts'
import { searchPassages } from '../retrieval/search.ts'
import { type Assistant, getAssistant } from '../store/assistants.ts'
import { getConversation } from '../store/threads.ts'
import { traceSearch } from '../tracing/search.ts'
import { AssistantPath } from '../wire/assistant.ts'
import { PassageSearch, PassagesReply, toPassage } from '../wire/passage.ts'
import { errorReplies } from '../wire/schema.ts'
import { ThreadPath } from '../wire/thread.ts'

const tags = ['Documents']

/** Retrieval without a model: what a run would find, and why. Not among the hosted service's routes. */
export const documentSearchRoutes =
  (ctx: Ctx): FastifyPluginAsyncTypebox =>
  async (app) => {
    const search = async (
      assistant: Assistant,
      scopeIds: string[],
      { query, limit }: Static<typeof PassageSearch>,
      left: AbortSignal,
    ) => {
      const embedding = await ctx.embeddings.of(assistant)
      const scope = { owner: assistant.ownerId, scopeIds, embedding, loose: true }
      const most = limit ?? assistant.topK
      const work = () => searchPassages(ctx.db, scope, query, most, left)
      const found = await traceSearch(ctx.tracer, 'documents', work, left)
      return { passages: found.map(toPassage) }
    }

    app.post(
      '/assistants/:assistant_id/documents/search',
      {
        schema: {
          ...{ tags, summary: 'Search an assistant’s own documents' },
          params: AssistantPath,
          body: PassageSearch,
          response: { 200: PassagesReply, ...errorReplies },
        },
      },
      async ({ owner, params, body }, reply) => {
        const assistant = await getAssistant(ctx.db, owner, params.assistant_id)
        return search(assistant, [assistant.id], body, leftSignal(reply))
      },
    )

    app.post(
      '/threads/:thread_id/documents/search',
      {
        schema: {
          ...{ tags, summary: 'Search a thread’s documents and its assistant’s' },
          params: ThreadPath,
          body: PassageSearch,
          response: { 200: PassagesReply, ...errorReplies },
        },
      },
      async ({ owner, params, body }, reply) => {
        const { thread, assistant } = await getConversation(ctx.db, owner, params.thread_id)
        return search(assistant, [thread.id, assistant.id], body, leftSignal(reply))
      },
    )
  }
