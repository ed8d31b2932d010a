import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { searchesAmongMany } from './million.ts'
import { type Running, startProvider, startServer, temporaryFolder } from './processes.ts'
import { queueOnPostgres, queueOnSqlite } from './queue.ts'
import { keep, type Row, table } from './table.ts'
import { twoAgainstOne } from './two.ts'

/** What a measure has to itself: a database, a prefix in Redis, a folder of files. */
export type Place = {
  provider: Running
  database: pg.Client
  folder: string
  env: Record<string, string>
}

type Measure = (place: Place) => Promise<Row[]>

type Ratios = { times: number; cpuTimes: number | null }
type Costs = Awaited<ReturnType<typeof queueOnSqlite>>

const measures: Record<string, Measure> = {
  two: async (place) => {
    const { threads, assistants, streams } = await twoAgainstOne(place)
    const row = (what: string, { times, cpuTimes }: Ratios): Row => [
      `two servers: ${what}, CPU of each`,
      [
        [times, 1.6, 'times one', 'more'],
        [cpuTimes, null, 'times'],
      ],
    ]
    return [
      row('reads of a thread of 20 messages', threads),
      row('lists of assistants', assistants),
      row('streamed runs', streams),
    ]
  },
  queue: async (place) => [queueRow('Postgres', await queueOnPostgres(place))],
  sqlite: async ({ provider, folder }) => [
    queueRow('SQLite', await queueOnSqlite({ provider, folder })),
  ],
  million: async ({ provider, database, folder, env }) => {
    const server = await startServer(provider, folder, { ...env, HOMECOURT_ROLES: 'both' })
    try {
      const { few, many, chunks } = await searchesAmongMany(server, database)
      const passages = Number(chunks.toPrecision(1)).toLocaleString('en')
      const row = (what: string, of: 'documents' | 'memories', goal: number | null): Row => [
        what,
        [
          [many[of].p50Ms, null, 'ms'],
          [many[of].p95Ms, goal, 'ms'],
          [(many[of].p95Ms ?? 0) / (few[of].p95Ms ?? 1), null, 'times ten assistants'],
        ],
      ]
      return [
        row(`search, ${passages} passages of 1,000 assistants, p50, p95`, 'documents', 60),
        row('search, 300,000 memories of 1,000 assistants, p50, p95', 'memories', null),
      ]
    } finally {
      await server.stop()
    }
  },
}

function queueRow(on: string, { cpuMs, cpuTimes, databaseTimes, perSecondTimes }: Costs): Row {
  return [
    `a document with a million waiting against a thousand, ${on}: CPU, CPU of the database, documents a second`,
    [
      [cpuMs, null, 'ms'],
      [cpuTimes, 1.1, 'times'],
      [databaseTimes, 1.1, 'times'],
      [perSecondTimes, null, 'times as many'],
    ],
  ]
}

const { DATABASE_URL, REDIS_URL = '' } = process.env
if (!DATABASE_URL) {
  process.stderr.write(
    'DATABASE_URL: a Postgres to make databases on; REDIS_URL, if any: a Redis. `scripts/services start` has both.\n',
  )
  process.exit(2)
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !(name in measures))
if (unknown.length > 0) {
  throw new Error(`no such measure; there are ${Object.keys(measures).join(', ')}`)
}

const provider = await startProvider()
const rows: Row[] = []
try {
  for (const [name, measure] of Object.entries(measures)) {
    if (asked.length === 0 || asked.includes(name)) rows.push(...(await inPlace(measure)))
  }
} finally {
  await provider.stop()
}
keep(rows, { as: 'services', command: 'npm run bench:services', whole: asked.length === 0 })
process.stdout.write(`${table(rows)}\n`)

/** Gives a measure a database of its own, which goes again with it. */
async function inPlace(measure: Measure): Promise<Row[]> {
  const name = `homecourt_bench_${randomBytes(4).toString('hex')}`
  const server = new pg.Client(DATABASE_URL)
  await server.connect()
  await server.query(`create database ${name}`)
  const url = new URL(DATABASE_URL as string)
  url.pathname = `/${name}`
  const folder = temporaryFolder()
  const database = new pg.Client(url.href)
  await database.connect()
  try {
    const env = { DATABASE_URL: url.href, REDIS_URL, HOMECOURT_REDIS_PREFIX: name }
    return await measure({ provider, database, folder: folder.path, env })
  } finally {
    await database.end()
    folder.remove()
    await server.query(`drop database ${name} with (force)`)
    await server.end()
  }
}
