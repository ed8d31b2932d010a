import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { openModels } from '../../src/models/catalog.ts'
import type { Prompt, Usage } from '../../src/models/model.ts'
import { configuredProviders, providerRows } from '../../src/models/providers.ts'
import { hear } from '../support/adapters.ts'
import { openProvider, recording } from '../support/provider.ts'

/**
 * What each provider's documentation says of its OpenAI-compatible endpoint: where it is, what sets
 * it up, and what it is asked when a message wants thought and comes back with a tool's output.
 */
type Documented = {
  env: Record<string, string>
  url: string
  /** Of the request; `undefined` = the field is not sent. */
  body?: Record<string, unknown>
  /** Headers of the key. */
  headers?: Record<string, unknown>
  /** Of the answer in the recording, where it is not only `Mild, 18 C.`. */
  thinks?: true
  calls?: true
  usage?: Usage | null
}

const bearer = { authorization: 'Bearer secret-1' }
const effort = { reasoning_effort: 'low' }
const usage = { inputTokens: 11, outputTokens: 6, cachedInputTokens: 0, cacheWriteInputTokens: 0 }
const cached = { ...usage, cachedInputTokens: 4 }
const key = (name: string) => ({ [name]: 'secret-1' })

const documented: Record<string, Documented> = {
  openai: { env: key('OPENAI_API_KEY'), url: 'https://api.openai.com/v1', usage: cached },
  google: {
    ...{ env: key('GEMINI_API_KEY'), calls: true },
    url: 'https://generativelanguage.googleapis.com/v1beta/openai',
  },
  cohere: {
    ...{ env: key('COHERE_API_KEY'), url: 'https://api.cohere.ai/compatibility/v1' },
    body: { reasoning_effort: 'high' },
  },
  xai: { env: key('XAI_API_KEY'), url: 'https://api.x.ai/v1', thinks: true, usage: cached },
  openrouter: {
    ...{ env: key('OPENROUTER_API_KEY'), url: 'https://openrouter.ai/api/v1', thinks: true },
    body: { reasoning: { effort: 'low' }, reasoning_effort: undefined },
  },
  cerebras: { env: key('CEREBRAS_API_KEY'), url: 'https://api.cerebras.ai/v1', thinks: true },
  featherless: {
    ...{ env: key('FEATHERLESS_API_KEY'), url: 'https://api.featherless.ai/v1', usage: null },
    body: { reasoning_effort: undefined },
  },
  groq: { env: key('GROQ_API_KEY'), url: 'https://api.groq.com/openai/v1', thinks: true },
  mistral: {
    ...{ env: key('MISTRAL_API_KEY'), url: 'https://api.mistral.ai/v1', thinks: true },
    body: { reasoning_effort: undefined, stream_options: undefined },
  },
  together: {
    ...{ env: key('TOGETHER_API_KEY'), url: 'https://api.together.ai/v1' },
    body: { reasoning: { enabled: true }, reasoning_effort: undefined },
  },
  deepseek: {
    ...{ env: key('DEEPSEEK_API_KEY'), url: 'https://api.deepseek.com' },
    ...{ thinks: true, usage: cached },
    body: { thinking: { type: 'enabled' }, reasoning_effort: undefined },
  },
  fireworks: {
    ...{ env: key('FIREWORKS_API_KEY'), url: 'https://api.fireworks.ai/inference/v1' },
    usage: cached,
  },
  'aws-bedrock': {
    env: { ...key('AWS_BEARER_TOKEN_BEDROCK'), AWS_REGION: 'eu-west-1' },
    url: 'https://bedrock-runtime.eu-west-1.amazonaws.com/openai/v1',
  },
  azure: {
    env: {
      ...key('AZURE_OPENAI_API_KEY'),
      AZURE_OPENAI_ENDPOINT: 'https://mine.openai.azure.com/',
    },
    url: 'https://mine.openai.azure.com/openai/v1',
    headers: { 'api-key': 'secret-1', authorization: undefined },
    usage: cached,
  },
  ollama: {
    ...{ env: { OLLAMA_BASE_URL: 'http://box:11434/v1' }, url: 'http://box:11434/v1' },
    ...{ headers: { authorization: 'Bearer none' }, thinks: true, calls: true },
  },
  huggingface: { env: key('HF_TOKEN'), url: 'https://router.huggingface.co/v1' },
  nvidia: {
    ...{ env: key('NVIDIA_API_KEY'), url: 'https://integrate.api.nvidia.com/v1', thinks: true },
    body: { reasoning_effort: undefined },
  },
  moonshotai: {
    ...{ env: key('MOONSHOT_API_KEY'), url: 'https://api.moonshot.ai/v1' },
    ...{ thinks: true, usage: cached },
    body: { thinking: { type: 'enabled' }, reasoning_effort: undefined },
  },
  zai: {
    ...{ env: key('ZAI_API_KEY'), url: 'https://api.z.ai/api/paas/v4' },
    ...{ thinks: true, usage: cached },
    body: { thinking: { type: 'enabled' }, reasoning_effort: undefined },
  },
  perplexity: { env: key('PERPLEXITY_API_KEY'), url: 'https://api.perplexity.ai' },
  vercel: { env: key('AI_GATEWAY_API_KEY'), url: 'https://ai-gateway.vercel.sh/v1' },
}

