import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Static } from 'typebox'
import type { Ctx } from '../context.ts'
import { leftSignal } from '../http/reply.ts'
import { embedMemories } from '../jobs/embed-memories.ts'
import { placeOf, restoreMemory } from '../memory/remember.ts'
import { searchMemories } from '../retrieval/memory-search.ts'
import { getAssistant } from '../store/assistants.ts'
import { listVersions } from '../store/memories.ts'
import { traceSearch } from '../tracing/search.ts'
import { AssistantPath } from '../wire/assistant.ts'
import {
  Explanation,
  FoundMemories,
  HistoryReply,
  MemoryPath,
  MemoryReply,
  MemoryRestore,
  MemorySearch,
  toExplained,
  toHistory,
  toMemory,
  toScore,
} from '../wire/memory.ts'
import { toMoment } from '../wire/memory-query.ts'
import { errorReplies } from '../wire/schema.ts'

const tags = ['Memories']
const MOST_FOUND = 50

/** Search, and what explains it: history, restoring and explaining are not the hosted service's. */
export const memorySearchRoutes =
  (ctx: Ctx): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      '/assistants/:assistant_id/memories/search',
      {
        schema: {
          ...{ tags, summary: 'Search memories' },
          params: AssistantPath,
          body: MemorySearch,
          response: { 200: FoundMemories, ...errorReplies },
        },
      },
      async ({ owner, params, body }, reply) => {
        const found = await search(owner, params.assistant_id, body, leftSignal(reply))
        const memories = found
          .filter(({ cut }) => cut === null)
          .map((one) => toMemory(one.memory, toScore(one)))
        return { memories, total_count: memories.length }
      },
    )

    app.post(
      '/assistants/:assistant_id/memories/explain',
      {
        schema: {
          ...{ tags, summary: 'What would be recalled for a query, what would not, and why' },
          params: AssistantPath,
          body: MemorySearch,
          response: { 200: Explanation, ...errorReplies },
        },
      },
      async ({ owner, params, body }, reply) => {
        const limit = body.limit ?? ctx.limits.memoriesRecalled
        const found = await search(
          owner,
          params.assistant_id,
          { ...body, limit },
          leftSignal(reply),
        )
        const memories = found.map(toExplained)
        return { query: body.query, memories, total_count: memories.length }
      },
    )

    app.get(
      '/assistants/:assistant_id/memories/:memory_id/history',
      {
        schema: {
          ...{ tags, summary: 'Every version of a memory, where it came from and what ended it' },
          params: MemoryPath,
          response: { 200: HistoryReply, ...errorReplies },
        },
      },
      async ({ owner, params }) => {
        const assistant = await getAssistant(ctx.db, owner, params.assistant_id)
        return toHistory(await listVersions(ctx.db, placeOf(assistant), params.memory_id))
      },
    )

    app.post(
      '/assistants/:assistant_id/memories/:memory_id/restore',
      {
        preValidation: async (request) => {
          request.body ??= {}
        },
        schema: {
          ...{ tags, summary: 'Bring a memory back, or an older version of it' },
          params: MemoryPath,
          body: MemoryRestore,
          response: { 200: MemoryReply, ...errorReplies },
        },
      },
      async ({ owner, params, body }) => {
        const assistant = await getAssistant(ctx.db, owner, params.assistant_id)
        const version = body.version ?? null
        const restored = await restoreMemory(ctx, assistant, params.memory_id, version)
        if (!restored.embedded) ctx.queue.ring(embedMemories, assistant.id)
        return toMemory(restored)
      },
    )

    async function search(
      owner: string,
      assistantId: string,
      { query, limit, as_of }: Static<typeof MemorySearch>,
      left: AbortSignal,
    ) {
      const assistant = await getAssistant(ctx.db, owner, assistantId)
      const asOf = toMoment(as_of, 'body')
      const embedding = await ctx.embeddings.of(assistant)
      const scope = { ...placeOf(assistant), embedding, asOf, now: asOf ?? ctx.clock() }
      const most = Math.min(limit ?? 5, MOST_FOUND)
      const work = () => searchMemories(ctx.db, scope, query, most, left)
      return traceSearch(ctx.tracer, 'memories', work, left)
    }
  }
