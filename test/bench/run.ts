import { largeText, longPdf, searches, smallFiles } from './documents.ts'
import {
  type Bench,
  coldStart,
  createThreads,
  firstTokens,
  listModels,
  longThread,
  memory,
  openBench,
  plainSends,
  readThread,
  relay,
  toolRounds,
} from './measures.ts'
import { memories } from './memories.ts'
import { type Server, startProvider, startServer, temporaryFolder } from './processes.ts'
import { keep, type Row, table } from './table.ts'

type Measure = (bench: Bench) => Promise<Row[]>

/**
 * Everything there is to measure, by the name to ask for it alone. Those of a group share a server,
 * in this order: memory under load comes after the load.
 */
const groups: Record<string, Measure>[] = [
  {
    start: async ({ provider }) => [
      ['cold start to first 200', [[(await coldStart(provider, 5)).ms, 250, 'ms']]],
    ],
  },
  {
    idle: async (bench) => [['memory, idle', [[memory(bench, 'VmRSS').mib, 80, 'MiB']]]],
    create: async (bench) => {
      const { cpuMs, coldMs } = await createThreads(bench)
      return [
        [
          'create a thread, CPU, warm / the first 1,000',
          [cell(cpuMs, 0.18, 'ms'), cell(coldMs, null, 'ms')],
        ],
      ]
    },
    read: async (bench) => {
      const { cpuMs, coldMs } = await readThread(bench)
      return [
        [
          'read a thread of 20 messages, CPU, warm / the first 1,000',
          [cell(cpuMs, 0.18, 'ms'), cell(coldMs, null, 'ms')],
        ],
      ]
    },
    models: async (bench) => {
      const { ratio, mib } = await listModels(bench)
      return [
        [
          'list 2,600 models: CPU a byte against reading a thread, size',
          [cell(ratio, 1.5, 'times'), cell(mib, null, 'MiB')],
        ],
      ]
    },
    send: async (bench) => {
      const { ratio, cpuMs } = await plainSends(bench, 3)
      return [
        ['plain send, 32 at once', [cell(ratio, 0.1, 'of direct'), cell(cpuMs, 0.6, 'ms CPU')]],
      ]
    },
    first: async (bench) => {
      const one = await firstTokens(bench, { streams: 1, each: 201, rounds: 3 })
      const many = await firstTokens(bench, { streams: 64, each: 5, rounds: 3 })
      return [
        [
          'added time to first token, one stream, p50 / p99',
          [cell(one.p50Ms, 1.5, 'ms'), cell(one.p99Ms, 7, 'ms')],
        ],
        [
          'added time to first token, 64 paced streams, p50 / p99',
          [cell(many.p50Ms, 3, 'ms'), cell(many.p99Ms, 17, 'ms')],
        ],
      ]
    },
    relay: async (bench) => {
      const { ratio, cpuUs } = await relay(bench, 5)
      return [
        [
          'relay, 64 streams x 200 chunks',
          [cell(ratio, 0.45, 'of direct'), cell(cpuUs, 25, 'us CPU a chunk')],
        ],
      ]
    },
    loaded: async (bench) => [
      ['memory, highest under the loads above', [[memory(bench, 'VmHWM').mib, 180, 'MiB']]],
    ],
    long: async (bench) => {
      const { readMs, sendMs } = await longThread(bench)
      return [['read / send at 1,000 messages', [cell(readMs, 8, 'ms'), cell(sendMs, 6.5, 'ms')]]]
    },
    rounds: async (bench) => {
      const { earlyMs, lateMs } = await toolRounds(bench, 5)
      return [
        [
          'a run of 20 rounds of 4 calls: a round, first ten / last ten',
          [cell(earlyMs, null, 'ms'), cell(lateMs, null, 'ms')],
        ],
      ]
    },
  },
  {
    files: async ({ server }) => {
      const { perSecond, alonePerSecond } = await smallFiles(server)
      return [
        [
          'ingest of 1 KB texts, from upload to indexed / once all are uploaded',
          [cell(perSecond, 300, 'files/s', 'more'), cell(alonePerSecond, 300, 'files/s', 'more')],
        ],
      ]
    },
    // Before the large text: its deletion goes on for a while.
    pdf: async ({ server }) => {
      const { p99Ms, maxMs } = await longPdf(server)
      return [
        [
          'event loop late while a PDF of 500 pages is ingested, p99 / max',
          [cell(p99Ms, 50, 'ms'), cell(maxMs, null, 'ms')],
        ],
      ]
    },
    text: async ({ server }) => {
      const { seconds, deleteMs, ingestMaxMs, removalMaxMs } = await largeText(server)
      return [
        ['a 10 MB text, indexed after', [cell(seconds, 10, 's')]],
        [
          'the same: event loop late at most, at ingest / at deletion',
          [cell(ingestMaxMs, 50, 'ms'), cell(removalMaxMs, 50, 'ms')],
        ],
        ['the same: its deletion is answered after', [cell(deleteMs, null, 'ms')]],
      ]
    },
    search10k: async ({ server }) => [await searchRow(searches(server, 10_000), 8)],
    search100k: async ({ server }) => [await searchRow(searches(server, 100_000), 25)],
  },
  {
    memories1k: ({ server }) => memoryRows(server, 1_000, 15),
    memories10k: ({ server }) => memoryRows(server, 10_000, 25),
    memories100k: ({ server }) => memoryRows(server, 100_000, 40),
  },
]

