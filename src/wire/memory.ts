import { type Static, Type } from 'typebox'
import type { FoundMemory } from '../retrieval/memory-search.ts'
import type { Memory } from '../store/memories.ts'
import type { MemoryOperation } from '../store/memory-operations.ts'
import { Instant, nullable, OpenObject, Uuid } from './schema.ts'

const Metadata = nullable(OpenObject({ description: 'Any JSON object; kept as it is.' }))
const Text = () => nullable(Type.String())

export const NewMemory = Type.Object(
  {
    content: Type.String({ description: 'Stored word for word, up to 64 KiB.' }),
    metadata: Type.Optional(Metadata),
    dedupe: Type.Optional(
      nullable(
        Type.Boolean({ description: 'Return the memory that has this content, if one has.' }),
      ),
    ),
  },
  { title: 'NewMemory' },
)

export const MemoryChange = Type.Object(
  { content: Type.String(), metadata: Type.Optional(Metadata) },
  { title: 'MemoryChange' },
)

const AsOf = Type.Optional(
  nullable(Type.String({ description: 'ISO 8601: what was known then, in place of now.' })),
)

export const MemorySearch = Type.Object(
  {
    query: Type.String(),
    limit: Type.Optional(
      nullable(Type.Integer({ minimum: 1, default: 5, description: 'At most 50.' })),
    ),
    as_of: AsOf,
  },
  { title: 'MemorySearch' },
)

export const MemoryList = Type.Object({
  page: Type.Optional(Type.Integer({ minimum: 1 })),
  page_size: Type.Optional(Type.Integer({ minimum: 1, description: 'At most 100.' })),
  as_of: Type.Optional(Type.String({ description: 'ISO 8601: what was known then.' })),
})

export const MemoryRestore = Type.Object(
  { version: Type.Optional(nullable(Type.Integer({ minimum: 1 }))) },
  { title: 'MemoryRestore' },
)

/** Ids are free text: one that is not of our making is unknown, not malformed. */
export const MemoryPath = Type.Object({ assistant_id: Uuid(), memory_id: Type.String() })
export const OperationPath = Type.Object({ operation_id: Type.String() })
export const MemoryDelete = Type.Object({
  purge: Type.Optional(Type.Boolean({ description: 'Delete its history too, for good.' })),
})

const Source = Type.Object(
  {
    origin: Type.String({ description: 'manual, rule or model' }),
    model: Text(),
    reason: Type.String(),
    thread_id: Text(),
    message_id: Text(),
    operation_id: Text(),
    said_at: Instant(),
  },
  { title: 'MemorySource' },
)

const fields = {
  id: Type.String(),
  memory_id: Type.String(),
  content: Type.String(),
  metadata: nullable(OpenObject()),
  score: nullable(Type.Number()),
  version: Type.Integer(),
  source: Source,
  created_at: Instant(),
  updated_at: Instant(),
}

export const MemoryReply = Type.Object(fields, { title: 'Memory' })

export const MemoryAdded = Type.Object(
  {
    ...fields,
    success: Type.Boolean(),
    message: Type.String(),
    duplicate: Type.Boolean(),
    memory_operation_id: Text(),
    operation_id: Text(),
  },
  { title: 'MemoryAdded' },
)

/** What an answer was given to go by; its text goes by two names. */
export const RecalledMemory = Type.Object(
  { id: Type.String(), memory: Type.String(), content: Type.String(), score: Type.Number() },
  { title: 'RecalledMemory' },
)

export const MemoriesReply = Type.Object(
  {
    memories: Type.Array(MemoryReply),
    total_count: Type.Integer(),
    page: nullable(Type.Integer()),
    page_size: nullable(Type.Integer()),
    total_pages: nullable(Type.Integer()),
  },
  { title: 'Memories' },
)

export const FoundMemories = Type.Object(
  { memories: Type.Array(MemoryReply), total_count: Type.Integer() },
  { title: 'FoundMemories' },
)

const Signal = (description: string) => Type.Number({ description })

export const Explanation = Type.Object(
  {
    query: Type.String(),
    memories: Type.Array(
      Type.Object({
        ...fields,
        recalled: Type.Boolean(),
        cut: nullable(Type.String({ description: 'Why it is not recalled.' })),
        signals: Type.Object({
          lexical: Signal('By its words, beside the best.'),
          vector: nullable(Signal('Cosine with the query’s embedding.')),
          speaker: Signal('1 when the person asked about says it.'),
          context: Signal('What the memories around it add.'),
          time: Signal('1 when it is from a time the query names.'),
        }),
      }),
    ),
    total_count: Type.Integer(),
  },
  { title: 'MemoryExplanation' },
)

export const MemoryStats = Type.Object(
  {
    total_memories: Type.Integer(),
    total_count: Type.Integer(),
    last_updated: nullable(Instant()),
    limits: Type.Object({ content_bytes: Type.Integer(), metadata_bytes: Type.Integer() }),
  },
  { title: 'MemoryStats' },
)

