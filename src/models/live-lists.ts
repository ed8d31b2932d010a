import { ModelError } from './model.ts'
import { bytesOf, providerFetch } from './provider-fetch.ts'
import type { Configured } from './providers.ts'

/** A model as its own server lists it. */
export type LiveModel = { name: string; context: number | null }

export interface LiveLists {
  /** What a provider listed last, or null while it has not. */
  of(provider: string): ReadonlyMap<string, LiveModel> | null
  /** Asks those whose lists have grown old. Resolves when all have answered, or after `waitMs`. */
  refresh(waitMs: number): Promise<void>
  /** Grows with every change. */
  readonly version: number
}

const KEPT_MS = 10 * 60_000
const RETRY_MS = 60_000
const TIMEOUT_MS = 10_000
const MOST_BYTES = 16 * 1024 * 1024
const MOST_MODELS = 20_000
const MOST_CHARS = 300

/** The lists of the providers that have one, each asked for at most every ten minutes. */
export function openLiveLists(configured: ReadonlyMap<string, Configured>): LiveLists {
  const asked = [...configured].filter(([, { row }]) => row.lists !== false)
  const lists = new Map<string, ReadonlyMap<string, LiveModel>>()
  const dueAt = new Map<string, number>()
  const underWay = new Map<string, Promise<void>>()
  let version = 0

  const ask = async (name: string, provider: Configured) => {
    try {
      lists.set(name, await fetchList(provider))
      dueAt.set(name, Date.now() + KEPT_MS)
      version += 1
    } catch {
      // A server that is down or talks nonsense keeps the list it had; runs say what is wrong.
      dueAt.set(name, Date.now() + RETRY_MS)
    } finally {
      underWay.delete(name)
    }
  }

  return {
    of: (provider) => lists.get(provider) ?? null,
    async refresh(waitMs) {
      for (const [name, provider] of asked) {
        if (underWay.has(name) || (dueAt.get(name) ?? 0) > Date.now()) continue
        underWay.set(name, ask(name, provider))
      }
      if (underWay.size > 0 && waitMs > 0) await atMost(waitMs, Promise.all(underWay.values()))
    },
    get version() {
      return version
    },
  }
}

async function fetchList({ settings }: Configured): Promise<Map<string, LiveModel>> {
  const { apiKey, baseUrl = '', quirks } = settings
  const key = quirks?.keyHeader
    ? { [quirks.keyHeader]: apiKey }
    : { authorization: `Bearer ${apiKey || 'none'}` }
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  const response = await providerFetch(`${baseUrl.replace(/\/+$/, '')}/models`, {
    headers: { accept: 'application/json', ...key },
    signal,
  })
  if (!response.ok) throw new ModelError('unavailable', `HTTP ${response.status}`)
  const parts: Uint8Array[] = []
  let total = 0
  const body = bytesOf(response)
  for (let bytes = await body.read(); bytes !== null; bytes = await body.read()) {
    total += bytes.length
    if (total > MOST_BYTES) throw new ModelError('malformed', 'the list is too long')
    parts.push(bytes)
  }
  return readList(JSON.parse(Buffer.concat(parts).toString('utf8')))
}

/** The shapes lists come in: `{data: […]}`, `{models: […]}`, or bare. What is no model is left out. */
export function readList(body: unknown): Map<string, LiveModel> {
  const { data, models } = (body ?? {}) as { data?: unknown; models?: unknown }
  const rows = [body, data, models].find(Array.isArray) as unknown[] | undefined
  if (!rows) throw new ModelError('malformed', 'not a list of models')
  const found = new Map<string, LiveModel>()
  for (const row of rows.slice(0, MOST_MODELS)) {
    const fields = (typeof row === 'object' && row !== null ? row : {}) as Record<string, unknown>
    const id = fields.id ?? fields.name
    if (typeof id !== 'string' || id === '' || id.length > MOST_CHARS) continue
    const name = id.replace(/^models\//, '')
    found.set(name.toLowerCase(), { name, context: contextOf(fields) })
  }
  return found
}

/** The window as vLLM, Groq, OpenRouter, Mistral, LM Studio and llama.cpp spell it. */
function contextOf(fields: Record<string, unknown>): number | null {
  const meta = (fields.meta ?? {}) as Record<string, unknown>
  const given = [
    fields.max_model_len,
    fields.loaded_context_length,
    fields.context_window,
    fields.context_length,
    fields.max_context_length,
    meta.n_ctx,
    meta.n_ctx_train,
  ]
  const known = given.find((value) => Number.isSafeInteger(value) && (value as number) > 0)
  return (known as number | undefined) ?? null
}

async function atMost(ms: number, work: Promise<unknown>) {
  let timer: NodeJS.Timeout | undefined
  await Promise.race([
    work,
    new Promise((resolve) => {
      timer = setTimeout(resolve, ms)
    }),
  ])
  clearTimeout(timer)
}
