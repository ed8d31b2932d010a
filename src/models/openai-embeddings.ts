import OpenAI from 'openai'
import { type EmbeddingModel, ModelError, type ProviderSettings } from './model.ts'
import { requestFailed } from './provider-errors.ts'
import type { EmbeddingQuirks } from './providers.ts'

/** A model, the numbers its vectors shall have, and those they have when nobody asks; null = not known. */
type Asked = { model: string; dims: number; size: number | null }

/** Rows as OpenAI and its likenesses send them, or Cohere's own. */
type Answer = {
  data?: { index?: number; embedding?: number[] }[]
  embeddings?: { float?: number[][] }
}

type Kind = 'query' | 'document'

/** Embeddings of every provider: OpenAI's wire at `settings.baseUrl`, with what is peculiar to one. */
export function openaiEmbeddings(
  settings: ProviderSettings,
  quirks: EmbeddingQuirks,
  { model, dims, size }: Asked,
): EmbeddingModel {
  const { keyHeader } = settings.quirks ?? {}
  const client = new OpenAI({
    apiKey: settings.apiKey || 'none',
    baseURL: settings.baseUrl ?? 'https://api.openai.com/v1',
    maxRetries: settings.retries,
    timeout: settings.timeoutMs,
    ...{ adminAPIKey: null, organization: null, project: null },
    ...(keyHeader && { defaultHeaders: { [keyHeader]: settings.apiKey, authorization: null } }),
  })
  const isCohere = quirks.speaks === 'cohere'
  const url = isCohere ? ownOfCohere(client.baseURL) : '/embeddings'
  const { sizes, purpose } = quirks

  const toBody = (texts: readonly string[], kind: Kind) => ({
    model,
    ...(isCohere ? { texts, embedding_types: ['float'] } : { input: texts }),
    ...(!isCohere && quirks.format !== false && { encoding_format: 'float' }),
    ...(purpose && { [purpose.parameter]: purpose[kind] }),
    // Models that make one size only refuse the question.
    ...(dims !== size && sizes?.models.test(model) && { [sizes.parameter]: dims }),
  })

  const request = async (texts: readonly string[], kind: Kind, signal: AbortSignal) => {
    try {
      const answer = await client.post<Answer>(url, { body: toBody(texts, kind), signal })
      return vectorsIn(answer, texts.length).map(checked)
    } catch (error) {
      if (signal.aborted) throw signal.reason
      throw error instanceof ModelError ? error : requestFailed(settings, error)
    }
  }

  const vectorsIn = ({ data, embeddings }: Answer, count: number): number[][] => {
    const rows = Array.isArray(data) ? data : []
    const sorted = rows.map((row, i) => ({ at: row.index ?? i, vector: row.embedding ?? [] }))
    const vectors =
      embeddings?.float ?? sorted.sort((a, b) => a.at - b.at).map(({ vector }) => vector)
    if (vectors.length === count) return vectors
    throw new ModelError('malformed', `${settings.name} left out some embeddings: bad gateway`)
  }

  const checked = (embedding: number[]) => {
    const vector = Float32Array.from(embedding)
    // A number that is none, or past what 32 bits hold, is near nothing, and Postgres refuses it.
    if (!vector.every(Number.isFinite)) {
      throw new ModelError(
        'malformed',
        `${settings.name} sent a vector that is not of numbers: bad gateway`,
      )
    }
    if (vector.length === dims) return vector
    const text = `${model} of ${settings.name} makes vectors of ${embedding.length} numbers, not ${dims}`
    throw new ModelError('bad_request', text)
  }

  return {
    provider: settings.name,
    model,
    dims,
    space: `${settings.name}/${model}/${dims}`,
    async embed(texts, kind, signal) {
      const vectors: Float32Array[] = []
      for (let at = 0; at < texts.length; at += quirks.batch) {
        vectors.push(...(await request(texts.slice(at, at + quirks.batch), kind, signal)))
      }
      return vectors
    },
  }
}

/** Cohere's own way lies beside the one that looks like OpenAI's. */
function ownOfCohere(baseUrl: string): string {
  return new URL('../../v2/embed', `${baseUrl.replace(/\/+$/, '')}/`).href
}
