import { capitalised, withStop } from './words.ts'

/** The output of a tool the model called. */
export type Output = { name: string; text: string }

/** Tells what the tools answered, in sentences which hold their data. */
export function tellOutputs(outputs: Output[]): string {
  const budget = Math.max(200, Math.floor(longestTelling / Math.max(1, outputs.length)))
  const shown = outputs.slice(0, mostOutputs).map((output) => tellOne(output, budget))
  const rest = outputs.length - shown.length
  return rest > 0 ? `${shown.join('\n')}\n${rest} more outputs are not shown.` : shown.join('\n')
}

/** JSON as words: `{"temperature":"72°F","wind":{"mph":5}}` -> "temperature: 72°F, wind mph: 5". */
export function flatten(value: unknown, path = '', depth = 0): string {
  if (Array.isArray(value) && value.every(isScalar)) return label(path, value.map(plain).join(', '))
  if (isScalar(value)) return label(path, plain(value))
  if (depth > 8) return label(path, JSON.stringify(value))
  if (Array.isArray(value)) {
    const items = value
      .slice(0, 50)
      .map((item, index) => `(${index + 1}) ${flatten(item, '', depth + 1)}`)
    return label(path, items.join('; '))
  }
  const entries = Object.entries(value as object)
  if (entries.length === 0) return label(path, 'nothing')
  return entries
    .map(([key, item]) => flatten(item, `${path} ${key.replaceAll('_', ' ')}`.trim(), depth + 1))
    .join(', ')
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const longestTelling = 2_000
const mostOutputs = 10

function tellOne({ name, text }: Output, budget: number) {
  if (text.trim() === '') return `${name} returned nothing.`
  const value = parseJson(text)
  const error = errorOf(value)
  if (error) return `${name} failed: ${withStop(shorten(error, budget))}`
  if (typeof value === 'object' && value !== null) {
    const said = flatten(value)
    if (said === '' || said === 'nothing') return `${name} returned nothing.`
    return `${name} returned ${withStop(shorten(said, budget))}`
  }
  const words = typeof value === 'string' ? value : text.trim()
  if (/^\S+$/.test(words)) return `${name} returned ${withStop(shorten(words, budget))}`
  return `${name} returned: ${withStop(capitalised(shorten(words, budget)))}`
}

function errorOf(value: unknown) {
  if (typeof value !== 'object' || value === null || !('error' in value) || !value.error)
    return null
  return flatten(value.error)
}

const isScalar = (value: unknown) => typeof value !== 'object' || value === null
const plain = (value: unknown) => (value === null ? 'none' : String(value))
const label = (path: string, text: string) =>
  path === '' ? text : `${path}: ${text === '' ? 'none' : text}`

function shorten(text: string, budget: number) {
  if (text.length <= budget) return text
  const kept = text.slice(0, budget).replace(/[\ud800-\udbff]$/, '')
  return `${kept}… (${text.length.toLocaleString('en')} characters in all)`
}
