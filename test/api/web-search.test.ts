import { describe, expect, it } from 'vitest'
import { databases } from '../support/databases.ts'
import { calls, says, scripted } from '../support/model.ts'
import { openWeb } from '../support/web.ts'
import { openWorld } from '../support/world.ts'

const page = { title: 'The <b>weather</b>', url: 'https://weather.example/paris' }
const source = { title: 'The weather', url: page.url }
const rows = [
  { ...page, content: 'Mild,\n 18 C.', description: 'Mild,\n 18 C.' },
  ...[{ title: 'no url' }, { url: 'javascript:alert(1)' }, { url: 7 }, null, 'x'],
]
const results = JSON.stringify({ results: rows, web: { results: rows } })
const asks = () => calls(['web_search', { query: 'weather in Paris?' }])

const backends = [
  ['SearXNG', (url: string) => ({ HOMECOURT_SEARXNG_URL: `${url}/` })],
  ['Tavily', (url: string) => ({ TAVILY_API_KEY: 'secret-1', TAVILY_BASE_URL: url })],
  ['Brave', (url: string) => ({ BRAVE_API_KEY: 'secret-1', BRAVE_BASE_URL: url })],
] as const

describe.each(databases)('web search on %s', (_name, openDb) => {
  it.each(
    backends,
  )('200 %s is asked, its pages are read by the model and named in the reply', async (name, env) => {
    await using web = await openWeb(() => ({ body: results }))
    const model = scripted(asks(), says('Mild.'))
    await using world = await openWorld({ db: await openDb(), model, env: env(web.url) })
    const { threadId } = await world.thread()
    const reply = await world.send(threadId, 'Weather?', { web_search: 'Auto' })
    expect(reply.body).toMatchObject({
      ...{ status: 'COMPLETED', content: 'Mild.', tool_calls: null, web_sources: [source] },
    })
    expect(model.prompts[0]?.tools.map((tool) => tool.name)).toEqual(['web_search'])
    const heard = model.prompts[1]?.turns.at(-1)
    expect(heard).toMatchObject({ role: 'tool', name: 'web_search' })
    expect(heard?.text).toMatch(
      /\[1\] The weather\nhttps:\/\/weather.example\/paris\nMild, 18 C\.$/,
    )
    expect(web.requests).toHaveLength(1)
    const [{ method, url, headers, body }] = web.requests as [(typeof web.requests)[0]]
    if (name === 'SearXNG') expect(url).toBe('/search?q=weather+in+Paris%3F&format=json')
    if (name === 'Tavily') {
      expect([method, url, headers.authorization]).toEqual(['POST', '/search', 'Bearer secret-1'])
      expect(JSON.parse(body)).toMatchObject({ query: 'weather in Paris?' })
    }
    if (name === 'Brave') {
      expect(url).toBe('/res/v1/web/search?q=weather+in+Paris%3F&count=8')
      expect(headers['x-subscription-token']).toBe('secret-1')
    }
  })

  it('the stream tells the sources at its end, beside tools of the client', async () => {
    await using web = await openWeb(() => ({ body: results }))
    const model = scripted(asks(), asks(), calls(['mine', {}]))
    const env = { HOMECOURT_SEARXNG_URL: web.url }
    await using world = await openWorld({ db: await openDb(), model, env })
    const { threadId } = await world.thread()
    const tools = [{ type: 'function', function: { name: 'mine', parameters: {} } }]
    const path = `/threads/${threadId}/messages`
    const events = await world.stream(path, { content: 'Hi', web_search: 'auto', tools })
    const last = events.at(-1)
    expect(last).toMatchObject({
      type: 'tool_submit_required',
      tool_calls: [{ function: { name: 'mine' } }],
    })
    expect(web.requests).toHaveLength(2)
  })
})

describe('web search', () => {
  it.each([
    ['is down', null, /\(SearXNG\) failed: it cannot be reached/],
    ['refuses', { status: 403, body: '{}' }, /failed: it answers 403/],
    ['talks HTML', { body: '<html>' }, /failed: its answer is no JSON/],
    ['is endless', { body: ' '.repeat(5 * 1024 * 1024) }, /failed: its answer is too long/],
    ['finds nothing', { body: '{"results": []}' }, /^Nothing was found\.$/],
    ['sends something else', { body: '[1]' }, /^Nothing was found\.$/],
  ])('200 the run goes on when the backend %s', async (_, answer, said) => {
    await using web = await openWeb(() => answer ?? 'hang')
    const model = scripted(asks(), says('I do not know.'))
    const env = { HOMECOURT_SEARXNG_URL: answer ? web.url : 'http://127.0.0.1:1' }
    await using world = await openWorld({ model, env })
    const { threadId } = await world.thread()
    const reply = await world.send(threadId, 'Weather?', { web_search: 'Auto' })
    expect(reply.body).toMatchObject({ content: 'I do not know.', web_sources: null })
    expect(model.prompts[1]?.turns.at(-1)?.text).toMatch(said)
  })

  it.each([
    ['nothing is configured', {}, 'Auto'],
    ['it is off', { HOMECOURT_SEARXNG_URL: 'http://127.0.0.1:1' }, 'off'],
    ['it is not asked for', { HOMECOURT_SEARXNG_URL: 'http://127.0.0.1:1' }, undefined],
    ['the word is unknown', { HOMECOURT_SEARXNG_URL: 'http://127.0.0.1:1' }, 'perhaps'],
    ['it is no word', { HOMECOURT_SEARXNG_URL: 'http://127.0.0.1:1' }, { mode: 'Auto' }],
  ])('200 the tool is not offered where %s', async (_, env, web_search) => {
    const model = scripted(says('Hello'))
    await using world = await openWorld({ model, env })
    const { threadId } = await world.thread()
    const reply = await world.send(threadId, 'Hi', { web_search })
    expect(reply).toMatchObject({ status: 200, body: { content: 'Hello', web_sources: null } })
    expect(model.prompts[0]?.tools).toEqual([])
  })

  it('200 pages that say far too much are cut, and hold nobody up', async () => {
    const [url, long] = ['https://endless.example/', '<'.repeat(1_000_000)]
    const found = { results: [{ title: long, url, content: long }, { url: `${url}${long}` }] }
    await using web = await openWeb(() => ({ body: JSON.stringify(found) }))
    const model = scripted(asks(), says('Mild.'))
    const env = { HOMECOURT_SEARXNG_URL: web.url }
    await using world = await openWorld({ model, env })
    const { threadId } = await world.thread()
    const began = performance.now()
    const reply = await world.send(threadId, 'Weather?', { web_search: 'Auto' })
    expect(reply.body.web_sources).toEqual([{ title: '<'.repeat(1_000), url }])
    expect(performance.now() - began).toBeLessThan(10_000)
  })

  it('a tool of the client with the same name stays the client’s', async () => {
    const model = scripted(asks())
    const env = { HOMECOURT_SEARXNG_URL: 'http://127.0.0.1:1' }
    await using world = await openWorld({ model, env })
    const { threadId } = await world.thread()
    const tools = [{ type: 'function', function: { name: 'web_search', parameters: {} } }]
    const reply = await world.send(threadId, 'Hi', { web_search: 'Auto', tools })
    expect(reply.body).toMatchObject({ status: 'REQUIRES_ACTION' })
  })
})
