import type { Ctx } from '../context.ts'
import { describeImage, unseeable } from '../documents/describe-image.ts'
import type { ReadDocument } from '../documents/document-reader.ts'
import { transcribe, unheard } from '../documents/transcribe.ts'
import { ModelError } from '../models/model.ts'
import type { Document } from '../store/documents.ts'
import { findMessage } from '../store/messages.ts'

/** What a model made of a file without text, if anything, and what its row tells of that. */
type InWords = { text: string | null; patch: { summary: string; mediaType?: string } }

const SUMMARY_CHARS = 1_000

/** An image described or a recording transcribed, where a model here can; null for other files. */
export async function putInWords(
  ctx: Ctx,
  document: Document,
  { image, recording }: ReadDocument,
  signal: AbortSignal,
): Promise<InWords | null> {
  if (image) return look(ctx, document, image.mediaType, signal)
  return recording ? listen(ctx, document, recording.kind, signal) : null
}

async function look(ctx: Ctx, document: Document, mediaType: string, signal: AbortSignal) {
  const stored = (why: string) => ({
    text: null,
    patch: { mediaType, summary: `Image, stored without a description: ${why}.` },
  })
  const why = unseeable(ctx, mediaType, document.sizeBytes)
  if (why) return stored(why)
  return orStored(ctx, document, stored, signal, async () => {
    const { filename } = document
    const image = { filename, mediaType, bytes: await ctx.blobs.read(document.blobKey) }
    const text = await describeImage(ctx, image, signal)
    return { text, patch: { mediaType, summary: text } }
  })
}

async function listen(
  ctx: Ctx,
  document: Document,
  kind: 'audio' | 'video',
  signal: AbortSignal,
): Promise<InWords> {
  const name = kind === 'video' ? 'Video' : 'Audio'
  const only = (summary: string) => ({ text: null, patch: { summary } })
  const stored = (why: string) => only(`${name}, stored without a transcription: ${why}.`)
  if (await isAnswer(ctx, document)) return only(`${name} of the answer it came with.`)
  const { filename, blobKey, messageId, sizeBytes } = document
  const why = unheard(ctx, filename, sizeBytes, kind)
  if (why) return stored(why)
  const patienceMs = messageId ? ctx.limits.describeMs : ctx.limits.transcribeMs
  return orStored(ctx, document, stored, signal, async () => {
    const bytes = await ctx.blobs.read(blobKey)
    const text = await transcribe(ctx, { filename, bytes }, patienceMs, signal)
    if (text === '') return only(`${name}, in which no words were heard.`)
    const short = text.length > SUMMARY_CHARS
    const summary = short ? `${text.slice(0, SUMMARY_CHARS).toWellFormed()}…` : text
    return { text, patch: { summary } }
  })
}

/** What this server said aloud is in its message word for word. */
async function isAnswer({ db }: Ctx, { ownerId, threadId, messageId }: Document) {
  if (!threadId || !messageId) return false
  return (await findMessage(db, ownerId, threadId, messageId))?.role === 'assistant'
}

/** A model that fails is asked again later, or never: the file is then stored as it is. */
async function orStored(
  ctx: Ctx,
  document: Document,
  stored: (why: string) => InWords,
  signal: AbortSignal,
  ask: () => Promise<InWords>,
): Promise<InWords> {
  try {
    return await ask()
  } catch (error) {
    if (signal.aborted || !(error instanceof ModelError)) throw error
    // A message waits for its files; any other can be taken up again later.
    const last = document.messageId !== null || document.attempts >= ctx.limits.ingestAttempts
    if (error.isPassing && !last) throw error
    return stored(error.message)
  }
}
