import { type Answer, atOnce, Line } from './client.ts'
import {
  cpuMs,
  memoryMib,
  type Running,
  type Server,
  startServer,
  temporaryFolder,
} from './processes.ts'

/** A running server, its provider, and an assistant to open threads with. */
export type Bench = { server: Server; provider: Running; assistant: string }

/** What was measured: figures by name, of which the table says what they should be. */
export type Figures = Record<string, number | null>

const streamed = { stream: true, llm_provider: 'openai' }
const question = 'What would you do first, and what would you do after that?'

export async function openBench(server: Server, provider: Running): Promise<Bench> {
  const [made] = await inTurn(server, 1, (line) =>
    line.ask('POST', '/api/assistants', { name: 'Bench' }),
  )
  return { server, provider, assistant: JSON.parse(made?.body ?? '').assistant_id }
}

/** Start to first 200 on a data folder that exists, as after a restart. */
export async function coldStart(provider: Running, times: number): Promise<Figures> {
  const folder = temporaryFolder()
  const ms: number[] = []
  for (let i = 0; i <= times; i += 1) {
    const server = await startServer(provider, folder.path)
    if (i > 0) ms.push(server.coldMs)
    await server.stop()
  }
  folder.remove()
  return { ms: median(ms) }
}

export async function createThreads(bench: Bench): Promise<Figures> {
  return warmCpu(bench.server, (times) => openThreads(bench, times))
}

export async function readThread(bench: Bench): Promise<Figures> {
  const thread = await threadOf(bench, 20)
  const read = (times: number) =>
    inTurn(bench.server, times, (line) => line.ask('GET', `/api/threads/${thread}`))
  return warmCpu(bench.server, read)
}

/** Requests until V8 has compiled what they run: a new server takes three times as long for each. */
const WARM_AFTER = 3_000

/** CPU of a request to a server that has been up for a while, and of one that has just started. */
async function warmCpu(server: Server, ask: (times: number) => Promise<unknown>): Promise<Figures> {
  const cold = await metered(server, 1_000, () => ask(1_000))
  await ask(WARM_AFTER)
  const cpus: (number | null)[] = []
  for (let round = 0; round < 3; round += 1) {
    cpus.push((await metered(server, 1_000, () => ask(1_000))).cpu)
  }
  return { cpuMs: median(cpus), coldMs: cold.cpu }
}

/** CPU for each byte of the whole list of models, in times of that of a plain JSON route. */
export async function listModels(bench: Bench): Promise<Figures> {
  const thread = await threadOf(bench, 20)
  const perByte = async (path: string, times: number) => {
    await inTurn(bench.server, times, (line) => line.ask('GET', path))
    const { result, cpu } = await metered(bench.server, times, () =>
      inTurn(bench.server, times, (line) => line.ask('GET', path)),
    )
    const bytes = Buffer.byteLength(result[0]?.body ?? '')
    return { bytes, ns: cpu === null ? null : (cpu * 1e6) / bytes }
  }
  const plain = await perByte(`/api/threads/${thread}`, 1_500)
  const list = await perByte('/api/models?limit=15000', 300)
  return {
    ratio: plain.ns === null || list.ns === null ? null : list.ns / plain.ns,
    mib: list.bytes / 1024 / 1024,
  }
}

/** Whole answers, 32 at once, each on a thread of its own. */
export async function plainSends(bench: Bench, rounds: number): Promise<Figures> {
  const sends = 600
  const ratios: number[] = []
  const cpus: (number | null)[] = []
  for (let round = 0; round <= rounds; round += 1) {
    const threads = await openThreads(bench, sends)
    const { result, cpu } = await metered(bench.server, sends, () =>
      atOnce(bench.server.port, 32, threads, (line, thread) => send(line, thread, 'words-1-0')),
    )
    const direct = await atOnce(bench.provider.port, 32, Array(sends * 3).fill(false), askDirectly)
    if (round === 0) continue
    ratios.push((direct.ms / 3 / result.ms) as number)
    cpus.push(cpu)
  }
  return { ratio: median(ratios), cpuMs: median(cpus) }
}

/** What Homecourt adds to the provider's time to first token, as the difference of quantiles. */
export async function firstTokens(
  bench: Bench,
  { streams, rounds, each }: { streams: number; rounds: number; each: number },
): Promise<Figures> {
  const through: number[] = []
  const direct: number[] = []
  const model = streams === 1 ? 'words-3-0' : 'words-30-20'
  for (let round = 0; round <= rounds; round += 1) {
    const threads = await openThreads(bench, streams * each)
    const ours = await atOnce(bench.server.port, streams, threads, (line, thread) =>
      send(line, thread, model, streamed),
    )
    const theirs = await atOnce(bench.provider.port, streams, threads, (line) =>
      askDirectly(line, model),
    )
    if (round === 0) continue
    // The first of each line start together, as no users do.
    const settled = ({ answers }: { answers: Answer[] }) =>
      answers.slice(streams).map(({ firstMs }) => firstMs)
    through.push(...settled(ours))
    direct.push(...settled(theirs))
  }
  const added = (q: number) => quantile(through, q) - quantile(direct, q)
  return { p50Ms: added(0.5), p99Ms: added(0.99) }
}

