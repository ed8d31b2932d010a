import type { Config } from '../config.ts'
import { readBundledFacts } from './bundled-facts.ts'
import { bareFacts, type ModelFacts, noAbilities } from './facts.ts'
import { type LiveLists, openLiveLists } from './live-lists.ts'
import { offlineEmbedding } from './offline/embedding.ts'
import { type OwnFacts, overridden, readOwnFacts } from './own-facts.ts'
import { type Configured, configuredProviders, isOffline } from './providers.ts'

/** A model of the catalogue, and whether this server can call it now. */
export type KnownModel = { facts: ModelFacts; available: boolean }

export interface KnownModels {
  /** By any case of its name, or by the name of which it is a dated release. At once; may be old. */
  find(provider: string, model: string): ModelFacts | null
  /** Everything there is, in the order of provider and name; the same array until something changes. */
  list(): Promise<readonly KnownModel[]>
  /** One model by its name, with or without its provider in front, in any case. */
  search(name: string): Promise<KnownModel | null>
  /** Tokens of the window of a model of which none is known. */
  readonly defaultContext: number
}

/** How long a listing waits for servers that were never asked for theirs. */
const LIST_WAIT_MS = 2_000

/** Tokens the offline model pretends to have room for, so that context usage has a scale. */
export const OFFLINE_CONTEXT = 128_000

/**
 * The catalogue: what is bundled, what the user's file says on top, and what the configured servers
 * list. The file is checked now; the bundle is read, and servers are asked, when first needed.
 * Throws one `Error` with every mistake of the file.
 */
export function openKnownModels(config: Config): KnownModels {
  const own = byModel(
    config.HOMECOURT_CATALOG_FILE === '' ? [] : readOwnFacts(config.HOMECOURT_CATALOG_FILE),
  )
  const configured = configuredProviders(config)
  const offline = isOffline(config, configured)
  const live = openLiveLists(offline ? new Map() : configured)
  let written: Map<string, ModelFacts> | null = null
  let listed: { version: number; models: KnownModel[] } | null = null

  const facts = () => {
    written ??= withOwn(indexed([...readBundledFacts(), ...offlineFacts()]), own)
    return written
  }

  const find = (provider: string, model: string) => {
    const exact = facts().get(keyOf(provider, model)) ?? datedOf(facts(), provider, model)
    const seen = live.of(provider)?.get(model.toLowerCase())
    if (!exact) void live.refresh(0)
    return seen ? lastWord(withLive(exact, provider, seen), own) : exact
  }

  const list = async () => {
    await live.refresh(LIST_WAIT_MS)
    if (listed?.version !== live.version) {
      listed = { version: live.version, models: together(facts(), own, live, configured, config) }
    }
    return listed.models
  }

  return {
    find,
    list,
    defaultContext: config.HOMECOURT_DEFAULT_CONTEXT,
    async search(name) {
      const wanted = name.toLowerCase()
      const [head = '', ...rest] = wanted.split('/')
      const models = await list()
      const within = (provider: string, model: string) =>
        models.find((one) => keyOf(one.facts.provider, one.facts.name) === keyOf(provider, model))
      const named = models.filter((one) => one.facts.name.toLowerCase() === wanted)
      return (
        (rest.length > 0 && within(head, rest.join('/'))) ||
        named.find((one) => one.available) ||
        named.toSorted((a, b) => rankOf(a) - rankOf(b))[0] ||
        null
      )
    },
  }
}

/** Those who make models come before those who serve the models of others. */
const makers = ['openai', 'anthropic', 'google', 'cohere', 'xai', 'mistral', 'deepseek']
const rankOf = ({ facts }: KnownModel) =>
  (makers.indexOf(facts.provider) + makers.length + 1) % (makers.length + 1)

const keyOf = (provider: string, model: string) => `${provider}\n${model.toLowerCase()}`

function indexed(all: ModelFacts[]): Map<string, ModelFacts> {
  return new Map(all.map((facts) => [keyOf(facts.provider, facts.name), facts]))
}

