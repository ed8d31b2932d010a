import { setImmediate } from 'node:timers/promises'
import type { Ctx } from '../context.ts'
import { describeImage, unseeable } from '../documents/describe-image.ts'
import { embedTextOf, vectorBytes } from '../documents/digest.ts'
import { DocumentError } from '../documents/document-error.ts'
import type { ReadDocument } from '../documents/parse-in-worker.ts'
import { type EmbeddingModel, ModelError } from '../models/model.ts'
import { getAssistant } from '../store/assistants.ts'
import { addChunks, type ChunkDraft, clearChunks, finishDocument } from '../store/chunks.ts'
import { claimDocument, type Document, updateClaimed } from '../store/documents.ts'
import type { Job } from './job.ts'

/** Rows of one transaction, so that none holds the event loop or other writers for long. */
const CHUNKS_AT_ONCE = 64
const FIRST_RETRY_MS = 2_000

/**
 * Reads an uploaded document, cuts it into passages and makes them searchable. A provider that is
 * down is asked again later; a file that cannot be read is failed with what to do about it.
 */
export const ingestDocument: Job = {
  name: 'ingest-document',
  concurrency: 2,
  async run(ctx, id, signal) {
    const document = await claimDocument(ctx.db, id, lease(ctx))
    if (!document) return // somebody else has it, or it is gone
    try {
      await clearChunks(ctx.db, document)
      if (document.attempts > ctx.limits.ingestAttempts) throw new Error('tried too often')
      await ingest(ctx, document, signal)
    } catch (error) {
      if (signal.aborted) return // its lease ends, and the next start takes it up
      await giveBack(ctx, document, error)
    }
  },
}

async function ingest(ctx: Ctx, document: Document, signal: AbortSignal) {
  const bytes = await ctx.blobs.read(document.blobKey)
  const assistant = await getAssistant(ctx.db, document.ownerId, document.assistantId)
  const model = await ctx.embeddings.of(assistant)
  const embedOffline = model.provider === 'offline'
  const file = await ctx.reader.read(bytes, document.filename, { signal, embedOffline })
  const seen = file.image ? await look(ctx, document, file.image.mediaType, signal) : null
  const read = seen?.description
    ? await ctx.reader.read(Buffer.from(seen.description), `${document.filename}.txt`, {
        ...{ signal, embedOffline },
      })
    : file
  for (let from = 0; from < read.chunks.length; from += CHUNKS_AT_ONCE) {
    const drafts = await draftsOf(ctx, read, from, model, signal)
    if (!(await addChunks(ctx.db, document, model.space, drafts, lease(ctx)))) return
    await setImmediate()
  }
  const { counts, terms } = read
  const tally = { counts, terms, chunks: read.chunks.length }
  const patch = { ...summaryOf(read), ...seen?.patch, ...aboutRecording(file) }
  await finishDocument(ctx.db, document, tally, patch, ctx.clock())
}

async function draftsOf(
  ctx: Ctx,
  read: ReadDocument,
  from: number,
  model: EmbeddingModel,
  signal: AbortSignal,
): Promise<ChunkDraft[]> {
  const chunks = read.chunks.slice(from, from + CHUNKS_AT_ONCE)
  const vectors =
    model.provider === 'offline'
      ? chunks.map((chunk) => chunk.vector)
      : await model.embed(chunks.map(embedTextOf), 'document', signal)
  return chunks.map(({ text, tokens, terms, length, titleTerms, position }, i) => ({
    ...{ key: ctx.chunkKeys(), ordinal: from + i },
    ...{ text, tokens, terms, length, titleTerms, position },
    vector: vectors[i] ? vectorBytes(vectors[i]) : null,
  }))
}

/** An image in words, if a model here can see it; the rest of the time it is stored as it is. */
async function look(ctx: Ctx, document: Document, mediaType: string, signal: AbortSignal) {
  const stored = (why: string) => ({
    description: null,
    patch: { mediaType, summary: `Image, stored without a description: ${why}.` },
  })
  const why = unseeable(ctx, mediaType, document.sizeBytes)
  if (why) return stored(why)
  try {
    const { filename } = document
    const image = { filename, mediaType, bytes: await ctx.blobs.read(document.blobKey) }
    const description = await describeImage(ctx, image, signal)
    return { description, patch: { mediaType, summary: description } }
  } catch (error) {
    if (signal.aborted || !(error instanceof ModelError)) throw error
    // A message waits for its images; any other can be looked at again later.
    const last = document.messageId !== null || document.attempts >= ctx.limits.ingestAttempts
    if (isPassing(error) && !last) throw error
    return stored(error.message)
  }
}

function aboutRecording({ recording }: ReadDocument) {
  if (!recording) return {}
  const kind = recording.kind === 'video' ? 'Video' : 'Audio'
  return { summary: `${kind}, stored without a transcription.` }
}

function summaryOf({ chunks, tokens, warnings }: ReadDocument) {
  return {
    chunkCount: chunks.length,
    totalTokens: tokens,
    statusMessage: warnings?.join(' ') || null,
    summary: null,
  }
}

function lease(ctx: Ctx) {
  const now = ctx.clock()
  return { now, leaseUntil: new Date(now.getTime() + ctx.limits.ingestLeaseMs) }
}

/** Another try later for what may pass, `failed` with the reason for what will not. */
async function giveBack(ctx: Ctx, document: Document, error: unknown) {
  const now = ctx.clock()
  const again =
    (isPassing(error) || ctx.db.isConflict(error)) && document.attempts < ctx.limits.ingestAttempts
  if (!again) {
    const statusMessage = reasonOf(error)
    if (statusMessage === INTERNAL)
      ctx.log.error({ err: error, documentId: document.id }, 'ingest failed')
    await clearChunks(ctx.db, document)
    const patch = {
      status: 'failed',
      statusMessage,
      leaseUntil: null,
      processingCompletedAt: now,
    } as const
    await updateClaimed(ctx.db, document, patch, now)
    return
  }
  const delayMs = FIRST_RETRY_MS * 2 ** (document.attempts - 1)
  const patch = {
    status: 'pending',
    leaseUntil: null,
    retryAt: new Date(now.getTime() + delayMs),
  } as const
  await updateClaimed(ctx.db, document, { ...patch, statusMessage: reasonOf(error) }, now)
  ctx.queue.ring(ingestDocument, document.id, delayMs + 10)
}

const INTERNAL = 'The document could not be processed; see the server’s log.'

function isPassing(error: unknown) {
  return error instanceof ModelError && error.isPassing
}

function reasonOf(error: unknown): string {
  return error instanceof DocumentError || error instanceof ModelError ? error.message : INTERNAL
}
