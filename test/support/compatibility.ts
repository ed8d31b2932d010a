import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { describedBy } from './replies.ts'

/** Every route of the API, by what it is about. */
export const routes: Record<string, readonly string[]> = {
  Assistants: [
    ...['POST /assistants', 'GET /assistants', 'GET /assistants/:assistant_id'],
    ...['PUT /assistants/:assistant_id', 'DELETE /assistants/:assistant_id'],
    'POST /assistants/:assistant_id/clone',
  ],
  Threads: [
    ...['POST /assistants/:assistant_id/threads', 'GET /assistants/:assistant_id/threads'],
    ...['GET /threads', 'GET /threads/:thread_id', 'DELETE /threads/:thread_id'],
  ],
  Messages: [
    ...['POST /threads/messages', 'POST /threads/:thread_id/messages'],
    'GET /threads/:thread_id/messages',
  ],
  Runs: [
    ...['POST /threads/tool-outputs', 'POST /threads/:thread_id/runs/:run_id/submit-tool-outputs'],
    'POST /threads/:thread_id/runs/:run_id/cancel',
  ],
  Documents: [
    ...['POST /assistants/:assistant_id/documents', 'GET /assistants/:assistant_id/documents'],
    ...['POST /threads/:thread_id/documents', 'GET /threads/:thread_id/documents'],
    ...['GET /documents/:document_id/status', 'DELETE /documents/:document_id'],
    // Beyond the hosted service: the bytes again, and retrieval without a model.
    'GET /documents/:document_id/content',
    'POST /assistants/:assistant_id/documents/search',
    'POST /threads/:thread_id/documents/search',
  ],
  Memories: [
    ...['GET /assistants/:assistant_id/memories', 'POST /assistants/:assistant_id/memories'],
    'DELETE /assistants/:assistant_id/memories',
    'POST /assistants/:assistant_id/memories/search',
    'GET /assistants/:assistant_id/memories/stats',
    'GET /assistants/:assistant_id/memories/:memory_id',
    'PUT /assistants/:assistant_id/memories/:memory_id',
    'DELETE /assistants/:assistant_id/memories/:memory_id',
    'GET /assistants/memories/operations/:operation_id',
    'GET /assistants/:assistant_id/memories/:memory_id/history',
    'POST /assistants/:assistant_id/memories/:memory_id/restore',
    'POST /assistants/:assistant_id/memories/explain',
  ],
  Models: [
    ...['GET /models', 'GET /models/providers', 'GET /models/provider/:provider_name'],
    ...['GET /models/:model_name', 'GET /models/embedding/all', 'GET /models/embedding/providers'],
    ...['GET /models/embedding/:model_name', 'GET /models/image/all'],
    'GET /models/thinking-metadata',
    // Other names of the same, and lists of one kind.
    ...['GET /models/providers/:provider_name', 'GET /models/embedding'],
    ...['GET /models/embedding-providers', 'GET /models/image', 'GET /models/voice/all'],
    ...['GET /models/stt/all', 'GET /models/tts/all'],
  ],
}

/** `yes` is proven by an answer the client could read; absent = the client never asked. */
export type Outcome = 'yes'
export type Outcomes = Map<string, Outcome>

/** The client with the outcome of each route it called and of each of its methods. */
export type Client = { name: string; routes: Outcomes; methods: Outcomes }

/** Notes what the server answers to every request from here on, by the route it was for. */
export function watchRoutes(app: FastifyInstance): Outcomes {
  const seen: Outcomes = new Map()
  app.server.on('request', (request, response) => {
    const asked = `${request.method} ${request.url?.replace(/^\/api|\?.*$/g, '')}`
    response.on('finish', () => {
      const route = routeOf(asked)
      if (response.statusCode < 300) seen.set(route, 'yes')
    })
  })
  return seen
}

/** The route a request is for: of those that fit, the one with the fewest parameters. */
function routeOf(asked: string): string {
  const [route] = Object.values(routes)
    .flat()
    .filter((one) => new RegExp(`^${one.replace(/:\w+/g, '[^/]+')}$`).test(asked))
    .sort((a, b) => a.split(':').length - b.split(':').length)
  if (!route) throw new Error(`no such route is listed: ${asked}`)
  return route
}

