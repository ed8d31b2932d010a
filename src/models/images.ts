import type { Config } from '../config.ts'
import { ModelError, type ProviderSettings } from './model.ts'
import { type Configured, configuredProviders, isOffline, rowOf } from './providers.ts'

export type MadeImage = { bytes: Buffer; mediaType: string; provider: string; model: string }

export interface ImageModels {
  /** Names of the providers that make images here. */
  readonly configured: readonly string[]
  /** Null for both = the default. Throws `ModelError`. */
  make(
    description: string,
    asked: { provider: string | null; model: string | null },
    signal: AbortSignal,
  ): Promise<MadeImage>
}

/** The providers that make images, over OpenAI's `POST /images/generations`. */
export function openImageModels(config: Config): ImageModels {
  const all = configuredProviders(config)
  const offline = isOffline(config, all)
  const standard = config.HOMECOURT_IMAGE_MODEL
  const [head = '', ...rest] = standard.split('/')
  const makers = new Map(
    [...all].filter(([name, { row }]) => !offline && (row.images || name === head)),
  )
  if (standard !== '' && !offline && !makers.has(head)) {
    throw new Error(`HOMECOURT_IMAGE_MODEL names ${head}, which is not configured`)
  }

  return {
    configured: [...makers.keys()],
    async make(description, { provider, model }, signal) {
      const byDefault = standard === '' ? [...makers.keys()][0] : head
      const name = provider?.toLowerCase() ?? byDefault ?? ''
      const own = makers.get(name)
      const named = model ?? (name === head ? rest.join('/') : rowOf(config, name)?.images)
      if (!own || !named) throw notHere(name, [...makers.keys()])
      const short = named.startsWith(`${name}/`) ? named.slice(name.length + 1) : named
      const image = await request(own, { model: short, prompt: description, n: 1 }, signal)
      return { ...image, provider: name, model: short }
    },
  }
}

async function request({ settings }: Configured, body: object, signal: AbortSignal) {
  const { openaiMedia } = await import('./openai-media.ts')
  return openaiMedia(settings as ProviderSettings).image(body, signal)
}

function notHere(provider: string, configured: string[]) {
  const have = configured.length > 0 ? configured.join(', ') : 'none is configured'
  const text = `Image provider ${JSON.stringify(provider.slice(0, 100))} is not available here (${have})`
  return new ModelError('bad_request', text)
}
