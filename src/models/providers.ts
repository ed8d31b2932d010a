import type { Config } from '../config.ts'
import { type ChatModel, ModelError, type ProviderSettings, type Quirks } from './model.ts'

type Name = Extract<keyof Config, `${string}_${string}`>

/** One provider: where it is, which variables hold its key, and how it differs from OpenAI's wire. */
export type ProviderRow = {
  /** Its API's base URL. Null = it has none but what the configuration names. */
  url: string | null
  /** The variable of its key. */
  key: Name | null
  /** The variable of a base URL in place of `url`. */
  baseUrl?: Name
  /** What a message gets that names this provider and no model. */
  defaultModel?: string
  /** Whose wire its chat speaks; OpenAI's where absent. */
  speaks?: 'anthropic'
  /** Needs no key: a server of one's own. */
  keyless?: boolean
  /** Whether `GET {url}/models` lists what it has; true where absent. */
  lists?: false
  /** Only for vectors: it has no chat. */
  embedsOnly?: true
  /** Model of its `/images/generations` where none is named; absent = it makes none. */
  images?: string
  /** Models of its `/audio/transcriptions` and `/audio/speech`, and its voice. */
  hears?: string
  speaksWith?: { model: string; voice: string }
  /** The way of its `/embeddings`; absent = it has none that is known. */
  embeds?: EmbeddingQuirks
  quirks?: Quirks
}

/** How a provider makes vectors, where that differs from OpenAI's `POST /embeddings`. */
export type EmbeddingQuirks = {
  /** Model of an assistant that names the provider alone. */
  defaultModel?: string
  /** Models that can be asked for another size, how, and which sizes where not any up to theirs. */
  sizes?: { parameter: string; models: RegExp; only?: readonly number[] }
  /** What a text is embedded for, as the provider names it. */
  purpose?: { parameter: string; query: string; document: string }
  /** `cohere` = its own `POST /v2/embed`, which alone takes a purpose. */
  speaks?: 'cohere'
  /** False = it refuses `encoding_format`. */
  format?: false
  /** Texts of one request. */
  batch: number
}

