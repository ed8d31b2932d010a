import { sql } from 'drizzle-orm'
import type { Columns } from './columns.postgres.ts'
import { documentTables } from './schema-documents.ts'
import { memoryTables } from './schema-memories.ts'

/** A stored tool call. `arguments` is JSON text as the model wrote it. */
export type StoredCall = { id: string; name: string; arguments: string }

/** What one request asked of its run, kept for every later leg of it. */
export type RunSettings = {
  systemPrompt?: string
  tools?: unknown[]
  json?: boolean
  thinking?: { effort?: 'low' | 'medium' | 'high' | 'max'; budgetTokens?: number }
  hideReasoning?: boolean
  webSearch?: true
  /** Images may be made, with this model where one is named. */
  images?: { provider?: string; model?: string }
  /** OpenRouter's own fields of a request. */
  openrouter?: Record<string, unknown>
  /** What to do with memories; absent is nothing. `pro` searches deeper, `cite` asks for sources. */
  memory?: { mode: 'auto' | 'readonly'; pro: boolean; cite: boolean }
}

export type RunStatus =
  | 'in_progress'
  | 'requires_action'
  | 'completed'
  | 'failed'
  | 'cancelled'
  | 'expired'

export type MessageStatus = 'IN_PROGRESS' | 'REQUIRES_ACTION' | 'COMPLETED' | 'FAILED' | 'CANCELLED'

/** Every table, once, for both databases. Owners are opaque strings; ids and instants are made by the app. */
export function defineSchema(columns: Columns) {
  const apiKeys = keyTable(columns)
  const assistants = assistantTable(columns)
  const threads = threadTable(columns, assistants)
  const runs = runTable(columns, threads)
  const messages = messageTable(columns, threads)
  const core = { apiKeys, assistants, threads, runs, messages }
  return { ...core, ...documentTables(columns), ...memoryTables(columns, core) }
}

export type Tables = ReturnType<typeof defineSchema>

/** Keys are never deleted: a revoked one still proves that the server is no longer open to any key. */
function keyTable({ table, text, instant, uniqueIndex }: Columns) {
  return table(
    'api_keys',
    {
      id: text('id').primaryKey(),
      ownerId: text('owner_id').notNull(),
      name: text('name').notNull(),
      hash: text('hash').notNull(),
      hint: text('hint').notNull(),
      createdAt: instant('created_at').notNull(),
      revokedAt: instant('revoked_at'),
    },
    (t) => [uniqueIndex('api_keys_by_hash').on(t.hash)],
  )
}

export function assistantTable({
  table,
  text,
  integer,
  bool,
  json,
  instant,
  index,
  uniqueIndex,
}: Columns) {
  return table(
    'assistants',
    {
      id: text('id').primaryKey(),
      ownerId: text('owner_id').notNull(),
      name: text('name').notNull(),
      description: text('description'),
      systemPrompt: text('system_prompt'),
      tools: json<unknown[]>('tools'),
      topK: integer('top_k').notNull(),
      embeddingProvider: text('embedding_provider'),
      embeddingModel: text('embedding_model'),
      embeddingDims: integer('embedding_dims'),
      factPrompt: text('fact_prompt'),
      mergePrompt: text('merge_prompt'),
      isDefault: bool('is_default').notNull(),
      // Set while it is being filled with what a clone copies; nobody sees it before.
      cloningUntil: instant('cloning_until'),
      createdAt: instant('created_at').notNull(),
    },
    (t) => [
      index('assistants_by_owner').on(t.ownerId, t.createdAt, t.id),
      index('assistants_by_name').on(t.ownerId, t.name),
      uniqueIndex('assistants_one_default').on(t.ownerId).where(sql`is_default`),
      index('assistants_cloning').on(t.cloningUntil).where(sql`cloning_until is not null`),
    ],
  )
}

export function threadTable(
  { table, text, integer, json, instant, index }: Columns,
  assistants: ReturnType<typeof assistantTable>,
) {
  return table(
    'threads',
    {
      id: text('id').primaryKey(),
      ownerId: text('owner_id').notNull(),
      assistantId: text('assistant_id')
        .notNull()
        .references(() => assistants.id, { onDelete: 'cascade' }),
      title: text('title'),
      firstUserMessage: text('first_user_message'),
      messageCount: integer('message_count').notNull(),
      metadata: json<Record<string, unknown>>('metadata'),
      // What stands in for the messages up to `summaryUntil` (a position) once they no longer fit.
      summary: text('summary'),
      summaryUntil: integer('summary_until').notNull(),
      createdAt: instant('created_at').notNull(),
      updatedAt: instant('updated_at').notNull(),
    },
    (t) => [
      index('threads_by_owner').on(t.ownerId, t.createdAt, t.id),
      index('threads_by_assistant').on(t.assistantId, t.createdAt, t.id),
    ],
  )
}

function runTable(
  { table, text, integer, real, bool, json, instant, index, uniqueIndex }: Columns,
  threads: ReturnType<typeof threadTable>,
) {
  return table(
    'runs',
    {
      id: text('id').primaryKey(),
      ownerId: text('owner_id').notNull(),
      threadId: text('thread_id')
        .notNull()
        .references(() => threads.id, { onDelete: 'cascade' }),
      status: text('status').$type<RunStatus>().notNull(),
      provider: text('provider').notNull(),
      model: text('model').notNull(),
      settings: json<RunSettings>('settings').notNull(),
      error: text('error'),
      cancelRequested: bool('cancel_requested').notNull(),
      inputTokens: integer('input_tokens').notNull(),
      outputTokens: integer('output_tokens').notNull(),
      costUsd: real('cost_usd'),
      leaseUntil: instant('lease_until'),
      createdAt: instant('created_at').notNull(),
      endedAt: instant('ended_at'),
    },
    (t) => [
      uniqueIndex('runs_one_live').on(t.threadId).where(sql`status = 'in_progress'`),
      index('runs_by_thread').on(t.threadId, t.createdAt),
      index('runs_by_lease').on(t.leaseUntil).where(sql`status = 'in_progress'`),
    ],
  )
}

/** `position` counts from 1 within its thread and is the only order there is: dates can be backdated. */
function messageTable(
  { table, text, integer, real, json, instant, uniqueIndex }: Columns,
  threads: ReturnType<typeof threadTable>,
) {
  return table(
    'messages',
    {
      id: text('id').primaryKey(),
      ownerId: text('owner_id').notNull(),
      threadId: text('thread_id')
        .notNull()
        .references(() => threads.id, { onDelete: 'cascade' }),
      runId: text('run_id'),
      position: integer('position').notNull(),
      role: text('role').$type<'user' | 'assistant' | 'tool'>().notNull(),
      status: text('status').$type<MessageStatus>().notNull(),
      content: text('content'),
      metadata: json<Record<string, unknown>>('metadata'),
      toolCalls: json<StoredCall[]>('tool_calls'),
      toolCallId: text('tool_call_id'),
      toolName: text('tool_name'),
      reasoning: text('reasoning'),
      keptReasoning: json<{ provider: string; data: unknown }[]>('kept_reasoning'),
      error: text('error'),
      provider: text('provider'),
      model: text('model'),
      inputTokens: integer('input_tokens'),
      outputTokens: integer('output_tokens'),
      cachedInputTokens: integer('cached_input_tokens'),
      cacheWriteInputTokens: integer('cache_write_input_tokens'),
      costUsd: real('cost_usd'),
      createdAt: instant('created_at').notNull(),
    },
    (t) => [uniqueIndex('messages_by_position').on(t.threadId, t.position)],
  )
}
