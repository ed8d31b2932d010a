import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder with the generated migrations, whether this file runs from `src/db` or bundled in `dist`. */
export function migrationsFolder(dialect: 'sqlite' | 'postgres'): string {
  let at = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(at, 'migrations', dialect)) && at !== dirname(at)) at = dirname(at)
  return join(at, 'migrations', dialect)
}
