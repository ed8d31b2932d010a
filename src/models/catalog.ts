import type { Config } from '../config.ts'
import { costOf, findFacts } from './facts.ts'
import { type ChatModel, ModelError, type ProviderSettings, type Usage } from './model.ts'
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
  /** Tokens, or null when not known. */
  contextLimit: number | null
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
  /** Names of the providers that have a key here. */
  readonly configured: readonly string[]
  /** Whether the offline model answers for every name. */
  readonly offline: boolean
  /** Describes uploaded images; null when none is configured. */
  readonly vision: ResolvedModel | null
}

type Provider = {
  /** The variables that make it available, first the one to name when none is set. */
  variables: readonly (keyof Config & string)[]
  defaultModel: string
  settings(config: Config): { apiKey: string; baseUrl: string | undefined } | null
  open(settings: ProviderSettings): Promise<ChatModel>
}

const providers = new Map<string, Provider>(
  Object.entries({
    openai: {
      variables: ['OPENAI_API_KEY', 'OPENAI_BASE_URL'],
      defaultModel: 'gpt-4o',
      settings: ({ OPENAI_API_KEY: key, OPENAI_BASE_URL: url }) =>
        // A local server often wants no key, but the SDK insists on having one.
        key || url ? { apiKey: key || 'none', baseUrl: url || undefined } : null,
      open: async (settings) => (await import('./openai.ts')).openaiModel(settings),
    },
    anthropic: {
      variables: ['ANTHROPIC_API_KEY'],
      defaultModel: 'claude-sonnet-4-5',
      settings: ({ ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: url }) =>
        key ? { apiKey: key, baseUrl: url || undefined } : null,
      open: async (settings) => (await import('./anthropic.ts')).anthropicModel(settings),
    },
  }),
)

const openOffline = async () => (await import('./offline/offline.ts')).offlineModel()

/** The providers that have what they need in this configuration, and how they are reached. */
export function configuredProviders(config: Config): Map<string, ProviderSettings> {
  const settings = new Map<string, ProviderSettings>()
  for (const [name, provider] of providers) {
    const own = provider.settings(config)
    if (own) settings.set(name, { ...own, name, ...bounds(config) })
  }
  return settings
}

/** Whether the offline model stands in for every other. */
export function isOffline(config: Config, settings: ReadonlyMap<string, unknown>): boolean {
  const mode = config.HOMECOURT_OFFLINE
  return mode === 'always' || (mode === 'auto' && settings.size === 0)
}

/** The models this configuration can reach. Nothing is loaded or called before it is needed. */
export function openModels(config: Config): Models {
  const settings = configuredProviders(config)
  const mode = config.HOMECOURT_OFFLINE
  const offline = isOffline(config, settings)
  const opened = new Map<string, Promise<ChatModel>>()
  const once = (name: string, open: () => Promise<ChatModel>) => {
    const model = opened.get(name) ?? open()
    opened.set(name, model)
    return model
  }

  const models = {
    configured: [...settings.keys()],
    offline,
    countTokens,
    estimateTokens,
    resolve(askedProvider?: string, askedModel?: string): ResolvedModel {
      const asked = choose(askedProvider, askedModel, config, [...settings.keys()])
      if (offline || (asked.provider === 'offline' && mode !== 'never')) {
        const { provider, model } = asked
        return {
          ...{ provider, model, sendAs: model, offline: true, canSee: false },
          contextLimit: OFFLINE_CONTEXT,
          open: () => once('offline', openOffline),
          cost: () => 0,
        }
      }
      const own = settings.get(asked.provider)
      const row = providers.get(asked.provider)
      if (!own || !row) throw unavailable(asked.provider, [...settings.keys()])
      const sendAs = withoutPrefix(asked.model, asked.provider)
      const facts = findFacts(asked.provider, sendAs)
      return {
        ...asked,
        sendAs,
        offline: false,
        canSee: canSee(asked.provider, sendAs),
        contextLimit: facts?.contextLimit ?? null,
        open: () => once(asked.provider, () => row.open(own)),
        cost: (usage) => costOf(facts, usage),
      }
    },
  }
  return { ...models, vision: visionOf(config, models) }
}

/** One that cannot be reached is found out at the start. Throws. */
function visionOf(config: Config, { resolve }: Pick<Models, 'resolve'>): ResolvedModel | null {
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

/** Tokens the offline model pretends to have room for, so that context usage has a scale. */
const OFFLINE_CONTEXT = 128_000

function bounds(config: Config) {
  const ms = config.HOMECOURT_PROVIDER_TIMEOUT_SECONDS * 1_000
  return { timeoutMs: ms, idleMs: ms, retries: config.HOMECOURT_PROVIDER_RETRIES }
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
    const own =
      provider === standard.provider ? standard.model : providers.get(provider)?.defaultModel
    return { provider, model: model ?? own ?? standard.model }
  }
  if (!model) return standard
  const [head = '', ...rest] = model.split('/')
  if (rest.length > 0 && (providers.get(head) || head === 'offline')) {
    return { provider: head, model: rest.join('/') }
  }
  return { provider: standard.provider, model }
}

function defaultModel(config: Config, configured: string[]) {
  const [head, ...rest] = config.HOMECOURT_DEFAULT_MODEL.split('/')
  if (head && rest.length > 0) return { provider: head, model: rest.join('/') }
  const provider = configured.includes('openai') ? 'openai' : (configured[0] ?? 'openai')
  return { provider, model: head || (providers.get(provider)?.defaultModel ?? 'gpt-4o') }
}

/** `openai/gpt-4o` asked of openai is gpt-4o; other slashes belong to the name. */
function withoutPrefix(model: string, provider: string) {
  return model.startsWith(`${provider}/`) ? model.slice(provider.length + 1) : model
}

function unavailable(provider: string, configured: string[]) {
  const known = providers.get(provider)
  const have =
    configured.length > 0 ? `configured here: ${configured.join(', ')}` : 'none is configured here'
  return new ModelError(
    'bad_request',
    known
      ? `Model provider ${provider} is not configured: set ${known.variables.join(' or ')} (${have})`
      : `Unknown model provider ${JSON.stringify(provider.slice(0, 100))} (${have})`,
  )
}
