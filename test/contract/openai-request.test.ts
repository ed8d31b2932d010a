import { describe, expect, it } from 'vitest'
import type { Prompt, Thinking, ToolSpec } from '../../src/models/model.ts'
import { failureOf, hear, openai } from '../support/adapters.ts'
import { openaiError, openaiText, openProvider, statusReply } from '../support/provider.ts'

const weather: ToolSpec = {
  name: 'get_weather',
  description: 'The weather of a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
}

async function requestOf(own: Partial<Prompt>, settings = {}) {
  await using provider = await openProvider(openaiText('ok'))
  await hear(openai.open(provider, settings), own)
  const [request] = provider.requests
  if (!request) throw new Error('no request came')
  return request
}

const bodyOf = async (own: Partial<Prompt>, settings = {}) => (await requestOf(own, settings)).body

describe('what OpenAI is asked', () => {
  it('has the pictures of a message as data URLs, and goes without where the model refuses them', async () => {
    const pictures = [{ mediaType: 'image/png', data: 'iVBORw==' }]
    const turns: Prompt['turns'] = [{ role: 'user', text: 'What is it?', pictures }]
    const url = 'data:image/png;base64,iVBORw=='
    const content = [
      { type: 'image_url', image_url: { url } },
      { type: 'text', text: 'What is it?' },
    ]
    expect((await bodyOf({ turns })).messages).toEqual([{ role: 'user', content }])

    const message = 'Invalid content type. image_url is only supported by certain models.'
    await using provider = await openProvider(openaiError(400, { message }), openaiText('ok'))
    expect(await hear(openai.open(provider), { turns })).toMatchObject({ text: 'ok' })
    const { messages } = provider.requests[1]?.body as { messages: { content: string }[] }
    expect(messages).toHaveLength(1)
    expect(messages[0]?.content).toMatch(/^What is it\?\n\n\(An image .* unable to take\.\)$/)
  })

  it('is a streamed chat completion, with usage, under our key', async () => {
    const { path, headers, body } = await requestOf({ model: 'gpt-4o' })
    expect(body).toEqual({
      model: 'gpt-4o',
      messages: [{ role: 'user', content: 'How warm is it?' }],
      stream: true,
      stream_options: { include_usage: true },
    })
    expect(path).toBe('/v1/chat/completions')
    expect(headers.authorization).toBe('Bearer sk-test-0123456789')
    expect(headers).not.toHaveProperty('openai-organization')
  })

  it('has the system prompt, calls and their results, and the tools', async () => {
    const call = { id: 'call_1', name: 'get_weather', arguments: '{"city":"Paris"}' }
    const { messages, tools } = await bodyOf({
      system: 'Be brief.',
      tools: [weather, { name: 'noop', parameters: { type: 'object' } }],
      turns: [
        { role: 'user', text: 'Weather?' },
        { role: 'assistant', text: '', calls: [call, { ...call, id: 'call_2', arguments: '' }] },
        { role: 'tool', callId: 'call_1', name: 'get_weather', text: '18 C' },
        { role: 'tool', callId: 'call_2', name: 'get_weather', text: '' },
        { role: 'assistant', text: 'It is 18 C.', calls: [] },
        { role: 'user', text: 'Thanks' },
      ],
    })
    const sent = { name: 'get_weather', arguments: '{"city":"Paris"}' }
    expect(messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Weather?' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'call_1', type: 'function', function: sent },
          { id: 'call_2', type: 'function', function: { ...sent, arguments: '{}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_1', content: '18 C' },
      { role: 'tool', tool_call_id: 'call_2', content: '' },
      { role: 'assistant', content: 'It is 18 C.' },
      { role: 'user', content: 'Thanks' },
    ])
    expect(tools).toEqual([
      { type: 'function', function: weather },
      { type: 'function', function: { name: 'noop', parameters: { type: 'object' } } },
    ])
  })

  it('has the word JSON when JSON is asked for', async () => {
    const plain = await bodyOf({ json: true })
    expect(plain.response_format).toEqual({ type: 'json_object' })
    expect(plain.messages).toContainEqual({ role: 'system', content: 'Answer in JSON.' })
    const after = await bodyOf({ json: true, system: 'Be brief.' })
    expect(after.messages).toContainEqual({
      role: 'system',
      content: 'Be brief.\n\nAnswer in JSON.',
    })
    const already = await bodyOf({ json: true, system: 'Reply as json' })
    expect(already.messages).toContainEqual({ role: 'system', content: 'Reply as json' })
  })

  const efforts: [Thinking, string][] = [
    [{}, 'medium'],
    [{ effort: 'low' }, 'low'],
    [{ effort: 'high' }, 'high'],
    [{ effort: 'max' }, 'high'],
    [{ budgetTokens: 2_000 }, 'low'],
    [{ budgetTokens: 10_000 }, 'medium'],
    [{ budgetTokens: 50_000 }, 'high'],
  ]

  it.each(efforts)('thinks with effort: %j is %s', async (thinking, effort) => {
    const body = await bodyOf({ thinking })
    expect([body.reasoning_effort, body.reasoning]).toEqual([effort, undefined])
  })

  it('thinks in OpenRouter’s words at OpenRouter', async () => {
    const reasoning = async (thinking: Thinking) =>
      (await bodyOf({ thinking }, { name: 'openrouter' })).reasoning
    expect(await reasoning({})).toEqual({ enabled: true })
    expect(await reasoning({ effort: 'max' })).toEqual({ effort: 'high' })
    expect(await reasoning({ budgetTokens: 9_000 })).toEqual({ max_tokens: 9_000 })
  })

  it('is asked again without what the model does not support', async () => {
    await using provider = await openProvider(
      openaiError(400, { message: "Unknown parameter: 'stream_options'." }),
      openaiError(400, { message: 'Not with this model', param: 'reasoning_effort' }),
      statusReply(422, { detail: [{ loc: ['body', 'response_format'], msg: 'Extra inputs' }] }),
      openaiText('ok'),
    )
    const own = { thinking: {}, json: true }
    const { text, end } = await hear(openai.open(provider), own)
    expect(text).toBe('ok')
    expect(end?.reason).toBe('stop')
    const bodies = provider.requests.map(({ body }) => Object.keys(body).sort().join())
    expect(bodies).toEqual([
      'messages,model,reasoning_effort,response_format,stream,stream_options',
      'messages,model,reasoning_effort,response_format,stream',
      'messages,model,response_format,stream',
      'messages,model,stream',
    ])
  })

  it('is not asked again when the refusal is about something else', async () => {
    const refusal = openaiError(400, {
      message: 'This model’s maximum context length is 8192 tokens',
      code: 'context_length_exceeded',
    })
    await using provider = await openProvider(refusal)
    expect((await failureOf(openai.open(provider), { thinking: {} })).kind).toBe('bad_request')
  })

  it('needs no key where none is wanted', async () => {
    await using provider = await openProvider(openaiText('ok'))
    const { text } = await hear(openai.open(provider, { apiKey: '' }))
    expect(text).toBe('ok')
  })
})
