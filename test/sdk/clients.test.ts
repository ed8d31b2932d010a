import { describe, expect, it, vi } from 'vitest'
import { hangs, says, scripted } from '../support/model.ts'
import { openWorld, type World } from '../support/world.ts'
import { textOf } from './official.ts'
import { readStrictly, readUntil } from './strict-reader.ts'

const tool = { type: 'function', function: { name: 'look', parameters: { properties: {} } } }

type Stored = {
  messages: {
    role: string
    content: string
    status: string
    metadata_: object
    created_at: string
  }[]
}
const readBack = async (world: World, threadId: string) =>
  (await world.call<Stored>('GET', `/threads/${threadId}`)).body.messages

function form(fields: Record<string, string>): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.append(name, value)
  return data
}

describe('streams of clients that accept nothing but the protocol', () => {
  it('the events of a turn come in order, as data lines, and end with the stream', async () => {
    await using world = await openWorld({ model: scripted(says('Hel', 'lo', ' Hello')) })
    const { threadId } = await world.thread()
    const body = { content: 'Hi', stream: true }
    const response = await world.raw('POST', `/threads/${threadId}/messages`, body)
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-cache')
    const events = await readStrictly(response)
    expect(events.map((event) => event.type)).toEqual([
      ...['message_received', 'user_message', 'run_started', 'message_start'],
      ...['content_streaming', 'content_streaming', 'content_streaming'],
      ...['message_complete', 'run_ended'],
    ])
  })

  it('every delta comes with the text so far, and the last event holds no text to print twice', async () => {
    await using world = await openWorld({ model: scripted(says('Hel', 'lo', 'Hello')) })
    const events = await readStrictly(
      await world.raw('POST', '/threads/messages', { content: 'Hi', stream: true }),
    )
    const deltas = events.filter((event) => event.type === 'content_streaming')
    expect(
      deltas.map(({ content, accumulated_content }) => [content, accumulated_content]),
    ).toEqual([
      ['Hel', 'Hel'],
      ['lo', 'Hello'],
      ['Hello', 'HelloHello'],
    ])
    const ended = { status: 'completed', content: null, final_content: 'HelloHello' }
    expect(events.slice(-2)).toMatchObject([
      { type: 'message_complete', ...ended },
      { type: 'run_ended', ...ended, memory_operation_id: null },
    ])
  })

  it('every key event names its thread, its assistant and its run', async () => {
    await using world = await openWorld({ model: scripted(says('Hello')) })
    const events = await readStrictly(
      await world.raw('POST', '/threads/messages', { content: 'Hi', stream: true }),
    )
    const named = (type: string) => events.find((event) => event.type === type)
    const ended = named('run_ended')
    const [thread_id, assistant_id, run_id] = [ended?.thread_id, ended?.assistant_id, ended?.run_id]
    expect([thread_id, assistant_id, run_id]).not.toContain(undefined)
    expect(named('user_message')).toMatchObject({ thread_id, assistant_id, content: 'Hi' })
    for (const type of ['run_started', 'message_complete']) {
      expect(named(type)).toMatchObject({ thread_id, assistant_id, run_id })
    }
  })

  it('a silent model is bridged by comments and by nothing else', async () => {
    let goOn = () => {}
    const model = scripted(hangs(new Promise<void>((resolve) => (goOn = resolve)), 'Wait '))
    await using world = await openWorld({ model, limits: { pingMs: 20 } })
    const response = await world.raw('POST', '/threads/messages', { content: 'Hi', stream: true })
    let text = ''
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString()
      if (text.includes(': ping\n\n: ping\n\n')) goOn()
    }
    expect(textOf(await readStrictly(new Response(text)))).toBe('Wait and on')
  })

  it('no raw line separator reaches the client, whatever the model says', async () => {
    const text = 'a\u2028b\u2029c\u0085d'
    await using world = await openWorld({ model: scripted(says(text)) })
    const body = { content: text, stream: true, metadata: { [text]: text } }
    const sent = await (await world.raw('POST', '/threads/messages', body)).text()
    expect(sent).not.toMatch(/[\u2028\u2029\u0085]/)
    expect(textOf(await readStrictly(new Response(sent)))).toBe(text)
  })

  it('a client that reads late gets the whole text', async () => {
    const piece = 'All work and no play makes Jack a dull boy. '.repeat(100)
    const pieces = Array.from({ length: 500 }, (_, i) => `${i} ${piece}`)
    await using world = await openWorld({
      model: scripted(says(...pieces)),
      env: { HOMECOURT_ACCUMULATED_CONTENT: 'false' },
    })
    const response = await world.raw('POST', '/threads/messages', { content: 'Hi', stream: true })
    await vi.waitFor(() => expect(world.ctx.live.ids()).toEqual([]), { timeout: 5_000 })
    expect(textOf(await readStrictly(response))).toBe(pieces.join(''))
  })
})

