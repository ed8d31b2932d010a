import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { ModelErrorKind } from '../../src/models/model.ts'
import { type Adapter, anthropic, failureOf, hear, openai, prompt } from '../support/adapters.ts'
import {
  cutAt,
  openProvider,
  type Piece,
  paced,
  type Reply,
  recording,
  statusReply,
  streamOf,
} from '../support/provider.ts'

const finalWords =
  /abort|cancelled|malformed|invalid request|unauthorized|forbidden|authentication|api key|credit balance|insufficient credits|quota|rate limit/i
const passingWords =
  /service unavailable|bad gateway|gateway timeout|operation timed out|stream closed unexpectedly|connection reset/

describe.each([openai, anthropic])('the chat model of $name', (adapter) => {
  saysWhatWasSaid(adapter)
  callsTools(adapter)
  failsInOurWords(adapter)
  survivesBadLines(adapter)
  leavesWithItsCaller(adapter)
})

function saysWhatWasSaid({ name, open }: Adapter) {
  it('says the text in pieces, then the end with its counts', async () => {
    await using provider = await openProvider(recording(`${name}/text.sse`))
    const { deltas, text, end, error } = await hear(open(provider))
    expect(error).toBeUndefined()
    expect(text).toBe('Hello! How can I help you today?')
    expect(deltas.length).toBeGreaterThan(4)
    expect(deltas.at(-1)).toBe(end)
    const inputTokens = name === 'openai' ? 14 : 25
    const outputTokens = name === 'openai' ? 9 : 12
    const none = { cachedInputTokens: 0, cacheWriteInputTokens: 0 }
    expect(end).toEqual({
      type: 'end',
      reason: 'stop',
      usage: { inputTokens, outputTokens, ...none },
    })
  })

  it('says the same wherever the bytes are cut, also within a character', async () => {
    const whole = recording(`${name}/unicode.sse`)
    const bytes = (whole.pieces[0] as Buffer).length
    await using provider = await openProvider(whole)
    const model = open(provider)
    const expected = await hear(model)
    expect(expected.text).toBe('Grüße aus Zürich 👩‍🚀 und 日本語\u2028ok')
    for (let offset = 1; offset < bytes; offset++) {
      provider.script(cutAt(whole, [offset]))
      expect(await hear(model)).toEqual(expected)
    }
  })

  it('says the same byte by byte', async () => {
    const whole = recording(`${name}/parallel-calls.sse`)
    const bytes = (whole.pieces[0] as Buffer).length
    const everywhere = Array.from({ length: bytes }, (_, i) => i + 1)
    await using provider = await openProvider(whole, cutAt(whole, everywhere))
    const model = open(provider)
    expect(await hear(model)).toEqual(await hear(model))
  })

  it('counts what was read from the cache and written to it', async () => {
    await using provider = await openProvider(recording(`${name}/cached-usage.sse`))
    const { end } = await hear(open(provider))
    const cached = name === 'openai' ? [1920, 0] : [1900, 100]
    expect(end?.usage).toEqual({
      inputTokens: 2006,
      outputTokens: 5,
      cachedInputTokens: cached[0],
      cacheWriteInputTokens: cached[1],
    })
  })

  it('ends in `length` when the model ran out of tokens', async () => {
    await using provider = await openProvider(recording(`${name}/length.sse`))
    const { text, end } = await hear(open(provider))
    expect([text, end?.reason]).toEqual(['Once upon a', 'length'])
  })

  it('ends in `refusal` when the model refuses, and says its words', async () => {
    await using provider = await openProvider(recording(`${name}/refusal.sse`))
    const { text, end } = await hear(open(provider))
    expect(text).toMatch(/^I('m sorry, I)? can't/)
    expect(end?.reason).toBe('refusal')
  })

  it('keeps nothing between calls, and its connection for the next one', async () => {
    const text = recording(`${name}/text.sse`)
    await using provider = await openProvider(text, recording(`${name}/tool-call.sse`), text)
    const model = open(provider)
    const first = await hear(model)
    expect((await hear(model)).calls).toHaveLength(1)
    expect(await hear(model)).toEqual(first)
    expect(provider.connections).toBe(1)
  })
}

function callsTools({ name, open }: Adapter) {
  it('announces a tool call, and gives it whole', async () => {
    await using provider = await openProvider(recording(`${name}/tool-call.sse`))
    const { deltas, calls, end } = await hear(open(provider))
    const [{ id } = { id: '' }] = calls
    expect(id).toMatch(/^(call|toolu)_/)
    expect(deltas.find(({ type }) => type.startsWith('call'))).toEqual({
      type: 'call_start',
      id,
      name: 'get_weather',
    })
    expect(JSON.parse(calls[0]?.arguments ?? '')).toEqual({ city: 'Paris' })
    expect(end?.reason).toBe('calls')
  })

  it('keeps parallel calls apart, in order', async () => {
    await using provider = await openProvider(recording(`${name}/parallel-calls.sse`))
    const { calls } = await hear(open(provider))
    expect(calls.map((call) => [call.name, call.arguments])).toEqual([
      ['get_weather', '{"city": "Paris"}'],
      ['get_time', '{"zone": "CET"}'],
    ])
    expect(new Set(calls.map(({ id }) => id)).size).toBe(2)
  })

  it('gives empty arguments as an empty object', async () => {
    await using provider = await openProvider(recording(`${name}/empty-arguments.sse`))
    const { calls } = await hear(open(provider))
    expect(calls).toMatchObject([{ name: 'list_files', arguments: '{}' }])
  })

  it('does not give a call that was cut short', async () => {
    await using provider = await openProvider(recording(`${name}/length-in-call.sse`))
    const { calls, end } = await hear(open(provider))
    expect([calls, end?.reason]).toEqual([[], 'length'])
  })
}

const statuses: [number, string, string, ModelErrorKind][] = [
  [400, 'invalid_request_error', 'prompt is too long: 210000 tokens > 200000', 'bad_request'],
  [413, 'request_too_large', 'Request exceeds the maximum size', 'bad_request'],
  [422, 'invalid_request_error', 'messages: field required', 'bad_request'],
  [401, 'authentication_error', 'invalid x-api-key', 'credentials'],
  [403, 'permission_error', 'Your key may not use this model', 'credentials'],
  [402, 'billing_error', 'Add credits to go on', 'credits'],
  [400, 'invalid_request_error', 'Your credit balance is too low to access the API', 'credits'],
  [404, 'not_found_error', 'model: a-model', 'unknown_model'],
  [408, 'timeout_error', 'Took too long', 'timeout'],
  [429, 'rate_limit_error', 'Too many tokens per minute', 'rate_limit'],
  [500, 'api_error', 'Internal server error', 'unavailable'],
  [502, 'api_error', 'Bad Gateway', 'unavailable'],
  [503, 'api_error', 'No capacity', 'overloaded'],
  [504, 'api_error', 'Upstream is late', 'unavailable'],
  [529, 'overloaded_error', 'Overloaded', 'overloaded'],
]

function failsInOurWords({ name, open, refuses }: Adapter) {
  it.each(statuses)('a %i %s (%s) is %s', async (status, type, said, kind) => {
    await using provider = await openProvider(refuses(status, type, said))
    const { kind: heard, message } = await failureOf(open(provider))
    expect([heard, message]).toEqual([
      kind,
      expect.stringMatching(new RegExp(`^${name} .*${said}`)),
    ])
    if (/timeout|overloaded|unavailable/.test(kind)) expectPassing(message)
  })

  it.each([502, 503, 504])('a %i with a page instead of an error is worded too', async (status) => {
    const headers = { 'content-type': 'text/html' }
    const page = { status, headers, pieces: ['<html><h1>Authentication aborted</h1></html>'] }
    await using provider = await openProvider(page)
    expectPassing((await failureOf(open(provider))).message)
  })

  it('leaves out what the provider said where it would mislead', async () => {
    const said = 'Request aborted: authentication service quota'
    await using provider = await openProvider(refuses(500, 'api_error', said))
    expectPassing((await failureOf(open(provider))).message)
  })

  it('never says a key, and not more than 300 characters of the rest', async () => {
    const said = `Bad key sk-test-0123456789, and sk-proj-******abcd. ${'x'.repeat(2_000)}`
    await using provider = await openProvider(refuses(401, 'authentication_error', said))
    const { message } = await failureOf(open(provider))
    expect(message).toContain('Bad key ***, and *** x')
    expect(message.length).toBeLessThan(400)
  })

  it('says when to come back', async () => {
    const limited = (headers: Record<string, string>) =>
      refuses(429, 'rate_limit_error', 'Slow down', headers)
    const date = new Date(Date.now() + 90_000).toUTCString()
    await using provider = await openProvider(
      limited({ 'retry-after': '17' }),
      limited({ 'retry-after-ms': '1200' }),
      limited({ 'retry-after': date }),
      limited({}),
    )
    const model = open(provider)
    expect((await failureOf(model)).retryAfterSeconds).toBe(17)
    expect((await failureOf(model)).retryAfterSeconds).toBe(2)
    expect(Math.abs(((await failureOf(model)).retryAfterSeconds ?? 0) - 90)).toBeLessThan(3)
    expect((await failureOf(model)).retryAfterSeconds).toBeNull()
  })

  it('tries again as often as it may, after the wait it is told', async () => {
    const busy = refuses(529, 'overloaded_error', 'Overloaded', { 'retry-after-ms': '50' })
    await using provider = await openProvider(busy, busy, recording(`${name}/text.sse`))
    const started = performance.now()
    const { text } = await hear(open(provider, { retries: 2 }))
    expect(text).toBe('Hello! How can I help you today?')
    expect(performance.now() - started).toBeGreaterThan(95)

    provider.script(busy, busy)
    expect((await failureOf(open(provider, { retries: 1 }))).kind).toBe('overloaded')
    expect(provider.requests).toHaveLength(5)
  })

  it('does not sit out a wait that nobody has time for', async () => {
    const later = refuses(429, 'rate_limit_error', 'Slow down', { 'retry-after': '3600' })
    await using provider = await openProvider(later)
    const { kind, retryAfterSeconds } = await failureOf(open(provider, { retries: 5 }))
    expect([kind, retryAfterSeconds]).toEqual(['rate_limit', 3600])
  })

  it('does not try again what cannot work', async () => {
    await using provider = await openProvider(refuses(400, 'invalid_request_error', 'No'))
    await failureOf(open(provider, { retries: 5 }))
    expect(provider.requests).toHaveLength(1)
  })
}

function survivesBadLines({ name, open }: Adapter) {
  const text = recording(`${name}/text.sse`)
  const half = (text.pieces[0] as Buffer).indexOf(' How')

  const broken: [string, Reply, ModelErrorKind, string][] = [
    ['an error in the stream', recording(`${name}/error-mid-stream.sse`), 'unavailable', ''],
    ['a connection cut half-way', cutAt(text, [half], 'drop'), 'unavailable', 'connection reset'],
    [
      'an end half-way',
      streamOf(...cutAt(text, [half], 'hang').pieces.slice(0, 1)),
      'malformed',
      '',
    ],
    ['a line that is not JSON', withLine(text, half, 'data: {"choi\n\n'), 'malformed', ''],
    ['a line that is no event', withLine(text, half, 'data: null\n\n'), 'malformed', ''],
    ['silence', cutAt(text, [half], 'hang'), 'timeout', 'operation timed out'],
  ]

  it.each(broken)(
    'after %s, what was said stands, and it fails',
    async (_what, reply, kind, says) => {
      await using provider = await openProvider(reply)
      const heard = await hear(open(provider, { idleMs: 150 }))
      expect(heard.text).toMatch(/^(Hello!|The answer)$/)
      expect(heard.end).toBeUndefined()
      const overloaded = name === 'anthropic' && heard.text === 'The answer'
      expect(heard.error).toMatchObject({ kind: overloaded ? 'overloaded' : kind })
      expect(String(heard.error)).toContain(says)
      expectPassing(String(heard.error))
    },
  )

  it('fails when nothing comes at all', async () => {
    const empty = streamOf()
    const noStream = { status: 204, headers: {}, pieces: [] }
    const page = { ...streamOf('<html>'), headers: { 'content-type': 'text/html' } }
    await using provider = await openProvider(empty, noStream, page)
    const model = open(provider)
    for (let i = 0; i < 3; i++) expect((await failureOf(model)).kind).toBe('malformed')
  })

  it('fails when the headers do not come in time', async () => {
    await using provider = await openProvider(streamOf('hang'))
    const error = await failureOf(open(provider, { timeoutMs: 100 }))
    expect(error.kind).toBe('timeout')
    expectPassing(error.message)
  })

  it('fails when nobody is there', async () => {
    const provider = await openProvider()
    await provider[Symbol.asyncDispose]()
    const error = await failureOf(open(provider))
    expect([error.kind, error.message]).toEqual([
      'unavailable',
      expect.stringMatching('ECONNREFUSED'),
    ])
    expectPassing(error.message)
  })

  it('waits as long as bytes come, and does not take a slow reader for silence', async () => {
    const pieces = cutAt(text, [100, 200, 300, 400, 500, 600]).pieces
    await using provider = await openProvider(paced(streamOf(...pieces), 60), text)
    const model = open(provider, { idleMs: 150 })
    expect((await hear(model)).error).toBeUndefined()

    let said = ''
    for await (const delta of model.stream(prompt(), new AbortController().signal)) {
      if (delta.type !== 'text') continue
      if (!said) await sleep(400)
      said += delta.text
    }
    expect(said).toBe('Hello! How can I help you today?')
  })
}

function leavesWithItsCaller({ name, open, refuses }: Adapter) {
  const reason = new Error('the caller has gone')

  it('does not call when the caller has already gone', async () => {
    await using provider = await openProvider()
    expect((await hear(open(provider), {}, AbortSignal.abort(reason))).error).toBe(reason)
    expect(provider.requests).toHaveLength(0)
  })

  it('hangs up while it waits for headers', async () => {
    await using provider = await openProvider(streamOf('hang'))
    const error = await leaveAfter(50, provider)
    expect(error).toBe(reason)
    await provider.requests[0]?.closed
  })

  it('hangs up in the middle of a stream', async () => {
    await using provider = await openProvider(cutAt(recording(`${name}/text.sse`), [900], 'hang'))
    expect(await leaveAfter(100, provider)).toBe(reason)
    await provider.requests[0]?.closed
  })

  it('leaves a wait for the next try at once', async () => {
    const busy = refuses(529, 'overloaded_error', 'Overloaded', { 'retry-after': '10' })
    await using provider = await openProvider(busy)
    const started = performance.now()
    expect(await leaveAfter(100, provider, 3)).toBe(reason)
    expect(performance.now() - started).toBeLessThan(2_000)
  })

  it('hangs up when the caller stops listening', async () => {
    await using provider = await openProvider(cutAt(recording(`${name}/text.sse`), [1200], 'hang'))
    for await (const delta of open(provider).stream(prompt(), new AbortController().signal)) {
      if (delta.type === 'text') break
    }
    await provider.requests[0]?.closed
  })

  it('hangs up at once, even if the caller is not listening just then', async () => {
    await using provider = await openProvider(cutAt(recording(`${name}/text.sse`), [1200], 'hang'))
    const caller = new AbortController()
    const stream = open(provider).stream(prompt(), caller.signal)[Symbol.asyncIterator]()
    await stream.next()
    caller.abort(reason)
    await provider.requests[0]?.closed
    await expect(drained(stream)).rejects.toBe(reason)
  })

  async function leaveAfter(ms: number, provider: Parameters<typeof open>[0], retries = 0) {
    const caller = new AbortController()
    setTimeout(() => caller.abort(reason), ms)
    return (await hear(open(provider, { retries }), {}, caller.signal)).error
  }
}

async function drained(stream: AsyncIterator<unknown>) {
  while (!(await stream.next()).done);
}

function withLine({ pieces: [bytes] }: Reply, at: number, line: string): Reply {
  const whole = bytes as Buffer
  const cut = whole.lastIndexOf('data:', at)
  return streamOf(whole.subarray(0, cut), line as Piece, whole.subarray(cut))
}

function expectPassing(message: string) {
  expect(message).toMatch(passingWords)
  expect(message).not.toMatch(finalWords)
}
