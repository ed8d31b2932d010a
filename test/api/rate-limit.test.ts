import { describe, expect, it } from 'vitest'
import { databases } from '../support/databases.ts'
import { openWorld } from '../support/world.ts'

describe.each(databases)('a limit on requests, on %s', (_name, openDb) => {
  it('429 past it, with when to come back; other keys and the health check go on', async () => {
    const env = { HOMECOURT_REQUESTS_PER_MINUTE: '5' }
    await using world = await openWorld({ db: await openDb(), env })
    const left: (string | null)[] = []
    for (let i = 0; i < 5; i += 1) {
      const { status, headers } = await world.call('GET', '/threads')
      expect(status).toBe(200)
      left.push(headers.get('x-ratelimit-remaining'))
    }
    expect(left).toEqual(['4', '3', '2', '1', '0'])
    for (const path of ['/threads', '/assistants', '/threads/unknown']) {
      const { status, headers, body } = await world.call('GET', path)
      expect({ status, body }).toEqual({
        ...{ status: 429, body: { detail: 'This key has made more than 5 requests in a minute' } },
      })
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(50)
      expect(headers.get('x-ratelimit-limit')).toBe('5')
    }
    expect((await world.as('another-key').call('GET', '/threads')).status).toBe(200)
    expect((await fetch(world.url.replace('/api', '/health'))).status).toBe(200)
    const refused = await fetch(`${world.url}/threads`)
    expect(refused.status).toBe(401)
  })

  it('200 without a limit, and no word of one', async () => {
    await using world = await openWorld({ db: await openDb() })
    const { headers } = await world.call('GET', '/threads')
    expect(headers.get('x-ratelimit-limit')).toBe(null)
  })
})
