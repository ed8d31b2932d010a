import { describe, expect, it } from 'vitest'
import type { Prompt, Thinking } from '../../src/models/model.ts'
import { anthropic, failureOf, hear } from '../support/adapters.ts'
import { anthropicError, anthropicText, openProvider } from '../support/provider.ts'

async function requestOf(own: Partial<Prompt>) {
  await using provider = await openProvider(anthropicText('ok'))
  await hear(anthropic.open(provider), own)
  const [request] = provider.requests
  if (!request) throw new Error('no request came')
  return request
}

const bodyOf = async (own: Partial<Prompt>) => (await requestOf(own)).body

const call = { id: 'toolu_1', name: 'get_weather', arguments: '{"city":"Paris"}' }
const text = (said: string) => [{ type: 'text', text: said }]
const toolUse = (id: string, input: object) => ({
  type: 'tool_use',
  id,
  name: 'get_weather',
  input,
})
const result = (id: string, content: string) => ({ type: 'tool_result', tool_use_id: id, content })

describe('what Anthropic is asked', () => {
  it('has the pictures of a message before its text, and goes without where they are refused', async () => {
    const pictures = [{ mediaType: 'image/png', data: 'iVBORw==' }]
    const turns: Prompt['turns'] = [{ role: 'user', text: 'What is it?', pictures }]
    const source = { type: 'base64', media_type: 'image/png', data: 'iVBORw==' }
    const content = [{ type: 'image', source }, ...text('What is it?')]
    expect((await bodyOf({ turns })).messages).toEqual([{ role: 'user', content }])

    const message = 'messages.0.content.0.image.source.base64: image exceeds 5 MB maximum'
    const refused = anthropicError(400, { type: 'invalid_request_error', message })
    await using provider = await openProvider(refused, anthropicText('ok'))
    expect(await hear(anthropic.open(provider), { turns })).toMatchObject({ text: 'ok' })
    expect(provider.requests[1]?.body.messages).toEqual([
      {
        role: 'user',
        content: [...text('What is it?'), { type: 'text', text: expect.stringMatching(/image/) }],
      },
    ])
  })

  it('is a streamed message, under our key', async () => {
    const { path, headers, body } = await requestOf({
      model: 'claude-sonnet-4-5',
      system: 'Be brief.',
    })
    expect(body).toEqual({
      model: 'claude-sonnet-4-5',
      max_tokens: 16_384,
      system: 'Be brief.',
      messages: [{ role: 'user', content: text('How warm is it?') }],
      stream: true,
    })
    expect(path).toBe('/v1/messages')
    expect(headers).toMatchObject({
      authorization: 'Bearer sk-test-0123456789',
      'x-api-key': 'sk-test-0123456789',
      'anthropic-version': expect.stringMatching(/^20/),
    })
  })

  it('has the results of tools in one user message, before what the user adds', async () => {
    const other = { ...call, id: 'toolu_2', arguments: '' }
    const { messages } = await bodyOf({
      turns: [
        { role: 'user', text: 'Weather?' },
        { role: 'assistant', text: 'Looking.', calls: [call, other] },
        { role: 'tool', callId: 'toolu_1', name: 'get_weather', text: '18 C' },
        { role: 'tool', callId: 'toolu_2', name: 'get_weather', text: '' },
        { role: 'user', text: 'Well?' },
      ],
    })
    expect(messages).toEqual([
      { role: 'user', content: text('Weather?') },
      {
        role: 'assistant',
        content: [
          ...text('Looking.'),
          toolUse('toolu_1', { city: 'Paris' }),
          toolUse('toolu_2', {}),
        ],
      },
      {
        role: 'user',
        content: [result('toolu_1', '18 C'), result('toolu_2', ''), ...text('Well?')],
      },
    ])
  })

  it('has roles in turn, no empty text, and the user first', async () => {
    const { messages } = await bodyOf({
      turns: [
        { role: 'assistant', text: 'Welcome!', calls: [] },
        { role: 'user', text: 'One' },
        { role: 'user', text: ' \n' },
        { role: 'user', text: 'Two' },
        { role: 'assistant', text: '', calls: [] },
        { role: 'user', text: 'Three' },
        { role: 'assistant', text: '', calls: [call] },
        { role: 'tool', callId: 'toolu_1', name: 'get_weather', text: '18' },
      ],
    })
    expect(messages).toEqual([
      { role: 'user', content: text('(The conversation begins with the assistant.)') },
      { role: 'assistant', content: text('Welcome!') },
      { role: 'user', content: [...text('One'), ...text('Two'), ...text('Three')] },
      { role: 'assistant', content: [toolUse('toolu_1', { city: 'Paris' })] },
      { role: 'user', content: [result('toolu_1', '18')] },
    ])
  })

  it('has calls of other providers in a shape it takes', async () => {
    const foreign = { id: 'functions.get_weather:0', name: 'get_weather', arguments: '[1' }
    const { messages } = await bodyOf({
      turns: [
        { role: 'user', text: 'Weather?' },
        { role: 'assistant', text: '', calls: [foreign] },
        { role: 'tool', callId: foreign.id, name: 'get_weather', text: 'not JSON' },
      ],
    })
    expect(messages).toEqual([
      { role: 'user', content: text('Weather?') },
      { role: 'assistant', content: [toolUse('functions_get_weather_0', {})] },
      { role: 'user', content: [result('functions_get_weather_0', 'not JSON')] },
    ])
  })

  it('has the tools, also those of a history whose tools are gone', async () => {
    const parameters = { properties: { city: { type: 'string' } } }
    const given = await bodyOf({ tools: [{ name: 'a', description: 'A', parameters }] })
    expect(given.tools).toEqual([
      { name: 'a', description: 'A', input_schema: { ...parameters, type: 'object' } },
    ])
    const gone = await bodyOf({
      turns: [
        { role: 'user', text: 'Weather?' },
        { role: 'assistant', text: '', calls: [call, call] },
        { role: 'tool', callId: 'toolu_1', name: 'get_weather', text: '18' },
      ],
    })
    expect(gone).toMatchObject({
      tools: [{ name: 'get_weather', input_schema: { type: 'object' } }],
      tool_choice: { type: 'none' },
    })
  })

  it('is told to answer in JSON', async () => {
    const instruction = 'Answer with one JSON value and nothing else: no prose, no code fence.'
    expect((await bodyOf({ json: true })).system).toBe(instruction)
    const { system } = await bodyOf({ json: true, system: 'Be brief.' })
    expect(system).toBe(`Be brief.\n\n${instruction}`)
  })

  const enabled = (budget_tokens: number) => ({ type: 'enabled', budget_tokens })
  const adaptive = { type: 'adaptive', display: 'summarized' }
  const asked: [string, Thinking, object | undefined, string | undefined, number][] = [
    ['claude-3-haiku-20240307', {}, undefined, undefined, 4_096],
    ['claude-3-5-sonnet-latest', {}, undefined, undefined, 8_192],
    ['claude-3-7-sonnet-latest', { effort: 'low' }, enabled(4_096), undefined, 20_480],
    ['claude-opus-4-1-20250805', { effort: 'max' }, enabled(27_904), undefined, 32_000],
    ['claude-sonnet-4-20250514', { effort: 'high' }, enabled(24_576), undefined, 40_960],
    ['claude-haiku-4-5', {}, enabled(10_240), undefined, 26_624],
    ['claude-sonnet-4-5', { budgetTokens: 100 }, enabled(1_024), undefined, 17_408],
    ['claude-sonnet-4-5', { budgetTokens: 90_000 }, enabled(59_904), undefined, 64_000],
    ['claude-opus-4-6', {}, adaptive, undefined, 64_000],
    ['claude-sonnet-5', { effort: 'max' }, adaptive, 'max', 64_000],
    ['claude-opus-4-10', { budgetTokens: 9_000 }, adaptive, 'medium', 64_000],
    ['some-model', { effort: 'medium' }, enabled(10_240), undefined, 18_432],
  ]

  it.each(
    asked,
  )('%s with %j thinks as it can', async (model, thinking, sent, effort, maxTokens) => {
    const body = await bodyOf({ model, thinking })
    expect(body.thinking).toEqual(sent)
    expect(body.output_config).toEqual(effort && { effort })
    expect(body.max_tokens).toBe(maxTokens)
  })

  it('is asked again without thinking where it is not supported', async () => {
    const refusal = anthropicError(400, {
      type: 'invalid_request_error',
      message: 'thinking: Extra inputs are not permitted',
    })
    await using provider = await openProvider(refusal, anthropicText('ok'))
    expect((await hear(anthropic.open(provider), { thinking: {} })).text).toBe('ok')
    expect(provider.requests.map(({ body }) => 'thinking' in body)).toEqual([true, false])
  })

  it('is asked the way it names, when it wants adaptive thinking or no effort', async () => {
    const refusal = (message: string) =>
      anthropicError(400, { type: 'invalid_request_error', message })
    await using provider = await openProvider(
      refusal('"thinking.type.enabled" is not supported. Use "thinking.type.adaptive".'),
      refusal('output_config.effort: not supported by this model'),
      anthropicText('ok'),
    )
    const { text } = await hear(anthropic.open(provider), { thinking: { effort: 'high' } })
    expect(text).toBe('ok')
    expect(provider.requests.map(({ body }) => [body.thinking, body.output_config])).toEqual([
      [enabled(24_576), undefined],
      [adaptive, { effort: 'high' }],
      [adaptive, undefined],
    ])
  })

  it('is not asked again when the refusal is about something else', async () => {
    const error = { type: 'invalid_request_error', message: 'prompt is too long' }
    await using provider = await openProvider(anthropicError(400, error))
    expect((await failureOf(anthropic.open(provider), { thinking: {} })).kind).toBe('bad_request')
  })
})
