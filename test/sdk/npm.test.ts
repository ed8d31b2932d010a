import { describe, expect, it } from 'vitest'
import { ModelError } from '../../src/models/model.ts'
import { fails, says, scripted } from '../support/model.ts'
import { openaiText, openProvider } from '../support/provider.ts'
import { openWorld } from '../support/world.ts'
import { collect, loadSdk, methodsOf, openClient, rejection, textOf, versions } from './official.ts'

const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Weather of a city',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: ['integer', 'null'], enum: [1, 2] } },
      required: ['city'],
    },
  },
}
const unknownId = '00000000-0000-4000-8000-000000000000'

describe.each(versions)('assistants and threads by npm backboard-sdk %s', (version) => {
  it('200 an assistant is created, listed, read, changed and deleted', async () => {
    await using world = await openWorld()
    const client = await openClient(version, world)

    const made = await client.createAssistant({
      ...{ name: 'Helper', description: 'Be brief.', tools: [weather] },
      ...{ embedding_provider: 'openai', embedding_model_name: 'text-embedding-3-small' },
      embedding_dims: 1536,
    })
    expect(made).toMatchObject({
      ...{ name: 'Helper', description: 'Be brief.', embedding_dims: 1536 },
      tools: [{ type: 'function', function: { name: 'get_weather' } }],
    })
    expect(made.createdAt.getTime()).toBeGreaterThan(Date.now() - 60_000)

    const other = await client.createAssistant({ name: 'Other' })
    const ids = (list: { assistantId: string }[]) => list.map((one) => one.assistantId)
    expect(ids(await client.listAssistants())).toEqual([other.assistantId, made.assistantId])
    const second = await client.listAssistants({ skip: 1, limit: 1 })
    expect(ids(second)).toEqual([made.assistantId])
    expect(await client.getAssistant(made.assistantId)).toEqual(made)

    const changed = await client.updateAssistant(made.assistantId, { name: 'New', tools: [] })
    expect(changed).toMatchObject({ name: 'New', description: 'Be brief.', tools: [] })

    const deleted = await client.deleteAssistant(made.assistantId)
    expect(deleted).toMatchObject({ assistant_id: made.assistantId })
    expect(ids(await client.listAssistants())).toEqual([other.assistantId])
  })

  it('200 a description is what the model is told', async () => {
    const model = scripted(says('Ja'), says('Oui'))
    await using world = await openWorld({ model })
    const client = await openClient(version, world)
    const { assistantId } = await client.createAssistant({ name: 'A', description: 'Say yes.' })
    const { threadId } = await client.createThread(assistantId)
    await client.addMessage(threadId, { content: 'Yes?' })
    await client.updateAssistant(assistantId, { description: 'Say oui.' })
    await client.addMessage(threadId, { content: 'Yes?' })
    expect(model.prompts.map((prompt) => prompt.system)).toEqual(['Say yes.', 'Say oui.'])
  })

  it('200 a thread is created, listed, read and deleted', async () => {
    await using world = await openWorld()
    const client = await openClient(version, world)
    const { assistantId } = await client.createAssistant({ name: 'A' })
    const first = await client.createThread(assistantId)
    const second = await client.createThread(assistantId)
    const ids = (list: { threadId: string }[]) => list.map((one) => one.threadId)
    expect(first.messages).toEqual([])
    expect(ids(await client.listThreads())).toEqual([second.threadId, first.threadId])
    expect(ids(await client.listThreads({ skip: 1, limit: 1 }))).toEqual([first.threadId])
    expect(await client.getThread(first.threadId)).toEqual(first)
    const deleted = await client.deleteThread(first.threadId)
    expect(deleted).toMatchObject({ thread_id: first.threadId })
    expect(ids(await client.listThreads())).toEqual([second.threadId])
  })
})

