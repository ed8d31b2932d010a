import { setImmediate } from 'node:timers/promises'
import { isMissing } from '../blobs/blobs.ts'
import type { Ctx } from '../context.ts'
import { type DigestedChunk, embedTextOf, vectorBytes } from '../documents/digest.ts'
import { DocumentError } from '../documents/document-error.ts'
import { type ReadDocument, readersAtOnce } from '../documents/document-reader.ts'
import type { Source } from '../documents/reading-process.ts'
import { type EmbeddingModel, ModelError } from '../models/model.ts'
import { getAssistant } from '../store/assistants.ts'
import { addChunks, CHUNKS_AT_ONCE, type ChunkDraft, chunkStatements } from '../store/chunks.ts'
import { releaseClaim, renewClaim, updateOwned } from '../store/claims.ts'
import { type Document, findDocument } from '../store/documents.ts'
import { clearDocument } from '../store/removals.ts'
import { isSmall } from '../store/small-documents.ts'
import { countIn, tallyOf } from '../store/statistics.ts'
import { hold } from './hold.ts'
import type { Job } from './job.ts'
import { documentLease } from './lease.ts'
import { putInWords } from './put-in-words.ts'

const FIRST_RETRY_MS = 2_000
const BEATS_A_LEASE = 4

/**
 * Reads an uploaded document, cuts it into passages and makes them searchable. A provider that is
 * down is asked again later, and so is a system without room for a process that reads; a file that
 * cannot be read is failed with what to do about it.
 */
export const ingestDocument: Job = {
  name: 'ingest-document',
  concurrency: readersAtOnce + 1,
  run: runInShares,
}

/** The same for small texts, of which many are stored together. */
export const ingestNote: Job = { name: 'ingest-note', concurrency: 32, run }

/** The same for sound, which may take minutes to be heard: documents with text do not wait for it. */
export const ingestRecording: Job = { name: 'ingest-recording', concurrency: 4, run }

const NOTE_BYTES = 16 * 1024
/** Up to this, a file is read whole; a larger one goes to its reader in pieces. */
const WHOLE_BYTES = 1024 * 1024

