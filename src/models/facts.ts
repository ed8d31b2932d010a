import type { Usage } from './model.ts'

export const modelTypes = ['llm', 'embedding', 'image', 'stt', 'tts'] as const
export type ModelType = (typeof modelTypes)[number]

/** US dollars per million tokens; `audioHour` per hour of sound. Null = no source says. */
export type Prices = {
  input: number | null
  output: number | null
  cachedInput: number | null
  cacheWrite: number | null
  imageInput: number | null
  imageOutput: number | null
  audioHour: number | null
}

/** What a model can do. Null = no source says. */
export type Abilities = {
  tools: boolean | null
  vision: boolean | null
  thinking: boolean | null
  json: boolean | null
  audioInput: boolean | null
  videoInput: boolean | null
  imageOutput: boolean | null
  audioOutput: boolean | null
  videoOutput: boolean | null
}

/** What is known of a model. Null = no source says. */
export type ModelFacts = {
  provider: string
  name: string
  displayName: string | null
  type: ModelType
  /** Tokens of its window. */
  context: number | null
  /** The most tokens it writes. */
  maxOutput: number | null
  /** Numbers in a vector, of an embedding model. */
  dims: number | null
  can: Abilities
  prices: Prices
  /** Day of the facts, as `2026-11-24`. */
  updated: string | null
}

export const noAbilities: Abilities = {
  ...{ tools: null, vision: null, thinking: null, json: null, audioInput: null },
  ...{ videoInput: null, imageOutput: null, audioOutput: null, videoOutput: null },
}

export const noPrices: Prices = {
  ...{ input: null, output: null, cachedInput: null, cacheWrite: null },
  ...{ imageInput: null, imageOutput: null, audioHour: null },
}

/** A model of which nothing but its name is known. */
export function bareFacts(provider: string, name: string, type: ModelType = 'llm'): ModelFacts {
  return {
    ...{ provider, name, type, displayName: null, context: null, maxOutput: null, dims: null },
    ...{ can: noAbilities, prices: noPrices, updated: null },
  }
}

/** US dollars, or null when the price is not known. */
export function costOf(facts: ModelFacts | null, usage: Usage): number | null {
  if (!facts) return null
  const { input, output, cachedInput, cacheWrite } = facts.prices
  if (input === null || output === null) return null
  const { cachedInputTokens: cached, cacheWriteInputTokens: written } = usage
  const plain = Math.max(usage.inputTokens - cached - written, 0)
  const millionths =
    plain * input +
    cached * (cachedInput ?? input) +
    written * (cacheWrite ?? input) +
    usage.outputTokens * output
  return Number((millionths / 1e6).toFixed(9))
}
