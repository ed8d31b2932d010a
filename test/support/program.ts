import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { client } from './world.ts'

/** The built program in a process of its own. */
export type Program = {
  /** Base URL with `/api`. */
  url: string
  api: ReturnType<typeof client>
  process: ChildProcess
  /** Lines it has printed so far. */
  printed: string[]
  /** Ends it with a signal and waits until it is gone. Returns its exit code, or null after a kill. */
  stop(signal: NodeJS.Signals): Promise<number | null>
}

export type ProgramOptions = {
  /** The built program to run, where it is another than this repository's. */
  main?: string
  /** KiB a file it writes may have: a disk that is full, as far as it can tell. */
  fileKib?: number
  /** `homecourt work` in place of `serve`; it has no address. */
  worker?: boolean
}

/**
 * Starts `dist/main.js serve` on a free port and waits until it says where it listens; or, as a
 * worker, until it says that it works.
 */
export async function startProgram(
  env: Record<string, string>,
  { main = 'dist/main.js', fileKib, worker = false }: ProgramOptions = {},
): Promise<Program> {
  const limited = ['bash', '-c', `ulimit -f ${fileKib}; exec "$0" "$@"`]
  const [command = '', ...args] = [
    ...[...(fileKib ? limited : []), process.execPath, main],
    ...(worker ? ['work'] : []),
  ]
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH ?? '', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const gone = new Promise<number | null>((resolve) => child.once('exit', resolve))
  let complaints = ''
  child.stderr.on('data', (chunk) => {
    complaints += chunk
  })
  const printed: string[] = []
  const address = new Promise<string>((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      printed.push(line)
      const found = / at (http:\S+\/api)$/.exec(line)?.[1] ?? (worker ? '' : undefined)
      if (found !== undefined) resolve(found)
    })
  })
  const url = await Promise.race([
    address,
    gone.then((code) => {
      throw new Error(`the program ended with ${code}: ${complaints}`)
    }),
  ])
  return {
    url,
    api: client(url, 'test-key'),
    process: child,
    printed,
    async stop(signal) {
      child.kill(signal)
      return gone
    },
  }
}

/** Runs a command of the program to its end. */
export async function runProgram(
  args: string[],
  env: Record<string, string>,
  { main = 'dist/main.js' }: ProgramOptions = {},
): Promise<{ code: number | null; out: string; complaints: string }> {
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env.PATH ?? '', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const gone = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [out, complaints, code] = await Promise.all([text(child.stdout), text(child.stderr), gone])
  return { code, out, complaints }
}
