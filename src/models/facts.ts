import type { Usage } from './model.ts'

/** What is known of a model: its window in tokens, and US dollars per million tokens. */
export type ModelFacts = {
  contextLimit: number
  input: number
  output: number
  cachedInput: number
  /** Null where writing to the cache costs no more than reading input. */
  cacheWrite: number | null
}

const row = (
  contextLimit: number,
  input: number,
  output: number,
  cachedInput: number,
  cacheWrite: number | null = null,
): ModelFacts => ({ contextLimit, input, output, cachedInput, cacheWrite })

/** By the start of the model's name, longest first match. From the providers' public price lists. */
const known: Record<string, Record<string, ModelFacts>> = {
  openai: {
    'gpt-4o': row(128_000, 2.5, 10, 1.25),
    'gpt-4o-mini': row(128_000, 0.15, 0.6, 0.075),
    'gpt-4.1': row(1_047_576, 2, 8, 0.5),
    'gpt-4.1-mini': row(1_047_576, 0.4, 1.6, 0.1),
    'gpt-4.1-nano': row(1_047_576, 0.1, 0.4, 0.025),
    'gpt-5': row(400_000, 1.25, 10, 0.125),
    'gpt-5-mini': row(400_000, 0.25, 2, 0.025),
    'gpt-5-nano': row(400_000, 0.05, 0.4, 0.005),
    o3: row(200_000, 2, 8, 0.5),
    'o4-mini': row(200_000, 1.1, 4.4, 0.275),
  },
  anthropic: {
    'claude-3-5-haiku': row(200_000, 0.8, 4, 0.08, 1),
    'claude-3-7-sonnet': row(200_000, 3, 15, 0.3, 3.75),
    'claude-haiku-4-5': row(200_000, 1, 5, 0.1, 1.25),
    'claude-sonnet-4': row(200_000, 3, 15, 0.3, 3.75),
    'claude-opus-4': row(200_000, 15, 75, 1.5, 18.75),
    'claude-opus-4-5': row(200_000, 5, 25, 0.5, 6.25),
  },
}

/** Dated releases of a model (`gpt-4o-2024-08-06`, `claude-sonnet-4-20250514`) share its facts. */
export function findFacts(provider: string, model: string): ModelFacts | null {
  const name = model.toLowerCase()
  const rows = Object.entries((Object.hasOwn(known, provider) && known[provider]) || {})
  const exact = rows.find(([start]) => start === name)
  if (exact) return exact[1]
  const dated = rows
    .filter(([start]) => name.startsWith(`${start}-`) && /^-\d/.test(name.slice(start.length)))
    .sort(([a], [b]) => b.length - a.length)
  return dated[0]?.[1] ?? null
}

/** US dollars, or null when the price is not known. */
export function costOf(facts: ModelFacts | null, usage: Usage): number | null {
  if (!facts) return null
  const { cachedInputTokens: cached, cacheWriteInputTokens: written } = usage
  const plain = Math.max(usage.inputTokens - cached - written, 0)
  const millionths =
    plain * facts.input +
    cached * facts.cachedInput +
    written * (facts.cacheWrite ?? facts.input) +
    usage.outputTokens * facts.output
  return Number((millionths / 1e6).toFixed(9))
}
