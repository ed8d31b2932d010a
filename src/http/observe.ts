import type { FastifyInstance } from 'fastify'
import type { Ctx } from '../context.ts'
import type { Span } from '../tracing/tracer.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The run that this request began or went on with. */
    runId: string | null
    span: Span | null
  }
}

/** Asked every few seconds by machines, and of no interest to people. */
const unseen: ReadonlySet<string | undefined> = new Set(['/health', '/ready', '/metrics'])

/** Where it is wanted, counts, traces and logs requests: never what was in them. */
export function observe(app: FastifyInstance, { meter, tracer }: Ctx): void {
  app.decorateRequest('runId', null)
  app.decorateRequest('span', null)
  if (tracer.active) traceRequests(app, tracer)
  const logs = app.log.level === 'info' || app.log.level === 'debug' || app.log.level === 'trace'
  if (!meter && !logs) return
  app.addHook('onResponse', async (request, reply) => {
    const { method, runId } = request
    const route = request.routeOptions.url ?? 'none'
    const { statusCode: status, elapsedTime } = reply
    meter?.request({ method, route, status, seconds: elapsedTime / 1_000 })
    if (!logs) return
    const ran = runId === null ? {} : { runId }
    request.log.info({ method, route, status, ms: Math.round(elapsedTime), ...ran }, 'answered')
  })
}

function traceRequests(app: FastifyInstance, tracer: Ctx['tracer']) {
  app.addHook('onRequest', (request, reply, next) => {
    const { method, headers, protocol, id } = request
    const route = request.routeOptions.url
    if (unseen.has(route)) return next()
    // The path itself is left out: where no route knows it, it may hold anything.
    const facts = {
      ...{ 'http.request.method': method, 'http.route': route, 'url.scheme': protocol },
      'homecourt.request.id': id,
    }
    const span = tracer.request(route ? `${method} ${route}` : method, facts, headers)
    request.span = span
    // Also when the client leaves before its answer is complete.
    reply.raw.once('close', () => {
      const { statusCode, writableFinished } = reply.raw
      span.set({ 'http.response.status_code': statusCode, 'homecourt.run.id': request.runId })
      if (statusCode >= 500) span.fail(String(statusCode))
      if (!writableFinished) span.set({ 'homecourt.client_left': true })
      span.end()
    })
    span.within(next)
  })
  // Reading a body leaves the context that the first hook has opened.
  app.addHook('preValidation', (request, _reply, next) => {
    if (request.span) request.span.within(next)
    else next()
  })
}