export const MemoryDone = Type.Object(
  { success: Type.Boolean(), message: Type.String() },
  { title: 'MemoryDone' },
)

export const HistoryReply = Type.Object(
  {
    memory_id: Type.String(),
    versions: Type.Array(
      Type.Object({
        version: Type.Integer(),
        status: Type.String({ description: 'active, superseded or deleted' }),
        event: Type.String({ description: 'ADD, UPDATE or RESTORE' }),
        content: Type.String(),
        metadata: nullable(OpenObject()),
        source: Source,
        valid_from: Instant(),
        valid_to: nullable(Instant()),
        superseded_by: nullable(Type.Integer({ description: 'The version that replaced it.' })),
        ended: nullable(
          Type.Object({
            event: Type.String(),
            origin: Type.String(),
            reason: Type.String(),
            operation_id: Text(),
          }),
        ),
      }),
    ),
  },
  { title: 'MemoryHistory' },
)

export const OperationReply = Type.Object(
  {
    operation_id: Uuid(),
    assistant_id: Uuid(),
    status: Type.String({ description: 'IN_PROGRESS, COMPLETED or ERROR' }),
    status_message: Text(),
    memory_ids: Type.Array(
      Type.Object({
        id: nullable(Type.String()),
        memory: Type.String(),
        event: Type.String({ description: 'ADD, UPDATE or DELETE' }),
        previous_memory: Text(),
        reason: Type.String(),
      }),
    ),
    skipped: Type.Array(Type.Object({ memory: Type.String(), reason: Type.String() }), {
      description: 'What was looked at and not stored.',
    }),
    result_count: Type.Integer(),
    created_at: Instant(),
    updated_at: Instant(),
  },
  { title: 'MemoryOperation' },
)

export function toMemory(row: Memory, score: number | null = null): Static<typeof MemoryReply> {
  return {
    id: row.id,
    memory_id: row.id,
    content: row.content,
    metadata: toMetadata(row),
    score,
    version: row.version,
    source: toSource(row),
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  }
}

const toMetadata = ({ metadata }: Memory) => (metadata === null ? null : JSON.parse(metadata))

function toSource(row: Memory): Static<typeof Source> {
  return {
    ...{ origin: row.origin, model: row.model, reason: row.reason },
    ...{ thread_id: row.threadId, message_id: row.messageId, operation_id: row.operationId },
    said_at: row.saidAt.toISOString(),
  }
}

/** A score of any size, brought between 0 and 1. */
export function toScore({ signals }: FoundMemory): number {
  return Math.round((signals.score / (signals.score + 0.5)) * 10_000) / 10_000
}

export function toRecalled(found: FoundMemory) {
  const { id, content } = found.memory
  return { id, memory: content, content, score: toScore(found) }
}

export function toExplained(found: FoundMemory) {
  const { lexical, vector, speaker, context, time } = found.signals
  return {
    ...toMemory(found.memory, toScore(found)),
    ...{ recalled: found.cut === null, cut: found.cut },
    signals: { lexical, vector, speaker, context, time },
  }
}

export function toHistory(versions: Memory[]): Static<typeof HistoryReply> {
  return {
    memory_id: versions[0]?.id ?? '',
    versions: versions.map((row, at) => ({
      ...{ version: row.version, status: row.status, event: row.event, content: row.content },
      ...{ metadata: toMetadata(row), source: toSource(row) },
      valid_from: row.validFrom.toISOString(),
      valid_to: row.validTo?.toISOString() ?? null,
      superseded_by: row.status === 'superseded' ? (versions[at + 1]?.version ?? null) : null,
      ended: row.endEvent && {
        ...{ event: row.endEvent, origin: row.endOrigin ?? '', reason: row.endReason ?? '' },
        operation_id: row.endOperationId,
      },
    })),
  }
}

/** What an operation that failed says of itself: `ERROR`, or `FAILED` to some older clients. */
export type OperationFailedWord = 'ERROR' | 'FAILED'

export function toOperation(
  row: MemoryOperation,
  failed: OperationFailedWord,
): Static<typeof OperationReply> {
  const results = row.results ?? []
  const done = results.filter(({ event }) => event !== 'NONE')
  return {
    operation_id: row.id,
    assistant_id: row.assistantId,
    status: row.status === 'ERROR' ? failed : row.status,
    status_message: row.statusMessage,
    memory_ids: done.map(({ id, memory, event, previousMemory = null, reason }) => {
      return { id, memory, event, previous_memory: previousMemory, reason }
    }),
    skipped: results
      .filter(({ event }) => event === 'NONE')
      .map(({ memory, reason }) => ({ memory, reason })),
    result_count: done.length,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  }
}
