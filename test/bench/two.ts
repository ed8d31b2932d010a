import { atOnce, type Line } from './client.ts'
import { type Bench, openBench, openThreads, quantile, send, threadOf } from './measures.ts'
import { cpuMs, type Server, startServer, startThrottle } from './processes.ts'
import type { Place } from './services.ts'

/** What each server gets of a core, so that client and database beside two of them have enough. */
const SHARE = 0.2
const ROUNDS = 5
const LINES = 12
const READS = 250
const STREAMS = 50

type Load = { jobs: number; work(line: Line, at: number): ReturnType<Line['ask']> }

/**
 * Two servers against one, over the same database. Each is held to the same share of a core, so
 * that both together with client and database fit on a machine of two: as many answers as
 * processes means that nothing but their own CPU bounds them.
 */
export async function twoAgainstOne({ provider, folder, env }: Place) {
  const own = { ...env, HOMECOURT_ROLES: 'api' }
  const servers = [
    await startServer(provider, folder, own),
    await startServer(provider, folder, own),
  ]
  const bench = await openBench(servers[0] as Server, provider)
  const thread = await threadOf(bench, 20)
  const reads = `/api/threads/${thread}`
  const loads = {
    threads: { jobs: READS, work: (line) => line.ask('GET', reads) },
    assistants: { jobs: READS, work: (line) => line.ask('GET', '/api/assistants') },
    streams: await streams(bench),
  } satisfies Record<string, Load>
  try {
    return {
      threads: await compare(servers, loads.threads),
      assistants: await compare(servers, loads.assistants),
      streams: await compare(servers, loads.streams),
    }
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}

/** Every stream on a thread of its own: what is on one thread waits for its turn. */
async function streams(bench: Bench): Promise<Load> {
  const threads = await openThreads(bench, STREAMS * 2)
  return {
    jobs: STREAMS,
    work: (line, at) =>
      send(line, threads[at] ?? '', 'words-20-0', { stream: true, llm_provider: 'openai' }),
  }
}

/** How many times as much two do, and what of it is each request's own cost; medians of rounds. */
async function compare(servers: Server[], load: Load) {
  await run(servers, load)
  const throttle = await startThrottle(SHARE, servers)
  try {
    const rates: number[] = []
    const costs: (number | null)[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const [first] = servers.splice(0, 1)
      servers.push(first as Server)
      const one = await run(servers.slice(0, 1), load)
      const two = await run(servers, load)
      rates.push(two.perSecond / one.perSecond)
      costs.push(one.cpuMs === null || two.cpuMs === null ? null : two.cpuMs / one.cpuMs)
    }
    const known = costs.filter((cost) => cost !== null)
    return {
      times: quantile(rates, 0.5),
      cpuTimes: known.length < costs.length ? null : quantile(known, 0.5),
    }
  } finally {
    await throttle.stop()
  }
}

/** `cpuMs` is what a request costs of the servers. */
async function run(servers: Server[], { jobs, work }: Load) {
  const before = servers.map(cpuMs)
  const started = performance.now()
  await Promise.all(
    servers.map(({ port }, process) => {
      const own = Array.from({ length: jobs }, (_, i) => process * jobs + i)
      return atOnce(port, LINES, own, work)
    }),
  )
  const seconds = (performance.now() - started) / 1_000
  const spent = servers.map((server, i) => {
    const after = cpuMs(server)
    const from = before[i] ?? null
    return after === null || from === null ? null : after - from
  })
  const all = jobs * servers.length
  const total = spent.reduce(
    (sum, ms) => (sum === null || ms === null ? null : sum + ms),
    0 as number | null,
  )
  return { perSecond: all / seconds, cpuMs: total === null ? null : total / all }
}
