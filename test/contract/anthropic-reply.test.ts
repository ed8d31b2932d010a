import { describe, expect, it } from 'vitest'
import { anthropic, failureOf, hear } from '../support/adapters.ts'
import {
  anthropicError,
  anthropicText,
  anthropicToolCalls,
  openProvider,
  recording,
  statusReply,
  streamOf,
} from '../support/provider.ts'

const signature = 'EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pkiMOYds+s='

const call = { id: 'toolu_1', name: 'get_weather', arguments: '{"city":"Paris"}' }

describe('what Anthropic says', () => {
  it('is thought first, and each thought is kept with its signature', async () => {
    await using provider = await openProvider(recording('anthropic/thinking.sse'))
    const { reasoning, text, kept, deltas } = await hear(anthropic.open(provider))
    expect([reasoning, text]).toEqual(['9.11 is less than 9.9.', '9.9 is larger.'])
    const data = { type: 'thinking', thinking: '9.11 is less than 9.9.', signature }
    expect(kept).toEqual([{ provider: 'anthropic', data }])
    const order = deltas.map(({ type }) => type).filter((type, i, all) => type !== all[i - 1])
    expect(order).toEqual(['reasoning', 'reasoning_end', 'text', 'end'])
  })

  it('keeps redacted thoughts too', async () => {
    await using provider = await openProvider(recording('anthropic/redacted-thinking.sse'))
    const { kept } = await hear(anthropic.open(provider))
    expect(kept).toMatchObject([
      { data: { type: 'thinking', thinking: 'First part.', signature } },
      { data: { type: 'redacted_thinking', data: expect.stringMatching(/^EmwKAh/) } },
    ])
  })

  it('gets its thoughts back first in their turn, and no longer when it refuses them', async () => {
    const refusal = anthropicError(400, {
      type: 'invalid_request_error',
      message: 'messages.1.content.0: Invalid `signature` in `thinking` block',
    })
    const script = [recording('anthropic/thinking-tool-call.sse'), refusal, anthropicText('18 C')]
    await using provider = await openProvider(...script)
    const model = anthropic.open(provider)
    const { calls, deltas } = await hear(model)
    const kept = deltas.flatMap((delta) => (delta.type === 'reasoning_end' ? delta.kept : []))
    const foreign = { provider: 'openrouter', data: { type: 'reasoning.text' } }
    const heard = await hear(model, {
      turns: [
        { role: 'user', text: 'Weather?' },
        { role: 'assistant', text: 'Looking.', calls, reasoning: [...kept, foreign] },
        { role: 'tool', callId: calls[0]?.id ?? '', name: 'get_weather', text: '18' },
      ],
    })
    expect(heard.text).toBe('18 C')
    const assistant = provider.requests.slice(1).map(({ body }) => (body.messages as unknown[])[1])
    const thought = { type: 'thinking', thinking: 'I need the weather.', signature }
    const rest = [{ type: 'text' }, { type: 'tool_use' }]
    expect(assistant).toMatchObject([{ content: [thought, ...rest] }, { content: rest }])
  })

  it('in JSON although a stream was asked for, is heard all the same', async () => {
    await using provider = await openProvider(
      statusReply(200, {
        type: 'message',
        content: [
          { type: 'thinking', thinking: 'Hm.', signature },
          { type: 'text', text: 'Looking.' },
          { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Paris' } },
        ],
        stop_reason: 'tool_use',
        usage: { input_tokens: 7, output_tokens: 3 },
      }),
      statusReply(200, { type: 'error', error: { type: 'overloaded_error', message: 'Busy' } }),
    )
    const model = anthropic.open(provider)
    const { reasoning, text, calls, kept, end } = await hear(model)
    expect([reasoning, text, calls]).toEqual(['Hm.', 'Looking.', [call]])
    expect(kept).toHaveLength(1)
    expect(end).toMatchObject({ reason: 'calls', usage: { inputTokens: 7, outputTokens: 3 } })
    expect((await failureOf(model)).kind).toBe('overloaded')
  })

  const stops = [
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['pause_turn', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['refusal', 'refusal'],
  ] as const

  it.each(stops)('%s ends in %s, without usage and with unknown events', async (stop, reason) => {
    const delta = { type: 'message_delta', delta: { stop_reason: stop } }
    const events = [{ type: 'ping' }, { type: 'news', x: 1 }, delta, { type: 'message_stop' }]
    const lines = events.map((event) => `event: x\ndata: ${JSON.stringify(event)}\n\n`)
    await using provider = await openProvider(streamOf(...lines))
    const { end } = await hear(anthropic.open(provider))
    expect(end).toEqual({ type: 'end', reason, usage: null })
  })

  it.each([
    ['rate_limit_error', 'rate_limit'],
    ['api_error', 'unavailable'],
    ['invalid_request_error', 'bad_request'],
    ['something_new', 'unavailable'],
  ])('%s in the stream is %s', async (type, kind) => {
    const event = { type: 'error', error: { type, message: 'So it is' } }
    await using provider = await openProvider(streamOf(`data: ${JSON.stringify(event)}\n\n`))
    expect(await failureOf(anthropic.open(provider))).toMatchObject({
      kind,
      message: expect.stringMatching(/^anthropic .*: So it is$/),
    })
  })

  it('comes as the builders of the fake provider write it', async () => {
    const script = anthropicToolCalls([{ name: 'f', arguments: { x: 1 } }, { name: 'g' }], {
      text: 'One moment.',
      reasoning: 'Hm, well.',
      usage: { inputTokens: 9, outputTokens: 4, cachedInputTokens: 2, cacheWriteInputTokens: 3 },
    })
    await using provider = await openProvider(script)
    const heard = await hear(anthropic.open(provider))
    expect([heard.reasoning, heard.text]).toEqual(['Hm, well.', 'One moment.'])
    expect(heard.calls).toEqual([
      { id: 'toolu_1', name: 'f', arguments: '{"x":1}' },
      { id: 'toolu_2', name: 'g', arguments: '{}' },
    ])
    expect(heard.end?.usage).toEqual({
      inputTokens: 9,
      outputTokens: 4,
      cachedInputTokens: 2,
      cacheWriteInputTokens: 3,
    })
  })
})
