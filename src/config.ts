import { resolve } from 'node:path'
import {
  flag,
  oneOf,
  perProvider,
  shaped,
  text,
  url,
  type Variable,
  whole,
} from './config/kinds.ts'
import { providerVariables, readProviders } from './config/providers.ts'
import { tracingVariables } from './config/tracing.ts'

/** Every variable the server reads, in the order of the table in `docs/configuration.md`. */
export const variables = {
  PORT: whole('Port to listen on; 0 takes a free one.', 8000, 0, 65_535),
  HOST: text('Address to listen on. Any address but loopback needs an API key first.', '127.0.0.1'),
  HOMECOURT_DATA_DIR: text('Folder of the SQLite database and of uploaded files.', './data'),
  HOMECOURT_S3_BUCKET: text(
    'Bucket for uploaded files in place of the data folder; credentials as Amazon’s tools find them.',
  ),
  HOMECOURT_S3_PREFIX: text('What the names of objects in the bucket begin with.'),
  HOMECOURT_S3_ENDPOINT: url(
    'Any other store that speaks S3 (MinIO, Garage, Ceph, R2…).',
    'http',
    'https',
  ),
  HOMECOURT_S3_REGION: text('Region of the bucket.', 'us-east-1'),
  DATABASE_URL: url('Postgres to use in place of SQLite.', 'postgres', 'postgresql'),
  HOMECOURT_DATABASE_CONNECTIONS: whole(
    'Most connections to Postgres that one process opens.',
    10,
    1,
    1_000,
  ),
  HOMECOURT_STATEMENT_TIMEOUT_SECONDS: whole(
    'How long Postgres may work on one statement; migrations may take longer. 0 is no limit.',
    30,
    0,
    3_600,
  ),
  REDIS_URL: url(
    'Redis by which several processes share work, cancels and rate limits at once.',
    'redis',
    'rediss',
  ),
  HOMECOURT_REDIS_PREFIX: text(
    'What the names of all keys in Redis begin with; one for each installation.',
    'homecourt',
  ),
  HOMECOURT_ROLES: oneOf(
    'What serve does: both; api = only take requests; worker = only work on what they leave behind, as homecourt work does. Other than both needs Postgres.',
    'both',
    'both',
    'api',
    'worker',
  ),
  HOMECOURT_WORKER_PORT: whole(
    'Port where a worker that takes no requests answers /health and /ready; 0 is none.',
    0,
    0,
    65_535,
  ),
  HOMECOURT_METRICS: flag(
    'Count requests, runs, tokens and more, for Prometheus to read at /metrics, without a key.',
    false,
  ),
  ...tracingVariables,
  HOMECOURT_REQUESTS_PER_MINUTE: whole(
    'Requests of one API key in a minute, past which it gets 429; 0 is no limit.',
    0,
    0,
    1_000_000,
  ),
  HOMECOURT_SQLITE_SYNC: oneOf(
    'normal survives kill -9; full also survives power loss, and writes several times slower.',
    'normal',
    'normal',
    'full',
  ),
  HOMECOURT_OFFLINE: oneOf(
    'When the built-in offline model answers: always; auto = when no provider has a key; never.',
    'auto',
    'always',
    'auto',
    'never',
  ),
  HOMECOURT_DEFAULT_MODEL: text(
    'Model of a message that names none, as provider/model. Empty: openai/gpt-4o, or else the first configured provider’s own.',
  ),
  HOMECOURT_DEFAULT_EMBEDDING: shaped(
    'Embedding model of new assistants that name none, as provider/model or provider/model:dims. Empty: openai/text-embedding-3-large where OPENAI_API_KEY alone is set, else offline.',
    'offline, provider/model or provider/model:dims',
    /^(offline|[^/\s]+\/\S+)$/,
  ),
  HOMECOURT_VISION_MODEL: shaped(
    'Model that describes uploaded images, so that they are found by what they show. Empty: they are stored without a description.',
    'provider/model',
    /^[^/\s]+\/\S+$/,
  ),
  HOMECOURT_TRANSCRIPTION_MODEL: shaped(
    'Model that transcribes uploaded recordings, so that they are found by what is said. Empty: they are stored without a transcription.',
    'provider/model',
    /^[^/\s]+\/\S+$/,
  ),
  ...providerVariables,
  HOMECOURT_FALLBACKS: text(
    'Models that answer in place of one that is busy or out of reach: openai/gpt-4o=anthropic/claude-sonnet-4-5,groq/…; *=…',
  ),
  HOMECOURT_PROVIDER_CONCURRENCY: perProvider('Calls to a provider at once, by this process'),
  HOMECOURT_PROVIDER_PER_MINUTE: perProvider('Calls to a provider in a minute, by this process'),
  HOMECOURT_PROVIDER_QUEUE: whole(
    'Calls that may wait for one of these two; more are a 429.',
    100,
    0,
    100_000,
  ),
  HOMECOURT_SEARXNG_URL: url(
    'SearXNG instance for web search, with its JSON format on.',
    'http',
    'https',
  ),
  TAVILY_API_KEY: text('Key of Tavily, for web search.'),
  TAVILY_BASE_URL: text('Where Tavily is.', 'https://api.tavily.com'),
  BRAVE_API_KEY: text('Key of Brave Search, for web search.'),
  BRAVE_BASE_URL: text('Where Brave Search is.', 'https://api.search.brave.com'),
  HOMECOURT_IMAGE_MODEL: text(
    'Makes images, as provider/model. Empty: the first configured provider that can.',
  ),
  HOMECOURT_STT_MODEL: text(
    'Hears what is spoken in messages and calls, as provider/model. Empty: the first configured provider that can.',
  ),
  HOMECOURT_TTS_MODEL: text(
    'Speaks answers, as provider/model. Empty: the first configured provider that can.',
  ),
  HOMECOURT_TTS_VOICE: text('Its voice. Empty: the provider’s usual one.'),
  HOMECOURT_CATALOG_FILE: text(
    'JSON file with facts about models that win over the built-in ones.',
  ),
  HOMECOURT_DEFAULT_CONTEXT: whole(
    'Tokens of the window of a model of which none is known.',
    32_768,
    1_024,
    100_000_000,
  ),
  HOMECOURT_PROVIDER_TIMEOUT_SECONDS: whole(
    'How long a provider may take to start answering, and to fall silent in the middle.',
    120,
    1,
    3_600,
  ),
  HOMECOURT_PROVIDER_RETRIES: whole(
    'Tries after the first, before the first token, when a provider is busy or out of reach.',
    2,
    0,
    10,
  ),
  HOMECOURT_CORS_ORIGINS: text(
    'Origins whose pages may call the API, separated by commas; * is any, empty is none.',
    '*',
  ),
  HOMECOURT_ACCUMULATED_CONTENT: flag(
    'Send the whole text so far with every streamed piece, as the hosted service does.',
    true,
  ),
  HOMECOURT_MAX_UPLOAD_MB: whole('Largest upload, in MiB.', 100, 1, 10_240),
  HOMECOURT_READER_MEMORY_MB: whole(
    'Memory one file may take to be read, in MiB; past it the file fails. Up to four are read at a time, and a note.',
    1536,
    64,
    65_536,
  ),
  HOMECOURT_DOCUMENT_FAILED_STATUS: oneOf(
    'What a document that could not be read says of itself; the SDKs know failed.',
    'failed',
    'failed',
    'error',
  ),
  HOMECOURT_MEMORY_MODEL: text(
    'Model that finds what to remember, as provider/model. Empty: the one that answered.',
  ),
  HOMECOURT_MEMORY_FAILED_STATUS: {
    about: 'What a memory operation that failed says of itself; some clients wait for FAILED.',
    fallback: 'ERROR',
    allowed: 'ERROR, FAILED',
    parse: (value) => (['ERROR', 'FAILED'] as const).find((one) => one === value.toUpperCase()),
  } satisfies Variable<'ERROR' | 'FAILED'>,
  HOMECOURT_GRACE_SECONDS: whole(
    'How long running answers may go on after a stop signal.',
    20,
    0,
    3_600,
  ),
  HOMECOURT_LOG_LEVEL: oneOf(
    'Least severe line that is logged.',
    'warn',
    'trace',
    'debug',
    'info',
    'warn',
    'error',
    'fatal',
    'silent',
  ),
} satisfies Record<string, Variable<unknown>>

