import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { Redis } from 'ioredis'

/** A Redis server of a test’s own, to stop, start again and empty as it likes. */
export type OwnRedis = AsyncDisposable & {
  url: string
  start(): Promise<void>
  /** Gone at once, with all it held. */
  kill(): Promise<void>
  /** Keeps its connections and says nothing until it is woken. */
  hush(): void
  wake(): void
  flush(): Promise<void>
}

export async function openOwnRedis(...args: string[]): Promise<OwnRedis> {
  const port = await freePort()
  let child: ChildProcess | undefined
  const own: OwnRedis = {
    url: `redis://127.0.0.1:${port}`,
    async start() {
      child = spawn(
        'redis-server',
        [...['--port', String(port), '--bind', '127.0.0.1', '--save', ''], ...args],
        { stdio: 'ignore' },
      )
      await ask((redis) => redis.ping())
    },
    async kill() {
      if (!child) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
      child = undefined
    },
    hush: () => void child?.kill('SIGSTOP'),
    wake: () => void child?.kill('SIGCONT'),
    flush: () => ask((redis) => redis.flushall()),
    [Symbol.asyncDispose]: () => own.kill(),
  }
  const ask = async (question: (redis: Redis) => Promise<unknown>) => {
    const redis = new Redis(own.url, { retryStrategy: () => 20, maxRetriesPerRequest: 200 })
    redis.on('error', () => {})
    await question(redis)
    redis.disconnect()
  }
  await own.start()
  return own
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
