import { sql } from 'drizzle-orm'
import type { Columns } from './columns.postgres.ts'

/** `deleting` is gone for everybody but the worker that clears it away. */
export type DocumentStatus = 'pending' | 'processing' | 'indexed' | 'failed' | 'deleting'

/** Where in its document a passage stands. Characters are those of the extracted text. */
export type ChunkPosition = {
  page?: number
  slide?: number
  sheet?: string
  headings?: string[]
  startChar: number
  endChar: number
}

/** Documents and what is made of them: passages, their vectors, and the statistics of search. */
export function documentTables(columns: Columns) {
  const documents = documentTable(columns)
  const chunks = chunkTable(columns, documents)
  const embeddings = embeddingTable(columns, chunks)
  const scopes = scopeTable(columns)
  const termCounts = termCountTable(columns, scopes)
  const removals = removalTable(columns)
  return { documents, chunks, embeddings, scopes, termCounts, removals }
}

/**
 * A document belongs to an assistant, or to one thread of it (also when it came with a message).
 * They are not foreign keys: it outlives both until a worker has cleared it away, in small steps.
 * `leaseUntil` is set while a worker has it, `retryAt` while it waits for another try. `counted` is
 * how many of its terms, in their order, are in the statistics of its scope; null is nothing of it.
 */
function documentTable({ table, text, integer, instant, index }: Columns) {
  return table(
    'documents',
    {
      id: text('id').primaryKey(),
      ownerId: text('owner_id').notNull(),
      assistantId: text('assistant_id').notNull(),
      threadId: text('thread_id'),
      messageId: text('message_id'),
      filename: text('filename').notNull(),
      mediaType: text('media_type').notNull(),
      blobKey: text('blob_key').notNull(),
      sizeBytes: integer('size_bytes').notNull(),
      status: text('status').$type<DocumentStatus>().notNull(),
      statusMessage: text('status_message'),
      summary: text('summary'),
      totalTokens: integer('total_tokens'),
      chunkCount: integer('chunk_count'),
      counted: integer('counted'),
      attempts: integer('attempts').notNull(),
      leaseUntil: instant('lease_until'),
      retryAt: instant('retry_at'),
      processingStartedAt: instant('processing_started_at'),
      processingCompletedAt: instant('processing_completed_at'),
      createdAt: instant('created_at').notNull(),
      updatedAt: instant('updated_at').notNull(),
    },
    (t) => [
      index('documents_by_assistant').on(t.assistantId, t.createdAt),
      index('documents_by_thread').on(t.threadId, t.createdAt),
      // In the order of work: a queue is read from its front, however long it is.
      index('documents_to_do')
        .on(t.status, t.retryAt, t.createdAt)
        .where(sql`status in ('pending', 'processing', 'deleting')`),
    ],
  )
}

/**
 * A passage of a document. `scopeId` is the thread or, for a document all its threads may search,
 * the assistant. `terms` are its stemmed terms, joined by spaces, as the full-text index has them;
 * `titleTerms` are those of its headings and its file's name.
 */
function chunkTable(
  { table, text, integer, long, json, index }: Columns,
  documents: ReturnType<typeof documentTable>,
) {
  return table(
    'chunks',
    {
      key: long('key').primaryKey(),
      ownerId: text('owner_id').notNull(),
      documentId: text('document_id')
        .notNull()
        .references(() => documents.id, { onDelete: 'cascade' }),
      scopeId: text('scope_id').notNull(),
      ordinal: integer('ordinal').notNull(),
      text: text('text').notNull(),
      position: json<ChunkPosition>('position').notNull(),
      tokens: integer('tokens').notNull(),
      terms: text('terms').notNull(),
      titleTerms: text('title_terms').notNull(),
      length: integer('length').notNull(),
    },
    (t) => [
      index('chunks_by_document').on(t.documentId, t.ordinal),
      index('chunks_by_scope').on(t.scopeId, t.length),
    ],
  )
}

/** A passage may have a vector in several spaces while its assistant moves from one model to another. */
function embeddingTable(
  { table, text, long, vector, primaryKey }: Columns,
  chunks: ReturnType<typeof chunkTable>,
) {
  return table(
    'embeddings',
    {
      chunkKey: long('chunk_key')
        .notNull()
        .references(() => chunks.key, { onDelete: 'cascade' }),
      space: text('space').notNull(),
      vector: vector('vector').notNull(),
    },
    (t) => [primaryKey({ columns: [t.chunkKey, t.space] })],
  )
}

/**
 * What is searched together: an assistant's documents, or a thread's; and how much of it there is.
 * `languages` has a bit for every language that a document of it was ever in.
 */
function scopeTable({ table, text, integer }: Columns) {
  return table('scopes', {
    id: text('id').primaryKey(),
    chunkCount: integer('chunk_count').notNull(),
    termTotal: integer('term_total').notNull(),
    languages: integer('languages').notNull().default(0),
  })
}

/** In how many passages of a scope a term occurs. */
function termCountTable(
  { table, text, integer, primaryKey }: Columns,
  scopes: ReturnType<typeof scopeTable>,
) {
  return table(
    'term_counts',
    {
      scopeId: text('scope_id')
        .notNull()
        .references(() => scopes.id, { onDelete: 'cascade' }),
      term: text('term').notNull(),
      chunks: integer('chunks').notNull(),
    },
    (t) => [primaryKey({ columns: [t.scopeId, t.term] })],
  )
}

/** Threads and assistants that are gone, by id, until the last of their documents is too. */
function removalTable({ table, text, instant }: Columns) {
  return table('removals', {
    id: text('id').primaryKey(),
    createdAt: instant('created_at').notNull(),
  })
}
