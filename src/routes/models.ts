import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { type TObject, Type } from 'typebox'
import type { Ctx } from '../context.ts'
import { notFound } from '../errors.ts'
import {
  EmbeddingModelReply,
  ModelPaging,
  ModelReply,
  ProviderNames,
  pageOf,
  ThinkingReply,
  toEmbeddingModel,
  toModel,
  toModelPage,
  toThinking,
} from '../wire/models.ts'
import { errorReplies } from '../wire/schema.ts'

type Known = Awaited<ReturnType<Ctx['models']['known']['list']>>[number]

const tags = ['Models']
const ModelPage = pageOf(ModelReply, 'Models')
const ProviderPath = Type.Object({ provider_name: Type.String() })
const ThinkingQuery = Type.Object({ provider: Type.Optional(Type.String()), model: Type.String() })
const Text = (description: string) => Type.Optional(Type.String({ description }))
const Flag = (description: string) => Type.Optional(Type.Boolean({ description }))
const Count = (description: string) => Type.Optional(Type.Integer({ description }))

const available = Flag('true: only what this server can call now; false: only what it cannot.')

const Filters = Type.Object({
  ...ModelPaging.properties,
  model_type: Text('llm, embedding, image, stt or tts; any case.'),
  provider: Text('Exact name, any case.'),
  supports_tools: Flag('Only models known to, or known not to.'),
  supports_vision: Flag('As supports_tools.'),
  supports_thinking: Flag('As supports_tools.'),
  min_context: Count('Tokens.'),
  max_context: Count('Tokens.'),
  available,
})

const EmbeddingFilters = Type.Object({
  ...ModelPaging.properties,
  provider: Text('Exact name, any case.'),
  min_dimensions: Count('Numbers in a vector.'),
  max_dimensions: Count('Numbers in a vector.'),
  available,
})

/** One list of models: where it is served, what may be asked of it, and its rows. */
type List = {
  /** The first is the documented one; clients use the others too. */
  urls: string[]
  summary: string
  querystring: TObject
  rows(
    query: Record<string, unknown>,
    params: { provider_name?: string },
  ): Promise<readonly Known[]>
}

export const modelRoutes =
  (ctx: Ctx): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { known } = ctx.models
    const ofTypes = async (...types: string[]) =>
      (await known.list()).filter(({ facts }) => types.includes(facts.type))
    const filtered = async (query: Record<string, unknown>) =>
      (await known.list()).filter(fitting(query, known.defaultContext))

    listRoutes(app, known.defaultContext, [
      { urls: ['/models'], summary: 'List models', querystring: Filters, rows: filtered },
      {
        urls: ['/models/provider/:provider_name', '/models/providers/:provider_name'],
        ...{ summary: 'List the models of a provider', querystring: ModelPaging },
        rows: (_, { provider_name: provider }) => filtered({ provider }),
      },
      {
        ...{ urls: ['/models/image/all', '/models/image'], summary: 'List image models' },
        ...{ querystring: ModelPaging, rows: () => ofTypes('image') },
      },
      {
        ...{ urls: ['/models/voice/all'], summary: 'List models that hear or speak' },
        ...{ querystring: ModelPaging, rows: () => ofTypes('stt', 'tts') },
      },
      ...['stt', 'tts'].map((type) => ({
        ...{ urls: [`/models/${type}/all`], summary: `List ${type} models` },
        ...{ querystring: ModelPaging, rows: () => ofTypes(type) },
      })),
    ])
    providerRoutes(app, ['/models/providers'], 'List the providers of models', known.list)
    providerRoutes(
      app,
      ['/models/embedding/providers', '/models/embedding-providers'],
      'List the providers of embedding models',
      // As in the list: a model whose size nobody tells is none that an SDK could read.
      async () => (await ofTypes('embedding')).filter(({ facts }) => facts.dims !== null),
    )
    await app.register(embeddingRoutes(() => ofTypes('embedding')))
    await app.register(lookupRoutes(ctx))
  }

/** Rows whose JSON is made once for each, not once for each request. */
function listRoutes(app: FastifyInstance, defaultContext: number, lists: List[]) {
  const written = new WeakMap<Known, string>()
  const write = (row: Known) => {
    const text = written.get(row) ?? JSON.stringify(toModel(row, defaultContext))
    written.set(row, text)
    return text
  }
  for (const { urls, summary, querystring, rows } of lists) {
    for (const url of urls) {
      const response = { 200: ModelPage, ...errorReplies }
      const params = url.includes(':') ? { params: ProviderPath } : {}
      const schema = { tags, summary, querystring, response, ...params }
      app.get(url, { schema }, async (request, reply) => {
        const query = request.query as Record<string, unknown>
        const found = await rows(query, request.params as { provider_name?: string })
        const texts = toModelPage(found, query).map(write)
        reply.type('application/json; charset=utf-8')
        return reply.send(`{"models":[${texts.join()}],"total":${found.length}}`)
      })
    }
  }
}