/** 64 streams of 200 chunks at once, as fast as the provider writes them. */
export async function relay(bench: Bench, rounds: number): Promise<Figures> {
  const streams = 64
  const chunks = streams * 200
  const model = 'words-200-0'
  const ratios: number[] = []
  const cpus: (number | null)[] = []
  for (let round = 0; round <= rounds; round += 1) {
    const threads = await openThreads(bench, streams)
    const { result, cpu } = await metered(bench.server, chunks, () =>
      atOnce(bench.server.port, streams, threads, (line, thread) =>
        send(line, thread, model, streamed),
      ),
    )
    const direct = await atOnce(bench.provider.port, streams, threads, (line) =>
      askDirectly(line, model),
    )
    if (round === 0) continue
    ratios.push(direct.ms / result.ms)
    cpus.push(cpu)
  }
  const cpu = median(cpus)
  return { ratio: median(ratios), cpuUs: cpu === null ? null : cpu * 1_000 }
}

/** A conversation grown to 1,000 messages, read and continued. */
export async function longThread(bench: Bench): Promise<Figures> {
  const thread = await threadOf(bench, 1_000)
  const reads = await inTurn(bench.server, 60, (line) => line.ask('GET', `/api/threads/${thread}`))
  const sends = await inTurn(bench.server, 40, (line) => send(line, thread, 'words-1-0'))
  const ms = (answers: Answer[]) => median(answers.slice(10).map(({ totalMs }) => totalMs))
  return { readMs: ms(reads), sendMs: ms(sends) }
}

/** One run of 20 rounds of 4 parallel calls; the last ten rounds in times of the first ten. */
export async function toolRounds(bench: Bench, runs: number): Promise<Figures> {
  const early: number[] = []
  const late: number[] = []
  for (let run = 0; run <= runs; run += 1) {
    const rounds = await oneToolRun(bench)
    if (run === 0) continue
    early.push(...rounds.slice(0, 10))
    late.push(...rounds.slice(10))
  }
  return { earlyMs: median(early), lateMs: median(late) }
}

async function oneToolRun(bench: Bench): Promise<number[]> {
  const [thread = ''] = await openThreads(bench, 1)
  const line = new Line(bench.server.port)
  const ms: number[] = []
  let answer = await send(line, thread, 'rounds-20-4', { tools: [weather] })
  for (let body = JSON.parse(answer.body); body.tool_calls; body = JSON.parse(answer.body)) {
    const tool_outputs = body.tool_calls.map(({ id }: { id: string }) => ({
      tool_call_id: id,
      output: '{"celsius":18}',
    }))
    answer = await line.ask(
      'POST',
      `/api/threads/${thread}/runs/${body.run_id}/submit-tool-outputs`,
      { tool_outputs },
    )
    ms.push(answer.totalMs)
  }
  line.close()
  return ms
}

const weather = { type: 'function', function: { name: 'get_weather', parameters: {} } }

export function memory({ server }: Bench, what: 'VmRSS' | 'VmHWM'): Figures {
  return { mib: memoryMib(server, what) }
}

export function send(line: Line, thread: string, model_name: string, more: object = {}) {
  const body = { content: question, llm_provider: 'openai', model_name, ...more }
  return line.ask('POST', `/api/threads/${thread}/messages`, body)
}

function askDirectly(line: Line, model: string | false) {
  const messages = [{ role: 'user', content: question }]
  const stream = model === false ? {} : { stream: true, stream_options: { include_usage: true } }
  return line.ask('POST', '/v1/chat/completions', { model: model || 'words', messages, ...stream })
}

export async function openThreads({ server, assistant }: Bench, count: number): Promise<string[]> {
  const made = await inTurn(server, count, (line) =>
    line.ask('POST', `/api/assistants/${assistant}/threads`, {}),
  )
  return made.map(({ body }) => JSON.parse(body).thread_id)
}

/** A thread of so many messages, half of them answers. */
export async function threadOf(bench: Bench, messages: number): Promise<string> {
  const [thread = ''] = await openThreads(bench, 1)
  await inTurn(bench.server, messages / 2, (line) => send(line, thread, 'words-20-0'))
  return thread
}

async function inTurn({ port }: Running, times: number, work: (line: Line) => Promise<Answer>) {
  return (await atOnce(port, 1, Array(times).fill(null), work)).answers
}

/** `cpu` is in milliseconds for each of `times`. */
async function metered<T>(server: Running, times: number, work: () => Promise<T>) {
  const before = cpuMs(server)
  const result = await work()
  const after = cpuMs(server)
  return { result, cpu: before === null || after === null ? null : (after - before) / times }
}

/** Null where one of them was not measured. */
function median<T extends number | null>(values: T[]): T {
  return values.includes(null as T) ? (null as T) : (quantile(values as number[], 0.5) as T)
}

export function quantile(values: number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(Math.floor(q * sorted.length), sorted.length - 1)] ?? Number.NaN
}
