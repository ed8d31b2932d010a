import type { FastifyInstance } from 'fastify'
import type { Ctx } from '../context.ts'

/** Where it is wanted, counts and logs requests when they have ended: never what was in them. */
export function observe(app: FastifyInstance, { meter }: Ctx): void {
  const logs = app.log.level === 'info' || app.log.level === 'debug' || app.log.level === 'trace'
  if (!meter && !logs) return
  app.addHook('onResponse', async (request, reply) => {
    const { method } = request
    const route = request.routeOptions.url ?? 'none'
    const { statusCode: status, elapsedTime } = reply
    meter?.request({ method, route, status, seconds: elapsedTime / 1_000 })
    if (logs) request.log.info({ method, route, status, ms: Math.round(elapsedTime) }, 'answered')
  })
}
