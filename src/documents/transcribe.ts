import type { Ctx } from '../context.ts'
import { ModelError } from '../models/model.ts'
import { extensionOf } from './extensions.ts'

/** What speech-to-text endpoints take, and the ending by which they know it. */
const takenAs: Record<string, string> = {
  ...{ mp3: 'mp3', wav: 'wav', m4a: 'm4a', ogg: 'ogg', flac: 'flac' },
  ...{ mp4: 'mp4', mpeg: 'mpeg', mpg: 'mpeg', webm: 'webm' },
}
/** More than is said in the longest recording that is taken. */
const MOST_CHARS = 1_000_000

/**
 * The words of a recording, empty where there are none. Throws `ModelError`, also when it takes
 * longer than `patienceMs`; `unheard` has said before that it can be asked.
 */
export async function transcribe(
  ctx: Ctx,
  recording: { filename: string; bytes: Buffer },
  patienceMs: number,
  signal: AbortSignal,
): Promise<string> {
  const by = ctx.speech.transcriber
  if (!by) throw new ModelError('bad_request', 'no transcription model is configured')
  const filename = `recording.${takenAs[extensionOf(recording.filename)]}`
  const late = AbortSignal.timeout(patienceMs)
  try {
    const sound = { bytes: recording.bytes, filename }
    const text = await ctx.speech.transcribe(by, sound, null, AbortSignal.any([signal, late]))
    return text.replaceAll('\0', '').slice(0, MOST_CHARS).toWellFormed().trim()
  } catch (error) {
    if (!late.aborted || signal.aborted) throw error
    throw new ModelError('timeout', `${by.provider} took too long to transcribe it`)
  }
}

/** Why a recording cannot be transcribed here, or null. */
export function unheard(ctx: Ctx, filename: string, sizeBytes: number, kind: 'audio' | 'video') {
  if (!ctx.speech.transcriber) return 'no transcription model is configured'
  const extension = extensionOf(filename)
  if (!(extension in takenAs)) {
    const instead = kind === 'video' ? 'MP4 or WebM' : 'MP3 or M4A'
    return `speech-to-text takes no ${extension.toUpperCase()} files; upload it as ${instead}`
  }
  if (sizeBytes <= ctx.limits.recordingBytes) return null
  const most = Math.floor(ctx.limits.recordingBytes / 1024 / 1024)
  return `speech-to-text takes at most ${most} MB`
}
