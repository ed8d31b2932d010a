import type { Config } from '../config.ts'
import { costOf } from './facts.ts'
import { type KnownModels, OFFLINE_CONTEXT, openKnownModels } from './known-models.ts'
import { type ChatModel, ModelError, type Usage } from './model.ts'
import {
  type Configured,
  configuredProviders,
  isOffline,
  openChat,
  rowOf,
  whatToSet,
} from './providers.ts'
import { canSee } from './sight.ts'
import { countTokens, estimateTokens } from './tokens.ts'

/** A model that was asked for, and how to reach it. `provider` and `model` are as the client wrote them. */
export type ResolvedModel = {
  provider: string
  model: string
  /** The name the provider knows it by. */
  sendAs: string
  offline: boolean
  /** Whether it takes images. */
  canSee: boolean
  /** Tokens of its window; where none is known, the configured default. */
  contextLimit: number
  open(): Promise<ChatModel>
  /** US dollars of one call, or null when the price is not known. */
  cost(usage: Usage): number | null
}

export interface Models {
  /** Throws `ModelError` when no such model can be reached, saying what to set. */
  resolve(provider: string | undefined, model: string | undefined): ResolvedModel
  /** By a real tokenizer. */
  countTokens(text: string): Promise<number>
  /** By a rule of thumb that leans high, at once. */
  estimateTokens(text: string): number
  /** What is known of every model there is. */
  readonly known: KnownModels
  /** Names of the providers that have a key here. */
  readonly configured: readonly string[]
  /** Whether the offline model answers for every name. */
  readonly offline: boolean
  /** Describes uploaded images; null when none is configured. */
  readonly vision: ResolvedModel | null
}

const openOffline = async () => (await import('./offline/offline.ts')).offlineModel()

/** The models this configuration can reach. Nothing is loaded or called before it is needed. */
export function openModels(config: Config): Models {
  const configured = configuredProviders(config)
  const names = [...configured.keys()].filter((name) => !configured.get(name)?.row.embedsOnly)
  const mode = config.HOMECOURT_OFFLINE
  const offline = isOffline(config, configured)
  const known = openKnownModels(config)
  const opened = new Map<string, Promise<ChatModel>>()
  const once = (name: string, open: () => Promise<ChatModel>) => {
    const model = opened.get(name) ?? open()
    opened.set(name, model)
    return model
  }

  const resolve = (
    askedProvider: string | undefined,
    askedModel: string | undefined,
  ): ResolvedModel => {
    const asked = choose(askedProvider, askedModel, config, names)
    const { provider, model } = asked
    if (offline || (provider === 'offline' && mode !== 'never')) {
      return {
        ...{ ...asked, sendAs: model, offline: true, canSee: false },
        contextLimit: OFFLINE_CONTEXT,
        open: () => once('offline', openOffline),
        cost: () => 0,
      }
    }
    const own = configured.get(provider)
    if (!own) throw unavailable(config, provider, names)
    const { sendAs, facts } = nameFor(known, provider, model, own)
    return {
      ...{ ...asked, sendAs, offline: false },
      canSee: facts?.can.vision ?? canSee(provider, sendAs),
      contextLimit: facts?.context ?? known.defaultContext,
      open: () => once(provider, () => openChat(own)),
      cost: (usage) => costOf(facts, usage),
    }
  }

  return {
    configured: [...configured.keys()],
    ...{ offline, countTokens, estimateTokens, resolve, known },
    vision: visionOf(config, resolve),
  }
}

/** One that cannot be reached is found out at the start. Throws. */
function visionOf(config: Config, resolve: Models['resolve']): ResolvedModel | null {
  if (config.HOMECOURT_VISION_MODEL === '') return null
  const [provider = '', ...name] = config.HOMECOURT_VISION_MODEL.split('/')
  const wrong = (why: string) => new Error(`HOMECOURT_VISION_MODEL cannot be used: ${why}`)
  try {
    const model = resolve(provider, name.join('/'))
    if (!model.offline) return model
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error))
  }
  throw wrong('the offline model answers for every name here, and it cannot see')
}

/**
 * The name the provider knows a model by. `openai/gpt-4o` asked of openai is gpt-4o, but
 * `groq/compound` asked of groq is its whole name: what the catalogue has decides, then the prefix.
 */
function nameFor(known: KnownModels, provider: string, model: string, { settings }: Configured) {
  const short = model.startsWith(`${provider}/`) ? model.slice(provider.length + 1) : model
  for (const name of new Set([model, short, `${provider}/${model}`])) {
    const facts = known.find(provider, name)
    if (facts) return { sendAs: name, facts }
  }
  const bare = settings.quirks?.slashed && !short.includes('/')
  return { sendAs: bare ? `${provider}/${short}` : short, facts: null }
}

/** A name without a provider keeps the default one, unless its head names a provider. */
function choose(
  provider: string | undefined,
  model: string | undefined,
  config: Config,
  configured: string[],
): { provider: string; model: string } {
  const standard = defaultModel(config, configured)
  if (provider) {
    const row = rowOf(config, provider)
    const own = provider === standard.provider ? standard.model : row?.defaultModel
    if (!model && !own && row) throw new ModelError('bad_request', `Name a model of ${provider}`)
    return { provider, model: model ?? own ?? standard.model }
  }
  if (!model) return standard
  const [head = '', ...rest] = model.split('/')
  if (rest.length > 0 && (rowOf(config, head) || head === 'offline')) {
    return { provider: head, model: rest.join('/') }
  }
  return { provider: standard.provider, model }
}

function defaultModel(config: Config, configured: string[]) {
  const [head, ...rest] = config.HOMECOURT_DEFAULT_MODEL.split('/')
  if (head && rest.length > 0) return { provider: head, model: rest.join('/') }
  const provider = configured.includes('openai') ? 'openai' : (configured[0] ?? 'openai')
  return { provider, model: head || (rowOf(config, provider)?.defaultModel ?? 'gpt-4o') }
}

function unavailable(config: Config, provider: string, configured: string[]) {
  const row = rowOf(config, provider)
  const have =
    configured.length > 0 ? `configured here: ${configured.join(', ')}` : 'none is configured here'
  return new ModelError(
    'bad_request',
    row
      ? `Model provider ${provider} is not configured: set ${whatToSet(row)} (${have})`
      : `Unknown model provider ${JSON.stringify(provider.slice(0, 100))} (${have})`,
  )
}
