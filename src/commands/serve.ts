import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import type { Config } from '../config.ts'
import { type Ctx, openContext, openDatabase, sqlitePath } from '../context.ts'
import type { Db } from '../db/db.ts'
import { lockFolder } from '../db/lock.ts'
import { failOrphans, ringForDocuments } from '../jobs/sweep.ts'
import { keepLeases } from '../runs/leases.ts'
import { buildServer } from '../server.ts'
import { releaseDocuments } from '../store/documents.ts'
import { anyKey } from '../store/keys.ts'
import { version } from '../version.ts'

/** How long a stopping server waits for what it cannot hurry: cut-off runs being saved, sockets closing. */
const LAST_WORDS_MS = 2_000
const IDLE_CHECK_MS = 50

/** Serves until a signal comes, then lets running answers end within the grace period. Returns the exit code. */
export async function serve(config: Config): Promise<number> {
  const alone = config.DATABASE_URL === ''
  const unlock = alone ? lockFolder(join(config.HOMECOURT_DATA_DIR, 'server.lock')) : () => {}
  const db = await openDatabase(config)
  try {
    await db.migrate()
    await serveFrom(config, db, { alone })
    return 0
  } finally {
    await db.close()
    unlock()
  }
}

async function serveFrom(config: Config, db: Db, { alone }: { alone: boolean }) {
  const open = isLoopback(config.HOST)
  const secured = await anyKey(db)
  if (!open && !secured) throw new Error(needsKey(config.HOST))

  const log = pino({ level: config.HOMECOURT_LOG_LEVEL })
  const ctx = openContext(config, db, log)
  await failOrphans(ctx, { all: alone })
  if (alone) await releaseDocuments(ctx.db)
  const app = await buildServer(ctx, {
    open,
    corsOrigins: config.HOMECOURT_CORS_ORIGINS.split(',').map((origin) => origin.trim()),
    accumulate: config.HOMECOURT_ACCUMULATED_CONTENT,
    failedWord: config.HOMECOURT_DOCUMENT_FAILED_STATUS,
    logger: log,
  })
  // Before anything that repeats: where the port is taken, nothing may keep the process alive.
  const address = await app.listen({ host: config.HOST, port: config.PORT })
  const stopLeases = keepLeases(ctx)
  await sweep(ctx)
  const sweeping = setInterval(() => void sweep(ctx), ctx.limits.sweepMs)
  greet(config, address, ctx, open && !secured)

  await signal()
  clearInterval(sweeping)
  await close(app, ctx, config.HOMECOURT_GRACE_SECONDS * 1_000)
  stopLeases()
  // The queue first: its jobs then know that the reading was stopped, not that the file is bad.
  await ctx.queue.close()
  await ctx.reader.close()
}

async function sweep(ctx: Ctx) {
  try {
    await failOrphans(ctx, { all: false })
    await ringForDocuments(ctx)
  } catch (error) {
    ctx.log.error({ err: error }, 'the sweep failed')
  }
}

function isLoopback(host: string) {
  return host === 'localhost' || host === '::1' || /^127\./.test(host)
}

function needsKey(host: string) {
  return `HOST is ${host}, which others can reach, and there is no API key yet. Make one first: homecourt keys create`
}

function greet(config: Config, address: string, { models }: Ctx, anyKeyWorks: boolean) {
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
      `  docs    ${address}/docs`,
      `  try     curl -H 'X-API-Key: ${key}' -F content=Hello ${address}/api/threads/messages`,
      '',
    ].join('\n'),
  )
}

function signal(): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) {
      process.once(name, () => {
        process.once(name, () => process.exit(1))
        resolve()
      })
    }
  })
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

async function atMost(ms: number, work: Promise<unknown>) {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, late])
  clearTimeout(timer)
}
