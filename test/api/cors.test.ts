import { describe, expect, it } from 'vitest'
import { says, scripted } from '../support/model.ts'
import { openWorld } from '../support/world.ts'

const page = 'https://app.example'

/** What a browser asks before it lets a page send `method` with these headers. */
const preflight = (url: string, origin: string, method: string) =>
  fetch(`${url}/threads/messages`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'x-api-key,content-type',
    },
  })

describe('pages of other origins', () => {
  it('204 any may ask for anything where the origins are *', async () => {
    await using world = await openWorld({ corsOrigins: ['*'] })
    for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
      const { status, headers } = await preflight(world.url, page, method)
      expect(status).toBe(204)
      expect(headers.get('access-control-allow-origin')).toBe('*')
      expect(headers.get('access-control-allow-headers')?.toLowerCase()).toBe(
        'x-api-key,content-type',
      )
      expect(headers.get('access-control-allow-methods')?.split(/, ?/)).toContain(method)
    }
  })

  it('200 replies, streams and errors of every kind can be read by the page', async () => {
    await using world = await openWorld({ model: scripted(says('Hi'), says('Hi')) })
    const { threadId } = await world.thread()
    const requests: [number, string, string, unknown?][] = [
      [200, 'GET', '/threads'],
      [200, 'POST', `/threads/${threadId}/messages`, { content: 'Hi' }],
      [200, 'POST', `/threads/${threadId}/messages`, { content: 'Hi', stream: true }],
      [400, 'POST', '/threads/messages', {}],
      [404, 'GET', '/nope'],
      [405, 'PATCH', '/threads'],
      [422, 'POST', '/assistants', {}],
      [200, 'GET', '/models'],
    ]
    for (const [status, method, path, body] of requests) {
      const response = await world.raw(method, path, body, { origin: page })
      expect([path, response.status]).toEqual([path, status])
      expect(response.headers.get('access-control-allow-origin')).toBe('*')
      expect(response.headers.get('access-control-expose-headers')).toMatch(/retry-after/)
      await response.text()
    }
    const locked = await fetch(`${world.url}/threads`, { headers: { origin: page } })
    expect([locked.status, locked.headers.get('access-control-allow-origin')]).toEqual([401, '*'])
  })

  it('only the configured origins are let in', async () => {
    await using world = await openWorld({ corsOrigins: [page, 'http://localhost:3000'] })
    for (const origin of [page, 'http://localhost:3000']) {
      const asked = await preflight(world.url, origin, 'POST')
      expect(asked.status).toBe(204)
      expect(asked.headers.get('access-control-allow-origin')).toBe(origin)
      expect(asked.headers.get('vary')).toMatch(/Origin/i)
      const got = await world.raw('GET', '/threads', undefined, { origin })
      expect(got.headers.get('access-control-allow-origin')).toBe(origin)
    }
    for (const origin of ['https://evil.example', 'http://app.example', `${page}.evil`, 'null']) {
      const asked = await preflight(world.url, origin, 'POST')
      expect(asked.headers.get('access-control-allow-origin')).toBeNull()
      const got = await world.raw('GET', '/threads', undefined, { origin })
      expect(got.headers.get('access-control-allow-origin')).toBeNull()
    }
  })

  it('none is let in where there are no origins', async () => {
    await using world = await openWorld({ corsOrigins: [''] })
    const asked = await preflight(world.url, page, 'POST')
    expect(asked.headers.get('access-control-allow-origin')).toBeNull()
    const got = await world.raw('GET', '/threads', undefined, { origin: page })
    expect([got.status, got.headers.get('access-control-allow-origin')]).toEqual([200, null])
  })

  it('204 OPTIONS without an origin is answered too', async () => {
    await using world = await openWorld()
    const response = await fetch(`${world.url}/threads`, { method: 'OPTIONS' })
    expect(response.status).toBe(204)
  })
})
