import { anthropicModel } from '../../src/models/anthropic.ts'
import {
  type ChatModel,
  type Delta,
  ModelError,
  type Prompt,
  type ProviderSettings,
  type ToolCall,
} from '../../src/models/model.ts'
import { openaiModel } from '../../src/models/openai.ts'
import { anthropicError, type FakeProvider, openaiError, type Reply } from './provider.ts'

/** A provider adapter, and what differs between them in the shared suite. */
export type Adapter = {
  /** Also the folder of its recordings. */
  name: 'openai' | 'anthropic'
  open(provider: FakeProvider, settings?: Partial<ProviderSettings>): ChatModel
  /** An error in the provider's own shape; `type` is what Anthropic calls it. */
  refuses(status: number, type: string, message: string, headers?: Record<string, string>): Reply
}

const settings = { apiKey: 'sk-test-0123456789', timeoutMs: 5_000, idleMs: 5_000, retries: 0 }

export const openai: Adapter = {
  name: 'openai',
  open: ({ openaiUrl }, own) =>
    openaiModel({ name: 'openai', baseUrl: openaiUrl, ...settings, ...own }),
  refuses: (status, _type, message, headers) => openaiError(status, { message }, headers),
}

export const anthropic: Adapter = {
  name: 'anthropic',
  open: ({ anthropicUrl }, own) =>
    anthropicModel({ name: 'anthropic', baseUrl: anthropicUrl, ...settings, ...own }),
  refuses: (status, type, message, headers) => anthropicError(status, { type, message }, headers),
}

/** A prompt with one question, and what the test is about. */
export function prompt(own: Partial<Prompt> = {}): Prompt {
  const turns: Prompt['turns'] = [{ role: 'user', text: 'How warm is it?' }]
  const model = 'a-model'
  const base = { provider: 'any', model, system: null, tools: [], json: false, thinking: null }
  return { ...base, turns, ...own }
}

/** A reply, added up. `deltas` has all of it, `error` what was thrown after them. */
export type Heard = {
  deltas: Delta[]
  text: string
  reasoning: string
  calls: ToolCall[]
  kept: unknown[]
  end: Extract<Delta, { type: 'end' }> | undefined
  error: unknown
}

/** Listens to a model until it ends or throws. */
export async function hear(
  model: ChatModel,
  own: Partial<Prompt> = {},
  signal = new AbortController().signal,
): Promise<Heard> {
  const deltas: Delta[] = []
  let error: unknown
  try {
    for await (const delta of model.stream(prompt(own), signal)) deltas.push(delta)
  } catch (thrown) {
    error = thrown
  }
  return { ...addedUp(deltas), error }
}

/** The `ModelError` a call ends in. */
export async function failureOf(model: ChatModel, own: Partial<Prompt> = {}): Promise<ModelError> {
  const { error } = await hear(model, own)
  if (error instanceof ModelError) return error
  throw new Error(`expected a ModelError, got ${error}`)
}

function addedUp(deltas: Delta[]): Omit<Heard, 'error'> {
  const of = <T extends Delta['type']>(type: T) =>
    deltas.filter((delta): delta is Extract<Delta, { type: T }> => delta.type === type)
  return {
    deltas,
    text: of('text')
      .map((delta) => delta.text)
      .join(''),
    reasoning: of('reasoning')
      .map((delta) => delta.text)
      .join(''),
    calls: of('call').map(({ call }) => call),
    kept: of('reasoning_end').flatMap(({ kept }) => kept),
    end: of('end')[0],
  }
}