export type Config = {
  readonly [K in keyof typeof variables]: (typeof variables)[K] extends Variable<infer T>
    ? T
    : never
} & {
  /** What `HOMECOURT_PROVIDER_<NAME>_URL` and `_KEY` say, by the provider's name. */
  readonly providers: Readonly<Record<string, { url: string; key: string }>>
}

/**
 * Reads and checks the environment. An unset variable and an empty one are the same.
 * Throws one `Error` that names every wrong variable and what it may be.
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const wrong: string[] = []
  const config: Record<string, unknown> = {}
  for (const [name, variable] of Object.entries<Variable<unknown>>(variables)) {
    const given = env[name]?.trim() || variable.fallback
    config[name] = variable.parse(given)
    if (config[name] === undefined) {
      wrong.push(`${name} is ${JSON.stringify(given)}; it must be ${variable.allowed}`)
    }
  }
  config.providers = readProviders(env, wrong)
  if (wrong.length > 0) throw new Error(wrong.join('\n'))
  config.HOMECOURT_DATA_DIR = resolve(String(config.HOMECOURT_DATA_DIR))
  return Object.freeze(config) as Config
}

/** The table of `docs/configuration.md`, one row a variable. */
export function configTable(): string {
  const cell = (value: string) => value.replaceAll('|', '\\|')
  const rows = Object.entries<Variable<unknown>>(variables).map(
    ([name, { about, allowed, fallback }]) =>
      `| \`${name}\` | ${fallback === '' ? '' : `\`${fallback}\``} | ${cell(allowed)} | ${cell(about)} |`,
  )
  return [
    '| Variable | Default | Allowed | What it does |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n')
}
