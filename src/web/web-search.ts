import type { Config } from '../config.ts'
import { brave, searxng, tavily } from './backends.ts'

/** A page that was found. `text` is what the backend says of it, cut to a bound. */
export type WebSource = { title: string; url: string; text: string }

export interface WebSearch {
  /** What start-up lines call it. */
  readonly name: string
  /** The best pages first. Throws an `Error` fit for the model to read. */
  search(query: string, signal: AbortSignal): Promise<WebSource[]>
}

/** One way of asking: the request for a question, and the pages in its answer. */
export type Backend = {
  name: string
  request(query: string): { url: string; init: RequestInit }
  /** Rows as they came; what is no page is left out by the caller. */
  rows(body: unknown): { title?: unknown; url?: unknown; text?: unknown }[]
}

const MOST_RESULTS = 8
const MOST_TEXT_CHARS = 1_000
/** Read of one field, tags and all: what is left out of more than that takes time for nothing. */
const MOST_RAW_CHARS = 8_000
const MOST_QUERY_CHARS = 400
const MOST_BYTES = 4 * 1024 * 1024
const TIMEOUT_MS = 15_000

/** The first backend that is configured, or null. */
export function openWebSearch(config: Config): WebSearch | null {
  const { HOMECOURT_SEARXNG_URL: url, TAVILY_API_KEY, BRAVE_API_KEY } = config
  if (url !== '') return over(searxng(url))
  if (TAVILY_API_KEY !== '') return over(tavily(TAVILY_API_KEY, config.TAVILY_BASE_URL))
  return BRAVE_API_KEY === '' ? null : over(brave(BRAVE_API_KEY, config.BRAVE_BASE_URL))
}

function over({ name, request, rows }: Backend): WebSearch {
  return {
    name,
    async search(query, signal) {
      const { url, init } = request(query.slice(0, MOST_QUERY_CHARS).toWellFormed())
      const body = await fetchJson(name, url, init, signal)
      return rows(body).flatMap(toSource).slice(0, MOST_RESULTS)
    },
  }
}

async function fetchJson(name: string, url: string, init: RequestInit, signal: AbortSignal) {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
  try {
    const response = await fetch(url, { ...init, signal: bounded })
    if (!response.ok) throw new Error(`it answers ${response.status}`)
    const parts: Uint8Array[] = []
    let total = 0
    for await (const part of response.body ?? []) {
      total += part.length
      if (total > MOST_BYTES) throw new Error('its answer is too long')
      parts.push(part)
    }
    return JSON.parse(Buffer.concat(parts).toString('utf8')) as unknown
  } catch (error) {
    signal.throwIfAborted()
    const why = bounded.aborted ? 'it took too long' : reasonOf(error)
    throw new Error(`The web search (${name}) failed: ${why}.`)
  }
}

function reasonOf(error: unknown) {
  if (error instanceof SyntaxError) return 'its answer is no JSON'
  const text = error instanceof Error ? error.message : ''
  return text.startsWith('it') ? text : 'it cannot be reached'
}

function toSource(row: { title?: unknown; url?: unknown; text?: unknown }): WebSource[] {
  const { url } = row
  if (typeof url !== 'string' || url.length > MOST_RAW_CHARS) return []
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) return []
  return [{ title: tidy(row.title) || url, url, text: tidy(row.text) }]
}

function tidy(value: unknown): string {
  if (typeof value !== 'string') return ''
  const plain = value
    .slice(0, MOST_RAW_CHARS)
    .replace(/<[^>]*>/g, '')
    .replace(/\s+/g, ' ')
    .trim()
  return plain.slice(0, MOST_TEXT_CHARS).toWellFormed()
}
