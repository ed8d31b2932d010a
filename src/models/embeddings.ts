import type { Config } from '../config.ts'
import { type EmbeddingModel, ModelError, type ProviderSettings } from './model.ts'
import { offlineEmbedding } from './offline/embedding.ts'
import { configuredProviders, isOffline } from './providers.ts'

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

  // Another server behind OPENAI_BASE_URL may have no embeddings at all, and the choice is for good.
  const isOpenai = config.OPENAI_API_KEY !== '' && config.OPENAI_BASE_URL === ''
  const standard = readChoice(
    config.HOMECOURT_DEFAULT_EMBEDDING || (!offline && isOpenai ? 'openai' : 'offline'),
  )

  const choose = (given: EmbeddingChoice) => {
    const asked = withDefaults(given, standard)
    const provider = asked.embeddingProvider ?? 'offline'
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

  if (config.HOMECOURT_DEFAULT_EMBEDDING !== '') checkDefault(standard, settings, choose)

  return {
    choose,
    async of(choice) {
      const { embeddingProvider, embeddingModel, embeddingDims } = choice
      if (offline || !embeddingProvider || embeddingProvider === 'offline') return builtIn
      const own = settings.get(embeddingProvider)?.settings
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

/** `provider`, `provider/model` or `provider/model:dims` as a choice. */
export function readChoice(text: string): EmbeddingChoice {
  const [, provider = '', model, dims] = /^([^/]+)(?:\/(.+?)(?::(\d{1,5}))?)?$/.exec(text) ?? []
  return {
    embeddingProvider: provider,
    embeddingModel: model ?? null,
    embeddingDims: dims === undefined ? null : Number(dims),
  }
}

/** What was not asked for is the default's, as far as it belongs to what was. */
function withDefaults(asked: EmbeddingChoice, standard: EmbeddingChoice): EmbeddingChoice {
  const provider = asked.embeddingProvider ?? standard.embeddingProvider
  const same = provider === standard.embeddingProvider
  const model = asked.embeddingModel ?? (same ? standard.embeddingModel : null)
  const sameModel = same && model === standard.embeddingModel
  const dims = asked.embeddingDims ?? (sameModel ? standard.embeddingDims : null)
  return { embeddingProvider: provider, embeddingModel: model, embeddingDims: dims }
}

/** A default that no new assistant could have is found out at the start. */
function checkDefault(
  standard: EmbeddingChoice,
  settings: ReadonlyMap<string, unknown>,
  choose: (asked: EmbeddingChoice) => EmbeddingChoice,
) {
  const { embeddingProvider, embeddingModel, embeddingDims } = standard
  const wrong = (why: string) => new Error(`HOMECOURT_DEFAULT_EMBEDDING cannot be used: ${why}`)
  if (embeddingProvider === 'offline' || !embeddingProvider) return
  if (!settings.has(embeddingProvider)) throw wrong(notHere(embeddingProvider).message)
  if (!embeddingDims && !knownDims.has(embeddingModel ?? '')) {
    throw wrong(
      `say how many numbers a vector of it has, as in ${embeddingProvider}/${embeddingModel}:768`,
    )
  }
  try {
    choose(standard)
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error))
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
