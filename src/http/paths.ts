import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, HTTPMethods } from 'fastify'
import { AppError } from '../errors.ts'

const own = /^\/(api|docs|health|ready|metrics|openapi\.json)(?:[/?]|$)/

/** Every API route is served under `/api` and at the root: a client's base URL may have either. */
export function allowOneSpelling(request: IncomingMessage): string {
  const url = (request.url ?? '/').replace(/^\/{2,}/, '/')
  return own.test(url) || url === '/' ? url : `/api${url}`
}

/**
 * Notes which methods each path has; the function it returns, called after the last route, gives
 * the others a 405 in place of a 404 that would say the path is unknown.
 */
export function refuseOtherMethods(app: FastifyInstance): () => void {
  const known = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method, prefix }) => {
    const path = url.slice(prefix.length)
    const methods = known.get(path) ?? new Set()
    for (const one of Array.isArray(method) ? method : [method]) methods.add(one)
    known.set(path, methods)
  })
  return () => {
    for (const [url, methods] of [...known]) {
      const others = (['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const).filter(
        (m) => !methods.has(m),
      )
      if (others.length > 0) refuse(app, url, others, [...methods])
    }
  }
}

function refuse(app: FastifyInstance, url: string, method: HTTPMethods[], allowed: string[]) {
  app.route({
    method,
    url,
    schema: { hide: true },
    handler: async (_, reply) => {
      reply.header('allow', allowed.join(', '))
      throw new AppError('method_not_allowed', 'Method Not Allowed')
    },
  })
}
