import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { client } from './world.ts'

/** The built program in a process of its own. */
export type Program = {
  /** Base URL with `/api`. */
  url: string
  api: ReturnType<typeof client>
  process: ChildProcess
  /** Ends it with a signal and waits until it is gone. Returns its exit code, or null after a kill. */
  stop(signal: NodeJS.Signals): Promise<number | null>
}

/** Starts `dist/main.js serve` on a free port and waits until it says where it listens. */
export async function startProgram(env: Record<string, string>): Promise<Program> {
  const child = spawn(process.execPath, ['dist/main.js'], {
    env: { PATH: process.env.PATH ?? '', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const gone = new Promise<number | null>((resolve) => child.once('exit', resolve))
  let complaints = ''
  child.stderr.on('data', (chunk) => {
    complaints += chunk
  })
  const address = new Promise<string>((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      const found = / at (http:\S+\/api)$/.exec(line)
      if (found?.[1]) resolve(found[1])
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
    async stop(signal) {
      child.kill(signal)
      return gone
    },
  }
}