async function searchRow(figures: ReturnType<typeof searches>, goal: number): Promise<Row> {
  const { p50Ms, p95Ms, chunks } = await figures
  const passages = Number(chunks?.toPrecision(1)).toLocaleString('en')
  return [
    `search of ${passages} passages, p50 / p95`,
    [cell(p50Ms, null, 'ms'), cell(p95Ms, goal, 'ms')],
  ]
}

async function memoryRows(server: Server, count: number, goal: number): Promise<Row[]> {
  const { perSecond, p50Ms, p95Ms, messageMs } = await memories(server, count)
  const of = `${count.toLocaleString('en')} memories`
  return [
    [`${of}: added, one at a time`, [cell(perSecond, 400, '/s', 'more')]],
    [`${of}: search, p50 / p95`, [cell(p50Ms, null, 'ms'), cell(p95Ms, goal, 'ms')]],
    [`${of}: a message that recalls, CPU`, [cell(messageMs, null, 'ms')]],
  ]
}

function cell(...figures: Row[1][number]): Row[1][number] {
  return figures
}

const asked = process.argv.slice(2)
const known = groups.flatMap((group) => Object.keys(group))
const unknown = asked.filter((name) => !known.includes(name))
if (unknown.length > 0) throw new Error(`no such measure; there are ${known.join(', ')}`)

const started = performance.now()
const provider = await startProvider()
const rows: Row[] = []
try {
  for (const group of groups) rows.push(...(await measure(group)))
} finally {
  await provider.stop()
}
keep(rows, { as: 'table', command: 'npm run bench', whole: asked.length === 0 })
const seconds = Math.round((performance.now() - started) / 1_000)
process.stdout.write(`${table(rows)}\n\n${seconds} s\n`)

async function measure(group: Record<string, Measure>): Promise<Row[]> {
  const wanted = Object.entries(group).filter(
    ([name]) => asked.length === 0 || asked.includes(name),
  )
  if (wanted.length === 0) return []
  const folder = temporaryFolder()
  const server = await startServer(provider, folder.path)
  try {
    const bench = await openBench(server, provider)
    const measured: Row[] = []
    for (const [, work] of wanted) measured.push(...(await work(bench)))
    await server.stop()
    return measured
  } finally {
    server.child.kill()
    folder.remove()
  }
}