describe('clients that hang up', () => {
  it.each(['message_complete', 'run_ended'])('on %s find everything stored', async (type) => {
    await using world = await openWorld({ model: scripted(says('Hello', ' you')) })
    const { threadId } = await world.thread()
    const body = { content: 'Hi', stream: true, metadata: { turn: 1 } }
    const response = await world.raw('POST', `/threads/${threadId}/messages`, body)
    const { run_id } = await readUntil(response, type)
    expect(await readBack(world, threadId)).toMatchObject([
      { role: 'user', content: 'Hi', metadata_: { turn: 1 } },
      { role: 'assistant', content: 'Hello you', status: 'COMPLETED', metadata_: { run_id } },
    ])
  })

  it('in the middle of an answer find it whole later', async () => {
    let goOn = () => {}
    const model = scripted(hangs(new Promise<void>((resolve) => (goOn = resolve)), 'Wait '))
    await using world = await openWorld({ model })
    const { threadId } = await world.thread()
    const body = { content: 'Hi', stream: true }
    const response = await world.raw('POST', `/threads/${threadId}/messages`, body)
    await readUntil(response, 'content_streaming')
    goOn()
    await vi.waitFor(async () => {
      expect(await readBack(world, threadId)).toMatchObject([
        { content: 'Hi' },
        { content: 'Wait and on', status: 'COMPLETED' },
      ])
    })
  })
})