const call = { id: 'toolu_01ABC', name: 'get_weather', arguments: '{}' }

/** A conversation that began with another provider: its call has an id of that one. */
const turns: Prompt['turns'] = [
  { role: 'user', text: 'Weather?' },
  { role: 'assistant', text: '', calls: [call] },
  { role: 'tool', callId: call.id, name: call.name, text: '18 C' },
]

const variableOf = (name: string) =>
  `HOMECOURT_PROVIDER_${name.toUpperCase().replaceAll('-', '_')}_URL`

describe('every provider that speaks OpenAI’s wire', () => {
  it('is documented here and has a recording', () => {
    const rows = Object.entries(providerRows).filter(
      ([, row]) => row.speaks === undefined && !row.embedsOnly,
    )
    expect(Object.keys(documented).sort()).toEqual(rows.map(([name]) => name).sort())
    for (const [name] of rows) {
      const file = new URL(`../recordings/providers/${name}.sse`, import.meta.url)
      expect([name, existsSync(file)]).toEqual([name, true])
    }
  })

  it.each(Object.entries(documented))('%s is where its documentation says', (name, {
    env,
    url,
  }) => {
    const configured = configuredProviders(readConfig(env))
    expect([...configured.keys()]).toEqual([name])
    expect(configured.get(name)?.settings.baseUrl).toBe(url)
    expect(configuredProviders(readConfig({})).size).toBe(0)
  })

  it.each(Object.entries(documented))('%s is asked in its own way', async (name, row) => {
    await using provider = await openProvider(recording(`providers/${name}.sse`))
    const models = openModels(readConfig({ ...row.env, [variableOf(name)]: provider.openaiUrl }))
    const model = models.resolve(name, 'some/model')
    const thinking = { effort: 'low' } as const
    const heard = await hear(await model.open(), { model: model.sendAs, turns, thinking })

    const [request] = provider.requests
    expect(request?.path).toBe('/v1/chat/completions')
    const headers = row.headers ?? bearer
    for (const [header, value] of Object.entries(headers)) {
      expect([header, request?.headers[header]]).toEqual([header, value])
    }
    const body = { ...effort, stream_options: { include_usage: true }, ...row.body }
    expect(request?.body).toMatchObject({
      ...{ model: 'some/model', stream: true },
      messages: [{ role: 'user' }, { role: 'assistant' }, { role: 'tool', content: '18 C' }],
    })
    for (const [field, value] of Object.entries(body)) {
      expect([field, request?.body[field]]).toEqual([field, value])
    }
    const { messages } = request?.body as { messages: Record<string, unknown>[] }
    const id = messages[2]?.tool_call_id as string
    expect(messages[1]?.tool_calls).toMatchObject([{ id }])
    expect(id).toMatch(name === 'mistral' ? /^[a-z0-9]{9}$/ : /^toolu_01ABC$/)

    expect(heard.text).toBe(row.calls ? '' : 'Mild, 18 C.')
    expect(heard.reasoning).toBe(row.thinks ? 'Spring.' : '')
    const found = heard.calls.map(({ name: tool, arguments: json }) => [tool, json])
    expect(found).toEqual(row.calls ? [['get_weather', '{"city":"Paris"}']] : [])
    const { usage: counted = usage } = row
    expect(heard.end).toMatchObject({ reason: row.calls ? 'calls' : 'stop', usage: counted })
  })
})

