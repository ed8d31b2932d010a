import OpenAI from 'openai'
import { type EmbeddingModel, ModelError, type ProviderSettings } from './model.ts'
import { requestFailed } from './provider-errors.ts'

/** The provider's own bound is 2,048 texts and 300,000 tokens a request. */
const TEXTS_AT_ONCE = 64

/** Embeddings of OpenAI and of every server that speaks the same, at `settings.baseUrl`. */
export function openaiEmbeddings(
  settings: ProviderSettings,
  { model, dims }: { model: string; dims: number },
): EmbeddingModel {
  const client = new OpenAI({
    apiKey: settings.apiKey || 'none',
    baseURL: settings.baseUrl ?? 'https://api.openai.com/v1',
    maxRetries: settings.retries,
    timeout: settings.timeoutMs,
    ...{ adminAPIKey: null, organization: null, project: null },
  })
  // Only this family can be asked for fewer numbers than it makes; others refuse the question.
  const shortened = model.startsWith('text-embedding-3') ? { dimensions: dims } : {}

  const request = async (input: string[], signal: AbortSignal) => {
    try {
      const body = { model, input, encoding_format: 'float' as const, ...shortened }
      const { data } = await client.embeddings.create(body, { signal })
      return data.toSorted((a, b) => a.index - b.index).map((row) => checked(row.embedding))
    } catch (error) {
      if (signal.aborted) throw signal.reason
      throw error instanceof ModelError ? error : requestFailed(settings, error)
    }
  }

  const checked = (embedding: number[]) => {
    if (embedding.length === dims) return Float32Array.from(embedding)
    const text = `${model} of ${settings.name} makes vectors of ${embedding.length} numbers, not ${dims}`
    throw new ModelError('bad_request', text)
  }

  return {
    provider: settings.name,
    model,
    dims,
    space: `${settings.name}/${model}/${dims}`,
    async embed(texts, _kind, signal) {
      const vectors: Float32Array[] = []
      for (let at = 0; at < texts.length; at += TEXTS_AT_ONCE) {
        vectors.push(...(await request(texts.slice(at, at + TEXTS_AT_ONCE), signal)))
      }
      if (vectors.length === texts.length) return vectors
      throw new ModelError('malformed', `${settings.name} left out some embeddings: bad gateway`)
    },
  }
}
