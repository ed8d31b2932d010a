import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import type { Config } from '../config.ts'
import { type Ctx, openContext, openDatabase, sqlitePath } from '../context.ts'
import { lockFolder } from '../db/lock.ts'
import { failOrphans } from '../jobs/sweep.ts'
import { keepLeases } from '../runs/leases.ts'
import { buildServer } from '../server.ts'
import { anyKey } from '../store/keys.ts'
import { version } from '../version.ts'

/** How long a stopping server waits for what it cannot hurry: cut-off runs being saved, sockets closing. */
const LAST_WORDS_MS = 2_000

/** Serves until a signal comes, then lets running answers end within the grace period. Returns the exit code. */
export async function serve(config: Config): Promise<number> {
  const alone = config.DATABASE_URL === ''
  const unlock = alone ? lockFolder(join(config.HOMECOURT_DATA_DIR, 'server.lock')) : () => {}
  const log = pino({ level: config.HOMECOURT_LOG_LEVEL })
  const db = await openDatabase(config)
  await db.migrate()
  const open = isLoopback(config.HOST)
  const secured = await anyKey(db)
  if (!open && !secured) throw new Error(needsKey(config.HOST))

  const ctx = openContext(config, db, log)
  await failOrphans(ctx, { all: alone })
  const app = await buildServer(ctx, {
    open,
    corsOrigins: config.HOMECOURT_CORS_ORIGINS.split(',').map((origin) => origin.trim()),
    accumulate: config.HOMECOURT_ACCUMULATED_CONTENT,
    logger: log,
  })
  const stopLeases = keepLeases(ctx)
  const sweep = setInterval(() => void sweepOrphans(ctx), ctx.limits.sweepMs)
  const address = await app.listen({ host: config.HOST, port: config.PORT })
  greet(config, address, ctx, open && !secured)

  await signal()
  clearInterval(sweep)
  await close(app, ctx, config.HOMECOURT_GRACE_SECONDS * 1_000)
  stopLeases()
  await db.close()
  unlock()
  return 0
}

async function sweepOrphans(ctx: Ctx) {
  try {
    await failOrphans(ctx, { all: false })
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
  await atMost(graceMs, ctx.live.idle())
  ctx.live.stopAll('shutdown')
  await atMost(LAST_WORDS_MS, ctx.live.idle())
  await atMost(LAST_WORDS_MS, closed)
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
