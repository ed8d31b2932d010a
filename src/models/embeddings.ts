import type { Config } from '../config.ts'
import { configuredProviders, isOffline } from './catalog.ts'
import { type EmbeddingModel, ModelError, type ProviderSettings } from './model.ts'
import { offlineEmbedding } from './offline/embedding.ts'

/** What an assistant was created with; it never changes, and is null only on rows older than this. */
export type EmbeddingChoice = {
  embeddingProvider: string | null
  embeddingModel: string | null
  embeddingDims: number | null
}

export interface Embeddings {
  /**
   * The embedding a new assistant gets: what was asked for, filled up with the defaults.
   * Throws `ModelError` when it cannot be had here.
   */
  choose(asked: EmbeddingChoice): EmbeddingChoice
  /** The model behind a choice; the built-in one where that has no provider here any more. */
  of(choice: EmbeddingChoice): Promise<EmbeddingModel>
}

/** Sizes of the models a default is needed for. */
const knownDims = new Map(
  Object.entries({
    'text-embedding-3-large': 3072,
    'text-embedding-3-small': 1536,
    'text-embedding-ada-002': 1536,
  }),
)

/** The embeddings this configuration can reach. */
export function openEmbeddings(config: Config): Embeddings {
  const settings = configuredProviders(config)
  const offline = isOffline(config, settings)
  const builtIn = offlineEmbedding()
  const opened = new Map<string, Promise<EmbeddingModel>>()

  const choose = (asked: EmbeddingChoice) => {
    // Another server behind OPENAI_BASE_URL may have no embeddings at all, and the choice is for good.
    const isOpenai = config.OPENAI_API_KEY !== '' && config.OPENAI_BASE_URL === ''
    const byDefault = !offline && isOpenai ? 'openai' : 'offline'
    const provider = asked.embeddingProvider ?? byDefault
    if (provider === 'offline') return choiceOf(builtIn)
    if (!offline && provider !== 'openai') throw notHere(provider)
    const model = asked.embeddingModel ?? 'text-embedding-3-large'
    const most = knownDims.get(model)
    const dims = asked.embeddingDims ?? most ?? 1536
    if (most && dims > most) {
      throw new ModelError('bad_request', `Embedding model ${model} has at most ${most} dimensions`)
    }
    return { embeddingProvider: provider, embeddingModel: model, embeddingDims: dims }
  }

  return {
    choose,
    async of(choice) {
      const { embeddingProvider, embeddingModel, embeddingDims } = choice
      if (offline || !embeddingProvider || embeddingProvider === 'offline') return builtIn
      const own = settings.get(embeddingProvider)
      // An assistant keeps working by words when the provider of its vectors is taken away.
      if (!own || embeddingProvider !== 'openai' || !embeddingModel || !embeddingDims) {
        return builtIn
      }
      const key = `${embeddingModel}/${embeddingDims}`
      const model = opened.get(key) ?? open(own, embeddingModel, embeddingDims)
      opened.set(key, model)
      return model
    },
  }
}

async function open(settings: ProviderSettings, model: string, dims: number) {
  return (await import('./openai-embeddings.ts')).openaiEmbeddings(settings, { model, dims })
}

function choiceOf({ provider, model, dims }: EmbeddingModel): EmbeddingChoice {
  return { embeddingProvider: provider, embeddingModel: model, embeddingDims: dims }
}

function notHere(provider: string) {
  const name = JSON.stringify(provider.slice(0, 100))
  return new ModelError(
    'bad_request',
    `Embedding provider ${name} is not available here: use openai (set OPENAI_API_KEY) or offline`,
  )
}