describe('message bodies as clients really send them', () => {
  it('200 JSON on the route of a thread, where a thread_id in the body is ignored', async () => {
    await using world = await openWorld({ model: scripted(says('Hello')) })
    const { threadId } = await world.thread()
    const other = await world.thread()
    const { body } = await world.send(threadId, 'Hi', { thread_id: other.threadId })
    expect(body).toMatchObject({ thread_id: threadId, content: 'Hello' })
    expect(await readBack(world, other.threadId)).toEqual([])
  })

  it.each([
    'true',
    'True',
    '1',
    'on',
  ])('200 stream: "%s" is a stream, in JSON and in a form', async (stream) => {
    await using world = await openWorld({ model: scripted(says('One'), says('Two')) })
    const path = '/threads/messages'
    const json = await world.raw('POST', path, { content: 'Hi', stream })
    expect(textOf(await readStrictly(json))).toBe('One')
    const fields = await world.raw('POST', path, new URLSearchParams({ content: 'Hi', stream }))
    expect(textOf(await readStrictly(fields))).toBe('Two')
  })

  it('200 tools, thinking and metadata as JSON text in a multipart form', async () => {
    const model = scripted(says('Hello'))
    await using world = await openWorld({ model })
    const fields = {
      ...{ content: 'Hi', stream: 'true', system_prompt: 'Be kind.', web_search: 'auto' },
      ...{ tools: JSON.stringify([tool]), thinking: '{"effort":"low"}', image_generation: 'auto' },
      metadata: JSON.stringify({ nash_msg_token: 'abc' }),
    }
    const response = await world.raw('POST', '/threads/messages', form(fields))
    const thread_id = (await readStrictly(response)).at(-1)?.thread_id
    expect(model.prompts).toMatchObject([
      { system: 'Be kind.', tools: [{ name: 'look' }], thinking: { effort: 'low' } },
    ])
    const [question] = await readBack(world, thread_id)
    expect(question?.metadata_).toEqual({ nash_msg_token: 'abc' })
  })

  it('200 a multipart form is answered on a connection that ends, as a process of the npm SDK must', async () => {
    await using world = await openWorld({ model: scripted(says('One'), says('Two')) })
    for (const stream of ['false', 'true']) {
      const fields = form({ content: 'Hi', stream })
      const response = await world.raw('POST', '/threads/messages', fields)
      expect(response.headers.get('connection')).toBe('close')
      await response.text()
    }
  })

  it('200 a body without a content type is JSON, and features unknown here are ignored', async () => {
    await using world = await openWorld({ model: scripted(says('Hello')) })
    const unknown = {
      ...{
        web_search: 'Auto',
        image_generation: 'auto',
        memory: 'sometimes',
        memory_profile: 'code',
      },
      ...{
        voice: { tts: { provider: 'elevenlabs' } },
        send_to_llm: true,
        hide_tool_events: 'true',
      },
      ...{ role: 'user', thinking: null, tools: null, metadata: null },
    }
    const body = new Blob([JSON.stringify({ content: 'Hi', ...unknown })])
    const headers = { 'X-API-Key': world.key, authorization: 'Bearer something' }
    const response = await fetch(`${world.url}/threads/messages`, { method: 'POST', headers, body })
    expect(await response.json()).toMatchObject({ content: 'Hello', status: 'COMPLETED' })
  })

  it('200 model_provider and model_name come back as they were asked for', async () => {
    await using world = await openWorld({
      model: scripted(says('One'), says('Two'), says('Three')),
    })
    const { threadId } = await world.thread()
    const asked = { llm_provider: 'openrouter', model_name: '~moonshotai/kimi-latest' }
    const answer = { model_provider: 'openrouter', model_name: '~moonshotai/kimi-latest' }
    expect((await world.send(threadId, 'Hi', asked)).body).toMatchObject(answer)
    const older = { provider: 'openrouter', model: '~moonshotai/kimi-latest' }
    expect((await world.send(threadId, 'Hi', older)).body).toMatchObject(answer)
    const path = `/threads/${threadId}/messages`
    const events = await world.stream(path, { content: 'Hi', ...asked })
    expect(events.at(-1)).toMatchObject(answer)
    expect((await readBack(world, threadId)).filter((m) => m.role === 'assistant')).toMatchObject([
      ...[answer, answer, answer],
    ])
  })

  it.each([
    ['an object', (metadata: object) => metadata],
    ['JSON text', (metadata: object) => JSON.stringify(metadata)],
  ])('200 metadata as %s comes back as it was, and custom_timestamp dates it', async (_, write) => {
    await using world = await openWorld({ model: scripted(says('Hello')) })
    const { threadId } = await world.thread()
    const metadata = {
      custom_timestamp: '2024-02-29T12:30:00+02:00',
      ...{ n: 1.5, big: 2 ** 53, yes: true, no: null, list: [1, 'a', { b: [] }], '': 'ü \u2028' },
    }
    await world.send(threadId, 'Long ago', { metadata: write(metadata) })
    const [question] = await readBack(world, threadId)
    expect(question?.metadata_).toEqual(metadata)
    expect(question?.created_at).toBe('2024-02-29T10:30:00.000Z')
  })

  it('200 a trailing slash and a missing /api are no redirect, which would lose the body', async () => {
    await using world = await openWorld({ model: scripted(says('One'), says('Two')) })
    const root = world.url.replace(/\/api$/, '')
    for (const url of [`${world.url}/threads/messages/`, `${root}/threads/messages`]) {
      const response = await fetch(url, {
        ...{ method: 'POST', redirect: 'manual', body: JSON.stringify({ content: 'Hi' }) },
        headers: { 'X-API-Key': world.key, 'content-type': 'application/json' },
      })
      expect(response.status).toBe(200)
    }
  })
})
