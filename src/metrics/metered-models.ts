import type { Models } from '../models/catalog.ts'
import { type ChatModel, type Delta, ModelError } from '../models/model.ts'
import type { Meter } from './meter.ts'

/** The same models, their providers’ answers timed and their failures counted. */
export function meteredModels(models: Models, meter: Meter): Models {
  return {
    ...models,
    resolve(provider, name) {
      const resolved = models.resolve(provider, name)
      return {
        ...resolved,
        open: async () => metered(await resolved.open(), resolved.provider, meter),
      }
    },
  }
}

function metered(model: ChatModel, provider: string, meter: Meter): ChatModel {
  return {
    async *stream(prompt, signal): AsyncGenerator<Delta> {
      const from = performance.now()
      let firstSeconds: number | null = null
      let error: string | null = null
      try {
        for await (const delta of model.stream(prompt, signal)) {
          firstSeconds ??= (performance.now() - from) / 1_000
          yield delta
        }
      } catch (thrown) {
        if (!signal.aborted) error = thrown instanceof ModelError ? thrown.kind : 'internal'
        throw thrown
      } finally {
        meter.provider({ provider, firstSeconds, error })
      }
    },
  }
}
