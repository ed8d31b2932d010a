import type { Config } from '../config.ts'
import type { KnownModels } from './known-models.ts'
import { type EmbeddingModel, ModelError } from './model.ts'
import { offlineEmbedding } from './offline/embedding.ts'
import {
  type Configured,
  configuredProviders,
  type EmbeddingQuirks,
  isOffline,
  rowOf,
  whatToSet,
} from './providers.ts'

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

/** The embeddings this configuration can reach. */
export function openEmbeddings(config: Config, known: KnownModels): Embeddings {
  const configured = configuredProviders(config)
  const offline = isOffline(config, configured)
  const builtIn = offlineEmbedding()
  const opened = new Map<string, Promise<EmbeddingModel>>()

  // Another server behind OPENAI_BASE_URL may have no embeddings at all, and the choice is for good.
  const isOpenai = config.OPENAI_API_KEY !== '' && config.OPENAI_BASE_URL === ''
  const standard = readChoice(
    config.HOMECOURT_DEFAULT_EMBEDDING || (!offline && isOpenai ? 'openai' : 'offline'),
  )

  const choose = (given: EmbeddingChoice): EmbeddingChoice => {
    const inCase = { ...given, embeddingProvider: given.embeddingProvider?.toLowerCase() ?? null }
    const asked = withDefaults(inCase, standard)
    const provider = asked.embeddingProvider ?? 'offline'
    if (provider === 'offline') return choiceOf(builtIn)
    const quirks = rowOf(config, provider)?.embeds
    const reachable = offline || (quirks && configured.has(provider))
    if (!reachable) throw notHere(config, provider, configured)
    const model = spelled(known, provider, asked.embeddingModel ?? quirks?.defaultModel ?? '')
    if (model === '') throw refuse(`Name an embedding model of ${provider}`)
    const embeddingDims = dimsOf(known, provider, model, asked.embeddingDims, quirks, offline)
    return { embeddingProvider: provider, embeddingModel: model, embeddingDims }
  }

  if (config.HOMECOURT_DEFAULT_EMBEDDING !== '') {
    const { embeddingProvider: provider } = standard
    const here = provider === 'offline' || configured.has(provider ?? '')
    checkDefault(() => {
      if (!here) throw notHere(config, provider ?? '', configured)
      choose(standard)
    })
  }

  return {
    choose,
    async of(choice) {
      const { embeddingProvider: provider, embeddingModel, embeddingDims } = choice
      if (offline || !provider || provider === 'offline') return builtIn
      const own = configured.get(provider)
      // An assistant keeps working by words when the provider of its vectors is taken away.
      if (!own?.row.embeds || !embeddingModel || !embeddingDims) return builtIn
      const key = `${provider}/${embeddingModel}/${embeddingDims}`
      const size = known.find(provider, embeddingModel)?.dims ?? null
      const model = opened.get(key) ?? open(own, embeddingModel, embeddingDims, size)
      opened.set(key, model)
      return model
    },
  }
}

/** A name as its provider spells it, which clients write in any case and after the provider's. */
function spelled(known: KnownModels, provider: string, model: string): string {
  const isLong = model.toLowerCase().startsWith(`${provider}/`)
  const short = isLong ? model.slice(provider.length + 1) : model
  const isIt = (name: string) =>
    known.find(provider, name)?.name.toLowerCase() === name.toLowerCase()
  const found = [model, short].find(isIt)
  return found ? (known.find(provider, found)?.name ?? found) : model
}

/** Numbers in a vector: what was asked for, if the model can make as many, or else what it makes. */
function dimsOf(
  known: KnownModels,
  provider: string,
  model: string,
  asked: number | null,
  quirks: EmbeddingQuirks | undefined,
  offline: boolean,
): number {
  const own = known.find(provider, model)?.dims ?? null
  const sizes = quirks?.sizes?.models.test(model) ? quirks.sizes : null
  if (own === null) {
    if (asked === null && !offline) {
      throw refuse(`Say in embedding_dims how many numbers a vector of ${model} has`)
    }
    return asked ?? UNKNOWN_DIMS
  }
  if (asked === null || asked === own) return own
  if (sizes?.only) {
    if (sizes.only.includes(asked)) return asked
    throw refuse(`Embedding model ${model} has ${sizes.only.join(', ')} dimensions, not ${asked}`)
  }
  if (asked > own) throw refuse(`Embedding model ${model} has at most ${own} dimensions`)
  if (sizes || offline) return asked
  throw refuse(`Embedding model ${model} has ${own} dimensions, not ${asked}`)
}

/** What the offline model pretends of an embedding nobody knows. */
const UNKNOWN_DIMS = 1_536

/** `provider`, `provider/model` or `provider/model:dims` as a choice. */
export function readChoice(text: string): EmbeddingChoice {
  const [, provider = '', model, dims] = /^([^/]+)(?:\/(.+?)(?::(\d{1,5}))?)?$/.exec(text) ?? []
  return {
    embeddingProvider: provider.toLowerCase(),
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
function checkDefault(check: () => void) {
  try {
    check()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`HOMECOURT_DEFAULT_EMBEDDING cannot be used: ${why}`)
  }
}

async function open(
  { row, settings }: Configured,
  model: string,
  dims: number,
  size: number | null,
) {
  const { openaiEmbeddings } = await import('./openai-embeddings.ts')
  return openaiEmbeddings(settings, row.embeds ?? { batch: 1 }, { model, dims, size })
}

function choiceOf({ provider, model, dims }: EmbeddingModel): EmbeddingChoice {
  return { embeddingProvider: provider, embeddingModel: model, embeddingDims: dims }
}

function notHere(config: Config, provider: string, configured: ReadonlyMap<string, Configured>) {
  const name = JSON.stringify(provider.slice(0, 100))
  const here = [...configured].flatMap(([one, { row }]) => (row.embeds ? one : []))
  const row = rowOf(config, provider)
  const hint = row?.embeds && !configured.has(provider) ? `set ${whatToSet(row)}, or ` : ''
  return refuse(
    `Embedding provider ${name} is not available here: ${hint}use ${[...here, 'offline'].join(', ')}`,
  )
}

function refuse(text: string) {
  return new ModelError('bad_request', text)
}
