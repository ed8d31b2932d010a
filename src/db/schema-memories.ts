import { sql } from 'drizzle-orm'
import type { Columns } from './columns.postgres.ts'
import type { assistantTable } from './schema.ts'

export type MemoryStatus = 'active' | 'superseded' | 'deleted'
/** Who decided: a client, one of our rules, or a model. */
export type MemoryOrigin = 'manual' | 'rule' | 'model'
export type MemoryEvent = 'ADD' | 'UPDATE' | 'DELETE' | 'RESTORE'
export type OperationStatus = 'IN_PROGRESS' | 'COMPLETED' | 'ERROR'

/** What an operation did about one fact. `id` is the memory's, null where there is none. */
export type OperationResult = {
  id: string | null
  memory: string
  event: 'ADD' | 'UPDATE' | 'DELETE' | 'NONE'
  previousMemory?: string
  reason: string
}

type Assistants = ReturnType<typeof assistantTable>

/** Memories in all their versions, what finds them, and the work of writing them. */
export function memoryTables(columns: Columns, { assistants }: { assistants: Assistants }) {
  const memories = memoryTable(columns, assistants)
  const memoryVectors = vectorTable(columns, memories)
  const memoryLabels = labelTable(columns, memories)
  const memoryScopes = scopeTable(columns, assistants)
  const memoryTerms = termTable(columns, memoryScopes)
  const memoryOperations = operationTable(columns, assistants)
  return { memories, memoryVectors, memoryLabels, memoryScopes, memoryTerms, memoryOperations }
}

/**
 * One row per version of a memory; `id` is the memory's and stays, `key` is the version's. A version
 * is never changed but to end it: `validTo` and the `end…` columns then say when, how and why.
 * `metadata` is JSON as text, which no database may make its own of. `ordinal` counts the memories
 * of an assistant as they came. `embedded` is false while its vector is still to be made.
 */
function memoryTable(
  { table, text, integer, long, bool, instant, index, uniqueIndex }: Columns,
  assistants: Assistants,
) {
  return table(
    'memories',
    {
      key: long('key').primaryKey(),
      id: text('id').notNull(),
      version: integer('version').notNull(),
      ownerId: text('owner_id').notNull(),
      assistantId: text('assistant_id')
        .notNull()
        .references(() => assistants.id, { onDelete: 'cascade' }),
      ordinal: integer('ordinal').notNull(),
      status: text('status').$type<MemoryStatus>().notNull(),
      content: text('content').notNull(),
      hash: text('hash').notNull(),
      metadata: text('metadata'),
      terms: text('terms').notNull(),
      length: integer('length').notNull(),
      embedded: bool('embedded').notNull(),
      // When it was said, by its own date; the rest is by our clock, or a backdated message's.
      saidAt: instant('said_at').notNull(),
      validFrom: instant('valid_from').notNull(),
      validTo: instant('valid_to'),
      createdAt: instant('created_at').notNull(),
      updatedAt: instant('updated_at').notNull(),
      event: text('event').$type<MemoryEvent>().notNull(),
      origin: text('origin').$type<MemoryOrigin>().notNull(),
      model: text('model'),
      reason: text('reason').notNull(),
      threadId: text('thread_id'),
      messageId: text('message_id'),
      // The thread, or what the metadata calls its session: memories of one lean on each other.
      session: text('session'),
      operationId: text('operation_id'),
      endEvent: text('end_event').$type<MemoryEvent>(),
      endOrigin: text('end_origin').$type<MemoryOrigin>(),
      endReason: text('end_reason'),
      endOperationId: text('end_operation_id'),
    },
    (t) => [
      uniqueIndex('memories_by_version').on(t.id, t.version),
      uniqueIndex('memories_one_active').on(t.id).where(sql`status = 'active'`),
      index('memories_by_hash').on(t.assistantId, t.hash).where(sql`status = 'active'`),
      index('memories_by_ordinal').on(t.assistantId, t.ordinal),
      index('memories_newest').on(t.assistantId, t.createdAt, t.key).where(sql`status = 'active'`),
      index('memories_to_embed')
        .on(t.assistantId, t.key)
        .where(sql`not embedded and status = 'active'`),
    ],
  )
}

