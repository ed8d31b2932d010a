import type { FastifyInstance } from 'fastify'
import type { Ctx } from '../context.ts'

/** Numbers for Prometheus, where they are wanted; without a key, as it asks for none. */
export function metricsRoute(app: FastifyInstance, { meter }: Ctx): void {
  if (!meter) return
  app.get('/metrics', { schema: { hide: true } }, async (_, reply) => {
    const { contentType, body } = await meter.text()
    return reply.header('content-type', contentType).send(body)
  })
}
