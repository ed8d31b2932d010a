import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.ts'
import { type Ctx, sqlitePath } from '../context.ts'
import type { Db } from '../db/db.ts'
import { dropLeftClones } from '../jobs/clone-assistant.ts'
import { failOrphans } from '../jobs/sweep.ts'
import { keepLeases } from '../runs/leases.ts'
import { buildServer } from '../server.ts'
import type { Roles } from '../shared.ts'
import { releaseDocuments } from '../store/claims.ts'
import { anyKey } from '../store/keys.ts'
import { releaseOperations } from '../store/memory-operations.ts'
import { version } from '../version.ts'
import { atMost, keepSweeping, openProcess, stopSignal, withDatabase } from './process.ts'

/** How long a stopping server waits for what it cannot hurry: cut-off runs being saved, sockets closing. */
const LAST_WORDS_MS = 2_000
const IDLE_CHECK_MS = 50

/** Serves until a signal comes, then lets running answers end within the grace period. Returns the exit code. */
export async function serve(config: Config): Promise<number> {
  const role = config.HOMECOURT_ROLES
  if (role === 'worker') return (await import('./work.ts')).work(config)
  const roles = { serves: true, works: role === 'both' }
  return withDatabase(config, roles, (db) => serveFrom(config, db, roles))
}

async function serveFrom(config: Config, db: Db, roles: Roles) {
  const alone = config.DATABASE_URL === ''
  const open = isLoopback(config.HOST)
  const secured = await anyKey(db)
  if (!open && !secured) throw new Error(needsKey(config.HOST))

  const { log, shared, ctx } = await openProcess(config, db, roles)
  await failOrphans(ctx, { all: alone })
  if (alone) {
    await releaseDocuments(ctx.db)
    await releaseOperations(ctx.db)
    await dropLeftClones(ctx, { all: true })
  }
  const app = await buildServer(ctx, {
    open,
    corsOrigins: config.HOMECOURT_CORS_ORIGINS.split(',').map((origin) => origin.trim()),
    accumulate: config.HOMECOURT_ACCUMULATED_CONTENT,
    failedWord: config.HOMECOURT_DOCUMENT_FAILED_STATUS,
    failedOperation: config.HOMECOURT_MEMORY_FAILED_STATUS,
    logger: log,
  })
  // Before anything that repeats: where the port is taken, nothing may keep the process alive.
  const address = await app
    .listen({ host: config.HOST, port: config.PORT })
    .catch(async (error) => {
      await ctx.close()
      throw error
    })
  const stopLeases = keepLeases(ctx)
  const stopSweeping = await keepSweeping(ctx, shared, roles)
  greet(config, address, ctx, open && !secured)

  await stopSignal()
  stopSweeping()
  await close(app, ctx, config.HOMECOURT_GRACE_SECONDS * 1_000)
  stopLeases()
  await ctx.close()
}

function isLoopback(host: string) {
  return host === 'localhost' || host === '::1' || /^127\./.test(host)
}

function needsKey(host: string) {
  return `HOST is ${host}, which others can reach, and there is no API key yet. Make one first: homecourt keys create`
}

function greet(
  config: Config,
  address: string,
  { models, web, images }: Ctx,
  anyKeyWorks: boolean,
) {
  const data = config.DATABASE_URL === '' ? sqlitePath(config) : 'Postgres (DATABASE_URL)'
  const providers = models.offline
    ? 'the offline model, for every name (set OPENAI_API_KEY or ANTHROPIC_API_KEY for a real one)'
    : models.configured.join(', ')
  const key = anyKeyWorks ? 'any' : '<your key>'
  process.stdout.write(
    [
      `Homecourt ${version} speaks the Backboard API at ${address}/api`,
      `  data    ${data}`,
      `  models  ${providers}`,
      `  web     ${web?.name ?? 'no search (set HOMECOURT_SEARXNG_URL, TAVILY_API_KEY or BRAVE_API_KEY)'}`,
      `  images  ${images.configured.join(', ') || 'none (set OPENAI_API_KEY or HOMECOURT_IMAGE_MODEL)'}`,
      `  docs    ${address}/docs`,
      `  try     curl -H 'X-API-Key: ${key}' -F content=Hello ${address}/api/threads/messages`,
      '',
    ].join('\n'),
  )
}

async function close(app: FastifyInstance, ctx: Ctx, graceMs: number) {
  const closed = app.close()
  // Closing shuts what is idle now; a connection that ends its stream later is kept alive otherwise.
  const shutIdle = setInterval(() => app.server.closeIdleConnections(), IDLE_CHECK_MS)
  await atMost(graceMs, ctx.live.idle())
  ctx.live.stopAll('shutdown')
  await atMost(LAST_WORDS_MS, ctx.live.idle())
  await atMost(LAST_WORDS_MS, closed)
  clearInterval(shutIdle)
  app.server.closeAllConnections()
  await closed
}
