import type { Models, ResolvedModel } from '../models/catalog.ts'
import type { Embeddings } from '../models/embeddings.ts'
import { type ChatModel, type Delta, type EmbeddingModel, ModelError } from '../models/model.ts'
import type { Tracer } from './tracer.ts'

/** The same models, each of their answers a span, named by the conventions for generative AI. */
export function tracedModels(models: Models, tracer: Tracer): Models {
  const traced = (resolved: ResolvedModel): ResolvedModel => ({
    ...resolved,
    open: async () => tracedChat(await resolved.open(), resolved, tracer),
  })
  return {
    ...models,
    vision: models.vision && traced(models.vision),
    resolve: (provider, name) => traced(models.resolve(provider, name)),
  }
}

/** The same embeddings, each request for vectors a span. */
export function tracedEmbeddings(embeddings: Embeddings, tracer: Tracer): Embeddings {
  return {
    choose: (asked) => embeddings.choose(asked),
    of: async (choice) => tracedEmbedding(await embeddings.of(choice), tracer),
  }
}

function tracedChat(model: ChatModel, asked: ResolvedModel, tracer: Tracer): ChatModel {
  return {
    async *stream(prompt, signal): AsyncGenerator<Delta> {
      const facts = { ...call('chat', asked.provider, asked.model), 'gen_ai.request.stream': true }
      const span = tracer.open(`chat ${asked.model}`, facts, 'client')
      const from = performance.now()
      let waiting = true
      try {
        for await (const delta of model.stream(prompt, signal)) {
          if (waiting) {
            const seconds = (performance.now() - from) / 1_000
            span.set({ 'gen_ai.response.time_to_first_chunk': seconds })
          }
          waiting = false
          if (delta.type === 'end') span.set(ending(delta))
          yield delta
        }
      } catch (error) {
        if (signal.aborted) span.set({ 'homecourt.stopped': true })
        else span.fail(error instanceof ModelError ? error.kind : 'internal')
        throw error
      } finally {
        span.end()
      }
    },
  }
}

function tracedEmbedding(model: EmbeddingModel, tracer: Tracer): EmbeddingModel {
  return {
    ...model,
    async embed(texts, kind, signal) {
      const facts = {
        ...call('embeddings', model.provider, model.model),
        'gen_ai.embeddings.dimension.count': model.dims,
        'homecourt.embeddings.texts': texts.length,
      }
      const span = tracer.open(`embeddings ${model.model}`, facts, 'client')
      try {
        return await model.embed(texts, kind, signal)
      } catch (error) {
        if (signal.aborted) span.set({ 'homecourt.stopped': true })
        else span.fail(error instanceof ModelError ? error.kind : 'internal')
        throw error
      } finally {
        span.end()
      }
    },
  }
}

function call(operation: string, provider: string, model: string) {
  return {
    'gen_ai.operation.name': operation,
    'gen_ai.provider.name': provider,
    'gen_ai.request.model': model,
  }
}

function ending({ reason, usage }: Extract<Delta, { type: 'end' }>) {
  return {
    'gen_ai.response.finish_reasons': [reason],
    'gen_ai.usage.input_tokens': usage?.inputTokens,
    'gen_ai.usage.output_tokens': usage?.outputTokens,
    'gen_ai.usage.cache_read.input_tokens': usage?.cachedInputTokens,
    'gen_ai.usage.cache_creation.input_tokens': usage?.cacheWriteInputTokens,
  }
}