function vectorTable(
  { table, text, long, vector, primaryKey }: Columns,
  memories: ReturnType<typeof memoryTable>,
) {
  return table(
    'memory_vectors',
    {
      memoryKey: long('memory_key')
        .notNull()
        .references(() => memories.key, { onDelete: 'cascade' }),
      space: text('space').notNull(),
      vector: vector('vector').notNull(),
    },
    (t) => [primaryKey({ columns: [t.memoryKey, t.space] })],
  )
}

/** The plain values in a version's metadata, by their dotted path, for lists that filter by them. */
function labelTable(
  { table, text, long, index }: Columns,
  memories: ReturnType<typeof memoryTable>,
) {
  return table(
    'memory_labels',
    {
      memoryKey: long('memory_key')
        .notNull()
        .references(() => memories.key, { onDelete: 'cascade' }),
      assistantId: text('assistant_id').notNull(),
      path: text('path').notNull(),
      value: text('value').notNull(),
    },
    (t) => [
      index('memory_labels_by_value').on(t.assistantId, t.path, t.value, t.memoryKey),
      index('memory_labels_by_memory').on(t.memoryKey),
    ],
  )
}

/** What an assistant remembers, in numbers: its active memories and their terms. */
function scopeTable({ table, text, integer, instant }: Columns, assistants: Assistants) {
  return table('memory_scopes', {
    assistantId: text('assistant_id')
      .primaryKey()
      .references(() => assistants.id, { onDelete: 'cascade' }),
    total: integer('total').notNull(),
    termTotal: integer('term_total').notNull(),
    lastOrdinal: integer('last_ordinal').notNull(),
    updatedAt: instant('updated_at').notNull(),
  })
}

/** In how many active memories of an assistant a term occurs. */
function termTable(
  { table, text, integer, primaryKey }: Columns,
  scopes: ReturnType<typeof scopeTable>,
) {
  return table(
    'memory_terms',
    {
      assistantId: text('assistant_id')
        .notNull()
        .references(() => scopes.assistantId, { onDelete: 'cascade' }),
      term: text('term').notNull(),
      memories: integer('memories').notNull(),
    },
    (t) => [primaryKey({ columns: [t.assistantId, t.term] })],
  )
}

/**
 * The writing of memories from one exchange. Its messages may be gone with their thread; the
 * operation and what it wrote stay. Of an assistant's operations one at most has a lease.
 */
function operationTable(
  { table, text, integer, json, instant, index, uniqueIndex }: Columns,
  assistants: Assistants,
) {
  return table(
    'memory_operations',
    {
      id: text('id').primaryKey(),
      ownerId: text('owner_id').notNull(),
      assistantId: text('assistant_id')
        .notNull()
        .references(() => assistants.id, { onDelete: 'cascade' }),
      threadId: text('thread_id').notNull(),
      runId: text('run_id'),
      userMessageId: text('user_message_id').notNull(),
      answerMessageId: text('answer_message_id'),
      provider: text('provider'),
      model: text('model'),
      status: text('status').$type<OperationStatus>().notNull(),
      statusMessage: text('status_message'),
      results: json<OperationResult[]>('results'),
      attempts: integer('attempts').notNull(),
      leaseUntil: instant('lease_until'),
      retryAt: instant('retry_at'),
      createdAt: instant('created_at').notNull(),
      updatedAt: instant('updated_at').notNull(),
    },
    (t) => [
      index('memory_operations_to_do')
        .on(t.assistantId, t.createdAt, t.id)
        .where(sql`status = 'IN_PROGRESS'`),
      index('memory_operations_by_run').on(t.runId),
      uniqueIndex('memory_operations_one_leased')
        .on(t.assistantId)
        .where(sql`status = 'IN_PROGRESS' and lease_until is not null`),
    ],
  )
}
