import { describe, expect, it } from 'vitest'
import { openCollector } from '../support/collector.ts'
import { databases } from '../support/databases.ts'
import { openaiError, openaiText, openaiToolCalls, openProvider } from '../support/provider.ts'
import { ownRedis } from '../support/services.ts'
import { openWorld } from '../support/world.ts'

const KEY = 'canary-key-of-the-provider'
const ROUTE = 'POST /api/threads/:thread_id/messages'

const envOf = (collector: { url: string }, provider: { openaiUrl: string }) => ({
  ...{ OPENAI_API_KEY: KEY, OPENAI_BASE_URL: provider.openaiUrl, HOMECOURT_PROVIDER_RETRIES: '0' },
  ...{ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, HOMECOURT_DEFAULT_EMBEDDING: 'offline' },
})

describe.each(databases)('traces on %s', (_name, openDb) => {
  it('a streamed message is one tree: request, run, model, tool, search; nothing of what was said', async () => {
    await using collector = await openCollector()
    await using provider = await openProvider(
      openaiToolCalls([
        { name: 'search_documents', arguments: { query: 'canary-query canary-document' } },
      ]),
      openaiText('canary-answer'),
    )
    const env = {
      ...envOf(collector, provider),
      ...{
        OTEL_SERVICE_NAME: 'court',
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      },
      OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-key=secret%20one',
    }
    const world = await openWorld({ db: await openDb(), env })
    const { threadId, assistantId } = await world.thread({ system_prompt: 'canary-system' })
    const form = new FormData()
    form.append('file', new Blob(['The canary-document sings at noon.']), 'canary-name.txt')
    await world.call('POST', `/threads/${threadId}/documents`, form)
    await world.ctx.queue.idle()
    const events = await world.stream(`/threads/${threadId}/messages`, {
      content: 'canary-question',
    })
    const runId = events.find((event) => event.run_id)?.run_id
    await world.ctx.live.idle()
    await world[Symbol.asyncDispose]()

    const request = collector.span(ROUTE)
    const run = collector.span('run')
    const chats = collector.spans.filter(({ name }) => name.startsWith('chat '))
    const tool = collector.span('execute_tool search_documents')
    const search = collector.span('search documents')
    expect(request).toMatchObject({ kind: 2, parentId: '', failed: false })
    expect(request.facts).toMatchObject({
      ...{ 'http.request.method': 'POST', 'http.route': ROUTE.slice(5) },
      ...{ 'http.response.status_code': 200, 'homecourt.run.id': runId },
    })
    expect(run.parentId).toBe(request.spanId)
    expect(run.facts).toMatchObject({
      ...{ 'homecourt.run.id': runId, 'homecourt.thread.id': threadId },
      ...{ 'homecourt.assistant.id': assistantId, 'homecourt.run.status': 'completed' },
    })
    expect(chats.map(({ parentId }) => parentId)).toEqual([run.spanId, run.spanId])
    expect(chats[1]).toMatchObject({ kind: 3, failed: false })
    expect(chats[1]?.facts).toMatchObject({
      ...{ 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'openai' },
      ...{ 'gen_ai.request.model': 'gpt-4o', 'gen_ai.response.finish_reasons': ['stop'] },
      'gen_ai.usage.input_tokens': expect.any(Number),
      'gen_ai.usage.output_tokens': expect.any(Number),
      'gen_ai.response.time_to_first_chunk': expect.any(Number),
    })
    expect(tool.parentId).toBe(run.spanId)
    expect(tool.facts['gen_ai.tool.name']).toBe('search_documents')
    expect(search.parentId).toBe(tool.spanId)
    expect(search.facts['homecourt.search.found']).toBe(1)
    const vectors = collector.spans.filter(({ name }) => name.startsWith('embeddings '))
    expect(vectors.map(({ parentId }) => parentId)).toContain(search.spanId)
    const inTree = [request, run, ...chats, tool, search]
    expect(new Set(inTree.map(({ traceId }) => traceId)).size).toBe(1)

    const job = collector.span('job ingest-note')
    const upload = collector.span('POST /api/threads/:thread_id/documents')
    // Redis carries ids and nothing else.
    const links = ownRedis().REDIS_URL ? [] : [upload.spanId]
    expect(job).toMatchObject({ parentId: '', links })
    expect(job.traceId).not.toBe(upload.traceId)

    expect(request.resource).toMatchObject({
      ...{ 'service.name': 'court', 'deployment.environment.name': 'test' },
    })
    const [sent] = collector.requests
    expect(sent?.path).toBe('/v1/traces')
    expect(sent?.headers['x-collector-key']).toBe('secret one')
    const all = Buffer.concat(collector.requests.map(({ bytes }) => bytes)).toString('latin1')
    expect(all).not.toMatch(/canary|test-key/)
  })

  it('the client’s trace goes on, or is left out where the client left it out', async () => {
    await using collector = await openCollector()
    await using provider = await openProvider(openaiText('One'), openaiText('Two'))
    const world = await openWorld({ db: await openDb(), env: envOf(collector, provider) })
    const { threadId } = await world.thread()
    const path = `/threads/${threadId}/messages`
    const [trace, parent] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7']
    const send = (flags: string) =>
      world.call('POST', path, { content: 'Hi' }, { traceparent: `00-${trace}-${parent}-${flags}` })
    expect((await send('01')).status).toBe(200)
    expect((await send('00')).status).toBe(200)
    await world[Symbol.asyncDispose]()

    expect(collector.span(ROUTE)).toMatchObject({ traceId: trace, parentId: parent })
    expect(collector.span('run').traceId).toBe(trace)
  })

  it('a provider that fails marks its call and its run, by a word', async () => {
    await using collector = await openCollector()
    await using provider = await openProvider(
      openaiError(401, { message: 'canary-message', code: 'invalid_api_key' }),
    )
    const world = await openWorld({ db: await openDb(), env: envOf(collector, provider) })
    const { threadId } = await world.thread()
    await world.send(threadId, 'Hi')
    await world[Symbol.asyncDispose]()

    const chat = collector.span('chat gpt-4o')
    expect(chat.failed).toBe(true)
    expect(chat.facts['error.type']).toBe('credentials')
    const run = collector.span('run')
    expect(run.failed).toBe(true)
    expect(run.facts).toMatchObject({
      ...{ 'homecourt.run.status': 'failed', 'error.type': 'credentials' },
    })
    expect(collector.requests.map(({ bytes }) => bytes.toString('latin1')).join()).not.toMatch(
      /canary/,
    )
  })

  it('a run whose client has left ends its span all the same', async () => {
    await using collector = await openCollector()
    await using provider = await openProvider()
    let resolve = () => {}
    const promise = new Promise<void>((done) => {
      resolve = done
    })
    const long = openaiText('A first word and a last one')
    provider.script({
      ...long,
      pieces: [...long.pieces.slice(0, 3), { waitMs: 300 }, ...long.pieces.slice(3)],
    })
    const world = await openWorld({ db: await openDb(), env: envOf(collector, provider) })
    const { threadId } = await world.thread()
    const left = new AbortController()
    world.app.server.on('request', (_request, response) => response.once('close', resolve))
    const answer = await fetch(`${world.url}/threads/${threadId}/messages`, {
      ...{ method: 'POST', signal: left.signal },
      headers: { 'X-API-Key': world.key, 'content-type': 'application/json' },
      body: JSON.stringify({ content: 'Hi', stream: true }),
    })
    await answer.body?.getReader().read()
    left.abort()
    await promise
    await world.ctx.live.idle()
    await world[Symbol.asyncDispose]()

    expect(collector.span(ROUTE).facts['homecourt.client_left']).toBe(true)
    expect(collector.span('run').facts['homecourt.run.status']).toBe('completed')
  })
})
