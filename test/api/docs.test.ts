import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { describedBy } from '../support/replies.ts'
import { openWorld } from '../support/world.ts'

type Parameter = { name: string; in: string; required?: boolean; schema: object }
type Operation = {
  tags: string[]
  summary: string
  parameters?: Parameter[]
  requestBody?: { content: Record<string, { schema: object }> }
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>
  security?: unknown[]
}
type Document = {
  openapi: string
  info: { title: string; version: string }
  components: { securitySchemes: unknown }
  security: unknown[]
  paths: Record<string, Record<string, Operation>>
}

describe('the OpenAPI document', () => {
  it('200 is valid 3.1, lists every route, and compiles to schemas', async () => {
    await using world = await openWorld()
    const response = await fetch(`${world.url.replace('/api', '')}/openapi.json`)
    const document = (await response.json()) as Document
    expect(document).toMatchObject({
      openapi: expect.stringMatching(/^3\.1\.\d$/),
      info: { title: 'Homecourt', version: expect.stringMatching(/^\d+\.\d+\.\d+/) },
      components: {
        securitySchemes: { APIKeyHeader: { type: 'apiKey', in: 'header', name: 'X-API-Key' } },
      },
      security: [{ APIKeyHeader: [] }],
    })
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    )
    const served = operations.map(({ path, method }) => `${method} ${path.replace('/api', '')}`)
    expect(served).toEqual(
      expect.arrayContaining([
        ...['post /assistants', 'get /assistants', 'get /assistants/{assistant_id}'],
        ...['put /assistants/{assistant_id}', 'delete /assistants/{assistant_id}'],
        ...['post /assistants/{assistant_id}/threads', 'get /assistants/{assistant_id}/threads'],
        ...['get /threads', 'get /threads/{thread_id}', 'delete /threads/{thread_id}'],
        ...['get /threads/{thread_id}/messages', 'post /threads/{thread_id}/messages'],
        ...['post /threads/messages', 'post /threads/tool-outputs', 'get /health', 'get /ready'],
        ...['post /threads/{thread_id}/runs/{run_id}/submit-tool-outputs'],
        ...['post /threads/{thread_id}/runs/{run_id}/cancel'],
      ]),
    )
    const ajv = new Ajv2020({ strict: false, formats: { uuid: true, 'date-time': true } })
    for (const { path, operation } of operations) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const { parameters = [], requestBody, responses, summary, tags } = operation
      const declared = parameters.filter((one) => one.in === 'path')
      expect([path, ...declared.map(({ name }) => name)]).toEqual([path, ...inPath])
      expect(declared.every(({ required }) => required === true)).toBe(true)
      expect(tags).toHaveLength(1)
      expect(summary).not.toBe('')
      const contents = [requestBody?.content, ...Object.values(responses).map((r) => r.content)]
      const schemas = contents.flatMap((content) => Object.values(content ?? {}))
      for (const { schema } of [...schemas, ...parameters]) expect(ajv.compile(schema)).toBeTruthy()
      expect(Object.values(responses).every(({ description }) => description)).toBe(true)
    }
  })

  it('200 says which routes need no key', async () => {
    await using world = await openWorld()
    const { paths } = (await describedBy(world.app)) as Document
    for (const path of ['/health', '/ready']) expect(paths[path]?.get?.security).toEqual([])
    expect(paths['/api/threads']?.get?.security).toBeUndefined()
  })
})

describe('the page at /docs', () => {
  it('200 comes with its script, loads nothing from elsewhere, and needs no key', async () => {
    await using world = await openWorld()
    const base = world.url.replace('/api', '')
    const page = await fetch(`${base}/docs`)
    expect(page.status).toBe(200)
    expect(page.headers.get('content-type')).toMatch(/^text\/html/)
    const html = await page.text()
    expect(html).toContain('/openapi.json')
    const sources = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? '')
    expect(sources.length).toBeGreaterThan(0)
    for (const source of sources) {
      const url = new URL(source, page.url)
      expect(url.origin).toBe(base)
      const loaded = await fetch(url)
      expect([source, loaded.status]).toEqual([source, 200])
      await loaded.arrayBuffer()
    }
  })
})

describe('health', () => {
  it('200 the process answers; 503 once its database does not', async () => {
    await using world = await openWorld()
    const base = world.url.replace('/api', '')
    const get = async (path: string) => {
      const response = await fetch(base + path)
      return [response.status, await response.json()]
    }
    expect(await get('/health')).toEqual([200, { status: 'ok' }])
    expect(await get('/ready')).toEqual([200, { status: 'ready' }])
    world.ctx.db.check = async () => {
      throw new Error('gone')
    }
    expect(await get('/ready')).toEqual([503, { status: 'not ready' }])
    expect(await get('/health')).toEqual([200, { status: 'ok' }])
  })
})