/** Every provider there is by name, but those the configuration adds. Adding one is one row. */
export const providerRows: Readonly<Record<string, ProviderRow>> = {
  openai: {
    url: 'https://api.openai.com/v1',
    key: 'OPENAI_API_KEY',
    baseUrl: 'OPENAI_BASE_URL',
    defaultModel: 'gpt-4o',
    keyless: true,
    images: 'gpt-image-1',
    hears: 'gpt-4o-mini-transcribe',
    speaksWith: { model: 'gpt-4o-mini-tts', voice: 'alloy' },
    embeds: {
      defaultModel: 'text-embedding-3-large',
      sizes: { parameter: 'dimensions', models: /^text-embedding-3/ },
      batch: 64,
    },
  },
  anthropic: {
    url: 'https://api.anthropic.com',
    key: 'ANTHROPIC_API_KEY',
    baseUrl: 'ANTHROPIC_BASE_URL',
    defaultModel: 'claude-sonnet-4-5',
    speaks: 'anthropic',
    lists: false,
  },
  google: {
    url: 'https://generativelanguage.googleapis.com/v1beta/openai',
    key: 'GEMINI_API_KEY',
    defaultModel: 'gemini-flash-latest',
    embeds: {
      defaultModel: 'gemini-embedding-001',
      sizes: { parameter: 'dimensions', models: /^gemini-embedding/ },
      batch: 64,
    },
  },
  cohere: {
    url: 'https://api.cohere.ai/compatibility/v1',
    key: 'COHERE_API_KEY',
    defaultModel: 'command-a-03-2025',
    lists: false,
    embeds: {
      defaultModel: 'embed-v4.0',
      purpose: { parameter: 'input_type', query: 'search_query', document: 'search_document' },
      speaks: 'cohere',
      sizes: {
        ...{ parameter: 'output_dimension', models: /^embed-v4/ },
        only: [256, 512, 1_024, 1_536],
      },
      batch: 96,
    },
    // It names only these two efforts.
    quirks: { reasoning: 'effort', efforts: { low: 'high', medium: 'high', high: 'high' } },
  },
  xai: {
    url: 'https://api.x.ai/v1',
    key: 'XAI_API_KEY',
    defaultModel: 'grok-4.3',
    images: 'grok-imagine-image',
  },
  openrouter: {
    url: 'https://openrouter.ai/api/v1',
    key: 'OPENROUTER_API_KEY',
    defaultModel: 'openrouter/auto',
    quirks: { reasoning: 'openrouter', slashed: true },
  },
  cerebras: {
    url: 'https://api.cerebras.ai/v1',
    key: 'CEREBRAS_API_KEY',
    defaultModel: 'gpt-oss-120b',
  },
  featherless: {
    url: 'https://api.featherless.ai/v1',
    key: 'FEATHERLESS_API_KEY',
    quirks: { reasoning: 'none' },
  },
  groq: {
    url: 'https://api.groq.com/openai/v1',
    key: 'GROQ_API_KEY',
    defaultModel: 'llama-3.3-70b-versatile',
    quirks: { keepsReasoning: false },
    hears: 'whisper-large-v3-turbo',
    speaksWith: { model: 'canopylabs/orpheus-v1-english', voice: 'troy' },
  },
  mistral: {
    url: 'https://api.mistral.ai/v1',
    key: 'MISTRAL_API_KEY',
    defaultModel: 'mistral-large-latest',
    embeds: {
      defaultModel: 'mistral-embed',
      sizes: { parameter: 'output_dimension', models: /^codestral-embed/ },
      // 16,000 tokens a request.
      batch: 16,
    },
    // It refuses fields it does not name, and ids of calls that are not nine letters and digits.
    quirks: { reasoning: 'none', usage: 'unasked', callIds: 'nine', keepsReasoning: false },
  },
  together: {
    url: 'https://api.together.ai/v1',
    key: 'TOGETHER_API_KEY',
    quirks: { reasoning: 'enabled' },
  },
  deepseek: {
    url: 'https://api.deepseek.com',
    key: 'DEEPSEEK_API_KEY',
    defaultModel: 'deepseek-flash',
    quirks: { reasoning: 'thinking' },
  },
  fireworks: { url: 'https://api.fireworks.ai/inference/v1', key: 'FIREWORKS_API_KEY' },
  'aws-bedrock': {
    url: 'https://bedrock-runtime.{AWS_REGION}.amazonaws.com/openai/v1',
    key: 'AWS_BEARER_TOKEN_BEDROCK',
    lists: false,
  },
  azure: {
    url: '{AZURE_OPENAI_ENDPOINT}/openai/v1',
    key: 'AZURE_OPENAI_API_KEY',
    // Its list is of what Azure has, not of what is deployed.
    lists: false,
    quirks: { keyHeader: 'api-key' },
    embeds: { sizes: { parameter: 'dimensions', models: /^text-embedding-3/ }, batch: 64 },
  },
  ollama: {
    url: null,
    key: 'OLLAMA_API_KEY',
    baseUrl: 'OLLAMA_BASE_URL',
    keyless: true,
    embeds: { defaultModel: 'nomic-embed-text', batch: 64 },
  },
  voyage: {
    url: 'https://api.voyageai.com/v1',
    key: 'VOYAGE_API_KEY',
    lists: false,
    embedsOnly: true,
    embeds: {
      defaultModel: 'voyage-3.5',
      purpose: { parameter: 'input_type', query: 'query', document: 'document' },
      format: false,
      sizes: {
        ...{ parameter: 'output_dimension', models: /^voyage-(4|3-large|3\.5|code-3)/ },
        only: [256, 512, 1_024, 2_048],
      },
      batch: 128,
    },
  },
  huggingface: { url: 'https://router.huggingface.co/v1', key: 'HF_TOKEN' },
  nvidia: {
    url: 'https://integrate.api.nvidia.com/v1',
    key: 'NVIDIA_API_KEY',
    quirks: { reasoning: 'none' },
  },
  moonshotai: {
    url: 'https://api.moonshot.ai/v1',
    key: 'MOONSHOT_API_KEY',
    quirks: { reasoning: 'thinking' },
  },
  zai: {
    url: 'https://api.z.ai/api/paas/v4',
    key: 'ZAI_API_KEY',
    lists: false,
    quirks: { reasoning: 'thinking' },
  },
  perplexity: {
    url: 'https://api.perplexity.ai',
    key: 'PERPLEXITY_API_KEY',
    lists: false,
    defaultModel: 'sonar',
  },
  vercel: { url: 'https://ai-gateway.vercel.sh/v1', key: 'AI_GATEWAY_API_KEY' },
}

