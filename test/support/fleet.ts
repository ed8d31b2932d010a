import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type Program, startProgram } from './program.ts'
import { freePort } from './redis.ts'
import { newDatabase, ownRedis } from './services.ts'

/** Servers and workers over one database, one Redis and one folder of files. */
export type Fleet = AsyncDisposable & {
  env: Record<string, string>
  server(more?: Record<string, string>): Promise<Program>
  worker(more?: Record<string, string>): Promise<Program>
  /** Rows of the database itself. */
  sql<T = Record<string, unknown>>(text: string, values?: unknown[]): Promise<T[]>
}

/** Settings given here hold for every process; an empty one takes one of ours away. */
export async function openFleet(env: Record<string, string> = {}): Promise<Fleet> {
  const folder = mkdtempSync(join(tmpdir(), 'homecourt-fleet-'))
  const own = {
    ...{ HOMECOURT_OFFLINE: 'always', HOMECOURT_DATA_DIR: folder, HOMECOURT_LOG_LEVEL: 'fatal' },
    ...{ DATABASE_URL: env.DATABASE_URL ?? (await newDatabase()), ...ownRedis(), ...env },
  }
  const programs: Program[] = []
  const start = async (more: Record<string, string>, worker: boolean) => {
    const program = await startProgram({ ...own, ...more }, { worker })
    programs.push(program)
    return program
  }
  return {
    env: own,
    server: (more = {}) => start({ HOMECOURT_ROLES: 'api', ...more }, false),
    worker: (more = {}) => start(more, true),
    async sql<T>(text: string, values: unknown[] = []) {
      const client = new pg.Client(own.DATABASE_URL)
      await client.connect()
      try {
        return (await client.query(text, values)).rows as T[]
      } finally {
        await client.end()
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(programs.map((program) => program.stop('SIGKILL')))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A Postgres of a test’s own, to crash. */
export async function openOwnPostgres(): Promise<AsyncDisposable & { url: string; crash(): void }> {
  const port = await freePort()
  const services = (...args: string[]) =>
    execFileSync('scripts/services', args, {
      env: { ...process.env, HOMECOURT_SERVICES_POSTGRES_PORT: String(port) },
      stdio: 'ignore',
    })
  services('start', 'postgres')
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    crash: () => services('restart', 'postgres'),
    async [Symbol.asyncDispose]() {
      services('stop', 'postgres')
    },
  }
}
