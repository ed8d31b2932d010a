import type { Config } from '../config.ts'
import { costOf } from './facts.ts'
import { readFallbacks, withFallbacks } from './fallbacks.ts'
import { gated, openGate } from './gate.ts'
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
  /** False only where it is known to call no tools. */
  callsTools: boolean
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

  const resolveOne = (
    askedProvider: string | undefined,
    askedModel: string | undefined,
  ): ResolvedModel => {
    const asked = choose(askedProvider, askedModel, config, names)
    const { provider, model } = asked
    const name = provider.toLowerCase()
    if (model === '' && !offline) throw unnamed(provider)
    if (offline || (name === 'offline' && mode !== 'never')) {
      return {
        ...{ ...asked, sendAs: model, offline: true, canSee: false, callsTools: true },
        contextLimit: OFFLINE_CONTEXT,
        open: () => once('offline', openOffline),
        cost: () => 0,
      }
    }
    const own = configured.get(name)
    if (!own) throw unavailable(config, provider, names)
    const { sendAs, facts } = nameFor(known, name, model, own)
    return {
      ...{ ...asked, sendAs, offline: false },
      canSee: facts?.can.vision ?? canSee(name, sendAs),
      callsTools: facts?.can.tools !== false,
      contextLimit: facts?.context ?? known.defaultContext,
      open: () => once(name, () => openGated(own, config)),
      cost: (usage) => costOf(facts, usage),
    }
  }
  const fallbacks = checkedFallbacks(config, (name) => resolveOne(undefined, name))
  const resolve: Models['resolve'] = (provider, model) => {
    const first = resolveOne(provider, model)
    const names =
      fallbacks.get(`${first.provider}/${first.model}`.toLowerCase()) ?? fallbacks.get('*')
    if (!names || first.offline) return first
    const others = names.map((name) => resolveOne(undefined, name))
    return standingIn([first, ...others])
  }

  return {
    configured: [...configured.keys()],
    ...{ offline, countTokens, estimateTokens, resolve, known },
    vision: visionOf(config, resolve),
  }
}

/** The first model, in whose place the others may answer; what it costs is what the one asks that did. */
function standingIn(models: ResolvedModel[]): ResolvedModel {
  const [first] = models as [ResolvedModel]
  let answered = first
  const model = withFallbacks(models, (index) => {
    answered = models[index] ?? first
  })
  return { ...first, open: async () => model, cost: (usage) => answered.cost(usage) }
}

/** A stand-in that cannot be reached is found out at the start. Throws. */
function checkedFallbacks(config: Config, resolve: (name: string) => ResolvedModel) {
  const fallbacks = readFallbacks(config.HOMECOURT_FALLBACKS)
  for (const name of [...fallbacks.values()].flat()) {
    try {
      resolve(name)
    } catch (error) {
      throw new Error(`HOMECOURT_FALLBACKS names ${name}: ${(error as Error).message}`)
    }
  }
  return fallbacks
}

/** The provider's adapter, behind a gate where the configuration bounds it. */
async function openGated(provider: Configured, config: Config): Promise<ChatModel> {
  const { name, timeoutMs } = provider.settings
  const of = (limits: Readonly<Record<string, number>>) => limits[name] ?? limits['*'] ?? 0
  const concurrency = of(config.HOMECOURT_PROVIDER_CONCURRENCY)
  const perMinute = of(config.HOMECOURT_PROVIDER_PER_MINUTE)
  const model = await openChat(provider)
  if (concurrency === 0 && perMinute === 0) return model
  const queue = config.HOMECOURT_PROVIDER_QUEUE
  return gated(model, openGate(name, { concurrency, perMinute, queue, waitMs: timeoutMs }))
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
  const isLong = model.toLowerCase().startsWith(`${provider}/`)
  const short = isLong ? model.slice(provider.length + 1) : model
  for (const name of new Set([model, short, `${provider}/${model}`])) {
    const facts = known.find(provider, name)
    if (!facts) continue
    // In the spelling that the provider uses; a dated release has the facts of another name.
    const same = facts.name.toLowerCase() === name.toLowerCase()
    return { sendAs: same ? facts.name : name, facts }
  }
  const bare = settings.quirks?.slashed && !short.includes('/')
  return { sendAs: bare ? `${provider}/${short}` : short, facts: null }
}

/**
 * A name without a provider keeps the default one, unless its head names a provider. The model is
 * empty where none was named and the provider has no model that is there for everybody.
 */
function choose(
  provider: string | undefined,
  model: string | undefined,
  config: Config,
  configured: string[],
): { provider: string; model: string } {
  const standard = defaultModel(config, configured)
  if (provider) {
    const row = rowOf(config, provider)
    const isStandard = provider.toLowerCase() === standard.provider
    const own = isStandard ? standard.model : row?.defaultModel
    return { provider, model: model ?? own ?? (row ? '' : standard.model) }
  }
  if (!model) return standard
  const [head = '', ...rest] = model.split('/')
  const named = head.toLowerCase()
  if (rest.length > 0 && (rowOf(config, named) || named === 'offline')) {
    return { provider: named, model: rest.join('/') }
  }
  return { provider: standard.provider, model }
}

function defaultModel(config: Config, configured: string[]) {
  const [head, ...rest] = config.HOMECOURT_DEFAULT_MODEL.split('/')
  if (head && rest.length > 0) return { provider: head.toLowerCase(), model: rest.join('/') }
  const provider = configured.includes('openai') ? 'openai' : (configured[0] ?? 'openai')
  return { provider, model: head || (rowOf(config, provider)?.defaultModel ?? '') }
}

function unnamed(provider: string) {
  const text = `Name a model of ${provider}, or set HOMECOURT_DEFAULT_MODEL`
  return new ModelError('bad_request', text)
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
