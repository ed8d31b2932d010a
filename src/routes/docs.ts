import Fastify, { type FastifyInstance } from 'fastify'

/** `/openapi.json`, and a page at `/docs` to read and try it, which loads nothing from elsewhere. */
export function docsRoutes(app: FastifyInstance): void {
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())

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
