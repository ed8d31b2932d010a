import { join } from 'node:path'
import type { Config } from '../config.ts'
import { type Ctx, loadMeter, loadTracer, openContext, openDatabase } from '../context.ts'
import type { Db } from '../db/db.ts'
import { lockFolder } from '../db/lock.ts'
import { dropLeftClones } from '../jobs/clone-assistant.ts'
import { ringToEmbed } from '../jobs/embed-memories.ts'
import { keepVectorsIndexed } from '../jobs/index-vectors.ts'
import { failOrphans, ringForDocuments } from '../jobs/sweep.ts'
import { ringToWrite } from '../jobs/write-memories.ts'
import { openShared, type Roles, type Shared } from '../shared.ts'
import { openLog } from './log.ts'

/**
 * Runs `task` on the migrated database. On SQLite this process is its folder's only one, and has
 * both roles. Returns the exit code.
 */
export async function withDatabase(
  config: Config,
  { serves, works }: Roles,
  task: (db: Db) => Promise<void>,
): Promise<number> {
  const alone = config.DATABASE_URL === ''
  if (alone && !(serves && works)) {
    throw new Error('processes with one role each need Postgres (DATABASE_URL)')
  }
  const unlock = alone ? lockFolder(join(config.HOMECOURT_DATA_DIR, 'server.lock')) : () => {}
  const db = await openDatabase(config)
  try {
    await db.migrate()
    await task(db)
    return 0
  } finally {
    await db.close()
    unlock()
  }
}

/** What a server or a worker has open while it runs. */
export async function openProcess(config: Config, db: Db, roles: Roles) {
  const log = openLog(config.HOMECOURT_LOG_LEVEL)
  const shared = await openShared(config, roles, log)
  await shared.clock.follow(db)
  const meter = await loadMeter(config)
  const tracer = await loadTracer(config, log)
  return { log, shared, ctx: openContext(config, db, log, shared, meter, tracer) }
}

/** Sweeps now and again and again. Returns the function that ends it. */
export async function keepSweeping(ctx: Ctx, shared: Shared, roles: Roles): Promise<() => void> {
  const sweep = async () => {
    try {
      await shared.clock.follow(ctx.db)
      await failOrphans(ctx, { all: false })
      if (roles.works) {
        await ringForDocuments(ctx)
        await ringToWrite(ctx)
        await ringToEmbed(ctx)
        await dropLeftClones(ctx, { all: false })
      }
    } catch (error) {
      ctx.log.error({ err: error }, 'the sweep failed')
    }
  }
  await sweep()
  const sweeping = setInterval(() => void sweep(), ctx.limits.sweepMs)
  const stopIndexing = roles.works ? keepVectorsIndexed(ctx) : () => {}
  return () => {
    clearInterval(sweeping)
    stopIndexing()
  }
}

/** Resolves at the first signal to stop; the second ends the process there and then. */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) {
      process.once(name, () => {
        process.once(name, () => process.exit(1))
        resolve()
      })
    }
  })
}

export async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, late])
  clearTimeout(timer)
}
