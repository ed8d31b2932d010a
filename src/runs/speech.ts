import { Readable } from 'node:stream'
import type { Ctx } from '../context.ts'
import { AppError } from '../errors.ts'
import type { AskedSpeech, Speaker, SpeechModel } from '../models/speech.ts'
import { createDocuments } from '../store/documents.ts'
import { isEnding, type RunEvent } from './events.ts'

/** What was heard and said aloud for one message, as the reply tells it. */
export type VoiceRecords = { stt?: Record<string, unknown>; tts?: Record<string, unknown> }

export type Heard = SpeechModel & { transcript: string }

/** The words of a recording. Throws `invalid` where nothing here can hear. */
export async function hear(
  ctx: Ctx,
  asked: AskedSpeech,
  audio: { bytes: Buffer; filename: string },
  signal: AbortSignal,
): Promise<Heard> {
  const by = ctx.speech.listener(asked)
  if (!by) throw new AppError('invalid', NO_EARS)
  const transcript = await ctx.speech.transcribe(by, audio, asked.language ?? null, signal)
  return { ...by, transcript }
}

export const NO_EARS =
  'Speech to text is not available on this server: set OPENAI_API_KEY, GROQ_API_KEY or HOMECOURT_STT_MODEL'
export const NO_MOUTH =
  'Text to speech is not available on this server: set OPENAI_API_KEY, GROQ_API_KEY or HOMECOURT_TTS_MODEL'

/**
 * The events of a run with those of its speech around them: what was heard before, and the answer
 * aloud after its ending; or, for a reply that is made of the ending alone (`whole`), before it.
 */
export async function* withSpeech(
  ctx: Ctx,
  events: AsyncIterable<RunEvent>,
  { heard, tts, whole }: { heard: Heard | null; tts: AskedSpeech | null; whole: boolean },
  signal: AbortSignal,
): AsyncGenerator<RunEvent> {
  const records: VoiceRecords = {}
  if (heard) {
    const { transcript, provider, model } = heard
    records.stt = { transcript, provider, model }
    yield { type: 'voice', name: 'stt_stream_start', fields: {} }
    yield { type: 'voice', name: 'stt_text_delta', fields: { delta: transcript } }
    yield { type: 'voice', name: 'stt_stream_end', fields: { transcript } }
  }
  for await (const event of events) {
    if (!isEnding(event)) yield event
    else if (event.type !== 'completed' || !tts) yield { ...event, voice: records }
    else if (whole) {
      for await (const _ of speak(ctx, event, tts, records, signal));
      yield { ...event, voice: records }
    } else {
      yield { ...event, voice: records }
      yield* speak(ctx, event, tts, records, signal)
    }
  }
}

type Completed = Extract<RunEvent, { type: 'completed' }>

/** Says the answer aloud and keeps the sound as a document of its message. A failure is only told. */
async function* speak(
  ctx: Ctx,
  { message, thread }: Completed,
  asked: AskedSpeech,
  records: VoiceRecords,
  signal: AbortSignal,
): AsyncGenerator<RunEvent> {
  const by = ctx.speech.speaker(asked)
  const text = message.content ?? ''
  try {
    if (!by) throw new AppError('invalid', NO_MOUTH)
    if (text === '') return
    const { provider, model, voice, contentType } = by
    const opening = { content_type: contentType }
    yield { type: 'voice', name: 'tts_stream_start', fields: opening }
    const pieces: Buffer[] = []
    for await (const piece of ctx.speech.speak(by, text, signal)) {
      pieces.push(Buffer.from(piece))
      const data = Buffer.from(piece).toString('base64')
      yield { type: 'voice', name: 'tts_audio_chunk', fields: { data } }
    }
    const document_id = await keep(ctx, thread, message.id, by, Buffer.concat(pieces))
    const told = { ...opening, audio_url: `/api/documents/${document_id}/content`, document_id }
    records.tts = { provider, model, voice, ...told }
    yield { type: 'voice', name: 'tts_stream_end', fields: told }
  } catch (error) {
    if (signal.aborted) return
    const why = error instanceof Error ? error.message : 'The speech failed'
    records.tts = { error: why }
    yield { type: 'voice', name: 'tts_error', fields: { error: why } }
  }
}

async function keep(
  ctx: Ctx,
  thread: Completed['thread'],
  messageId: string,
  { format, contentType }: Speaker,
  bytes: Buffer,
): Promise<string> {
  const [id, blobKey] = [ctx.ids(), ctx.ids()]
  const sizeBytes = await ctx.blobs.put(blobKey, Readable.from([bytes]), ctx.limits.uploadBytes)
  const [document] = await createDocuments(ctx.db, [
    {
      ...{ id, ownerId: thread.ownerId, assistantId: thread.assistantId, threadId: thread.id },
      ...{ messageId, blobKey, sizeBytes, mediaType: contentType, now: ctx.clock() },
      filename: `speech-${id.slice(-8)}.${format}`,
    },
  ])
  if (document) ctx.ingest(document)
  return id
}
