import cors from '@fastify/cors'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { Ctx } from './context.ts'
import { AppError } from './errors.ts'
import { knowOwners, requireKey } from './http/auth.ts'
import { readBodies } from './http/body.ts'
import { refuseBrokenRequest, sendError } from './http/errors.ts'
import { readForms } from './http/form.ts'
import { observe } from './http/observe.ts'
import { allowOneSpelling, refuseOtherMethods } from './http/paths.ts'
import { limitRates } from './http/rate-limit.ts'
import { compiledLazily } from './http/validation.ts'
import { acceptVoiceSockets } from './http/voice-upgrade.ts'
import { assistantRoutes } from './routes/assistants.ts'
import { docsRoutes } from './routes/docs.ts'
import { documentSearchRoutes } from './routes/document-search.ts'
import { documentRoutes } from './routes/documents.ts'
import { healthRoutes } from './routes/health.ts'
import { memoryRoutes } from './routes/memories.ts'
import { memorySearchRoutes } from './routes/memory-search.ts'
import { messageRoutes } from './routes/messages.ts'
import { metricsRoute } from './routes/metrics.ts'
import { modelRoutes } from './routes/models.ts'
import { runRoutes } from './routes/runs.ts'
import { threadRoutes } from './routes/threads.ts'
import { voiceSessions } from './routes/voice.ts'
import { version } from './version.ts'
import type { FailedWord } from './wire/document.ts'
import type { OperationFailedWord } from './wire/memory.ts'

export type ServerOptions = {
  /** Any key is accepted while none was ever created. */
  open: boolean
  /** Origins whose pages may call the API; `*` is any. */
  corsOrigins: string[]
  /** Send `accumulated_content` with every streamed piece. */
  accumulate: boolean
  /** The word for a document that could not be read. */
  failedWord: FailedWord
  /** The word for a memory operation that failed. */
  failedOperation: OperationFailedWord
  logger?: FastifyBaseLogger
}

/** SDK clients keep idle connections for 30 s; ours must not close first. */
const KEEP_ALIVE_MS = 75_000

/** The whole server, ready to listen or to be injected into. */
export async function buildServer(ctx: Ctx, options: ServerOptions): Promise<FastifyInstance> {
  const app = Fastify({
    ...(options.logger ? { loggerInstance: options.logger } : {}),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: ctx.limits.bodyBytes,
    keepAliveTimeout: KEEP_ALIVE_MS,
    rewriteUrl: allowOneSpelling,
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, maxParamLength: 500 },
    forceCloseConnections: 'idle',
    frameworkErrors: sendError,
    clientErrorHandler: refuseBrokenRequest,
    schemaController: compiledLazily(),
  })
  app.setErrorHandler<AppError>(sendError)
  app.setNotFoundHandler(async () => {
    throw new AppError('not_found', 'Not Found')
  })
  await app.register(cors, {
    origin: options.corsOrigins.includes('*') ? '*' : options.corsOrigins,
    methods: ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'],
    exposedHeaders: ['x-homecourt-model', 'retry-after'],
    strictPreflight: false,
    maxAge: 600,
  })
  docsRoutes(app, version)
  observe(app, ctx)
  await app.register(healthRoutes(ctx))
  metricsRoute(app, ctx)
  const ownerOf = knowOwners(ctx, options)
  await app.register(
    async (api) => {
      readBodies(api, ctx.limits)
      await readForms(api, ctx)
      requireKey(api, ownerOf)
      limitRates(api, ctx)
      const finish = refuseOtherMethods(api)
      await api.register(assistantRoutes(ctx))
      await api.register(threadRoutes(ctx, options))
      await api.register(messageRoutes(ctx, options))
      await api.register(runRoutes(ctx, options))
      await api.register(documentRoutes(ctx, options))
      await api.register(documentSearchRoutes(ctx))
      await api.register(memoryRoutes(ctx, options))
      await api.register(memorySearchRoutes(ctx))
      await api.register(modelRoutes(ctx))
      finish()
    },
    { prefix: '/api' },
  )
  acceptVoiceSockets(app, ctx, voiceSessions(ctx, { ...options, ownerOf }))
  await app.ready()
  return app
}

/** Only says how the process is: for one that takes no requests. */
export async function buildHealthServer(ctx: Ctx): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(healthRoutes(ctx))
  metricsRoute(app, ctx)
  return app
}