type Own = ReadonlyMap<string, OwnFacts[]>

function byModel(rows: OwnFacts[]): Own {
  const own = new Map<string, OwnFacts[]>()
  for (const row of rows) {
    const key = keyOf(row.provider, row.name)
    own.set(key, [...(own.get(key) ?? []), row])
  }
  return own
}

function withOwn(facts: Map<string, ModelFacts>, own: Own) {
  for (const [key, [first]] of own) {
    const base = facts.get(key) ?? (first && bareFacts(first.provider, first.name))
    const told = base && lastWord(base, own)
    if (told) facts.set(key, told)
    else facts.delete(key)
  }
  return facts
}

/** What the user's file says of a model stands, whatever others say; null where it hides it. */
function lastWord(facts: ModelFacts, own: Own): ModelFacts | null {
  const rows = own.get(keyOf(facts.provider, facts.name)) ?? []
  if (rows.some(({ hidden }) => hidden)) return null
  return rows.reduce(overridden, facts)
}

/** Dated releases of a model (`gpt-4o-2024-08-06`) share its facts; its relatives do not. */
function datedOf(facts: Map<string, ModelFacts>, provider: string, model: string) {
  const base = model.replace(/-(\d{4}-\d\d-\d\d|\d{8}|\d{4})$/, '')
  return base === model ? null : (facts.get(keyOf(provider, base)) ?? null)
}

/** What a server says of itself is nearer to the truth than a list made elsewhere. */
function withLive(
  facts: ModelFacts | null,
  provider: string,
  { name, context }: { name: string; context: number | null },
): ModelFacts {
  const base = facts ?? bareFacts(provider, name, typeOf(name))
  return { ...base, name, context: context ?? base.context }
}

/** A list of names does not say what its models are for; these words do. */
function typeOf(name: string) {
  if (/embed|\bbge-|\be5-|minilm/i.test(name)) return 'embedding'
  if (/whisper|transcribe/i.test(name)) return 'stt'
  if (/\btts\b/i.test(name)) return 'tts'
  return /gpt-image|dall-e|imagen|flux|stable-diffusion/i.test(name) ? 'image' : 'llm'
}

function together(
  facts: Map<string, ModelFacts>,
  own: Own,
  live: LiveLists,
  configured: ReadonlyMap<string, Configured>,
  config: Config,
): KnownModel[] {
  const all = new Map(facts)
  for (const provider of configured.keys()) {
    for (const seen of live.of(provider)?.values() ?? []) {
      const key = keyOf(provider, seen.name)
      const told = lastWord(withLive(all.get(key) ?? null, provider, seen), own)
      if (told) all.set(key, told)
    }
  }
  const offline = isOffline(config, configured)
  const isAvailable = ({ provider, name }: ModelFacts) => {
    if (provider === 'offline') return config.HOMECOURT_OFFLINE !== 'never'
    if (offline || !configured.has(provider)) return false
    const list = live.of(provider)
    return list === null || list.has(name.toLowerCase())
  }
  return [...all.values()]
    .map((one) => ({ facts: one, available: isAvailable(one) }))
    .sort(
      (a, b) => compare(a.facts.provider, b.facts.provider) || compare(a.facts.name, b.facts.name),
    )
}

function compare(a: string, b: string) {
  return a < b ? -1 : a > b ? 1 : 0
}

function offlineFacts(): ModelFacts[] {
  const free = { input: 0, output: 0, cachedInput: 0, cacheWrite: 0 }
  const { model, dims } = offlineEmbedding()
  const chat = bareFacts('offline', 'offline')
  const vectors = bareFacts('offline', model, 'embedding')
  return [
    {
      ...{ ...chat, displayName: 'The built-in offline model', context: OFFLINE_CONTEXT },
      can: { ...noAbilities, tools: true, thinking: true, json: true, vision: false },
      prices: { ...chat.prices, ...free },
    },
    { ...vectors, dims, context: OFFLINE_CONTEXT, prices: { ...vectors.prices, ...free } },
  ]
}
