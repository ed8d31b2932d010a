import { describe, expect, it } from 'vitest'
import { databases } from '../support/databases.ts'
import { openaiText, openProvider } from '../support/provider.ts'
import { openWorld } from '../support/world.ts'

describe.each(databases)('models of a message on %s', (_name, openDb) => {
  it('200 names come back as they were asked for, old names of the fields too', async () => {
    await using world = await openWorld({
      db: await openDb(),
      env: { HOMECOURT_OFFLINE: 'always' },
    })
    const { threadId } = await world.thread()
    const names: [Record<string, unknown>, string, string][] = [
      [{}, 'openai', 'gpt-4o'],
      [{ llm_provider: 'openai', model_name: 'gpt-4.1' }, 'openai', 'gpt-4.1'],
      [{ model_name: 'gpt-4.1' }, 'openai', 'gpt-4.1'],
      [{ model_name: 'anthropic/claude-x' }, 'anthropic', 'claude-x'],
      [{ llm_provider: 'openrouter', model_name: 'z-ai/glm-5.2' }, 'openrouter', 'z-ai/glm-5.2'],
      [{ llm_provider: 'openai', model_name: 'openai/gpt-4o' }, 'openai', 'openai/gpt-4o'],
      [{ model_name: 'amazon/nova-micro-v1' }, 'openai', 'amazon/nova-micro-v1'],
      [{ model_provider: 'anthropic', model: 'claude-y' }, 'anthropic', 'claude-y'],
      [{ provider: 'anthropic', model: 'claude-z' }, 'anthropic', 'claude-z'],
      [{ llm_provider: 'openai', provider: 'xai', model_name: 'a', model: 'b' }, 'openai', 'a'],
      [{ llm_provider: '', model_name: '' }, 'openai', 'gpt-4o'],
      [{ llm_provider: 'openai', model_name: '' }, 'openai', 'gpt-4o'],
      [{ llm_provider: null, model_name: null }, 'openai', 'gpt-4o'],
    ]
    for (const [asked, model_provider, model_name] of names) {
      const reply = await world.send(threadId, 'Hi', asked)
      expect(reply).toMatchObject({ status: 200, body: { model_provider, model_name } })
      expect(reply.headers.get('x-homecourt-model')).toBe('offline')
    }
  })

  it('200 a provider in any case is found, and told as it was written', async () => {
    await using provider = await openProvider()
    const env = { HOMECOURT_PROVIDER_MY_BOX_URL: provider.openaiUrl, OPENAI_API_KEY: 'k' }
    await using world = await openWorld({ db: await openDb(), env })
    const { threadId } = await world.thread()
    for (const [asked, model_provider, model_name, sent] of [
      [{ llm_provider: 'My-Box', model_name: 'My-Box/llama' }, 'My-Box', 'My-Box/llama', 'llama'],
      [{ model_name: 'MY-BOX/Llama' }, 'my-box', 'Llama', 'Llama'],
    ] as const) {
      provider.script(openaiText('Hello'))
      const reply = await world.send(threadId, 'Hi', asked)
      expect(reply).toMatchObject({ status: 200, body: { model_provider, model_name } })
      expect(provider.requests.at(-1)?.body).toMatchObject({ model: sent })
    }
  })

  it('400 a provider that is not here, before anything is stored, streamed or not', async () => {
    const env = { HOMECOURT_OFFLINE: 'never' }
    await using world = await openWorld({ db: await openDb(), env })
    const { threadId } = await world.thread()
    for (const stream of [false, true]) {
      for (const [asked, detail] of [
        [{}, /provider openai is not configured: set OPENAI_API_KEY or OPENAI_BASE_URL/],
        [{ llm_provider: 'anthropic' }, /set ANTHROPIC_API_KEY/],
        [{ llm_provider: 'acme', model_name: 'x' }, /Unknown model provider "acme"/],
      ] as const) {
        const reply = await world.send(threadId, 'Hi', { ...asked, stream })
        expect(reply).toMatchObject({
          ...{ status: 400, body: { detail: expect.stringMatching(detail) } },
        })
        const opening = { content: 'Hi', ...asked, stream }
        expect((await world.call('POST', '/threads/messages', opening)).status).toBe(400)
      }
    }
    expect((await world.call('GET', '/threads')).body).toMatchObject([{ message_count: 0 }])
  })
})
