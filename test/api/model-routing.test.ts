import { describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { openModels } from '../../src/models/catalog.ts'
import {
  type FakeProvider,
  openaiError,
  openaiText,
  openProvider,
  recording,
  streamOf,
} from '../support/provider.ts'
import { openWorld } from '../support/world.ts'

const noRetries = { HOMECOURT_PROVIDER_RETRIES: '0' }
const busy = openaiError(503, { message: 'overloaded', type: 'server_error' })

/** Two providers on one port, told apart by what they are asked for. */
const both = (provider: FakeProvider) => ({
  ...noRetries,
  ...{ OPENAI_API_KEY: 'k', OPENAI_BASE_URL: provider.openaiUrl },
  ...{ GROQ_API_KEY: 'k', HOMECOURT_PROVIDER_GROQ_URL: provider.openaiUrl },
})
const asked = ({ requests }: FakeProvider) => requests.map(({ body }) => body.model)

describe('fallbacks', () => {
  const HOMECOURT_FALLBACKS = 'openai/gpt-4o=groq/llama-3.1-8b-instant, groq/other; *=groq/last'

  it('200 the next model answers where the first is busy or out of reach, at its own price', async () => {
    await using provider = await openProvider(
      busy,
      openaiText('Hello', { usage: { inputTokens: 1_000_000 } }),
    )
    await using world = await openWorld({ env: { ...both(provider), HOMECOURT_FALLBACKS } })
    const { threadId } = await world.thread()
    const reply = await world.send(threadId, 'Hi', { llm_provider: 'openai', model_name: 'GPT-4o' })
    expect(reply.body).toMatchObject({
      ...{ status: 'COMPLETED', content: 'Hello', model_provider: 'openai', model_name: 'GPT-4o' },
    })
    expect(asked(provider)).toEqual(['gpt-4o', 'llama-3.1-8b-instant'])
    const groq = world.ctx.models.resolve('groq', 'llama-3.1-8b-instant')
    const usage = { inputTokens: 1_000_000, outputTokens: 12, cachedInputTokens: 0 }
    expect(reply.body.cost_usd).toBe(groq.cost({ ...usage, cacheWriteInputTokens: 0 }))
  })

  it('the first stays where it answers, and the last one’s failure is told where none does', async () => {
    await using provider = await openProvider(openaiText('First'), busy, busy, busy)
    await using world = await openWorld({ env: { ...both(provider), HOMECOURT_FALLBACKS } })
    const { threadId } = await world.thread()
    expect((await world.send(threadId, 'Hi')).body.content).toBe('First')
    const failed = await world.send(threadId, 'Hi')
    expect(failed).toMatchObject({ status: 503, body: { detail: /groq is overloaded/ } })
    expect(asked(provider)).toEqual(['gpt-4o', 'gpt-4o', 'llama-3.1-8b-instant', 'other'])
  })

  it('* is for every other model', async () => {
    await using provider = await openProvider(busy, openaiText('Last'))
    await using world = await openWorld({ env: { ...both(provider), HOMECOURT_FALLBACKS } })
    const { threadId } = await world.thread()
    expect((await world.send(threadId, 'Hi', { model_name: 'gpt-4.1' })).body.content).toBe('Last')
    expect(asked(provider)).toEqual(['gpt-4.1', 'last'])
  })

  it('no other model is asked once something was said, or where the request itself is refused', async () => {
    const refused = openaiError(400, { message: 'no such parameter' })
    const cut = streamOf(
      'data: {"choices":[{"delta":{"content":"Hel"}}]}\n\n',
      { waitMs: 20 },
      'drop',
    )
    await using provider = await openProvider(refused, cut)
    await using world = await openWorld({ env: { ...both(provider), HOMECOURT_FALLBACKS } })
    const { threadId } = await world.thread()
    expect((await world.send(threadId, 'Hi')).status).toBe(400)
    expect((await world.send(threadId, 'Hi')).body).toMatchObject({
      status: 'FAILED',
      content: 'Hel',
    })
    expect(asked(provider)).toEqual(['gpt-4o', 'gpt-4o'])
  })

  it.each([
    ['openai/gpt-4o', /has "openai\/gpt-4o"; it must be/],
    ['openai/gpt-4o=gpt-5', /it must be provider\/model=/],
    ['a/b=', /it must be/],
    [
      'openai/gpt-4o=anthropic/claude',
      /HOMECOURT_FALLBACKS names anthropic\/claude:.*set ANTHROPIC/,
    ],
  ])('%s stops the start', (HOMECOURT_FALLBACKS, message) => {
    const config = readConfig({ OPENAI_API_KEY: 'k', HOMECOURT_FALLBACKS })
    expect(() => openModels(config)).toThrow(message)
  })
})

describe('limits of a provider', () => {
  const prompt = {
    ...{ provider: 'groq', model: 'x', system: null, tools: [], json: false, thinking: null },
    turns: [{ role: 'user' as const, text: 'Hi' }],
  }
  const hello = { content: 'Hi', llm_provider: 'groq', model_name: 'x' }

  it('so many calls at once, the others wait in their order, and 429 past the queue', async () => {
    await using provider = await openProvider()
    let most = 0
    let now = 0
    provider.always(({ closed }) => {
      now += 1
      most = Math.max(most, now)
      void closed.then(() => {
        now -= 1
      })
      return { ...openaiText('Hello'), pieces: [{ waitMs: 150 }, ...openaiText('Hello').pieces] }
    })
    const env = {
      ...both(provider),
      ...{ HOMECOURT_PROVIDER_CONCURRENCY: 'groq=2', HOMECOURT_PROVIDER_QUEUE: '3' },
    }
    const models = openModels(readConfig(env))
    const ask = async (provider: string) => {
      const model = await models.resolve(provider, 'x').open()
      for await (const _ of model.stream(prompt, new AbortController().signal));
    }
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => ask('groq')))
    const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    expect(refused).toHaveLength(3)
    expect(refused[0]).toMatchObject({ kind: 'rate_limit', retryAfterSeconds: 5 })
    expect(refused[0].message).toMatch(/groq is asked for more than this server may \(rate limit\)/)
    expect(outcomes.slice(0, 5).map(({ status }) => status)).toEqual(Array(5).fill('fulfilled'))
    expect(most).toBe(2)
    await Promise.all(Array.from({ length: 6 }, () => ask('openai')))
  })

  it('a place in the queue is given up by a run that is cancelled, and freed by one that fails', async () => {
    await using provider = await openProvider(
      streamOf('data: {"choices":[{"delta":{"content":"Hel"}}]}\n\n', 'hang'),
      busy,
      openaiText('Hello'),
    )
    const env = { ...both(provider), HOMECOURT_PROVIDER_CONCURRENCY: '*=1' }
    await using world = await openWorld({ env })
    const model = await world.ctx.models.resolve('groq', 'x').open()
    const [first, second] = [new AbortController(), new AbortController()]
    const running = model.stream(prompt, first.signal)[Symbol.asyncIterator]()
    await running.next()
    const waiting = model.stream(prompt, second.signal)[Symbol.asyncIterator]().next()
    second.abort(new Error('left'))
    await expect(waiting).rejects.toThrow('left')
    first.abort(new Error('gone'))
    await expect(running.next()).rejects.toThrow('gone')
    const { threadId } = await world.thread()
    expect((await world.send(threadId, 'Hi', hello)).status).toBe(503)
    expect((await world.send(threadId, 'Hi', hello)).body.content).toBe('Hello')
  })

  it('so many calls in a minute', async () => {
    await using provider = await openProvider(openaiText('One'), openaiText('Two'))
    const env = {
      ...both(provider),
      ...{ HOMECOURT_PROVIDER_PER_MINUTE: 'groq=2', HOMECOURT_PROVIDER_QUEUE: '0' },
    }
    await using world = await openWorld({ env })
    const statuses: number[] = []
    for (let i = 0; i < 3; i += 1) {
      statuses.push((await world.call('POST', '/threads/messages', hello)).status)
    }
    expect(statuses).toEqual([200, 200, 429])
  })

  it.each(['groq', 'groq=0', 'groq=-1', '=3', 'groq=1.5', 'groq=x'])('%s is refused', (text) => {
    const read = () => readConfig({ HOMECOURT_PROVIDER_CONCURRENCY: text })
    expect(read).toThrow(/HOMECOURT_PROVIDER_CONCURRENCY is .*it must be pairs of a provider/)
  })
})

describe('OpenRouter’s own fields', () => {
  it.each([
    ['JSON', (openrouter: object) => ({ content: 'Hi', llm_provider: 'openrouter', openrouter })],
    [
      'a form',
      (openrouter: object) => {
        const form = new FormData()
        form.set('content', 'Hi')
        form.set('llm_provider', 'openrouter')
        form.set('openrouter', JSON.stringify(openrouter))
        return form
      },
    ],
  ] as const)('200 pass through from %s', async (_, body) => {
    await using provider = await openProvider(recording('providers/openrouter.sse'))
    const env = { OPENROUTER_API_KEY: 'k', HOMECOURT_PROVIDER_OPENROUTER_URL: provider.openaiUrl }
    await using world = await openWorld({ env })
    const routing = { provider: { sort: 'price' }, models: ['a/b'] }
    const reply = await world.call('POST', '/threads/messages', body(routing))
    expect(reply).toMatchObject({ status: 200, body: { content: 'Mild, 18 C.' } })
    expect(provider.requests[0]?.body).toMatchObject({ model: 'openrouter/auto', ...routing })
  })
})