describe.each(versions)('messages by npm backboard-sdk %s', (version) => {
  it('200 a message gets its answer in one piece, and the thread keeps both', async () => {
    await using world = await openWorld({ model: scripted(says('Hello', ' you')) })
    const client = await openClient(version, world)
    const { threadId } = await world.thread()
    const options = { content: 'Hi', llm_provider: 'openrouter', memory: 'off' }
    const answer = await client.addMessage(threadId, { ...options, modelName: 'z-ai/glm-5.2' })
    expect(answer).toMatchObject({
      ...{ threadId, content: 'Hello you', role: 'assistant', status: 'COMPLETED' },
      ...{ toolCalls: null, totalTokens: 15, attachments: [] },
      ...{ modelProvider: 'openrouter', modelName: 'z-ai/glm-5.2' },
    })
    expect(answer.toString()).toContain(`timestamp='${answer.timestamp.toISOString()}'`)
    const thread = await client.getThread(threadId)
    expect(thread.messages).toMatchObject([
      { role: 'user', content: 'Hi', status: 'COMPLETED', metadata: null },
      { role: 'assistant', content: 'Hello you', metadata: { run_id: answer.runId } },
    ])
  })

  it('200 a message gets its answer as a stream', async () => {
    await using world = await openWorld({ model: scripted(says('Hello', ' you')) })
    const client = await openClient(version, world)
    const { threadId } = await world.thread()
    const events = await collect(await client.addMessage(threadId, { content: 'Hi', stream: true }))
    expect(textOf(events)).toBe('Hello you')
    expect(events.at(-1)).toMatchObject({ type: 'run_ended', status: 'completed' })
    const { messages } = await client.getThread(threadId)
    expect(messages.map((message) => message.content)).toEqual(['Hi', 'Hello you'])
  })

  it('200 the first message of the quickstart is answered by the offline model, both ways', async () => {
    await using world = await openWorld()
    const client = await openClient(version, world)
    const { assistantId } = await client.createAssistant({
      name: 'My First Assistant',
      description: 'A helpful assistant',
    })
    const { threadId } = await client.createThread(assistantId)
    const answer = await client.addMessage(threadId, {
      ...{ content: 'Hello!', llm_provider: 'openai', model_name: 'gpt-4o' },
      stream: false,
    })
    expect(answer.content).toMatch(/Hello/)
    let text = ''
    for await (const chunk of await client.addMessage(threadId, { content: 'Hi', stream: true })) {
      if (chunk.type === 'content_streaming') text += chunk.content
      if (chunk.type === 'message_complete') break
    }
    const { messages } = await client.getThread(threadId)
    expect(messages.map((message) => message.role)).toEqual([
      ...['user', 'assistant'],
      ...['user', 'assistant'],
    ])
    expect(messages.at(-1)?.content).toBe(text)
  })

  it('200 a provider behind OPENAI_BASE_URL answers, both ways', async () => {
    await using provider = await openProvider(openaiText('Hello there'), openaiText('And again'))
    await using world = await openWorld({ env: { OPENAI_BASE_URL: provider.openaiUrl } })
    const client = await openClient(version, world)
    const { threadId } = await world.thread()
    const options = { llm_provider: 'openai', model_name: 'gpt-4o' }
    const answer = await client.addMessage(threadId, { ...options, content: 'Hi' })
    expect(answer).toMatchObject({ content: 'Hello there', totalTokens: 21 })
    const stream = await client.addMessage(threadId, { ...options, content: 'Hm', stream: true })
    expect(textOf(await collect(stream))).toBe('And again')
    expect(provider.requests[1]?.body).toMatchObject({
      model: 'gpt-4o',
      messages: [{ content: 'Hi' }, { content: 'Hello there' }, { content: 'Hm' }],
    })
  })
})

