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
  streamOf,
} from '../support/provider.ts'

const finalWords =
  /abort|cancelled|malformed|invalid request|unauthorized|forbidden|authentication|api key|credit balance|insufficient credits|quota|rate limit/i
const passingWords =
  /service unavailable|bad gateway|gateway timeout|operation timed out|stream closed unexpectedly|connection reset/

describe.each([openai, anthropic])('the chat model of $name, when it fails,', (adapter) => {
  saysItInOurWords(adapter)
  triesAgain(adapter)
  survivesBadLines(adapter)
})

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

function saysItInOurWords({ name, open, refuses }: Adapter) {
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
    const said = `Bad key 0123-our-own, and sk-proj-******abcd. ${'x'.repeat(2_000)}`
    await using provider = await openProvider(refuses(401, 'authentication_error', said))
    const { message } = await failureOf(open(provider, { apiKey: '0123-our-own' }))
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
}

function triesAgain({ name, open, refuses }: Adapter) {
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

  it.each(
    broken,
  )('after %s, what was said stands, and it fails', async (_what, reply, kind, says) => {
    await using provider = await openProvider(reply)
    const heard = await hear(open(provider, { idleMs: kind === 'timeout' ? 500 : 5_000 }))
    expect(heard.text).toMatch(/^(Hello!|The answer)$/)
    expect(heard.end).toBeUndefined()
    const overloaded = name === 'anthropic' && heard.text === 'The answer'
    expect(heard.error).toMatchObject({ kind: overloaded ? 'overloaded' : kind })
    expect(String(heard.error)).toContain(says)
    expectPassing(String(heard.error))
  })

  it('fails when the connection breaks while the reader is busy', async () => {
    await using provider = await openProvider(cutAt(text, [half], 'drop'))
    const read = async () => {
      for await (const _delta of open(provider).stream(prompt(), new AbortController().signal)) {
        await sleep(100)
      }
    }
    await expect(read()).rejects.toMatchObject({ kind: 'unavailable' })
  })

  it('asks again when a kept connection breaks, and fails when a new one does', async () => {
    await using provider = await openProvider(text, streamOf('drop'), text)
    const model = open(provider)
    await hear(model)
    expect((await hear(model)).end?.reason).toBe('stop')
    expect([provider.requests.length, provider.connections]).toEqual([3, 2])

    await using other = await openProvider(streamOf('drop'))
    const { kind, message } = await failureOf(open(other))
    expect([kind, message]).toEqual(['unavailable', expect.stringMatching('connection reset')])
  })

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
    const offsets = [0, 20, 40, 60, 80, 100, 120].map((further) => half + further)
    const { pieces } = cutAt(text, offsets)
    const slow = paced(streamOf(...pieces), 150)
    await using provider = await openProvider(slow, slow)
    const model = open(provider, { idleMs: 700 })
    expect((await hear(model)).error).toBeUndefined()

    let said = ''
    for await (const delta of model.stream(prompt(), new AbortController().signal)) {
      if (delta.type !== 'text') continue
      if (!said) await sleep(1_000)
      said += delta.text
    }
    expect(said).toBe('Hello! How can I help you today?')
  })
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
