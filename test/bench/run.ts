import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import {
  coldStart,
  createThreads,
  firstTokens,
  longThread,
  memory,
  openBench,
  plainSends,
  readThread,
  relay,
  toolRounds,
} from './measures.ts'
import { type Running, startProvider, startServer, temporaryFolder } from './processes.ts'
import { type Row, table } from './table.ts'

const page = 'docs/performance.md'

/** Every row of the table, in the order of measuring: memory under load comes after the load. */
async function measure(server: Running, provider: Running): Promise<Row[]> {
  const bench = await openBench(server, provider)
  const idle = memory(bench, 'VmRSS').mib
  const create = await createThreads(bench)
  const read = await readThread(bench)
  const plain = await plainSends(bench, 3)
  const one = await firstTokens(bench, { streams: 1, each: 201, rounds: 3 })
  const many = await firstTokens(bench, { streams: 64, each: 5, rounds: 3 })
  const relayed = await relay(bench, 5)
  const loaded = memory(bench, 'VmHWM').mib
  const long = await longThread(bench)
  const rounds = await toolRounds(bench, 5)
  return [
    ['memory, idle', [[idle, 80, 'MiB']]],
    ['memory, highest under the loads below', [[loaded, 180, 'MiB']]],
    ['create a thread, CPU', [[create.cpuMs, 0.18, 'ms']]],
    ['read a thread of 20 messages, CPU', [[read.cpuMs, 0.18, 'ms']]],
    [
      'plain send, 32 at once',
      [
        [plain.ratio, 0.1, 'of direct'],
        [plain.cpuMs, 0.6, 'ms CPU'],
      ],
    ],
    [
      'added time to first token, one stream, p50 / p99',
      [
        [one.p50Ms, 1.5, 'ms'],
        [one.p99Ms, 7, 'ms'],
      ],
    ],
    [
      'added time to first token, 64 paced streams, p50 / p99',
      [
        [many.p50Ms, 3, 'ms'],
        [many.p99Ms, 17, 'ms'],
      ],
    ],
    [
      'relay, 64 streams x 200 chunks',
      [
        [relayed.ratio, 0.45, 'of direct'],
        [relayed.cpuUs, 25, 'us CPU a chunk'],
      ],
    ],
    [
      'read / send at 1,000 messages',
      [
        [long.readMs, 8, 'ms'],
        [long.sendMs, 6.5, 'ms'],
      ],
    ],
    [
      'a run of 20 rounds of 4 calls: a round, first ten / last ten',
      [
        [rounds.earlyMs, null, 'ms'],
        [rounds.lateMs, null, 'ms'],
      ],
    ],
  ]
}

const started = performance.now()
const folder = temporaryFolder()
const provider = await startProvider()
const server = await startServer(provider, folder.path)
try {
  const rows = await measure(server, provider)
  await server.stop()
  const cold = await coldStart(provider, 5)
  const text = table([['cold start to first 200', [[cold.ms, 250, 'ms']]], ...rows])
  const seconds = Math.round((performance.now() - started) / 1_000)
  process.stdout.write(`${text}\n\n${seconds} s\n`)
  keep(text)
} finally {
  server.child.kill()
  await provider.stop()
  folder.remove()
}

/** Puts the table between the marks on its page, with what it was measured on. */
function keep(text: string) {
  const [start, end] = ['<!-- table -->', '<!-- end -->']
  const on = `Measured by \`npm run bench\` on ${availableParallelism()} cores, Node ${process.version}.`
  const old = readFileSync(page, 'utf8')
  const [before, rest = ''] = old.split(start)
  writeFileSync(page, `${before}${start}\n${on}\n\n${text}\n${end}${rest.split(end)[1] ?? '\n'}`)
}
