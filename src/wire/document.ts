import { type Static, Type } from 'typebox'
import type { Document } from '../store/documents.ts'
import { Instant, nullable, OpenObject, Uuid } from './schema.ts'

export const DocumentReply = Type.Object(
  {
    document_id: Uuid(),
    filename: Type.String(),
    document_type: Type.Unsafe<'assistant' | 'thread' | 'message'>({
      type: 'string',
      enum: ['assistant', 'thread', 'message'],
    }),
    status: Type.String({ description: 'pending, processing, indexed or failed' }),
    status_message: nullable(Type.String()),
    summary: nullable(Type.String()),
    file_size_bytes: Type.Integer(),
    total_tokens: nullable(Type.Integer()),
    chunk_count: nullable(Type.Integer()),
    processing_started_at: nullable(Instant()),
    processing_completed_at: nullable(Instant()),
    created_at: Instant(),
    updated_at: Instant(),
    metadata_: nullable(OpenObject()),
  },
  { title: 'Document' },
)

export const AttachmentReply = Type.Object(
  {
    document_id: Uuid(),
    filename: Type.String(),
    status: Type.String(),
    file_size_bytes: Type.Integer(),
    summary: nullable(Type.String()),
  },
  { title: 'Attachment' },
)

/** An id that is no UUID is unknown, not malformed: this path takes any text. */
export const DocumentPath = Type.Object({ document_id: Type.String() })

export const DocumentDeleted = Type.Object(
  {
    message: Type.String(),
    document_id: Uuid(),
    filename: Type.String(),
    document_type: Type.String(),
    deleted_at: Instant(),
  },
  { title: 'DocumentDeleted' },
)

/** The word for a failed document: `failed` to the SDKs, `error` to some older clients. */
export type FailedWord = 'failed' | 'error'

export function typeOf(row: Document): 'assistant' | 'thread' | 'message' {
  if (row.messageId) return 'message'
  return row.threadId ? 'thread' : 'assistant'
}

export function toDocument(row: Document, failed: FailedWord): Static<typeof DocumentReply> {
  return {
    document_id: row.id,
    filename: row.filename,
    document_type: typeOf(row),
    status: row.status === 'failed' ? failed : row.status,
    status_message: row.statusMessage,
    summary: row.summary,
    file_size_bytes: row.sizeBytes,
    total_tokens: row.totalTokens,
    chunk_count: row.chunkCount,
    processing_started_at: row.processingStartedAt?.toISOString() ?? null,
    processing_completed_at: row.processingCompletedAt?.toISOString() ?? null,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
    metadata_: null,
  }
}

export function toAttachment(row: Document, failed: FailedWord): Static<typeof AttachmentReply> {
  return {
    document_id: row.id,
    filename: row.filename,
    status: row.status === 'failed' ? failed : row.status,
    file_size_bytes: row.sizeBytes,
    summary: row.summary,
  }
}