export function ingestJobOf({
  mediaType,
  sizeBytes,
}: Pick<Document, 'mediaType' | 'sizeBytes'>): Job {
  if (/^(audio|video)\//.test(mediaType)) return ingestRecording
  return mediaType.startsWith('text/') && sizeBytes <= NOTE_BYTES ? ingestNote : ingestDocument
}

async function runInShares(ctx: Ctx, id: string, signal: AbortSignal) {
  if (ctx.shares.isAside(id)) return
  const document = await findDocument(ctx.db, id)
  if (document && !ctx.shares.enter(document)) return
  try {
    if (document) await run(ctx, id, signal)
    else ctx.shares.forget(id)
  } finally {
    for (const next of ctx.shares.leave(document)) ctx.queue.ring(ingestDocument, next)
  }
}

async function run(ctx: Ctx, id: string, signal: AbortSignal) {
  // Nothing is done where somebody else has it, or it is gone.
  await ctx.together.take(id, documentLease(ctx, signal), (document) => keep(ctx, document, signal))
}

async function keep(ctx: Ctx, document: Document, signal: AbortSignal) {
  const renew = () => renewClaim(ctx.db, document, documentLease(ctx, signal).leaseUntil)
  const held = hold(renew, ctx.limits.ingestLeaseMs / BEATS_A_LEASE, signal)
  try {
    await take(ctx, document, held.signal)
  } finally {
    await held.end()
  }
  if (signal.aborted) await releaseClaim(ctx.db, document)
}

async function take(ctx: Ctx, document: Document, signal: AbortSignal) {
  try {
    if (document.attempts > ctx.limits.ingestAttempts) throw new Error('tried too often')
    if (document.counted === null) await ingest(ctx, document, signal)
    else
      await countIn(ctx.db, document, await tallyOf(ctx.db, document), documentLease(ctx, signal))
  } catch (error) {
    if (!signal.aborted) await giveBack(ctx, document, error, signal)
  }
}

async function ingest(ctx: Ctx, document: Document, signal: AbortSignal) {
  // What an earlier try has left, that was broken off.
  const isFirst = document.attempts === 1
  if (!isFirst && !(await clearDocument(ctx.db, document, documentLease(ctx, signal)))) return
  const assistant = await getAssistant(ctx.db, document.ownerId, document.assistantId)
  const model = await ctx.embeddings.of(assistant)
  const passages = passagesOf(ctx, document, model, signal)
  const options = {
    signal,
    isNote: ingestJobOf(document) === ingestNote,
    embedOffline: model.provider === 'offline',
    take: passages.take,
  }
  const file = await ctx.reader.read(await bytesOf(ctx, document), document.filename, options)
  const inWords = await putInWords(ctx, document, file, signal)
  const read = inWords?.text
    ? await ctx.reader.read(Buffer.from(inWords.text), `${document.filename}.txt`, options)
    : file
  const { chunks, counts, terms: length, languages } = read
  const last = Math.max(0, chunks.length - (chunks.length % CHUNKS_AT_ONCE || CHUNKS_AT_ONCE))
  await passages.take(chunks.slice(0, last))
  const drafts = await passages.drafts(chunks.slice(last))
  const tally = { ...counts, length, passages: passages.count(), languages }
  const about = { ...aboutOf(read, passages.count()), ...inWords?.patch }
  if (isSmall(tally)) {
    const now = ctx.clock()
    await ctx.together.add({ document, space: model.space, drafts, tally, about, now })
    return
  }
  const along = chunkStatements(ctx.db.t, [{ document, space: model.space, drafts }])
  await countIn(ctx.db, document, tally, documentLease(ctx, signal), { about, along })
}

/** A large file is never in memory as a whole. */
async function bytesOf(ctx: Ctx, { blobKey, sizeBytes }: Document): Promise<Source> {
  if (sizeBytes <= WHOLE_BYTES) return ctx.blobs.read(blobKey)
  return { length: sizeBytes, pieces: () => ctx.blobs.open(blobKey) }
}

/** Stores the passages of a document while it is read; nor are all of these ever in memory. */
function passagesOf(ctx: Ctx, document: Document, model: EmbeddingModel, signal: AbortSignal) {
  let made = 0
  async function drafts(chunks: DigestedChunk[]): Promise<ChunkDraft[]> {
    const vectors =
      model.provider === 'offline'
        ? chunks.map((chunk) => chunk.vector)
        : await model.embed(chunks.map(embedTextOf), 'document', signal)
    return chunks.map(({ text, tokens, terms, length, titleTerms, position }, i) => ({
      ...{ key: ctx.chunkKeys(), ordinal: made++ },
      ...{ text, tokens, terms, length, titleTerms, position },
      vector: vectors[i] ? vectorBytes(vectors[i]) : null,
    }))
  }
  async function take(chunks: DigestedChunk[]) {
    for (let from = 0; from < chunks.length; from += CHUNKS_AT_ONCE) {
      const some = await drafts(chunks.slice(from, from + CHUNKS_AT_ONCE))
      const lease = documentLease(ctx, signal)
      if (!(await addChunks(ctx.db, document, model.space, some, lease))) {
        throw new DocumentError('aborted', 'Another worker has taken over.')
      }
      await setImmediate()
    }
  }
  return { drafts, take, count: () => made }
}

function aboutOf({ tokens, warnings }: ReadDocument, chunkCount: number) {
  return {
    chunkCount,
    totalTokens: tokens,
    statusMessage: warnings?.join(' ') || null,
    summary: null,
  }
}

/** Another try later for what may pass, `failed` with the reason for what will not. */
async function giveBack(ctx: Ctx, claimed: Document, error: unknown, signal: AbortSignal) {
  const document = await findDocument(ctx.db, claimed.id)
  if (document?.status !== 'processing' || document.attempts !== claimed.attempts) return
  const now = ctx.clock()
  const again = isPassing(error) && document.attempts < ctx.limits.ingestAttempts
  const statusMessage = reasonOf(error)
  const fields = { err: error, documentId: document.id, attempts: document.attempts }
  if (!again) {
    if (isPassing(error) || isMissing(error)) ctx.log.error(fields, 'ingest failed')
    if (!(await clearDocument(ctx.db, document, documentLease(ctx, signal)))) return
    const patch = {
      status: 'failed',
      statusMessage,
      leaseUntil: null,
      processingCompletedAt: now,
    } as const
    await updateOwned(ctx.db, { ...document, counted: null }, patch, now)
    return
  }
  const delayMs = FIRST_RETRY_MS * 2 ** (document.attempts - 1)
  const patch = {
    status: 'pending',
    leaseUntil: null,
    retryAt: new Date(now.getTime() + delayMs),
  } as const
  if (statusMessage === INTERNAL) ctx.log.warn(fields, 'ingest failed and is tried again')
  await updateOwned(ctx.db, document, { ...patch, statusMessage }, now)
  ctx.queue.ring(ingestJobOf(document), document.id, delayMs + 10)
}

const INTERNAL = 'The document could not be processed; see the server’s log.'

/** What says nothing of the file, as that the database or the store of files was away, may pass. */
function isPassing(error: unknown) {
  return isTold(error) ? error.isPassing : !isMissing(error)
}

function reasonOf(error: unknown): string {
  if (isMissing(error)) return 'The stored file is not there any more; upload it again.'
  return isTold(error) ? error.message : INTERNAL
}

function isTold(error: unknown) {
  return error instanceof DocumentError || error instanceof ModelError
}
