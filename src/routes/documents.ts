import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Ctx } from '../context.ts'
import { DocumentError } from '../documents/document-error.ts'
import { requireFileType } from '../documents/extensions.ts'
import { AppError, unprocessable } from '../errors.ts'
import type { UploadedFile } from '../http/form.ts'
import { ingestJobOf } from '../jobs/ingest-document.ts'
import { removeDocument } from '../jobs/remove-documents.ts'
import { getAssistant } from '../store/assistants.ts'
import {
  createDocuments,
  type Document,
  getDocument,
  listAssistantDocuments,
  listThreadDocuments,
} from '../store/documents.ts'
import { markDeleting } from '../store/removals.ts'
import { getThread } from '../store/threads.ts'
import { AssistantPath } from '../wire/assistant.ts'
import {
  DocumentDeleted,
  DocumentPath,
  DocumentReply,
  type FailedWord,
  toDocument,
  typeOf,
} from '../wire/document.ts'
import { errorReplies } from '../wire/schema.ts'
import { ThreadPath } from '../wire/thread.ts'

const tags = ['Documents']
const consumes = ['multipart/form-data']

export const documentRoutes =
  (ctx: Ctx, { failedWord }: { failedWord: FailedWord }): FastifyPluginAsyncTypebox =>
  async (app) => {
    const reply = (row: Document) => toDocument(row, failedWord)

    app.post(
      '/assistants/:assistant_id/documents',
      {
        config: { form: true },
        schema: {
          ...{ tags, consumes, summary: 'Upload a document for all threads of an assistant' },
          params: AssistantPath,
          response: { 200: DocumentReply, ...errorReplies },
        },
      },
      async (request) => {
        const assistant = await getAssistant(ctx.db, request.owner, request.params.assistant_id)
        return reply(await upload(request, { assistantId: assistant.id, threadId: null }))
      },
    )

    app.post(
      '/threads/:thread_id/documents',
      {
        config: { form: true },
        schema: {
          ...{ tags, consumes, summary: 'Upload a document for one thread' },
          params: ThreadPath,
          response: { 200: DocumentReply, ...errorReplies },
        },
      },
      async (request) => {
        const thread = await getThread(ctx.db, request.owner, request.params.thread_id)
        const scope = { assistantId: thread.assistantId, threadId: thread.id }
        return reply(await upload(request, scope))
      },
    )

    app.get(
      '/assistants/:assistant_id/documents',
      {
        schema: {
          ...{ tags, summary: 'List an assistant’s own documents, newest first' },
          params: AssistantPath,
          response: { 200: Type.Array(DocumentReply), ...errorReplies },
        },
      },
      async ({ owner, params }) => {
        const assistant = await getAssistant(ctx.db, owner, params.assistant_id)
        return (await listAssistantDocuments(ctx.db, owner, assistant.id)).map(reply)
      },
    )

    app.get(
      '/threads/:thread_id/documents',
      {
        schema: {
          ...{ tags, summary: 'List a thread’s documents, attachments included, newest first' },
          params: ThreadPath,
          response: { 200: Type.Array(DocumentReply), ...errorReplies },
        },
      },
      async ({ owner, params }) => {
        const thread = await getThread(ctx.db, owner, params.thread_id)
        return (await listThreadDocuments(ctx.db, owner, thread.id)).map(reply)
      },
    )

    app.get(
      '/documents/:document_id/status',
      {
        schema: {
          ...{ tags, summary: 'How far a document is' },
          params: DocumentPath,
          response: { 200: DocumentReply, ...errorReplies },
        },
      },
      async ({ owner, params }) => reply(await getDocument(ctx.db, owner, params.document_id)),
    )

    app.get(
      '/documents/:document_id/content',
      {
        schema: {
          ...{ tags, summary: 'The bytes as they were uploaded' },
          params: DocumentPath,
        },
      },
      async ({ owner, params }, answer) => {
        const row = await getDocument(ctx.db, owner, params.document_id)
        const name = encodeURIComponent(row.filename)
        return answer
          .type(row.mediaType)
          .header('content-disposition', `attachment; filename*=UTF-8''${name}`)
          .header('content-length', row.sizeBytes)
          .header('x-content-type-options', 'nosniff')
          .send(ctx.blobs.open(row.blobKey))
      },
    )

    app.delete(
      '/documents/:document_id',
      {
        schema: {
          ...{ tags, summary: 'Delete a document with its bytes and passages' },
          params: DocumentPath,
          response: { 200: DocumentDeleted, ...errorReplies },
        },
      },
      async ({ owner, params }) => {
        const row = await markDeleting(ctx.db, owner, params.document_id, ctx.clock())
        ctx.queue.ring(removeDocument, row.id)
        return {
          message: 'Document deleted successfully',
          document_id: row.id,
          filename: row.filename,
          document_type: typeOf(row),
          deleted_at: ctx.clock().toISOString(),
        }
      },
    )

    async function upload(request: FastifyRequest, scope: Omit<Scope, 'messageId'>) {
      const file = onlyFile(request.uploads ?? [])
      const [row] = await storeUploads(ctx, request, [file], { ...scope, messageId: null })
      if (!row) throw new Error('the document was not stored')
      return row
    }
  }

type Scope = { assistantId: string; threadId: string | null; messageId: string | null }

/** Makes documents of uploaded files and has them read. Throws `invalid` for a type nothing reads. */
export async function storeUploads(
  ctx: Ctx,
  request: FastifyRequest,
  files: UploadedFile[],
  scope: Scope,
): Promise<Document[]> {
  const drafts = files.map((file) => ({
    ...scope,
    id: ctx.ids(),
    ownerId: request.owner,
    filename: safeName(file.filename),
    mediaType: acceptedType(file.filename),
    blobKey: file.blobKey,
    sizeBytes: file.bytes,
    now: ctx.clock(),
  }))
  const rows = await createDocuments(ctx.db, drafts)
  request.keptUploads = new Set(files)
  for (const row of rows) ctx.queue.ring(ingestJobOf(row), row.id)
  return rows
}

/** The last part of a path, without what would hide how a name reads, in 255 characters. */
function safeName(filename: string): string {
  const name = filename
    .replace(/^.*[\\/]/, '')
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
  const extension = /\.[^.]*$/.exec(name)?.[0] ?? ''
  return name.length <= 255
    ? name
    : name.slice(0, 255 - extension.length).toWellFormed() + extension
}

/** Throws `invalid` for a file that nothing here can read. */
export function acceptedType(filename: string): string {
  try {
    return requireFileType(filename).mediaType
  } catch (error) {
    if (error instanceof DocumentError) throw new AppError('invalid', error.message)
    throw error
  }
}

function onlyFile(uploads: UploadedFile[]): UploadedFile {
  const [file, ...more] = uploads.filter((upload) => upload.field === 'file')
  if (!file) throw unprocessable(['body', 'file'], 'Field required', 'missing')
  if (more.length > 0) throw new AppError('invalid', 'Upload one file at a time')
  return file
}
