import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { Line } from './client.ts'

const START_MS = 20_000
/** Linux counts a process's CPU time in these. */
const TICKS_PER_SECOND = 100

export type Running = { port: number; child: ChildProcess; stop(): Promise<void> }

export async function startProvider(): Promise<Running> {
  const script = join(import.meta.dirname, 'provider.js')
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const port = await new Promise<number>((resolve) => {
    createInterface(child.stdout).once('line', (line) => resolve(Number(line)))
  })
  return { port, child, stop: () => stop(child) }
}

export type Server = Running & {
  /** From its spawn to the first 200. */
  coldMs: number
  /** How late its event loop was since this was last asked. */
  loopDelay(): Promise<{ p99Ms: number; maxMs: number }>
}

/** The built server on a data folder of its own, or what `env` has it share with others. */
export async function startServer(
  provider: Running,
  folder: string,
  env: Record<string, string> = {},
): Promise<Server> {
  const port = await freePort()
  const started = performance.now()
  const loop = join(import.meta.dirname, 'loop.js')
  const child = spawn(process.execPath, [`--import=${loop}`, 'dist/main.js'], {
    env: {
      ...{ PATH: process.env.PATH, PORT: String(port), HOMECOURT_DATA_DIR: folder },
      OPENAI_BASE_URL: `http://127.0.0.1:${provider.port}/v1`,
      ...env,
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  while (!(await answers(port))) {
    if (performance.now() - started > START_MS) throw new Error('the server did not start')
    await wait(2)
  }
  const coldMs = performance.now() - started
  const loopDelay = () =>
    new Promise<{ p99Ms: number; maxMs: number }>((resolve) => {
      child.once('message', (told) => resolve(told as { p99Ms: number; maxMs: number }))
      child.send('tell')
    })
  return { port, child, coldMs, loopDelay, stop: () => stop(child) }
}

/** `homecourt work`, over what `env` names. */
export async function startWorker(
  provider: Running,
  folder: string,
  env: Record<string, string>,
): Promise<Running> {
  const child = spawn(process.execPath, ['dist/main.js', 'work'], {
    env: {
      ...{ PATH: process.env.PATH, HOMECOURT_DATA_DIR: folder, HOMECOURT_WORKER_PORT: '0' },
      ...{ OPENAI_BASE_URL: `http://127.0.0.1:${provider.port}/v1`, ...env },
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  return { port: 0, child, stop: () => stop(child) }
}

/** Gives each of the servers this share of a core until it is stopped. */
export async function startThrottle(share: number, servers: Running[]): Promise<Running> {
  const script = join(import.meta.dirname, 'throttle.js')
  const pids = servers.map(({ child }) => String(child.pid))
  const child = spawn(process.execPath, [script, String(share), ...pids], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  return { port: 0, child, stop: () => stop(child) }
}

export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'homecourt-bench-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Milliseconds of CPU a process has used in all its threads, or null where the system does not tell. */
export function cpuMs({ child }: Running): number | null {
  return cpuMsOf(child.pid)
}

export function cpuMsOf(pid: number | undefined): number | null {
  const stat = readProc(pid, 'stat')
  const [utime, stime] = stat?.slice(stat.lastIndexOf(')')).split(' ').slice(12) ?? []
  return stat === null ? null : ((Number(utime) + Number(stime)) * 1_000) / TICKS_PER_SECOND
}

/** Memory a process holds, now (`VmRSS`) or at its highest (`VmHWM`), in MiB. */
export function memoryMib({ child }: Running, what: 'VmRSS' | 'VmHWM'): number | null {
  const kib = new RegExp(`${what}:\\s+(\\d+)`).exec(readProc(child.pid, 'status') ?? '')?.[1]
  return kib === undefined ? null : Number(kib) / 1_024
}

function readProc(pid: number | undefined, file: string) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    // Another system, or a process elsewhere.
    return null
  }
}

async function answers(port: number): Promise<boolean> {
  const line = new Line(port)
  try {
    await line.ask('GET', '/health')
    return true
  } catch {
    return false
  } finally {
    line.close()
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  })
}
