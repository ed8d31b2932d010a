import Fastify, { type FastifyInstance, type RouteOptions } from 'fastify'
import { compiledLazily } from '../http/validation.ts'

/**
 * `/openapi.json`, which describes the routes that come after these, and a page at `/docs` to read
 * and try it, which loads nothing from elsewhere.
 */
export function docsRoutes(app: FastifyInstance, version: string): void {
  const routes: RouteOptions[] = []
  app.addHook('onRoute', (route) => void routes.push(route))
  let description: Promise<object> | undefined
  app.get('/openapi.json', { schema: { hide: true } }, async () => {
    description ??= describe(routes, version)
    return description
  })

  let page: Promise<FastifyInstance> | undefined
  const show = async (url: string) => {
    page ??= openPage()
    return (await page).inject(url)
  }
  for (const url of ['/docs', '/docs/*']) {
    app.get(url, { schema: { hide: true } }, async (request, reply) => {
      const shown = await show(request.url)
      return reply.code(shown.statusCode).headers(shown.headers).send(shown.rawPayload)
    })
  }
}

/** What writes it is loaded, and told of the routes, when somebody asks: most servers never are. */
async function describe(routes: RouteOptions[], version: string): Promise<object> {
  const { default: swagger } = await import('@fastify/swagger')
  const described = Fastify({ exposeHeadRoutes: false, schemaController: compiledLazily() })
  await described.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Homecourt',
        version,
        description: 'A self-hosted server that speaks the Backboard API.',
      },
      components: {
        securitySchemes: { APIKeyHeader: { type: 'apiKey', in: 'header', name: 'X-API-Key' } },
      },
      security: [{ APIKeyHeader: [] }],
    },
  })
  for (const { method, url, schema = {} } of routes) {
    if (method !== 'HEAD') described.route({ method, url, schema, handler: () => {} })
  }
  await described.ready()
  return described.swagger()
}

/** The page's script is 5 MB that most servers never show, so it is loaded when somebody asks. */
async function openPage(): Promise<FastifyInstance> {
  const { default: scalar } = await import('@scalar/fastify-api-reference')
  const page = Fastify()
  await page.register(scalar, {
    routePrefix: '/docs',
    configuration: {
      url: '/openapi.json',
      pageTitle: 'Homecourt API',
      withDefaultFonts: false,
      telemetry: false,
      hideClientButton: true,
    },
  })
  return page
}
