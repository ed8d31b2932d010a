import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Ctx } from '../context.ts'

const Health = Type.Object({ status: Type.String() })

export const healthRoutes =
  (ctx: Ctx): FastifyPluginAsyncTypebox =>
  async (app) => {
    const open = { tags: ['Health'], security: [] }
    app.get(
      '/health',
      { schema: { ...open, summary: 'The process answers', response: { 200: Health } } },
      async () => ({ status: 'ok' }),
    )
    app.get(
      '/ready',
      {
        schema: {
          ...open,
          summary: 'The database can be written and has every migration',
          response: { 200: Health, 503: Health },
        },
      },
      async (request, reply) => {
        try {
          await ctx.db.check()
          return { status: 'ready' }
        } catch (error) {
          request.log.warn({ err: error }, 'not ready')
          return reply.code(503).send({ status: 'not ready' })
        }
      },
    )
  }