describe('what only one provider has', () => {
  it('Google gets the signature of a call back with the call, and nobody else does', async () => {
    const say = recording('providers/google.sse')
    await using provider = await openProvider(say, say, recording('providers/openai.sse'))
    const env = {
      ...{ GEMINI_API_KEY: 'k', HOMECOURT_PROVIDER_GOOGLE_URL: provider.openaiUrl },
      ...{ OPENAI_API_KEY: 'k', OPENAI_BASE_URL: provider.openaiUrl },
    }
    const models = openModels(readConfig(env))
    const google = await models.resolve('google', 'gemini-x').open()
    const { calls, kept } = await hear(google)
    const reasoning = kept as { provider: string; data: unknown }[]
    const [made] = calls
    if (!made) throw new Error('no call')
    const next: Prompt['turns'] = [
      { role: 'user', text: 'Weather?' },
      { role: 'assistant', text: '', calls, reasoning },
      { role: 'tool', callId: made.id, name: made.name, text: '18 C' },
    ]
    await hear(google, { turns: next })
    await hear(await models.resolve('openai', 'gpt-4o').open(), { turns: next })
    const callsIn = (i: number) =>
      (provider.requests[i]?.body.messages as { tool_calls: object[] }[])[1]?.tool_calls
    const extra_content = { google: { thought_signature: 'c2lnbmVk' } }
    expect(callsIn(1)).toMatchObject([{ id: made.id, extra_content }])
    expect(callsIn(2)?.[0]).not.toHaveProperty('extra_content')
  })

  it('OpenRouter’s names keep their slash, whichever way they are written', () => {
    const models = openModels(readConfig({ OPENROUTER_API_KEY: 'k', GROQ_API_KEY: 'k' }))
    const sent = (provider?: string, model?: string) => models.resolve(provider, model).sendAs
    expect(sent('openrouter', 'openrouter/auto')).toBe('openrouter/auto')
    expect(sent('openrouter', 'auto')).toBe('openrouter/auto')
    expect(sent('openrouter')).toBe('openrouter/auto')
    expect(sent(undefined, 'openrouter/auto')).toBe('openrouter/auto')
    expect(sent('openrouter', 'z-ai/never-heard')).toBe('z-ai/never-heard')
    expect(sent('openrouter', 'openrouter/z-ai/never-heard')).toBe('z-ai/never-heard')
    expect(sent('openrouter', '~moonshotai/kimi-latest')).toBe('~moonshotai/kimi-latest')
    expect(sent('groq', 'groq/compound')).toBe('groq/compound')
    expect(sent('groq', 'groq/llama-3.1-8b-instant')).toBe('llama-3.1-8b-instant')
  })

  it('OpenRouter gets its own fields as they came, and they overwrite none of ours', async () => {
    const say = recording('providers/openrouter.sse')
    await using provider = await openProvider(say, recording('providers/groq.sse'))
    const routing = {
      models: ['a/b', 'c/d'],
      provider: { order: ['x'] },
      stream: false,
      model: 'e',
    }
    const env = {
      ...{ OPENROUTER_API_KEY: 'k', HOMECOURT_PROVIDER_OPENROUTER_URL: provider.openaiUrl },
      ...{ GROQ_API_KEY: 'k', HOMECOURT_PROVIDER_GROQ_URL: provider.openaiUrl },
    }
    const models = openModels(readConfig(env))
    await hear(await models.resolve('openrouter', 'a/b').open(), { model: 'a/b', routing })
    await hear(await models.resolve('groq', 'x').open(), { model: 'x', routing })
    expect(provider.requests[0]?.body).toMatchObject({
      ...{ model: 'a/b', stream: true, models: ['a/b', 'c/d'], provider: { order: ['x'] } },
    })
    expect(provider.requests[1]?.body).not.toHaveProperty('models')
  })

  it('Anthropic and Voyage are set up by their keys; Voyage has no chat', async () => {
    const env = { ANTHROPIC_API_KEY: 'k', VOYAGE_API_KEY: 'k' }
    const configured = configuredProviders(readConfig(env))
    expect([...configured.keys()]).toEqual(['anthropic', 'voyage'])
    expect(configured.get('anthropic')?.settings.baseUrl).toBe('https://api.anthropic.com')
    const voyage = openModels(readConfig(env)).resolve('voyage', 'voyage-3.5')
    await expect(voyage.open()).rejects.toThrow(/voyage has embeddings only/)
  })

  it('a server of one’s own is a URL under a name', async () => {
    await using provider = await openProvider(recording('providers/openai.sse'))
    const env = {
      HOMECOURT_PROVIDER_MY_BOX_URL: provider.openaiUrl,
      HOMECOURT_PROVIDER_MY_BOX_KEY: 'secret-1',
    }
    const models = openModels(readConfig(env))
    const model = models.resolve(undefined, 'my-box/qwen3')
    expect(model).toMatchObject({ provider: 'my-box', sendAs: 'qwen3', contextLimit: 32_768 })
    expect((await hear(await model.open())).text).toBe('Mild, 18 C.')
    expect(provider.requests[0]?.headers).toMatchObject(bearer)
    expect(() => models.resolve('my-box', undefined)).toThrow(/Name a model of my-box/)
    expect(() => readConfig({ HOMECOURT_PROVIDER_X_URL: 'box:1' })).toThrow(
      /HOMECOURT_PROVIDER_X_URL is "box:1"; it must be a URL/,
    )
  })

  it('400 says what to set for a provider that is not configured, and what is', () => {
    const models = openModels(readConfig({ GROQ_API_KEY: 'k' }))
    const asking = (provider: string) => () => models.resolve(provider, 'x')
    expect(asking('mistral')).toThrow(/set MISTRAL_API_KEY \(configured here: groq\)/)
    expect(asking('azure')).toThrow(/set AZURE_OPENAI_API_KEY and AZURE_OPENAI_ENDPOINT/)
    expect(asking('aws-bedrock')).toThrow(/set AWS_BEARER_TOKEN_BEDROCK and AWS_REGION/)
    expect(asking('ollama')).toThrow(/set OLLAMA_BASE_URL/)
    expect(() =>
      openModels(readConfig({ TOGETHER_API_KEY: 'k' })).resolve('together', undefined),
    ).toThrow(/Name a model of together/)
  })
})
