import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply, HTTPMethods, RouteHandlerMethod } from 'fastify'
import { AppError } from '../errors.ts'

const own = /^\/(api|docs|health|ready|metrics|openapi\.json)(?:[/?]|$)/

/** Every API route is served under `/api` and at the root: a client's base URL may have either. */
export function allowOneSpelling(request: IncomingMessage): string {
  const url = (request.url ?? '/').replace(/^\/{2,}/, '/')
  return own.test(url) || url === '/' ? url : `/api${url}`
}

type Path = { url: string; pattern: RegExp; methods: Set<string> }

/**
 * Notes which methods each path of the routes to come has. What it returns, called after the last
 * of them, gives every other method of a path a 405, and a path that nobody knows a 404.
 */
export function refuseOtherMethods(app: FastifyInstance): () => void {
  const known = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    const methods = known.get(url) ?? new Set()
    for (const one of Array.isArray(method) ? method : [method]) methods.add(one)
    known.set(url, methods)
  })
  return () => {
    const paths = [...known]
      .map(([url, methods]) => ({ url, methods: new Set(methods), pattern: patternOf(url) }))
      .sort((a, b) => wildness(a.url) - wildness(b.url))
    refuseInPlaceOfWider(app, paths)
    app.setNotFoundHandler(async (request, reply) => {
      const asked = request.url.replace(/[?#;].*/s, '').replace(/\/{2,}/g, '/')
      const path = paths.find(({ pattern }) => pattern.test(asked))
      if (!path) throw new AppError('not_found', 'Not Found')
      return notAllowed(reply, path)
    })
  }
}

/** `/threads/messages` has no GET, which `/threads/:thread_id` would take for an id. */
function refuseInPlaceOfWider(app: FastifyInstance, paths: Path[]) {
  const prefix = app.prefix.length
  for (const path of paths.filter(({ url }) => wildness(url) === 0)) {
    const wider = paths.filter((one) => one !== path && one.pattern.test(path.url))
    const taken = new Set(wider.flatMap(({ methods }) => [...methods]))
    const method = [...taken].filter((one) => !path.methods.has(one)) as HTTPMethods[]
    if (method.length === 0) continue
    const handler: RouteHandlerMethod = async (_, reply) => notAllowed(reply, path)
    app.route({ method, url: path.url.slice(prefix), schema: { hide: true }, handler })
  }
}

function notAllowed(reply: FastifyReply, { methods }: Path): never {
  reply.header('allow', [...methods].join(', '))
  throw new AppError('method_not_allowed', 'Method Not Allowed')
}

/** How much of a path is left open: where several fit, the router takes the one with the least. */
function wildness(url: string) {
  return url.split(/[:*]/).length - 1 + (url.includes('*') ? 100 : 0)
}

function patternOf(url: string) {
  const path = url.replace(/:\w+/g, '[^/]+').replace('*', '.+')
  return new RegExp(`^${path}/?$`)
}
