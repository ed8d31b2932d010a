import type { Config } from '../config.ts'
import type { Db } from '../db/db.ts'
import { buildHealthServer } from '../server.ts'
import { version } from '../version.ts'
import { keepSweeping, openProcess, stopSignal, withDatabase } from './process.ts'

const roles = { serves: false, works: true }

/** Works on what servers leave behind, until a signal comes. Returns the exit code. */
export async function work(config: Config): Promise<number> {
  return withDatabase(config, roles, (db) => workFrom(config, db))
}

async function workFrom(config: Config, db: Db) {
  const { shared, ctx } = await openProcess(config, db, roles)
  const port = config.HOMECOURT_WORKER_PORT
  const app = port === 0 ? null : await buildHealthServer(ctx)
  await app?.listen({ host: config.HOST, port })
  const stopSweeping = await keepSweeping(ctx, shared, roles)
  process.stdout.write(`Homecourt ${version} works\n`)

  await stopSignal()
  stopSweeping()
  await app?.close()
  await ctx.close()
}