/** A server the configuration names by itself: OpenAI's wire, and nothing known beyond that. */
const customRow: ProviderRow = { url: null, key: null, keyless: true, embeds: { batch: 64 } }

/** A provider that has what it needs here. */
export type Configured = { row: ProviderRow; settings: ProviderSettings }

/** The row of a name in any case, of this table or of the configuration. */
export function rowOf(config: Config, named: string): ProviderRow | null {
  const name = named.toLowerCase()
  if (Object.hasOwn(providerRows, name)) return providerRows[name] ?? null
  return Object.hasOwn(config.providers, name) ? customRow : null
}

/** The providers that have what they need in this configuration, in the order of the table. */
export function configuredProviders(config: Config): Map<string, Configured> {
  const all = new Map<string, Configured>()
  for (const name of [...Object.keys(providerRows), ...Object.keys(config.providers)]) {
    const row = rowOf(config, name)
    const reach = row && !all.has(name) ? reachOf(config, name, row) : null
    if (row && reach) all.set(name, { row, settings: { name, ...reach, ...boundsOf(config) } })
  }
  return all
}

function reachOf(config: Config, name: string, row: ProviderRow) {
  const own = Object.hasOwn(config.providers, name) ? config.providers[name] : undefined
  const apiKey = own?.key || textOf(config, row.key)
  const named = own?.url || textOf(config, row.baseUrl)
  const url = named || urlOf(config, row)
  if (!url || (!apiKey && !(row.keyless && named))) return null
  const { quirks } = row
  return { apiKey, baseUrl: url, ...(quirks && { quirks }) }
}

/** The row's URL with what it takes from the configuration; empty where that is missing. */
function urlOf(config: Config, { url }: ProviderRow): string {
  let missing = false
  const whole = (url ?? '').replace(/\{(\w+)\}/g, (_, variable: Name) => {
    const value = textOf(config, variable).replace(/\/+$/, '')
    missing ||= value === ''
    return value
  })
  return missing ? '' : whole
}

/** What to set for a provider that is not configured. */
export function whatToSet({ url, key, baseUrl, keyless }: ProviderRow): string {
  const variables = [...(url ?? '').matchAll(/\{(\w+)\}/g)].map(([, variable]) => variable)
  if (keyless && url === null) return baseUrl ?? 'its URL'
  if (keyless && baseUrl) return `${key} or ${baseUrl}`
  return [key, ...variables].join(' and ')
}

function textOf(config: Config, variable: Name | null | undefined): string {
  return variable ? String(config[variable]) : ''
}

function boundsOf(config: Config) {
  const ms = config.HOMECOURT_PROVIDER_TIMEOUT_SECONDS * 1_000
  return { timeoutMs: ms, idleMs: ms, retries: config.HOMECOURT_PROVIDER_RETRIES }
}

/** Loads the adapter a provider needs, when it is first called. */
export async function openChat({ row, settings }: Configured): Promise<ChatModel> {
  if (row.embedsOnly) {
    throw new ModelError('bad_request', `Model provider ${settings.name} has embeddings only`)
  }
  if (row.speaks === 'anthropic') return (await import('./anthropic.ts')).anthropicModel(settings)
  return (await import('./openai.ts')).openaiModel(settings)
}

/** Whether the offline model stands in for every other. */
export function isOffline(config: Config, configured: ReadonlyMap<string, unknown>): boolean {
  const mode = config.HOMECOURT_OFFLINE
  return mode === 'always' || (mode === 'auto' && configured.size === 0)
}
