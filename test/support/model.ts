import { readConfig } from '../../src/config.ts'
import type { Models } from '../../src/models/catalog.ts'
import { openKnownModels } from '../../src/models/known-models.ts'
import type { ChatModel, Delta, Prompt, Usage } from '../../src/models/model.ts'

/** One scripted turn of the model: what it says to the prompt it got, or an error it throws. */
export type Step = (prompt: Prompt, signal: AbortSignal) => Iterable<Delta> | AsyncIterable<Delta>

export type ScriptedModel = ChatModel & {
  /** The prompts it was given, in order. */
  prompts: Prompt[]
}

const usage: Usage = {
  inputTokens: 10,
  outputTokens: 5,
  cachedInputTokens: 0,
  cacheWriteInputTokens: 0,
}

/** A model that follows its script and fails on any call the script does not foresee. */
export function scripted(...steps: Step[]): ScriptedModel {
  const left = [...steps]
  const prompts: Prompt[] = []
  return {
    prompts,
    async *stream(prompt, signal) {
      prompts.push(prompt)
      const step = left.shift()
      if (!step) throw new Error(`call ${prompts.length} of the model is not in the script`)
      yield* step(prompt, signal)
    },
  }
}

/** Says the pieces one by one. */
export function says(...pieces: string[]): Step {
  return () => [
    ...pieces.map((text) => ({ type: 'text', text }) as const),
    { type: 'end', reason: 'stop', usage },
  ]
}

/** Calls one tool per pair of name and arguments, with ids `call_1`, `call_2` and so on. */
export function calls(...tools: [name: string, args: unknown][]): Step {
  return () => [
    ...tools.flatMap(([name, args], i) => {
      const id = `call_${i + 1}`
      const call = { id, name, arguments: JSON.stringify(args) }
      return [{ type: 'call_start', id, name } as const, { type: 'call', call } as const]
    }),
    { type: 'end', reason: 'calls', usage },
  ]
}

/** Throws `error`, after saying the pieces if there are any. */
export function fails(error: unknown, ...pieces: string[]): Step {
  return function* () {
    for (const text of pieces) yield { type: 'text', text }
    throw error
  }
}

/** Says the pieces and then waits until the run is stopped, or `goOn` resolves. */
export function hangs(goOn: Promise<unknown>, ...pieces: string[]): Step {
  return async function* (_, signal) {
    for (const text of pieces) yield { type: 'text', text } as const
    await new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
      goOn.then(resolve)
    })
    yield { type: 'text', text: 'and on' } as const
    yield { type: 'end', reason: 'stop', usage } as const
  }
}

/** A catalogue in which every name is this one model. */
export function only(model: ChatModel, contextLimit = 128_000): Models {
  return {
    configured: ['openai'],
    offline: false,
    vision: null,
    known: openKnownModels(readConfig({})),
    estimateTokens: (text) => Math.ceil(text.length / 4),
    countTokens: async (text) => Math.ceil(text.length / 4),
    resolve: (provider = 'openai', name = 'gpt-4o') => ({
      provider,
      model: name,
      sendAs: name,
      offline: false,
      canSee: true,
      callsTools: true,
      contextLimit,
      open: async () => model,
      cost: () => null,
    }),
  }
}
