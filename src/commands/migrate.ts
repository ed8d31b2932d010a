import type { Config } from '../config.ts'
import { openDatabase } from '../context.ts'

/** Applies pending migrations and stops. Returns the exit code. */
export async function migrate(config: Config): Promise<number> {
  const db = await openDatabase(config)
  try {
    await db.migrate()
    process.stdout.write('The database is up to date.\n')
    return 0
  } finally {
    await db.close()
  }
}
