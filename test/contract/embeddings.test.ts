import { describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { type EmbeddingChoice, openEmbeddings } from '../../src/models/embeddings.ts'
import { openKnownModels } from '../../src/models/known-models.ts'
import { providerRows } from '../../src/models/providers.ts'
import {
  type FakeProvider,
  openaiError,
  openProvider,
  type ProviderRequest,
  statusReply,
} from '../support/provider.ts'
import { openWorld } from '../support/world.ts'

const open = (env: Record<string, string>) => {
  const config = readConfig(env)
  return openEmbeddings(config, openKnownModels(config))
}

const choice = (provider: string | null, model: string | null = null, dims: number | null = null) =>
  ({ embeddingProvider: provider, embeddingModel: model, embeddingDims: dims }) as EmbeddingChoice

/** Vectors whose first number says which text they are of; OpenAI's rows come in any order. */
function answer(dims: number, { body }: ProviderRequest) {
  const texts = (body.texts ?? body.input) as string[]
  const vectors = texts.map((text) => [Number(text), ...Array(dims - 1).fill(0)])
  if (body.texts) return statusReply(200, { id: 'e', texts, embeddings: { float: vectors } })
  const data = vectors.map((embedding, index) => ({ object: 'embedding', index, embedding }))
  return statusReply(200, { object: 'list', data: data.reverse() })
}

const signal = new AbortController().signal

type Wire = {
  key: Record<string, string>
  model: string
  dims: number
  path: string
  /** The request for documents, less its texts. */
  body: object
  /** Its texts at most. */
  batch: number
  /** What differs in a request for a question. */
  query?: object
  shorter?: { dims: number; body: object }
}

const plain = { encoding_format: 'float' }
const wires: Record<string, Wire> = {
  openai: {
    ...{ key: { OPENAI_API_KEY: 'k' }, model: 'text-embedding-3-large', dims: 3072, batch: 64 },
    ...{ path: '/v1/embeddings', body: plain, shorter: { dims: 256, body: { dimensions: 256 } } },
  },
  google: {
    ...{ key: { GEMINI_API_KEY: 'k' }, model: 'gemini-embedding-001', dims: 3072, batch: 64 },
    ...{ path: '/v1/embeddings', body: plain, shorter: { dims: 768, body: { dimensions: 768 } } },
  },
  cohere: {
    ...{ key: { COHERE_API_KEY: 'k' }, model: 'embed-v4.0', dims: 1536, batch: 96 },
    ...{ path: '/v2/embed', query: { input_type: 'search_query' } },
    body: { input_type: 'search_document', embedding_types: ['float'] },
    shorter: { dims: 512, body: { output_dimension: 512 } },
  },
  mistral: {
    ...{ key: { MISTRAL_API_KEY: 'k' }, model: 'mistral-embed', dims: 1024, batch: 16 },
    ...{ path: '/v1/embeddings', body: plain },
  },
  azure: {
    key: { AZURE_OPENAI_API_KEY: 'k', AZURE_OPENAI_ENDPOINT: 'http://x' },
    ...{ model: 'my-deployment', dims: 8, path: '/v1/embeddings', body: plain, batch: 64 },
  },
  ollama: {
    ...{ key: { OLLAMA_BASE_URL: 'http://x' }, model: 'nomic-embed-text', dims: 768, batch: 64 },
    ...{ path: '/v1/embeddings', body: plain },
  },
  voyage: {
    ...{ key: { VOYAGE_API_KEY: 'k' }, model: 'voyage-3.5', dims: 1024, batch: 128 },
    ...{ path: '/v1/embeddings', body: { input_type: 'document' }, query: { input_type: 'query' } },
    shorter: { dims: 2048, body: { output_dimension: 2048 } },
  },
  'my-box': {
    key: {},
    ...{ model: 'bge', dims: 5, path: '/v1/embeddings', body: plain, batch: 64 },
  },
}

const reach = (name: string, key: Record<string, string>, { openaiUrl }: FakeProvider) => ({
  ...key,
  [`HOMECOURT_PROVIDER_${name.toUpperCase().replaceAll('-', '_')}_URL`]: openaiUrl,
})

describe('embeddings', () => {
  it('are tested for every provider that has them', () => {
    const rows = Object.entries(providerRows).filter(([, row]) => row.embeds)
    expect(rows.map(([name]) => name).sort()).toEqual(
      Object.keys(wires)
        .filter((name) => name !== 'my-box')
        .sort(),
    )
  })

  it.each(
    Object.entries(wires),
  )('%s is asked in its own way, in batches, in order', async (name, wire) => {
    await using provider = await openProvider()
    provider.always((request) => answer(wire.dims, request))
    const embeddings = open(reach(name, wire.key, provider))
    const asked = choice(name, wire.model, wire.dims)
    const model = await embeddings.of(embeddings.choose(asked))
    const texts = Array.from({ length: wire.batch + 2 }, (_, i) => String(i))
    const vectors = await model.embed(texts, 'document', signal)
    expect(vectors.map(([first]) => first)).toEqual(texts.map(Number))
    await model.embed(['7'], 'query', signal)
    const [first, second, query] = provider.requests
    expect(first?.path).toBe(wire.path)
    const { input, texts: own, ...rest } = first?.body ?? {}
    expect((input ?? own) as string[]).toHaveLength(wire.batch)
    expect(rest).toEqual({ model: wire.model, ...wire.body })
    expect((second?.body.input ?? second?.body.texts) as string[]).toHaveLength(2)
    expect(query?.body).toMatchObject({ ...wire.body, ...wire.query })
  })

  it.each(
    Object.entries(wires).filter(([, wire]) => wire.shorter),
  )('%s is asked for another size only where one was chosen', async (name, wire) => {
    const { dims = 0, body } = wire.shorter ?? {}
    await using provider = await openProvider()
    provider.always((request) => answer(dims, request))
    const embeddings = open(reach(name, wire.key, provider))
    const model = await embeddings.of(embeddings.choose(choice(name, wire.model, dims)))
    expect((await model.embed(['1'], 'document', signal))[0]).toHaveLength(dims)
    expect(provider.requests[0]?.body).toMatchObject(body ?? {})
  })

  it.each([
    ['cohere', 'COHERE_API_KEY', 'embed-v4.0', 1536],
    ['google', 'GEMINI_API_KEY', 'gemini-embedding-001', 3072],
    ['mistral', 'MISTRAL_API_KEY', 'mistral-embed', 1024],
    ['voyage', 'VOYAGE_API_KEY', 'voyage-3.5', 1024],
  ])('%s alone is a model and its size', (name, key, model, dims) => {
    expect(open({ [key]: 'k' }).choose(choice(name))).toEqual(choice(name, model, dims))
  })

  it('passing failures are tried again, lasting ones are told, and what is missing is noticed', async () => {
    await using provider = await openProvider(
      openaiError(429, { message: 'slow down' }, { 'retry-after-ms': '1' }),
      statusReply(200, { data: [{ index: 0, embedding: [1, 2, 3] }] }),
      openaiError(401, { message: 'no such key', code: 'invalid_api_key' }),
      statusReply(200, { data: [] }),
      statusReply(200, { nothing: true }),
      statusReply(200, { data: [{ index: 0, embedding: [1, 'two', 3] }] }),
      statusReply(200, { data: [{ index: 0, embedding: [1, 2, 1e39] }] }),
      statusReply(200, { data: [{ index: 0, embedding: [1] }] }),
    )
    const embeddings = open(reach('my-box', { HOMECOURT_PROVIDER_RETRIES: '1' }, provider))
    const model = await embeddings.of(choice('my-box', 'bge', 3))
    const embed = () => model.embed(['1'], 'document', signal)
    expect((await embed())[0]).toEqual(Float32Array.from([1, 2, 3]))
    await expect(embed()).rejects.toMatchObject({ kind: 'credentials' })
    await expect(embed()).rejects.toMatchObject({ kind: 'malformed' })
    await expect(embed()).rejects.toMatchObject({ kind: 'malformed' })
    await expect(embed()).rejects.toThrow(/not of numbers/)
    await expect(embed()).rejects.toThrow(/not of numbers/)
    await expect(embed()).rejects.toThrow(/makes vectors of 1 numbers, not 3/)
  })
})

describe('POST /assistants with an embedding', () => {
  const env = {
    ...{ OPENAI_API_KEY: 'k', COHERE_API_KEY: 'k', MISTRAL_API_KEY: 'k', VOYAGE_API_KEY: 'k' },
    HOMECOURT_PROVIDER_MY_BOX_URL: 'http://127.0.0.1:1/v1',
  }

  it.each([
    ['openai', 'text-embedding-3-small', 2000, /has at most 1536 dimensions/],
    ['openai', 'text-embedding-ada-002', 256, /has 1536 dimensions, not 256/],
    [
      'openai',
      'never-heard',
      null,
      /Say in embedding_dims how many numbers a vector of never-heard/,
    ],
    ['cohere', 'embed-v4.0', 700, /has 256, 512, 1024, 1536 dimensions, not 700/],
    ['cohere', 'embed-english-v3.0', 512, /has 1024 dimensions, not 512/],
    ['mistral', 'mistral-embed', 512, /has 1024 dimensions, not 512/],
    ['voyage', 'voyage-3.5', 4096, /has 256, 512, 1024, 2048 dimensions, not 4096/],
    ['my-box', null, null, /Name an embedding model of my-box/],
    [
      'google',
      null,
      null,
      /"google" is not available here: set GEMINI_API_KEY, or use openai, cohere/,
    ],
    ['anthropic', null, null, /"anthropic" is not available here: use openai/],
    ['groq', 'x', 5, /"groq" is not available here/],
    ['nobody', null, null, /"nobody" is not available here/],
  ])('400 %s %s %s', async (embedding_provider, embedding_model_name, embedding_dims, detail) => {
    await using world = await openWorld({ env })
    const body = { name: 'A', embedding_provider, embedding_model_name, embedding_dims }
    const reply = await world.call('POST', '/assistants', body)
    expect(reply).toMatchObject({ status: 400, body: { detail: expect.stringMatching(detail) } })
    expect((await world.call('GET', '/assistants')).body).toEqual([])
  })

  it('200 what can be had, with what was left out filled in', async () => {
    await using world = await openWorld({ env })
    const made = async (body: object) => {
      const reply = await world.call('POST', '/assistants', { name: 'A', ...body })
      const { embedding_provider, embedding_model_name, embedding_dims } = reply.body
      return [embedding_provider, embedding_model_name, embedding_dims]
    }
    expect(await made({})).toEqual(['openai', 'text-embedding-3-large', 3072])
    expect(await made({ embedding_provider: 'cohere' })).toEqual(['cohere', 'embed-v4.0', 1536])
    const short = { embedding_model_name: 'text-embedding-3-small', embedding_dims: 256 }
    expect(await made(short)).toEqual(['openai', 'text-embedding-3-small', 256])
    const loud = { embedding_provider: 'Cohere', embedding_model_name: 'cohere/Embed-V4.0' }
    expect(await made(loud)).toEqual(['cohere', 'embed-v4.0', 1536])
    const own = { embedding_provider: 'my-box', embedding_model_name: 'bge', embedding_dims: 384 }
    expect(await made(own)).toEqual(['my-box', 'bge', 384])
  })
})
