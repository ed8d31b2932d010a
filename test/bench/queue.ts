import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import type pg from 'pg'
import { Line } from './client.ts'
import { untilAllIndexed, upload } from './documents.ts'
import type { Figures } from './measures.ts'
import { cpuMs, cpuMsOf, type Running, type Server, startServer, startWorker } from './processes.ts'
import type { Place } from './services.ts'
import { textOf } from './texts.ts'

const FEW = 2_000
const MANY = 1_000_000
/** Read before the measuring starts, and then measured. */
const WARM_UP = 400
const MEASURED = 1_000
const ASSISTANTS = 50
const POLL_MS = 20

/**
 * Rows like one that was uploaded, spread over all assistants, each a millisecond younger; their
 * ids grow, as ours do.
 */
type Queue = {
  fill(count: number): Promise<void>
  clear(): Promise<void>
  passages(): Promise<number>
  /** CPU of the database, where it is a process of its own and here. */
  cpuMs(): Promise<number | null>
}

/** What a document costs a worker over Postgres with a thousand waiting, and with a million. */
export async function queueOnPostgres({ provider, database, folder, env }: Place) {
  const server = await startServer(provider, folder, { ...env, HOMECOURT_ROLES: 'api' })
  await openAssistants(server)
  await server.stop()
  const queue = postgresQueue(database)
  return eachLength(queue, () => startWorker(provider, folder, env))
}

/** The same of the one process over SQLite. */
export async function queueOnSqlite({ provider, folder }: Pick<Place, 'provider' | 'folder'>) {
  const server = await startServer(provider, folder)
  const assistant = await openAssistants(server)
  await untilAllIndexed(server, assistant)
  await server.stop()
  const database = new Sqlite(join(folder, 'homecourt.sqlite'))
  try {
    return await eachLength(sqliteQueue(database), () => startServer(provider, folder))
  } finally {
    database.close()
  }
}

async function openAssistants(server: Server): Promise<string> {
  const line = new Line(server.port)
  let assistant = ''
  for (let at = 0; at < ASSISTANTS; at += 1) {
    const { body } = await line.ask('POST', '/api/assistants', { name: `Bench ${at}` })
    assistant = JSON.parse(body).assistant_id
  }
  line.close()
  await upload(server, assistant, 'note.txt', textOf(1_024, 1))
  return assistant
}

/** The long queue between two short ones, so that a machine that slows down is no excuse. */
async function eachLength(queue: Queue, start: () => Promise<Running>) {
  const before = await drain(queue, FEW, start)
  const many = await drain(queue, MANY, start)
  const after = await drain(queue, FEW, start)
  const few = (figure: string) => ((before[figure] ?? 0) + (after[figure] ?? 0)) / 2
  const times = (figure: string) => (many[figure] ?? 0) / few(figure)
  return {
    cpuMs: many.cpuMs ?? null,
    cpuTimes: times('cpuMs'),
    databaseTimes: many.databaseMs === null ? null : times('databaseMs'),
    perSecondTimes: times('perSecond'),
  }
}

async function drain(
  queue: Queue,
  length: number,
  start: () => Promise<Running>,
): Promise<Figures> {
  await queue.clear()
  await queue.fill(length)
  const from = await queue.passages()
  const worker = await start()
  try {
    const first = await at(queue, worker, from + WARM_UP)
    const last = await at(queue, worker, first.passages + MEASURED)
    const each = last.passages - first.passages
    const perEach = (one: number | null, other: number | null) =>
      one === null || other === null ? null : (other - one) / each
    return {
      cpuMs: perEach(first.cpuMs, last.cpuMs),
      databaseMs: perEach(first.databaseMs, last.databaseMs),
      perSecond: (each * 1_000) / (last.ms - first.ms),
    }
  } finally {
    await worker.stop()
  }
}

/** The moment at which so many passages are there. */
async function at(queue: Queue, worker: Running, wanted: number) {
  for (;;) {
    const passages = await queue.passages()
    if (passages >= wanted) {
      const databaseMs = await queue.cpuMs()
      return { passages, ms: performance.now(), cpuMs: cpuMs(worker), databaseMs }
    }
    if (worker.child.exitCode !== null) throw new Error('the worker has ended')
    await wait(POLL_MS)
  }
}

const copied = `owner_id, thread_id, message_id, filename, media_type, blob_key, size_bytes,
  'pending', 0, updated_at`
const columns = `owner_id, thread_id, message_id, filename, media_type, blob_key, size_bytes,
  status, attempts, updated_at, id, assistant_id, created_at`
const passages = 'select coalesce(sum(chunk_count), 0) as passages from scopes'

function postgresQueue(database: pg.Client): Queue {
  return {
    async fill(count) {
      await database.query(`
        insert into documents (${columns})
        select ${copied}, lpad(to_hex(n), 12, '0') || gen_random_uuid()::text,
          (array(select id from assistants order by id))[1 + n % ${ASSISTANTS}],
          created_at + n * interval '1 ms'
        from (select * from documents order by created_at limit 1) as one, generate_series(1, ${count}) as n`)
      await database.query('vacuum analyze documents')
    },
    async clear() {
      await database.query(
        "delete from documents where status = 'pending' and id <> (select id from documents order by created_at limit 1)",
      )
    },
    passages: async () => Number((await database.query(passages)).rows[0].passages),
    async cpuMs() {
      const { rows } = await database.query<{ pid: number }>(
        `select pid from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`,
      )
      const each = rows.map(({ pid }) => cpuMsOf(pid))
      return each.reduce<number | null>(
        (sum, ms) => (sum === null || ms === null ? null : sum + ms),
        0,
      )
    },
  }
}

function sqliteQueue(database: Sqlite.Database): Queue {
  return {
    async fill(count) {
      database.exec(`
        insert into documents (${columns})
        with recursive counted(n) as (select 1 union all select n + 1 from counted where n < ${count}),
          places as (select id, row_number() over (order by id) - 1 as place from assistants)
        select ${copied}, printf('%012x', n) || lower(hex(randomblob(16))), places.id, created_at + n
        from counted join places on place = n % (select count(*) from assistants),
          (select * from documents order by created_at limit 1) as one`)
      database.pragma('wal_checkpoint(truncate)')
    },
    async clear() {
      database.exec("delete from documents where status in ('pending', 'processing')")
    },
    passages: async () => (database.prepare(passages).get() as { passages: number }).passages,
    cpuMs: async () => null,
  }
}