describe.each(versions)('errors as npm backboard-sdk %s throws them', (version) => {
  it('400 BackboardValidationError, also where a stream was asked for', async () => {
    await using world = await openWorld()
    const client = await openClient(version, world)
    const { threadId } = await world.thread()
    for (const stream of [false, true]) {
      const error = await rejection(client.addMessage(threadId, { content: '', stream } as object))
      expect(error).toBeInstanceOf((await loadSdk(version)).BackboardValidationError)
      expect(error).toMatchObject({ statusCode: 400, message: 'Message content cannot be empty' })
    }
  })

  it('401 BackboardAPIError for a key nobody made', async () => {
    await using world = await openWorld({ open: false })
    const client = await openClient(version, world)
    const sdk = await loadSdk(version)
    for (const attempt of [
      () => client.listAssistants(),
      () => client.addMessage(unknownId, { content: 'Hi', stream: true }),
    ]) {
      const error = await rejection(attempt())
      expect(error).toBeInstanceOf(sdk.BackboardAPIError)
      expect(error).toMatchObject({ statusCode: 401, message: 'Invalid or missing API key' })
    }
  })

  it('404 BackboardNotFoundError, also where a stream was asked for', async () => {
    await using world = await openWorld()
    const client = await openClient(version, world)
    const { BackboardNotFoundError } = await loadSdk(version)
    const attempts: [() => Promise<unknown>, string][] = [
      [() => client.getAssistant(unknownId), 'Assistant not found'],
      [() => client.updateAssistant(unknownId, { name: 'A' }), 'Assistant not found'],
      [() => client.deleteAssistant(unknownId), 'Assistant not found'],
      [() => client.createThread(unknownId), 'Assistant not found'],
      [() => client.getThread(unknownId), 'Thread not found'],
      [() => client.deleteThread(unknownId), 'Thread not found'],
      [() => client.addMessage(unknownId, { content: 'Hi' }), 'Thread not found'],
      [() => client.addMessage(unknownId, { content: 'Hi', stream: true }), 'Thread not found'],
    ]
    for (const [attempt, message] of attempts) {
      const error = await rejection(attempt())
      expect(error).toBeInstanceOf(BackboardNotFoundError)
      expect(error).toMatchObject({ statusCode: 404, message })
    }
  })

  it('422 BackboardAPIError for an id that is none and a name that is empty', async () => {
    await using world = await openWorld()
    const client = await openClient(version, world)
    const sdk = await loadSdk(version)
    for (const attempt of [
      () => client.getThread('not-a-uuid'),
      () => client.createAssistant({ name: '' }),
      () => client.addMessage('not-a-uuid', { content: 'Hi', stream: true }),
    ]) {
      const error = await rejection(attempt())
      expect(error).toBeInstanceOf(sdk.BackboardAPIError)
      expect(error).not.toBeInstanceOf(sdk.BackboardValidationError)
      expect(error.statusCode).toBe(422)
    }
  })

  it.each([
    ['rate_limit', 429, 'BackboardRateLimitError'],
    ['overloaded', 503, 'BackboardServerError'],
    ['timeout', 504, 'BackboardServerError'],
    ['unavailable', 502, 'BackboardServerError'],
  ] as const)('a provider’s %s is a %i and %s, both ways', async (kind, status, name) => {
    const failure = fails(new ModelError(kind, 'The provider says no'))
    await using world = await openWorld({ model: scripted(failure, failure) })
    const client = await openClient(version, world)
    const { threadId } = await world.thread()
    for (const stream of [false, true]) {
      const error = await rejection(
        client.addMessage(threadId, { content: 'Hi', stream } as object),
      )
      expect(error).toBeInstanceOf((await loadSdk(version))[name])
      expect(error).toMatchObject({ statusCode: status, message: 'The provider says no' })
    }
  })

  it('500 BackboardServerError when the server itself breaks', async () => {
    await using world = await openWorld({ model: scripted(fails(new Error('a bug'))) })
    const client = await openClient(version, world)
    const { threadId } = await world.thread()
    const error = await rejection(client.addMessage(threadId, { content: 'Hi' }))
    expect(error).toBeInstanceOf((await loadSdk(version)).BackboardServerError)
    expect(error).toMatchObject({ statusCode: 500, message: 'Internal Server Error' })
  })

  it('throws in the middle of a stream and leaves the text before it', async () => {
    const model = scripted(fails(new ModelError('unavailable', 'It went away'), 'Half an'))
    await using world = await openWorld({ model })
    const client = await openClient(version, world)
    const { threadId } = await world.thread()
    let text = ''
    const reading = async () => {
      const stream = await client.addMessage(threadId, { content: 'Hi', stream: true })
      for await (const event of stream) {
        if (event.type === 'content_streaming') text += event.content
      }
    }
    expect((await rejection(reading())).message).toBe(
      'Streaming response parsing failed: It went away',
    )
    expect(text).toBe('Half an')
  })
})

describe('threads of one assistant by npm backboard-sdk', () => {
  const having = ['1.4.12', '1.5.0'] as const

  it.each(
    having,
  )('200 listThreadsForAssistant of %s lists that assistant’s alone', async (version) => {
    await using world = await openWorld()
    const client = await openClient(version, world)
    const { assistantId, threadId } = await world.thread()
    const other = await world.thread()
    expect(await client.listThreadsForAssistant?.(assistantId)).toMatchObject([{ threadId }])
    const next = await client.listThreadsForAssistant?.(assistantId, { skip: 1 })
    expect(next).toEqual([])
    expect(await client.listThreads()).toMatchObject([{ threadId: other.threadId }, { threadId }])
  })

  it('is in no older version', async () => {
    const known = await Promise.all(versions.map(methodsOf))
    const with_ = versions.filter((_, i) => known[i]?.includes('listThreadsForAssistant'))
    expect(with_).toEqual(having)
  })
})