function providerRoutes(
  app: FastifyInstance,
  urls: string[],
  summary: string,
  rows: () => Promise<readonly Known[]>,
) {
  for (const url of urls) {
    const schema = { tags, summary, response: { 200: ProviderNames, ...errorReplies } }
    app.get(url, { schema }, async () => {
      const providers = [...new Set((await rows()).map(({ facts }) => facts.provider))]
      return { providers, total: providers.length }
    })
  }
}

const embeddingRoutes =
  (rows: () => Promise<readonly Known[]>): FastifyPluginAsyncTypebox =>
  async (app) => {
    for (const url of ['/models/embedding/all', '/models/embedding'] as const) {
      const schema = {
        ...{ tags, summary: 'List embedding models', querystring: EmbeddingFilters },
        response: { 200: pageOf(EmbeddingModelReply, 'EmbeddingModels'), ...errorReplies },
      }
      app.get(url, { schema }, async ({ query }) => {
        const { min_dimensions: least = 0, max_dimensions: most = Number.POSITIVE_INFINITY } = query
        const fits = fitting({ provider: query.provider, available: query.available }, 0)
        const found = (await rows())
          .filter(fits)
          .flatMap((row) => toEmbeddingModel(row) ?? [])
          .filter(({ embedding_dimensions: dims }) => dims >= least && dims <= most)
        return { models: toModelPage(found, query), total: found.length }
      })
    }
  }

const lookupRoutes =
  (ctx: Ctx): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { known } = ctx.models
    const find = async (name: string) => {
      // A slash that a client wrote as %252F comes out of the router as %2F.
      const row = await known.search(name.replace(/%2f/gi, '/'))
      if (!row) throw notFound('Model')
      return row
    }
    app.get(
      '/models/thinking-metadata',
      {
        schema: {
          ...{ tags, summary: 'How a model can be asked to think', querystring: ThinkingQuery },
          response: { 200: ThinkingReply, ...errorReplies },
        },
      },
      async ({ query: { provider, model } }) =>
        toThinking(await find(provider ? `${provider}/${model}` : model)),
    )
    // The document knows no parameter with slashes in it: the star is served and not shown.
    for (const [url, params] of named('/models/embedding')) {
      const summary = 'Get an embedding model by its name, slashes and all'
      const response = { 200: EmbeddingModelReply, ...errorReplies }
      app.get(
        url,
        { schema: { tags, summary, params, response, hide: url.endsWith('*') } },
        async (request) => {
          const model = toEmbeddingModel(await find(nameIn(request.params)))
          if (model?.model_type !== 'embedding') throw notFound('Model')
          return model
        },
      )
    }
    for (const [url, params] of named('/models')) {
      const summary = 'Get a model by its name, slashes and all, with or without its provider'
      const response = { 200: ModelReply, ...errorReplies }
      app.get(
        url,
        { schema: { tags, summary, params, response, hide: url.endsWith('*') } },
        async (request) => toModel(await find(nameIn(request.params)), known.defaultContext),
      )
    }
  }

const named = (url: string) =>
  [
    [`${url}/:model_name`, Type.Object({ model_name: Type.String() })],
    [`${url}/*`, Type.Object({ '*': Type.String() })],
  ] as const

function nameIn(params: { model_name?: string; '*'?: string }): string {
  return params.model_name ?? params['*'] ?? ''
}

/** Whether a row is what the query asks for. A capability that nobody knows of is neither. */
function fitting(query: Record<string, unknown>, defaultContext: number) {
  const same = (asked: unknown, has: string) =>
    asked === undefined || asked === '' || String(asked).toLowerCase() === has
  const is = (asked: unknown, has: boolean | null) => asked === undefined || asked === has
  const least = Number(query.min_context ?? Number.NEGATIVE_INFINITY)
  const most = Number(query.max_context ?? Number.POSITIVE_INFINITY)
  return ({ facts, available: callable }: Known) => {
    const context = facts.context ?? (facts.type === 'llm' ? defaultContext : 0)
    return (
      same(query.model_type, facts.type) &&
      same(query.provider, facts.provider) &&
      is(query.supports_tools, facts.can.tools) &&
      is(query.supports_vision, facts.can.vision) &&
      is(query.supports_thinking, facts.can.thinking) &&
      is(query.available, callable) &&
      context >= least &&
      context <= most
    )
  }
}
