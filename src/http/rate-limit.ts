import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { Ctx } from '../context.ts'
import { AppError } from '../errors.ts'

/** Where there is a limit, every request of `app` counts against its key, and one too many is refused. */
export function limitRates(app: FastifyInstance, { rates, limits }: Ctx): void {
  const most = limits.requestsPerMinute
  if (most === 0) return
  app.addHook('onRequest', async (request, reply) => {
    const key = createHash('sha256')
      .update(String(request.headers['x-api-key']))
      .digest('base64url')
    const { count, resetSeconds } = await rates.count(key)
    reply.header('x-ratelimit-limit', String(most))
    reply.header('x-ratelimit-remaining', String(Math.max(0, most - count)))
    if (count <= most) return
    throw new AppError('rate_limited', `This key has made more than ${most} requests in a minute`, {
      retryAfterSeconds: resetSeconds,
    })
  })
}
