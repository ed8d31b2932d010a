import OpenAI, { toFile } from 'openai'
import { ModelError, type ProviderSettings } from './model.ts'
import { requestFailed } from './provider-errors.ts'

const MOST_IMAGE_BYTES = 32 * 1024 * 1024
const MOST_AUDIO_BYTES = 64 * 1024 * 1024

/** Images and speech of OpenAI and of every server that speaks the same. Throws `ModelError`. */
export function openaiMedia(settings: ProviderSettings) {
  const { keyHeader } = settings.quirks ?? {}
  const client = new OpenAI({
    apiKey: settings.apiKey || 'none',
    baseURL: settings.baseUrl ?? 'https://api.openai.com/v1',
    maxRetries: settings.retries,
    timeout: settings.timeoutMs,
    ...{ adminAPIKey: null, organization: null, project: null },
    ...(keyHeader && { defaultHeaders: { [keyHeader]: settings.apiKey, authorization: null } }),
  })
  const failed = (error: unknown, signal: AbortSignal) => {
    if (signal.aborted) return signal.reason
    return error instanceof ModelError ? error : requestFailed(settings, error)
  }
  const nothing = (what: string) =>
    new ModelError('malformed', `${settings.name} sent no ${what}: bad gateway`)

  return {
    /** One image of `POST /images/generations`, sent along or fetched from where it says. */
    async image(body: object, signal: AbortSignal): Promise<{ bytes: Buffer; mediaType: string }> {
      try {
        const answer = await client.post<{ data?: { b64_json?: string; url?: string }[] }>(
          '/images/generations',
          { body, signal },
        )
        const [image] = answer.data ?? []
        const bytes = image?.b64_json
          ? Buffer.from(image.b64_json, 'base64')
          : await download(image?.url, signal)
        const mediaType = bytes && imageType(bytes)
        if (!bytes || !mediaType) throw nothing('image')
        return { bytes, mediaType }
      } catch (error) {
        throw failed(error, signal)
      }
    },

    /** The words of a recording, by `POST /audio/transcriptions`. */
    async transcribe(
      audio: { bytes: Buffer; filename: string },
      { model, language }: { model: string; language: string | null },
      signal: AbortSignal,
    ): Promise<string> {
      try {
        const file = await toFile(audio.bytes, audio.filename)
        const named = language ? { language } : {}
        const options = { signal }
        const { text } = await client.audio.transcriptions.create(
          { file, model, ...named },
          options,
        )
        if (typeof text !== 'string') throw nothing('transcript')
        return text
      } catch (error) {
        throw failed(error, signal)
      }
    },

    /** Speech, piece by piece, by `POST /audio/speech`. */
    async *speak(
      text: string,
      { model, voice, format }: { model: string; voice: string; format: string },
      signal: AbortSignal,
    ): AsyncGenerator<Uint8Array> {
      try {
        const body = { model, voice, input: text, response_format: format as 'mp3' }
        const response = await client.audio.speech.create(body, { signal })
        let total = 0
        for await (const piece of response.body ?? []) {
          total += piece.length
          if (total > MOST_AUDIO_BYTES) throw nothing('speech of a bearable length')
          yield piece
        }
      } catch (error) {
        throw failed(error, signal)
      }
    },
  }

  async function download(url: string | undefined, signal: AbortSignal): Promise<Buffer | null> {
    if (!url || !URL.canParse(url)) return null
    const timeout = AbortSignal.timeout(settings.timeoutMs)
    const response = await fetch(url, { signal: AbortSignal.any([signal, timeout]) })
    if (!response.ok) return null
    const parts: Uint8Array[] = []
    let total = 0
    for await (const part of response.body ?? []) {
      total += part.length
      if (total > MOST_IMAGE_BYTES) return null
      parts.push(part)
    }
    return Buffer.concat(parts)
  }
}

function imageType(bytes: Buffer): string | null {
  if (bytes.subarray(0, 4).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47]))) return 'image/png'
  if (bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'image/jpeg'
  return bytes.toString('latin1', 8, 12) === 'WEBP' ? 'image/webp' : null
}
