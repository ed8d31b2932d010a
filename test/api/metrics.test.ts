import { describe, expect, it } from 'vitest'
import type { ModelError } from '../../src/models/model.ts'
import { databases } from '../support/databases.ts'
import { openaiText, openProvider, statusReply } from '../support/provider.ts'
import { openWorld } from '../support/world.ts'

describe.each(databases)('metrics on %s', (_name, openDb) => {
  it('200 requests, runs, tokens, cost, providers, the queue and the process; nothing that was said', async () => {
    await using provider = await openProvider(openaiText('A secret answer'))
    const env = {
      ...{ OPENAI_API_KEY: 'k', OPENAI_BASE_URL: provider.openaiUrl, HOMECOURT_METRICS: 'true' },
      HOMECOURT_PROVIDER_RETRIES: '0',
    }
    await using world = await openWorld({ db: await openDb(), env })
    const { threadId } = await world.thread()
    expect((await world.send(threadId, 'A secret question')).status).toBe(200)
    provider.script(statusReply(503, { error: { message: 'down' } }))
    await world.send(threadId, 'Again')
    await world.call('GET', '/threads/none')
    world.ctx.queue.ring = () => {}
    const form = new FormData()
    form.append('file', new Blob(['waits']), 'a.txt')
    await world.call('POST', `/threads/${threadId}/documents`, form)

    const response = await fetch(world.url.replace('/api', '/metrics'))
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/)
    const text = await response.text()
    const value = (line: string) =>
      Number(
        text
          .split('\n')
          .find((one) => one.startsWith(`${line} `))
          ?.split(' ')
          .at(-1),
      )
    const messages = 'method="POST",route="/api/threads/:thread_id/messages",status="200"'
    expect(value(`homecourt_request_seconds_count{${messages}}`)).toBe(1)
    expect(value('homecourt_runs_total{provider="openai",status="completed"}')).toBe(1)
    expect(value('homecourt_runs_total{provider="openai",status="failed"}')).toBe(1)
    expect(value('homecourt_tokens_total{provider="openai",kind="input"}')).toBeGreaterThan(0)
    expect(value('homecourt_cost_usd_total{provider="openai"}')).toBeGreaterThan(0)
    expect(value('homecourt_provider_first_seconds_count{provider="openai"}')).toBe(1)
    const kinds = [...text.matchAll(/^homecourt_provider_errors_total\{.*kind="(\w+)"\} 1$/gm)]
    const known: string[] = ['overloaded', 'unavailable'] satisfies ModelError['kind'][]
    expect(known).toContain(kinds[0]?.[1])
    expect(value('homecourt_queue_depth{kind="documents"}')).toBe(1)
    expect(value('homecourt_queue_oldest_seconds{kind="documents"}')).toBeGreaterThanOrEqual(0)
    expect(value('homecourt_queue_oldest_seconds{kind="documents"}')).toBeLessThan(60)
    expect(value('homecourt_live_runs')).toBe(0)
    expect(text).toContain('nodejs_eventloop_lag_seconds')
    for (const secret of ['secret', threadId, 'test-key']) expect(text).not.toContain(secret)
  })

  it('404 where they are not wanted', async () => {
    await using world = await openWorld({ db: await openDb() })
    expect((await fetch(world.url.replace('/api', '/metrics'))).status).toBe(404)
  })
})
