import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type Adapter, anthropic, hear, openai, prompt } from '../support/adapters.ts'
import { cutAt, openaiText, openProvider, recording, streamOf } from '../support/provider.ts'

describe.each([openai, anthropic])('the chat model of $name', (adapter) => {
  saysWhatWasSaid(adapter)
  callsTools(adapter)
  leavesWithItsCaller(adapter)
})

describe('the fake provider of these tests', () => {
  it('fails a call that nobody scripted, and says so in the end', async () => {
    const provider = await openProvider(openaiText('ok'))
    await hear(openai.open(provider))
    const { error } = await hear(openai.open(provider, { retries: 3 }))
    expect(String(error)).toContain('The test scripted no reply for this call')
    expect(provider.unscripted).toHaveLength(1)
    await expect(provider[Symbol.asyncDispose]()).rejects.toThrow('1 unscripted provider calls')
  })
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
    for (let offset = 1; offset < bytes; offset += 50) {
      const offsets = Array.from({ length: Math.min(50, bytes - offset) }, (_, i) => offset + i)
      provider.script(...offsets.map((at) => cutAt(whole, [at])))
      const heard = await Promise.all(offsets.map(() => hear(model)))
      for (const one of heard) expect(one).toEqual(expected)
    }
  }, 60_000)

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

  it('keeps a connection whose end comes late', async () => {
    const late = streamOf(...recording(`${name}/text.sse`).pieces, { waitMs: 30 })
    await using provider = await openProvider(late, late)
    const model = open(provider)
    await hear(model)
    await provider.requests[0]?.closed
    await sleep(30)
    await hear(model)
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
