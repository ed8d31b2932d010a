import { Redis } from 'ioredis'

/** Where the loss of Redis and its return are told; pino’s methods. */
type Log = { warn(fields: object, message: string): void }

const MOST_PAUSE_MS = 2_000
/** A Redis that keeps a connection and says nothing on it is out of reach as well. */
const SILENT_MS = 2_000
/** Longer than a worker's command ever waits for the next ring. */
const PATIENTLY_SILENT_MS = 30_000

/**
 * Connects to Redis and stays at it for as long as the process lives; the server does not wait for
 * it. `patient` commands wait for the connection (what blocks must); others fail at once without it.
 */
export function connectRedis(url: string, log: Log, { patient }: { patient: boolean }): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    enableOfflineQueue: patient,
    connectTimeout: 5_000,
    ...(patient
      ? { socketTimeout: PATIENTLY_SILENT_MS }
      : { socketTimeout: SILENT_MS, commandTimeout: SILENT_MS }),
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 10), MOST_PAUSE_MS),
  })
  let told = false
  redis.on('error', (error) => {
    if (!told) log.warn({ err: error }, 'Redis is out of reach; work goes on without it')
    told = true
  })
  redis.on('ready', () => {
    if (told) log.warn({}, 'Redis is back')
    told = false
  })
  return redis
}

/** Says so when Redis may throw away what it holds: that loses rings, until the next sweep. */
export function warnOfEviction(redis: Redis, log: Log): void {
  redis.once('ready', async () => {
    const info = await redis.info('memory').catch(() => '')
    const policy = /maxmemory_policy:(\S+)/.exec(info)?.[1]
    if (policy && policy !== 'noeviction')
      log.warn({ policy }, 'Redis should have maxmemory-policy noeviction')
  })
}
