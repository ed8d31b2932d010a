import type { ChatModel, Delta, Prompt } from './model.ts'
import { ModelError } from './model.ts'

/** A model that may stand in for another, and how it is called. */
export type StandIn = { provider: string; sendAs: string; open(): Promise<ChatModel> }

/**
 * The first model that begins to answer. Another is tried only while nothing was said yet, and only
 * where trying again later could have helped: a refused request is refused by all.
 * `answers` hears which one it was.
 */
export function withFallbacks(
  models: readonly StandIn[],
  answers: (index: number) => void,
): ChatModel {
  return {
    async *stream(prompt, signal) {
      for (const [index, model] of models.entries()) {
        let said = false
        try {
          for await (const delta of call(model, prompt, signal)) {
            if (!said) answers(index)
            said = true
            yield delta
          }
          return
        } catch (error) {
          const another = index + 1 < models.length && !said && !signal.aborted
          if (!another || !(error instanceof ModelError) || !error.isPassing) throw error
        }
      }
    },
  }
}

async function* call(
  { provider, sendAs, open }: StandIn,
  prompt: Prompt,
  signal: AbortSignal,
): AsyncGenerator<Delta> {
  yield* (await open()).stream({ ...prompt, provider, model: sendAs }, signal)
}

/**
 * `openai/gpt-4o=anthropic/claude-sonnet-4-5,groq/x; *=…` by the model it is for, lower-cased.
 * Throws an `Error` that names what cannot be read.
 */
export function readFallbacks(text: string): Map<string, string[]> {
  const all = new Map<string, string[]>()
  for (const part of text.split(';').map((one) => one.trim())) {
    if (part === '') continue
    const [model = '', ...targets] = part.split('=').map((one) => one.trim())
    const names = targets
      .join('=')
      .split(',')
      .flatMap((one) => one.trim() || [])
    if (model === '' || names.length === 0 || names.some((name) => !name.includes('/'))) {
      throw new Error(
        `HOMECOURT_FALLBACKS has ${JSON.stringify(part)}; it must be provider/model=provider/model,…`,
      )
    }
    all.set(model.toLowerCase(), names)
  }
  return all
}
