import { readFileSync } from 'node:fs'
import { type Abilities, type ModelFacts, modelTypes, type Prices } from './facts.ts'

/** A row of the user's file: what it says of a model, in the words of `GET /models`. */
export type OwnFacts = { provider: string; name: string; hidden: boolean; said: Said }

type Said = Record<string, unknown>
type Check = { says: string; fits(value: unknown): boolean }

const wholeFrom = (least: number): Check => ({
  says: `a whole number from ${least}`,
  fits: (value) => Number.isSafeInteger(value) && (value as number) >= least,
})
const price: Check = {
  says: 'a number from 0',
  fits: (value) => Number.isFinite(value) && (value as number) >= 0,
}
const text: Check = {
  says: 'a text',
  fits: (value) => typeof value === 'string' && value.trim() !== '',
}
const flag: Check = { says: 'true or false', fits: (value) => typeof value === 'boolean' }
const type: Check = {
  says: modelTypes.join(', '),
  fits: (value) => modelTypes.some((one) => one === value),
}

const abilities: Record<string, keyof Abilities> = {
  supports_tools: 'tools',
  supports_vision: 'vision',
  supports_thinking: 'thinking',
  supports_json_output: 'json',
  supports_audio_input: 'audioInput',
  supports_video_input: 'videoInput',
  supports_image_output: 'imageOutput',
  supports_audio_output: 'audioOutput',
  supports_video_output: 'videoOutput',
}

const prices: Record<string, keyof Prices> = {
  input_cost_per_1m_tokens: 'input',
  output_cost_per_1m_tokens: 'output',
  cached_input_cost_per_1m_tokens: 'cachedInput',
  cache_write_cost_per_1m_tokens: 'cacheWrite',
  image_input_cost_per_1m_tokens: 'imageInput',
  image_output_cost_per_1m_tokens: 'imageOutput',
  cost_per_audio_hour: 'audioHour',
}

const fields: Record<string, Check> = {
  ...{ provider: text, name: text, display_name: text, model_type: type, hidden: flag },
  ...{ context_limit: wholeFrom(1), max_output_tokens: wholeFrom(1) },
  embedding_dimensions: wholeFrom(1),
  ...Object.fromEntries(Object.keys(abilities).map((name) => [name, flag])),
  ...Object.fromEntries(Object.keys(prices).map((name) => [name, price])),
}

/**
 * Reads the user's file: `{"models": [{"provider": …, "name": …, …}]}`, or the list alone.
 * Throws one `Error` that names every mistake by its line.
 */
export function readOwnFacts(path: string): OwnFacts[] {
  let file: string
  try {
    file = readFileSync(path, 'utf8')
  } catch (error) {
    throw new Error(`HOMECOURT_CATALOG_FILE cannot be read: ${(error as Error).message}`)
  }
  const wrong: string[] = []
  const rows = rowsOf(path, file)
  const lines = linesOfRows(file, rows.length)
  const facts = rows.flatMap((row, i) => {
    const complaints = complaintsOf(row)
    for (const { field, what } of complaints) {
      wrong.push(`${path}:${lineOf(file, lines[i], field)}: ${what}`)
    }
    const said = row as Said
    const { provider, name, hidden = false } = said
    return complaints.length > 0
      ? []
      : [
          {
            provider: String(provider).toLowerCase(),
            name: String(name),
            hidden: hidden === true,
            said,
          },
        ]
  })
  if (wrong.length > 0) throw new Error(wrong.join('\n'))
  return facts
}

/** A model as it was known, with what the user's file says of it. */
export function overridden(base: ModelFacts, { said }: OwnFacts): ModelFacts {
  const given = <T>(name: string, before: T) =>
    said[name] === undefined ? before : (said[name] as T)
  const all = <T extends object>(names: Record<string, keyof T>, before: T) =>
    Object.fromEntries(
      Object.entries(names).map(([name, key]) => [key, given(name, before[key])]),
    ) as T
  return {
    ...base,
    displayName: given('display_name', base.displayName),
    type: given('model_type', base.type),
    context: given('context_limit', base.context),
    maxOutput: given('max_output_tokens', base.maxOutput),
    dims: given('embedding_dimensions', base.dims),
    can: all(abilities, base.can),
    prices: all(prices, base.prices),
  }
}

function rowsOf(path: string, file: string): unknown[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(file)
  } catch (error) {
    const { message } = error as Error
    const at = Number(/position (\d+)/.exec(message)?.[1] ?? file.length)
    throw new Error(`${path}:${lineAt(file, at)}: this is not JSON (${message})`)
  }
  const rows = Array.isArray(parsed) ? parsed : (parsed as { models?: unknown } | null)?.models
  if (Array.isArray(rows)) return rows
  throw new Error(`${path}:1: there must be a list named models`)
}

function complaintsOf(row: unknown): { field: string; what: string }[] {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) {
    return [{ field: '', what: 'a model must be an object' }]
  }
  const said = row as Said
  const missing = ['provider', 'name'].filter((field) => said[field] === undefined)
  const wrong = Object.entries(said).flatMap(([field, value]) => {
    const check = Object.hasOwn(fields, field) ? fields[field] : undefined
    if (!check) return [{ field, what: `there is no field ${JSON.stringify(field)}` }]
    if (value === null && field !== 'provider' && field !== 'name') return []
    if (check.fits(value)) return []
    return [{ field, what: `${field} must be ${check.says}, not ${JSON.stringify(value)}` }]
  })
  return [...missing.map((field) => ({ field: '', what: `${field} is missing` })), ...wrong]
}

/** Where each row begins: the values one level inside the list, found by counting brackets. */
function linesOfRows(file: string, count: number): number[] {
  const list = file.trimStart().startsWith('[') ? 1 : 2
  const starts: number[] = []
  let depth = 0
  let fresh = false
  for (const { 0: token, index } of file.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},]|[^\s[\]{},":]+/g)) {
    if (depth === list && fresh && token !== ']') starts.push(index)
    if (depth === list) fresh = token === ','
    if (token === '[' || token === '{') {
      depth += 1
      fresh = depth === list && token === '['
    } else if (token === ']' || token === '}') depth -= 1
  }
  return starts.slice(-count)
}

/** The line of a field of the row that begins at `start`, or of the row itself. */
function lineOf(file: string, start = 0, field = ''): number {
  const at = field === '' ? -1 : file.indexOf(JSON.stringify(field), start)
  return lineAt(file, at < 0 ? start : at)
}

function lineAt(file: string, position: number): number {
  return file.slice(0, position).split('\n').length
}
