import type { Config } from '../config.ts'
import { ModelError } from './model.ts'
import { type Configured, configuredProviders, isOffline } from './providers.ts'

/** What a client asks of one direction; anything may be missing. */
export type AskedSpeech = {
  provider?: string
  model?: string
  voice?: string
  language?: string
  format?: string
}

export type SpeechModel = { provider: string; model: string }
export type Speaker = SpeechModel & { voice: string; format: string; contentType: string }

export interface Speech {
  /** The model that transcribes what is uploaded, or null where none is named: nobody asks for it. */
  transcriber: SpeechModel | null
  /** The model that hears for a request, or null where none is configured. */
  listener(asked: AskedSpeech): SpeechModel | null
  /** The model that speaks for a request, or null where none is configured. */
  speaker(asked: AskedSpeech): Speaker | null
  /** Throws `ModelError`. */
  transcribe(
    by: SpeechModel,
    audio: { bytes: Buffer; filename: string },
    language: string | null,
    signal: AbortSignal,
  ): Promise<string>
  /** Sound in pieces. Throws `ModelError`. */
  speak(by: Speaker, text: string, signal: AbortSignal): AsyncIterable<Uint8Array>
}

const contentTypes: Record<string, string> = {
  ...{ mp3: 'audio/mpeg', wav: 'audio/wav', flac: 'audio/flac', aac: 'audio/aac' },
  ogg: 'audio/ogg',
}

/** Speech of the configured providers, over OpenAI's `/audio` endpoints. */
export function openSpeech(config: Config): Speech {
  const configured = configuredProviders(config)
  const reachable = isOffline(config, configured) ? new Map<string, Configured>() : configured
  const hearing = pick(
    reachable,
    config.HOMECOURT_STT_MODEL,
    'HOMECOURT_STT_MODEL',
    (row) => row.hears,
  )
  const transcribing = namedModel(
    ...([
      reachable,
      config.HOMECOURT_TRANSCRIPTION_MODEL,
      'HOMECOURT_TRANSCRIPTION_MODEL',
    ] as const),
  )
  const speaking = pick(
    ...([reachable, config.HOMECOURT_TTS_MODEL, 'HOMECOURT_TTS_MODEL'] as const),
    (row) => row.speaksWith?.model,
  )
  const open = async (provider: string) => {
    const own = reachable.get(provider)
    if (!own) throw new ModelError('bad_request', `Speech of ${provider} is not available here`)
    return (await import('./openai-media.ts')).openaiMedia(own.settings)
  }

  return {
    transcriber: transcribing,
    listener: (asked) => chosen(hearing, asked),
    speaker(asked) {
      const model = chosen(speaking, asked)
      if (!model) return null
      const own = model.provider === asked.provider ? asked.voice : undefined
      const usual = reachable.get(model.provider)?.row.speaksWith?.voice ?? 'alloy'
      const named = asked.format?.replace(/_.*$/, '').toLowerCase() ?? ''
      const format = named === 'opus' ? 'ogg' : named in contentTypes ? named : 'mp3'
      const contentType = contentTypes[format] ?? 'audio/mpeg'
      const voice = own ?? (config.HOMECOURT_TTS_VOICE || usual)
      return { ...model, voice, format, contentType }
    },
    async transcribe({ provider, model }, audio, language, signal) {
      return (await open(provider)).transcribe(audio, { model, language }, signal)
    },
    async *speak({ provider, model, voice, format }, text, signal) {
      const wire = format === 'ogg' ? 'opus' : format
      yield* (await open(provider)).speak(text, { model, voice, format: wire }, signal)
    },
  }
}

/** The models for one direction: those the table knows, the configured one first. Throws. */
function pick(
  reachable: ReadonlyMap<string, Configured>,
  named: string,
  variable: string,
  usual: (row: Configured['row']) => string | undefined,
): Map<string, string> {
  const all = new Map<string, string>()
  const first = namedModel(reachable, named, variable)
  if (first) all.set(first.provider, first.model)
  for (const [name, { row }] of reachable) {
    const model = usual(row)
    if (model && !all.has(name)) all.set(name, model)
  }
  return all
}

/** Null where the variable is empty. Throws. */
function namedModel(
  reachable: ReadonlyMap<string, Configured>,
  named: string,
  variable: string,
): SpeechModel | null {
  if (named === '') return null
  const [provider = '', ...model] = named.split('/')
  if (!reachable.has(provider) || model.length === 0) {
    throw new Error(`${variable} must be provider/model of a configured provider, not ${named}`)
  }
  return { provider, model: model.join('/') }
}

/**
 * The provider and model a client names, where they are here; else the server's own. Clients of the
 * hosted service name providers that few have, and want an answer more than that voice.
 */
function chosen(models: ReadonlyMap<string, string>, asked: AskedSpeech): SpeechModel | null {
  const usual = asked.provider === undefined ? undefined : models.get(asked.provider)
  if (asked.provider && usual) return { provider: asked.provider, model: asked.model ?? usual }
  const [first] = models
  return first ? { provider: first[0], model: first[1] } : null
}
