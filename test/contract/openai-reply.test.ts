import { describe, expect, it } from 'vitest'
import { failureOf, hear, openai } from '../support/adapters.ts'
import {
  openaiError,
  openaiText,
  openaiToolCalls,
  openProvider,
  recording,
  statusReply,
  streamOf,
} from '../support/provider.ts'

/** The deltas that these bits of a chunk's `delta` add up to. */
async function heardOf(...deltas: unknown[]) {
  const chunks = deltas.map((delta) => ({ choices: [{ index: 0, delta, finish_reason: null }] }))
  const end = { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] }
  const lines = [...chunks, end].map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`)
  await using provider = await openProvider(streamOf(...lines))
  return await hear(openai.open(provider))
}

const part = (call: object) => ({ tool_calls: [call] })

describe('what OpenAI and its likenesses say', () => {
  it('in JSON although a stream was asked for, is heard all the same', async () => {
    const message = {
      role: 'assistant',
      content: 'Looking.',
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } }],
    }
    await using provider = await openProvider(
      statusReply(200, {
        choices: [{ index: 0, message, finish_reason: 'tool_calls' }],
        usage: { prompt_tokens: 7, completion_tokens: 3 },
      }),
      statusReply(200, { error: { message: 'Provider returned error', code: 429 } }),
      statusReply(200, { choices: [] }),
    )
    const model = openai.open(provider)
    const { text, calls, end } = await hear(model)
    expect([text, calls]).toEqual(['Looking.', [{ id: 'a', name: 'f', arguments: '{"x":1}' }]])
    expect(end).toMatchObject({ reason: 'calls', usage: { inputTokens: 7, outputTokens: 3 } })
    expect((await failureOf(model)).kind).toBe('rate_limit')
    expect((await failureOf(model)).kind).toBe('malformed')
  })

  it('may leave out usage, and [DONE], and the finish reason before [DONE]', async () => {
    const choice = (finish_reason: string | null) =>
      `data: ${JSON.stringify({ choices: [{ delta: { content: 'Hi' }, finish_reason }] })}\n\n`
    await using provider = await openProvider(
      streamOf(choice('stop')),
      streamOf(choice(null), 'data: [DONE]\n\n'),
      streamOf(choice(null)),
    )
    const model = openai.open(provider)
    const end = { type: 'end', reason: 'stop', usage: null }
    expect((await hear(model)).end).toEqual(end)
    expect((await hear(model)).end).toEqual(end)
    expect((await failureOf(model)).kind).toBe('malformed')
  })

  it('ends at [DONE], even when the server keeps the line open', async () => {
    await using provider = await openProvider(
      streamOf(...openaiText('Hi').pieces, { waitMs: 10_000 }),
    )
    const started = performance.now()
    expect((await hear(openai.open(provider))).end?.reason).toBe('stop')
    expect(performance.now() - started).toBeLessThan(1_000)
    await provider.requests[0]?.closed
  })

  it('ends in `refusal` when a filter cut it', async () => {
    await using provider = await openProvider(recording('openai/content-filter.sse'))
    const { text, end } = await hear(openai.open(provider))
    expect([text, end?.reason]).toEqual(['That is', 'refusal'])
  })

  const thoughts: [string, string, string, number][] = [
    ['deepseek-reasoning', '9.11 is less than 9.9.', '9.9 is larger.', 39],
    ['ollama-reasoning', 'Okay, greet.', 'Hi there!', 9],
    ['vllm-reasoning', 'We greet', 'Hi!', 5],
  ]

  it.each(thoughts)('%s: thinks before it speaks', async (name, reasoning, text, outputTokens) => {
    await using provider = await openProvider(recording(`openai/${name}.sse`))
    const heard = await hear(openai.open(provider))
    expect([heard.reasoning, heard.text]).toEqual([reasoning, text])
    const order = heard.deltas.map(({ type }) => type).filter((t, i, all) => t !== all[i - 1])
    expect(order).toEqual(['reasoning', 'reasoning_end', 'text', 'end'])
    expect(heard.end?.usage?.outputTokens).toBe(outputTokens)
  })

  it('gets OpenRouter’s reasoning details back, joined, with their signature', async () => {
    const first = recording('openai/openrouter-reasoning-details.sse')
    await using provider = await openProvider(first, openaiText('18 C'))
    const model = openai.open(provider)
    const { deltas, reasoning, text, calls, end } = await hear(model)
    expect([reasoning, text]).toEqual(['The user wants the weather.', 'Let me look.'])
    expect(calls).toMatchObject([{ name: 'get_weather', arguments: '{"city": "Paris"}' }])
    expect(end?.usage).toMatchObject({ inputTokens: 420, cachedInputTokens: 300 })

    const kept = deltas.flatMap((delta) => (delta.type === 'reasoning_end' ? delta.kept : []))
    const foreign = { provider: 'anthropic', data: { type: 'thinking' } }
    await hear(model, {
      turns: [
        { role: 'user', text: 'Weather?' },
        { role: 'assistant', text, calls, reasoning: [...kept, foreign] },
        { role: 'tool', callId: calls[0]?.id ?? '', name: 'get_weather', text: '18' },
      ],
    })
    expect(provider.requests[1]?.body.messages).toMatchObject([
      { role: 'user' },
      {
        reasoning_details: [
          {
            type: 'reasoning.text',
            text: 'The user wants the weather.',
            signature: 'EqQBCgIYAhIkZjE2',
            format: 'anthropic-claude-v1',
            index: 0,
          },
        ],
      },
      { role: 'tool' },
    ])
  })

  it('gets DeepSeek’s reasoning back, and no longer when it refuses it', async () => {
    const first = recording('openai/deepseek-tool-call.sse')
    const refusal = openaiError(400, { message: 'reasoning_content is not allowed in the input' })
    await using provider = await openProvider(first, refusal, openaiText('18 C'))
    const model = openai.open(provider)
    const { deltas, calls } = await hear(model)
    const reasoning = deltas.flatMap((d) => (d.type === 'reasoning_end' ? d.kept : []))
    const heard = await hear(model, {
      turns: [
        { role: 'assistant', text: '', calls, reasoning },
        { role: 'tool', callId: calls[0]?.id ?? '', name: 'get_weather', text: '18' },
      ],
    })
    expect(heard.text).toBe('18 C')
    const [, kept, dropped] = provider.requests.map(({ body }) => body.messages)
    expect(kept).toMatchObject([{ reasoning_content: 'I need the weather.' }, {}])
    expect(JSON.stringify(dropped)).not.toContain('reasoning_content')
  })

  it('keeps encrypted reasoning that follows the words', async () => {
    const data = { type: 'reasoning.encrypted', data: 'b3BhcXVl', index: 0 }
    const { kept, deltas } = await heardOf({ content: 'Hi' }, { reasoning_details: [data] })
    expect(kept).toEqual([{ provider: 'openai', data }])
    expect(deltas.map(({ type }) => type)).toEqual(['text', 'reasoning_end', 'end'])
  })

  it('an error in the stream has the kind of its code', async () => {
    const named = { error: { message: 'You exceeded', type: 'x', code: 'insufficient_quota' } }
    const old = { object: 'error', message: 'Too long', code: 400 }
    const lines = [named, old].map((error) => streamOf(`data: ${JSON.stringify(error)}\n\n`))
    await using provider = await openProvider(recording('openai/openrouter-error.sse'), ...lines)
    const model = openai.open(provider)
    const upstream = await failureOf(model)
    expect([upstream.kind, upstream.message]).toEqual([
      'unavailable',
      'openai failed, bad gateway: Provider returned error: upstream connect error',
    ])
    expect((await failureOf(model)).kind).toBe('credits')
    expect((await failureOf(model)).kind).toBe('bad_request')
  })

  it('a spent account and an unknown model have their kinds by code', async () => {
    await using provider = await openProvider(
      openaiError(429, { message: 'You exceeded your current quota', code: 'insufficient_quota' }),
      openaiError(400, { message: 'No such model: gpt-9', code: 'model_not_found' }),
      statusReply(404, { object: 'error', message: 'The model `x` does not exist.' }),
      statusReply(404, { error: 'model "x" not found' }),
    )
    const model = openai.open(provider)
    expect((await failureOf(model)).kind).toBe('credits')
    expect((await failureOf(model)).kind).toBe('unknown_model')
    expect((await failureOf(model)).message).toContain('The model `x` does not exist.')
    expect((await failureOf(model)).message).toContain('model "x" not found')
  })
})

describe('tool calls of OpenAI and its likenesses', () => {
  it.each([
    ['interleaved-calls', ['{"city": "Paris"}', '{"zone": "CET"}']],
    ['ollama-tool-calls', ['{"city":"Paris"}', '{"city":"Rome"}']],
    ['gemini-calls', ['{"city":"Paris"}', '{"city":"Rome"}']],
  ])('%s: are kept apart', async (name, expected) => {
    await using provider = await openProvider(recording(`openai/${name}.sse`))
    const { calls, end } = await hear(openai.open(provider))
    expect(calls.map((call) => call.arguments)).toEqual(expected)
    expect(new Set(calls.map(({ id }) => id)).size).toBe(2)
    expect(end?.reason).toBe('calls')
  })

  const f = (json: unknown) => ({ function: { name: 'f', arguments: json } })
  const more = (json: string) => ({ function: { arguments: json } })
  const odd: [string, object[], string[]][] = [
    [
      'no index',
      [{ id: 'a', ...f('{"x"') }, more(':1}'), { id: 'b', ...f('{}') }],
      ['{"x":1}', '{}'],
    ],
    [
      'no id',
      [
        { index: 0, ...f('{"x":1}') },
        { index: 1, ...f('{}') },
      ],
      ['{"x":1}', '{}'],
    ],
    ['neither', [f('{"x"'), more(':1}'), f('{"y":2}')], ['{"x":1}', '{"y":2}']],
    [
      'the name again',
      [
        { index: 0, id: 'a', ...f('{"x"') },
        { index: 0, ...f(':1}') },
      ],
      ['{"x":1}'],
    ],
    [
      'id and name again',
      [
        { index: 0, id: 'a', ...f('{"x"') },
        { index: 0, id: 'a', ...f(':1}') },
      ],
      ['{"x":1}'],
    ],
    [
      'another id on every part',
      [
        { index: 0, id: 'a', ...f('{') },
        { index: 0, id: 'b', ...more('}') },
      ],
      ['{}'],
    ],
    ['an object for arguments', [{ index: 0, id: 'a', ...f({ x: 1 }) }], ['{"x":1}']],
    ['blank arguments', [{ index: 0, id: 'a', ...f(' ') }], ['{}']],
  ]

  it.each(odd)('with %s', async (_what, parts, expected) => {
    const { calls, deltas, end } = await heardOf(...parts.map(part))
    expect(calls.map((call) => call.arguments)).toEqual(expected)
    expect(calls.every(({ id, name }) => id.length > 0 && name === 'f')).toBe(true)
    const starts = deltas.filter(({ type }) => type === 'call_start')
    expect(starts).toEqual(calls.map(({ id, name }) => ({ type: 'call_start', id, name })))
    expect(end?.reason).toBe('calls')
  })

  it('may come as the function call of old', async () => {
    const { calls } = await heardOf(
      { function_call: { name: 'f', arguments: '{"x"' } },
      { function_call: { arguments: ':1}' } },
    )
    expect(calls).toMatchObject([{ name: 'f', arguments: '{"x":1}' }])
  })

  it('may be announced and not come', async () => {
    expect((await heardOf({ content: 'Hi' })).end?.reason).toBe('stop')
  })

  it('come as the builders of the fake provider write them', async () => {
    const script = openaiToolCalls([{ name: 'f', arguments: { x: 1 } }, { name: 'g' }], {
      text: 'One moment.',
      usage: { inputTokens: 3, outputTokens: 4, cachedInputTokens: 2 },
    })
    await using provider = await openProvider(script)
    const { text, calls, end } = await hear(openai.open(provider))
    expect(text).toBe('One moment.')
    expect(calls).toEqual([
      { id: 'call_1', name: 'f', arguments: '{"x":1}' },
      { id: 'call_2', name: 'g', arguments: '{}' },
    ])
    expect(end?.usage).toMatchObject({ inputTokens: 3, outputTokens: 4, cachedInputTokens: 2 })
  })
})
