import { describe, expect, it } from 'vitest'
import { ModelError } from '../../src/models/model.ts'
import { fails, says, scripted } from '../support/model.ts'
import { openWorld, type World, type WorldOptions } from '../support/world.ts'
import { collect, rejection, textOf } from './official.ts'
import { PythonClient } from './python-client.ts'
import { oldPythonRequest } from './python-wire.ts'

const unknownId = '00000000-0000-4000-8000-000000000000'

function open({ url, key }: World, more: { baseUrl?: string; userAgent?: string } = {}) {
  return new PythonClient({ apiKey: key, baseUrl: url, ...more })
}

async function openBoth(options: WorldOptions = {}) {
  const world = await openWorld(options)
  return { world, client: open(world), [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() }
}

describe('messages as the Python SDK sends them', () => {
  it('200 send_message needs neither assistant nor thread, and goes on with the ids it got', async () => {
    const model = scripted(says('Hello'), says('Hello again'))
    await using both = await openBoth({ model })
    const first = await both.client.sendMessage('Hi', { system_prompt: 'Be kind.' })
    const { thread_id } = first
    const second = await both.client.sendMessage('Again', { thread_id })
    expect(first).toMatchObject({ content: 'Hello', status: 'COMPLETED', tool_calls: null })
    expect(second).toMatchObject({
      ...{ content: 'Hello again', thread_id, assistant_id: first.assistant_id },
    })
    expect(model.prompts.map((prompt) => prompt.system)).toEqual(['Be kind.', null])
    expect((await both.client.getThread(thread_id)).messages).toHaveLength(4)
  })

  it('200 send_message streams, and the ids come with the first events', async () => {
    await using both = await openBoth({ model: scripted(says('Hello', ' you')) })
    const { assistant_id } = await both.client.createAssistant('A', { system_prompt: 'Be kind.' })
    const events = await collect(both.client.sendMessageStreamed('Hi', { assistant_id }))
    expect(textOf(events)).toBe('Hello you')
    const thread_id = events.find((event) => event.type === 'user_message')?.thread_id
    expect(events.at(-1)).toMatchObject({ type: 'run_ended', thread_id, assistant_id })
    expect(await both.client.listThreadsForAssistant(assistant_id)).toMatchObject([{ thread_id }])
  })

  it('200 add_message sends a form to /threads/messages that names the thread', async () => {
    const model = scripted(says('One'), says('Two'))
    await using both = await openBoth({ model })
    const { threadId } = await both.world.thread()
    const options = {
      ...{ llm_provider: 'openrouter', model_name: 'z-ai/glm-5.2', memory: 'off' },
      ...{ memory_response_citation: true, web_search: 'off', send_to_llm: 'true' },
      ...{ json_output: false, metadata: { source: 'küche & co', nested: { n: 1.5, no: null } } },
    }
    const answer = await both.client.addMessage(threadId, 'Wie geht’s? 1+1=2', options)
    expect(answer).toMatchObject({ content: 'One', model_name: 'z-ai/glm-5.2' })
    const events = await collect(both.client.addMessageStreamed(threadId, 'And now?'))
    expect(textOf(events)).toBe('Two')
    const { messages } = await both.client.getThread(threadId)
    expect(messages.map((message) => message.content)).toEqual([
      ...['Wie geht’s? 1+1=2', 'One'],
      ...['And now?', 'Two'],
    ])
    expect(messages[0]?.metadata_).toEqual(options.metadata)
  })

  it('200 add_message with thinking sends JSON instead', async () => {
    const model = scripted(says('One'), says('Two'))
    await using both = await openBoth({ model })
    const { threadId } = await both.world.thread()
    const thinking = { effort: 'high' }
    await both.client.addMessage(threadId, 'Hm', { thinking, metadata: { n: 1 } })
    await collect(both.client.addMessageStreamed(threadId, 'Hm', { thinking: {} }))
    expect(model.prompts.map((prompt) => prompt.thinking)).toEqual([{ effort: 'high' }, {}])
    const { messages } = await both.client.getThread(threadId)
    expect(messages[0]?.metadata_).toEqual({ n: 1 })
  })

  it('200 send_to_llm "false" saves the message and asks no model, both ways', async () => {
    await using both = await openBoth({ model: scripted() })
    const { threadId } = await both.world.thread()
    const options = { send_to_llm: 'false' }
    const saved = await both.client.addMessage(threadId, 'Note this', options)
    expect(saved).toMatchObject({ content: 'Note this', role: 'user', status: 'COMPLETED' })
    const events = await collect(both.client.addMessageStreamed(threadId, 'And this', options))
    expect(events.map((event) => event.type)).toEqual([
      ...['user_message', 'message_saved', 'message_complete', 'run_ended'],
    ])
    const { messages } = await both.client.getThread(threadId)
    expect(messages.map((message) => message.content)).toEqual(['Note this', 'And this'])
  })
})

describe('streams as the Python SDK reads them', () => {
  it('gets every character past its line splitter, which splits where JSON does not', async () => {
    const text = 'a\u2028b\u2029c\u0085d\u000be\u000cf\u001cg\u001dh\u001ei\r\nj\rk\u007fl\u{1f3c0}'
    await using both = await openBoth({ model: scripted(says(text, '\u2028', 'end')) })
    const events = await collect(both.client.sendMessageStreamed(text))
    expect(textOf(events)).toBe(`${text}\u2028end`)
    expect(events.find((event) => event.type === 'user_message')?.content).toBe(text)
    expect(events.at(-1)).toMatchObject({ type: 'run_ended', final_content: `${text}\u2028end` })
  })

  it('raises on a run that failed, and keeps what was said before', async () => {
    const failure = fails(new ModelError('unavailable', 'It went away'), 'Half an')
    await using both = await openBoth({ model: scripted(failure) })
    let text = ''
    const reading = async () => {
      for await (const event of both.client.sendMessageStreamed('Hi')) {
        if (event.type === 'content_streaming') text += event.content
      }
    }
    const error = await rejection(reading())
    expect(error).toMatchObject({ name: 'BackboardAPIError', message: 'It went away' })
    expect(text).toBe('Half an')
  })

  it('a refused stream is an HTTP status and no event, for the SDK cannot read its body', async () => {
    const busy = fails(new ModelError('overloaded', 'Try later'))
    await using both = await openBoth({ model: scripted(busy) })
    const { threadId } = await both.world.thread()
    const { client } = both
    const attempts = [
      [() => client.addMessageStreamed(threadId, ''), 'BackboardValidationError', 400],
      [() => client.addMessageStreamed(unknownId, 'Hi'), 'BackboardNotFoundError', 404],
      [() => client.sendMessageStreamed('Hi', { thread_id: 'x' }), 'BackboardAPIError', 422],
      [() => client.addMessageStreamed(threadId, 'Hi'), 'BackboardServerError', 503],
    ] as const
    for (const [attempt, name, statusCode] of attempts) {
      const error = await rejection(collect(attempt()))
      expect(error).toMatchObject({ name, statusCode, message: `HTTP ${statusCode}: <no body>` })
    }
  })
})

describe('assistants and threads as the Python SDK reads them', () => {
  it('200 every tool clients send is echoed so that the list can be read', async () => {
    const loose = (parameters: unknown) => ({
      type: 'function',
      function: { name: 'f', ...(parameters === undefined ? {} : { parameters }) },
    })
    const tools = [
      ...[loose(undefined), loose(null), loose({})],
      loose({ type: 'object', additionalProperties: false }),
      loose({ properties: { a: {}, b: { type: ['integer', 'null'] }, c: { $ref: '#/$defs/c' } } }),
      loose({ properties: { d: { anyOf: [{ type: 'string' }] }, e: { enum: [1, 'two', null] } } }),
      loose({ properties: { f: { properties: { g: {} } } }, required: null }),
    ]
    await using both = await openBoth()
    const made = await both.client.createAssistant('A', { tools, tok_k: 5 })
    await both.client.createAssistant('B')
    expect(made.tools).toHaveLength(tools.length)
    expect(await both.client.listAssistants()).toMatchObject([{ name: 'B' }, { name: 'A' }])
    const cleared = await both.client.updateAssistant(made.assistant_id, { tools: [] })
    expect(cleared.tools).toEqual([])
    await both.client.deleteAssistant(made.assistant_id)
    expect(await both.client.listAssistants()).toMatchObject([{ name: 'B' }])
  })

  it('200 either name of the prompt fills both', async () => {
    await using both = await openBoth()
    const { client } = both
    const told = { system_prompt: 'Be kind.', description: 'Be kind.' }
    const made = await client.createAssistant('A', { description: 'Be kind.' })
    expect(made).toMatchObject(told)
    expect(await client.createAssistant('A', { system_prompt: 'Be kind.' })).toMatchObject(told)
    const options = { custom_fact_extraction_prompt: 'Facts', system_prompt: 'Be brief.' }
    expect(await client.updateAssistant(made.assistant_id, options)).toMatchObject({
      ...{ ...options, description: 'Be brief.' },
    })
    expect((await client.getAssistant(made.assistant_id)).system_prompt).toBe('Be brief.')
  })

  it('200 threads are created, paged, read and deleted', async () => {
    await using both = await openBoth()
    const { client } = both
    const { assistant_id } = await client.createAssistant('A')
    const { thread_id } = await client.createThread(assistant_id)
    const second = await client.createThread(assistant_id)
    expect(await client.listThreads({ skip: 1, limit: 1_000 })).toMatchObject([{ thread_id }])
    expect(await client.listThreadsForAssistant(assistant_id, { limit: 1 })).toMatchObject([
      { thread_id: second.thread_id },
    ])
    await client.deleteThread(thread_id)
    expect(await rejection(client.getThread(thread_id))).toMatchObject({
      ...{ name: 'BackboardNotFoundError', statusCode: 404, message: 'Thread not found' },
    })
  })

  it('errors carry the detail', async () => {
    const slow = fails(new ModelError('rate_limit', 'Slow down'))
    await using both = await openBoth({ model: scripted(slow) })
    const { client } = both
    expect(await rejection(client.sendMessage(' '))).toMatchObject({
      ...{ name: 'BackboardValidationError', message: 'Message content cannot be empty' },
    })
    expect(await rejection(client.sendMessage('Hi'))).toMatchObject({
      ...{ name: 'BackboardRateLimitError', statusCode: 429, message: 'Slow down' },
    })
    const invalid = await rejection(client.createAssistant('', { tok_k: 101 }))
    expect(invalid).toMatchObject({ name: 'BackboardAPIError', statusCode: 422 })
    expect(JSON.parse(invalid.message)).toMatchObject([
      { loc: ['body', 'name'] },
      { loc: ['body', 'tok_k'] },
    ])
    await using closed = await openBoth({ open: false })
    expect(await rejection(closed.client.listThreads())).toMatchObject({
      ...{ name: 'BackboardAPIError', statusCode: 401, message: 'Invalid or missing API key' },
    })
  })
})

describe('other habits of the Python SDKs', () => {
  it('200 a base URL may end in slashes and may lack /api', async () => {
    await using world = await openWorld()
    for (const baseUrl of [`${world.url}/`, `${world.url}//`, world.url.replace(/\/api$/, '')]) {
      expect(await open(world, { baseUrl }).listAssistants()).toEqual([])
    }
  })

  it.each([
    'backboard-python-sdk/1.0.0',
    'backboard-python-sdk/async',
    'backboard-python-sdk/1.4.7 (async)',
    'python-requests/2.32.3',
  ])('200 the server does not mind a client that is called %s', async (userAgent) => {
    await using world = await openWorld()
    expect(await open(world, { userAgent }).listThreads()).toEqual([])
  })

  it('200 version 1.0 labels everything as JSON: forms, and requests without a body', async () => {
    await using world = await openWorld({ model: scripted(says('Hello'), says('Once more')) })
    const { threadId, assistantId } = await world.thread()
    const path = `/threads/${threadId}/messages`
    const form = 'stream=false&hide_tool_events=true&content=Wie+geht%E2%80%99s%3F'
    const answer = await oldPythonRequest(world, 'POST', path, form)
    expect(JSON.parse(answer.text)).toMatchObject({ content: 'Hello', status: 'COMPLETED' })
    const streamed = await oldPythonRequest(world, 'POST', path, 'stream=true&content=Hm')
    expect(streamed.text).toContain('"type":"run_ended"')

    const thread = await oldPythonRequest(world, 'GET', `/threads/${threadId}`)
    expect(JSON.parse(thread.text).messages[0].content).toBe('Wie geht’s?')
    const deleted = await oldPythonRequest(world, 'DELETE', `/assistants/${assistantId}`)
    expect(deleted.status).toBe(200)
  })
})
