import type { AskedSpeech, Speaker, SpeechModel } from '../models/speech.ts'
import type { Message } from '../store/messages.ts'
import type { Thread } from '../store/threads.ts'
import { toVoice } from './new-message.ts'

/** Why the voice WebSocket cannot do something; told in an `error` frame. */
export class VoiceError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.name = 'VoiceError'
    this.code = code
  }
}

/**
 * How a client speaks: what is to hear it, the samples per second of its sound, and how long it is
 * silent after an utterance; null where it says itself when one has ended.
 */
export type VoiceInput = { stt: AskedSpeech; sampleRate: number; silenceMs: number | null }

const USUAL_RATE = 16_000
const LEAST_RATE = 8_000
const MOST_RATE = 48_000
const LEAST_SILENCE_MS = 300
const MOST_SILENCE_MS = 10_000

/** Reads `voice.stt` of a session's configuration. Throws `VoiceError`. */
export function toVoiceInput(voice: unknown): VoiceInput {
  const { stt } = toVoice(voice)
  if (!stt) {
    throw badConfig(
      'voice.stt is missing: this server hears by a speech-to-text model, and has no speech-to-speech',
    )
  }
  const given = (voice as { stt: Record<string, unknown> }).stt
  const { audio_format: format = 'pcm', sample_rate: rate } = given
  const known = /^pcm(?:_?s?16(?:le)?)?(?:_(\d{4,5}))?$/i.exec(String(format))
  if (!known) throw badConfig('voice.stt.audio_format must be pcm_16000, or pcm with a sample_rate')
  const sampleRate = Number(known[1] ?? rate ?? USUAL_RATE)
  if (!Number.isInteger(sampleRate) || sampleRate < LEAST_RATE || sampleRate > MOST_RATE) {
    throw badConfig(`voice.stt.sample_rate must be from ${LEAST_RATE} to ${MOST_RATE}`)
  }
  const silenceMs = toSilence(given.vad_silence_threshold_secs)
  if (Number(rate ?? sampleRate) === sampleRate) return { stt, sampleRate, silenceMs }
  throw badConfig('voice.stt.sample_rate and voice.stt.audio_format name different rates')
}

function toSilence(seconds: unknown): number | null {
  if (typeof seconds !== 'number') return null
  return Math.min(Math.max(seconds * 1_000, LEAST_SILENCE_MS), MOST_SILENCE_MS)
}

export function badConfig(message: string): VoiceError {
  return new VoiceError('invalid_config', message)
}

export type Pipeline = {
  stt: SpeechModel & { sampleRate: number }
  llm: SpeechModel | null
  tts: Speaker | null
}

export function sessionBegin(id: string, thread: Thread, { stt, llm, tts }: Pipeline) {
  return {
    ...{ type: 'session.begin', session_id: id },
    ...{ thread_id: thread.id, assistant_id: thread.assistantId },
    pipeline: {
      stt: { provider: stt.provider, model: stt.model, sample_rate: stt.sampleRate },
      llm: llm && { provider: llm.provider, model: llm.model },
      tts: tts && {
        ...{ provider: tts.provider, model: tts.model, voice: tts.voice },
        content_type: tts.contentType,
      },
    },
  }
}

export function transcriptFinal(text: string) {
  return { type: 'transcript.final', text, role: 'user' }
}

/** The answer is stored and all was said: the session listens again. */
export function messageSaved(thread: Thread, message: Message) {
  return {
    ...{ type: 'message_saved', role: message.role, message_id: message.id },
    ...{ thread_id: thread.id, assistant_id: thread.assistantId },
  }
}

export function errorFrame({ code, message }: VoiceError) {
  return { type: 'error', code, message }
}
