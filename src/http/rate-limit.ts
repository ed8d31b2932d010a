import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { Ctx } from '../context.ts'
import { AppError } from '../errors.ts'

/** Where there is a limit, every request of `app` counts against its key, and one too many is refused. */
export function limitRates(app: FastifyInstance, ctx: Ctx): void {
  const most = ctx.limits.requestsPerMinute
  if (most === 0) return
  app.addHook('onRequest', async (request, reply) => {
    await countRequest(ctx, String(request.headers['x-api-key']), (left) => {
      reply.header('x-ratelimit-limit', String(most))
      reply.header('x-ratelimit-remaining', String(left))
    })
  })
}

/** Counts one more against a key, if there is a limit. Throws `rate_limited` for one too many. */
export async function countRequest(
  { rates, limits }: Ctx,
  secret: string,
  tell: (left: number) => void = () => {},
): Promise<void> {
  const most = limits.requestsPerMinute
  if (most === 0) return
  const key = createHash('sha256').update(secret).digest('base64url')
  const { count, resetSeconds } = await rates.count(key)
  tell(Math.max(0, most - count))
  if (count <= most) return
  throw new AppError('rate_limited', `This key has made more than ${most} requests in a minute`, {
    retryAfterSeconds: resetSeconds,
  })
}