/** The routes the server has, `yes` for those its API description tells of. */
export async function servedRoutes(app: FastifyInstance): Promise<Outcomes> {
  const { paths } = await describedBy(app)
  const served: Outcomes = new Map()
  for (const [path, methods] of Object.entries(paths)) {
    if (!path.startsWith('/api/')) continue
    const url = path.slice('/api'.length).replace(/\{(\w+)\}/g, ':$1')
    for (const method of Object.keys(methods)) {
      served.set(`${method.toUpperCase()} ${url}`, 'yes')
    }
  }
  return served
}

/** What the server has that the list above has not; a wildcard stands for the routes below it. */
export function unlisted(served: Outcomes): string[] {
  const known = Object.values(routes).flat()
  return [...served.keys()].filter(
    (route) => !known.some((one) => one === route || isBelow(one, route)),
  )
}

const isBelow = (route: string, wildcard: string) =>
  wildcard.endsWith('*') && route.startsWith(wildcard.slice(0, -1))

/** The page `docs/compatibility.md`. */
export function compatibilityPage(served: Outcomes, npm: Client[], python: Client): string {
  return `${[
    introduction,
    '## Routes',
    routeLegend,
    ...Object.entries(routes).flatMap(([about, list]) => [
      `### ${about}`,
      table(
        ['Route', 'Server', ...npm.map(({ name }) => `npm ${name}`), 'Python'],
        list.map((route) => [
          ...[`\`${route}\``, stateOf(served, route)],
          ...[...npm, python].map((client) => client.routes.get(route) ?? '–'),
        ]),
      ),
    ]),
    '## The npm SDK, method by method',
    npmLegend,
    table(
      ['Method', ...npm.map(({ name }) => name)],
      methodsOf(npm).map((method) => [
        ...[`\`${method}\``, ...npm.map(({ methods }) => methods.get(method) ?? '–')],
      ]),
    ),
    '## The Python SDK, method by method',
    pythonLegend,
    table(
      ['Method', 'Works'],
      [...python.methods].map(([method, outcome]) => [`\`${method}\``, outcome]),
    ),
    '## Habits of other clients',
    habitsLegend,
    ...habits(),
  ].join('\n\n')}\n`
}

/** Whether the server has a route: `yes` or `no`. */
export function stateOf(served: Outcomes, route: string): string {
  const wildcard = [...served.keys()].find((one) => isBelow(route, one))
  return served.get(route) ?? (wildcard ? served.get(wildcard) : undefined) ?? 'no'
}

const methodsOf = (clients: Client[]) => [
  ...new Set(clients.flatMap(({ methods }) => [...methods.keys()])),
]

function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

/** The titles of the tests: what they say holds as long as they pass. */
function habits(): string[] {
  return ['clients', 'lookups', 'tools'].flatMap((name) => {
    const source = readFileSync(new URL(`../sdk/${name}.test.ts`, import.meta.url), 'utf8')
    const titles = source.matchAll(/^ {2}it\('(?:\d{3} )?(.+)',/gm)
    const list = [...titles].map(([, title]) => `- ${title}`).join('\n')
    return [`### ${name}.test.ts`, list]
  })
}

const introduction = `# Compatibility

What of the Backboard API this server does, and which clients it was seen to do it for. This page is
made by the tests that call every method of the SDKs against a running server; \`npm run
compatibility\` writes it anew, and a test fails when it is out of date.`

const routeLegend = `**Server**: \`yes\` = built; \`no\` = not there, the answer is a 404. **SDK columns**: \`yes\` = a
method of this SDK got an answer from this route that it could read; – = the SDK never calls it.`

const npmLegend = `Run with the packages themselves. "streamed" is the same method with \`stream\` set; – = this
version has no such method.`

const pythonLegend = `The Python SDK cannot be installed where these tests run, so they send its requests (as version
1.5.14 makes them) and check the answers against its models field by field, without the SDK itself.`

const habitsLegend = `Each line is the title of a test in \`test/sdk\`.`
