import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { AppError } from '../errors.ts'
import type { RateCounter } from './rate-counter.ts'

/** Every request of `app` counts against its key; one over `perMinute` is refused. */
export function limitRates(app: FastifyInstance, counter: RateCounter, perMinute: number): void {
  app.addHook('onRequest', async (request, reply) => {
    const key = createHash('sha256').update(String(request.headers['x-api-key'])).digest('base64url')
    const { count, resetSeconds } = await counter.count(key)
    reply.header('x-ratelimit-limit', String(perMinute))
    reply.header('x-ratelimit-remaining', String(Math.max(0, perMinute - count)))
    if (count <= perMinute) return
    throw new AppError('rate_limited', `More than ${perMinute} requests in a minute`, {
      retryAfterSeconds: resetSeconds,
    })
  })
}
