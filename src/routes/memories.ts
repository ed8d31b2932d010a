import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Ctx } from '../context.ts'
import { embedMemories } from '../jobs/embed-memories.ts'
import { listAll, listPage } from '../memory/listing.ts'
import { addMemory, forgetMemory, placeOf, rewriteMemory } from '../memory/remember.ts'
import { type Assistant, getAssistant } from '../store/assistants.ts'
import { getMemory, purgeMemory } from '../store/memories.ts'
import { wipeMemories } from '../store/memory-lists.ts'
import { getOperation } from '../store/memory-operations.ts'
import { memoryTotals } from '../store/memory-views.ts'
import { AssistantPath } from '../wire/assistant.ts'
import {
  MemoriesReply,
  MemoryAdded,
  MemoryChange,
  MemoryDelete,
  MemoryDone,
  MemoryList,
  MemoryPath,
  MemoryReply,
  MemoryStats,
  NewMemory,
  type OperationFailedWord,
  OperationPath,
  OperationReply,
  toMemory,
  toOperation,
} from '../wire/memory.ts'
import { toLabels, toMoment } from '../wire/memory-query.ts'
import { errorReplies } from '../wire/schema.ts'

const tags = ['Memories']

export const memoryRoutes =
  (
    ctx: Ctx,
    { failedOperation }: { failedOperation: OperationFailedWord },
  ): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/assistants/:assistant_id/memories',
      {
        schema: {
          ...{ tags, summary: 'List memories, newest first: all of them, or a page' },
          description: '`metadata.<key>=<value>` keeps those whose metadata has that value.',
          params: AssistantPath,
          querystring: MemoryList,
          response: { 200: MemoriesReply, ...errorReplies },
        },
      },
      async ({ owner, params, query }) => {
        const place = placeOf(await getAssistant(ctx.db, owner, params.assistant_id))
        const filter = { labels: toLabels(query), asOf: toMoment(query.as_of) }
        if (query.page === undefined && query.page_size === undefined) {
          const rows = await listAll(ctx, place, filter)
          const one = { page: null, page_size: null, total_pages: null }
          return { memories: rows.map((row) => toMemory(row)), total_count: rows.length, ...one }
        }
        const { page = 1, page_size = 25 } = query
        const size = Math.min(page_size, 100)
        const { rows, total } = await listPage(ctx, place, filter, { page, size })
        return {
          memories: rows.map((row) => toMemory(row)),
          ...{ total_count: total, page, page_size: size, total_pages: Math.ceil(total / size) },
        }
      },
    )

    app.post(
      '/assistants/:assistant_id/memories',
      {
        schema: {
          ...{ tags, summary: 'Store a memory word for word' },
          params: AssistantPath,
          body: NewMemory,
          response: { 201: MemoryAdded, ...errorReplies },
        },
      },
      async ({ owner, params, body }, reply) => {
        const assistant = await getAssistant(ctx.db, owner, params.assistant_id)
        const words = { content: body.content, metadata: body.metadata ?? null }
        const options = { dedupe: body.dedupe === true }
        const { memory, duplicate } = await addMemory(ctx, assistant, words, options)
        ringToEmbed(assistant, memory.embedded)
        return reply.code(201).send({
          ...toMemory(memory),
          ...{ success: true, duplicate, memory_operation_id: null, operation_id: null },
          message: duplicate ? 'This memory was stored before' : 'Memory added successfully',
        })
      },
    )

    app.delete(
      '/assistants/:assistant_id/memories',
      {
        schema: {
          ...{ tags, summary: 'Delete all memories with their history' },
          params: AssistantPath,
          response: { 200: MemoryDone, ...errorReplies },
        },
      },
      async ({ owner, params }) => {
        const assistant = await getAssistant(ctx.db, owner, params.assistant_id)
        await wipeMemories(ctx.db, placeOf(assistant), ctx.clock())
        return { success: true, message: 'All memories were deleted' }
      },
    )

    app.get(
      '/assistants/:assistant_id/memories/stats',
      {
        schema: {
          ...{ tags, summary: 'How many memories there are' },
          params: AssistantPath,
          response: { 200: MemoryStats, ...errorReplies },
        },
      },
      async ({ owner, params }) => {
        const { id } = await getAssistant(ctx.db, owner, params.assistant_id)
        const { total, updatedAt } = await memoryTotals(ctx.db, id, [])
        const bytes = ctx.limits.memoryBytes
        return {
          ...{ total_memories: total, total_count: total },
          last_updated: updatedAt?.toISOString() ?? null,
          limits: { content_bytes: bytes, metadata_bytes: bytes },
        }
      },
    )

    app.get(
      '/assistants/:assistant_id/memories/:memory_id',
      {
        schema: {
          ...{ tags, summary: 'Get a memory' },
          params: MemoryPath,
          response: { 200: MemoryReply, ...errorReplies },
        },
      },
      async ({ owner, params }) => {
        const assistant = await getAssistant(ctx.db, owner, params.assistant_id)
        return toMemory(await getMemory(ctx.db, placeOf(assistant), params.memory_id))
      },
    )

    app.put(
      '/assistants/:assistant_id/memories/:memory_id',
      {
        schema: {
          ...{ tags, summary: 'Change a memory; metadata that is not given stays' },
          params: MemoryPath,
          body: MemoryChange,
          response: { 200: MemoryReply, ...errorReplies },
        },
      },
      async ({ owner, params, body }) => {
        const assistant = await getAssistant(ctx.db, owner, params.assistant_id)
        const { content, metadata } = body
        const changed = await rewriteMemory(ctx, assistant, params.memory_id, { content, metadata })
        ringToEmbed(assistant, changed.embedded)
        return toMemory(changed)
      },
    )

    app.delete(
      '/assistants/:assistant_id/memories/:memory_id',
      {
        schema: {
          ...{ tags, summary: 'Delete a memory; its history stays unless `purge` is set' },
          params: MemoryPath,
          querystring: MemoryDelete,
          response: { 200: MemoryDone, ...errorReplies },
        },
      },
      async ({ owner, params, query }) => {
        const assistant = await getAssistant(ctx.db, owner, params.assistant_id)
        if (query.purge) {
          await purgeMemory(ctx.db, placeOf(assistant), params.memory_id, ctx.clock())
        } else await forgetMemory(ctx, assistant, params.memory_id)
        return { success: true, message: 'Memory deleted successfully' }
      },
    )

    app.get(
      '/assistants/memories/operations/:operation_id',
      {
        schema: {
          ...{ tags, summary: 'How far the writing of memories from a message is' },
          params: OperationPath,
          response: { 200: OperationReply, ...errorReplies },
        },
      },
      async ({ owner, params }) =>
        toOperation(await getOperation(ctx.db, owner, params.operation_id), failedOperation),
    )

    function ringToEmbed(assistant: Assistant, embedded: boolean) {
      if (!embedded) ctx.queue.ring(embedMemories, assistant.id)
    }
  }
