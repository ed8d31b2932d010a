import { describe, expect, it } from 'vitest'
import { databases } from '../support/databases.ts'
import { type Step, says, scripted } from '../support/model.ts'
import { openWorld, type World } from '../support/world.ts'

type Message = { role: string; content: string; metadata_: unknown; created_at: string }
type Turn = { thread_id: string; assistant_id: string; content: string } & Record<string, unknown>

const uuid = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)
const instant = expect.any(String)

/** As many answers as wanted, each saying which it is. */
const answers = (count: number) =>
  scripted(...Array.from({ length: count }, (_, i): Step => says(`answer ${i + 1}`)))

function form(fields: Record<string, string>, ...files: [name: string, text: string][]) {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.append(name, value)
  for (const [name, text] of files) data.append('files', new Blob([text]), name)
  return data
}

const messagesOf = async (world: World, threadId: string) =>
  (await world.call<Message[]>('GET', `/threads/${threadId}/messages`)).body

describe.each(databases)('POST /threads/:id/messages on %s', (_name, openDb) => {
  it('200 answers with the flat reply and stores both messages', async () => {
    const model = scripted(says('Hello', ' you'))
    await using world = await openWorld({ db: await openDb(), model })
    const { threadId, assistantId } = await world.thread({ system_prompt: 'Be kind.' })

    const { status, body } = await world.send(threadId, 'Hi')
    expect(status).toBe(200)
    expect(body).toEqual({
      ...{ message: 'Message added successfully', thread_id: threadId, assistant_id: assistantId },
      ...{ run_id: uuid, message_id: uuid, role: 'assistant', content: 'Hello you' },
      ...{ status: 'COMPLETED', tool_calls: null, reasoning: null, attachments: [] },
      ...{ model_provider: 'openai', model_name: 'gpt-4o', cost_usd: null },
      ...{ input_tokens: 10, output_tokens: 5, total_tokens: 15 },
      ...{ cached_input_tokens: 0, cache_write_input_tokens: 0, memory_operation_id: null },
      ...{ retrieved_memories: null, retrieved_files: null, retrieved_files_count: null },
      ...{ retrieved_passages: null, web_sources: null, media: null, voice_records: null },
      ...{ created_at: instant, timestamp: body.created_at },
      context_usage: {
        ...{ percent: 0.01, used_tokens: 15, context_limit: 128_000 },
        ...{ summary_tokens: 0, model: 'gpt-4o' },
      },
    })
    expect(model.prompts).toMatchObject([
      { system: 'Be kind.', turns: [{ role: 'user', text: 'Hi' }], tools: [], json: false },
    ])

    const thread = await world.call('GET', `/threads/${threadId}`)
    expect(thread.body).toMatchObject({
      message_count: 2,
      first_user_message: 'Hi',
      messages: [
        { role: 'user', content: 'Hi', metadata_: null },
        {
          ...{ message_id: body.message_id, role: 'assistant', content: 'Hello you' },
          ...{ metadata_: { run_id: body.run_id }, total_tokens: 15, model_name: 'gpt-4o' },
        },
      ],
    })
  })

  it('200 the conversation so far goes to the model, in order', async () => {
    const model = answers(3)
    await using world = await openWorld({ db: await openDb(), model })
    const { threadId } = await world.thread()
    for (const text of ['one', 'two', 'three']) await world.send(threadId, text)
    expect(model.prompts[2]?.turns.map((turn) => turn.text)).toEqual([
      ...['one', 'answer 1', 'two', 'answer 2', 'three'],
    ])
  })

  it('200 takes JSON, both forms, and forms labelled as JSON, to the same end', async () => {
    const model = answers(6)
    await using world = await openWorld({ db: await openDb(), model })
    const { threadId } = await world.thread()
    const fields = { content: 'Grüße & 1+1=2 🙂 "x"', metadata: '{"a":1}', model_name: 'gpt-x' }
    const json = { 'content-type': 'application/json' }
    const path = `/threads/${threadId}/messages`
    const ways: [unknown, Record<string, string>?][] = [
      [fields],
      [new TextEncoder().encode(JSON.stringify(fields))],
      [JSON.stringify(fields), { 'content-type': 'application/vnd.api+json; charset=utf-8' }],
      [new URLSearchParams(fields)],
      [form(fields)],
      [new URLSearchParams(fields).toString(), json],
    ]
    for (const [body, headers] of ways) {
      const reply = await world.call('POST', path, body, headers)
      expect(reply).toMatchObject({ status: 200, body: { model_name: 'gpt-x' } })
    }
    const sent = (await messagesOf(world, threadId)).filter(({ role }) => role === 'user')
    expect(sent).toHaveLength(ways.length)
    for (const message of sent) {
      expect(message).toMatchObject({ content: fields.content, metadata_: { a: 1 } })
    }
  })

  it('200 the last of a repeated form field counts, blank ones are absent', async () => {
    await using world = await openWorld({ db: await openDb(), model: answers(2) })
    const { threadId } = await world.thread()
    const blank =
      'stream=&metadata=&model_name=&llm_provider=&send_to_llm=&tools=&thinking=&memory='
    const text = new URLSearchParams(`content=first&content=last&${blank}`)
    const path = `/threads/${threadId}/messages`
    expect((await world.call('POST', path, text)).status).toBe(200)
    const multi = form(Object.fromEntries(new URLSearchParams(blank)))
    for (const content of ['first', 'last']) multi.append('content', content)
    expect((await world.call('POST', path, multi)).status).toBe(200)
    const sent = (await messagesOf(world, threadId)).filter(({ role }) => role === 'user')
    expect(sent.map(({ content }) => content)).toEqual(['last', 'last'])
  })

  it('200 a part of a multipart form that is labelled as JSON is read as JSON', async () => {
    const model = answers(1)
    await using world = await openWorld({ db: await openDb(), model })
    const { threadId } = await world.thread()
    const part = (name: string, type: string, text: string) =>
      `--b\r\nContent-Disposition: form-data; name="${name}"\r\nContent-Type: ${type}\r\n\r\n${text}\r\n`
    const tools = '[{"type":"function","function":{"name":"f","parameters":{}}}]'
    const body = `${part('content', 'text/plain', 'Hi')}${part('tools', 'application/json', tools)}--b--\r\n`
    const type = { 'content-type': 'multipart/form-data; boundary=b' }
    const reply = await world.call('POST', `/threads/${threadId}/messages`, body, type)
    expect(reply.status).toBe(200)
    expect(model.prompts[0]?.tools).toEqual([{ name: 'f', parameters: {} }])
  })

  it('200 a thread id in the body does not redirect the message of a path', async () => {
    await using world = await openWorld({ db: await openDb(), model: answers(1) })
    const { threadId } = await world.thread()
    const other = await world.thread()
    const more = { thread_id: other.threadId, assistant_id: other.assistantId }
    expect((await world.send(threadId, 'Hi', more)).body).toMatchObject({ thread_id: threadId })
    expect(await messagesOf(world, other.threadId)).toEqual([])
  })

  it('200 send_to_llm=false saves and asks no model, in every spelling', async () => {
    await using world = await openWorld({ db: await openDb(), model: scripted() })
    const { threadId, assistantId } = await world.thread()
    const path = `/threads/${threadId}/messages`
    const spellings = [false, 'false', 'False', 'FALSE', '0', 0, 'off', 'no', ' false ']
    for (const send_to_llm of spellings) {
      const { status, body } = await world.call('POST', path, { content: 'Hi', send_to_llm })
      expect(status).toBe(200)
      expect(body).toMatchObject({
        ...{ thread_id: threadId, assistant_id: assistantId, message_id: uuid, run_id: null },
        ...{ role: 'user', content: 'Hi', status: 'COMPLETED', tool_calls: null },
        ...{ model_provider: null, model_name: null, total_tokens: null, context_usage: null },
      })
    }
    for (const body of [
      new URLSearchParams({ content: 'Hi', send_to_llm: 'false' }),
      form({ content: 'Hi', send_to_llm: 'false' }),
    ]) {
      expect(await world.call('POST', path, body)).toMatchObject({ body: { role: 'user' } })
    }
    const { body } = await world.call('GET', `/threads/${threadId}`)
    expect(body).toMatchObject({ message_count: spellings.length + 2 })
  })

  it('200 what was only saved is part of the next prompt', async () => {
    const model = answers(1)
    await using world = await openWorld({ db: await openDb(), model })
    const { threadId } = await world.thread()
    await world.send(threadId, 'My name is Ann.', { send_to_llm: false })
    await world.send(threadId, 'What is my name?', { send_to_llm: 'true' })
    expect(model.prompts[0]?.turns).toEqual([
      { role: 'user', text: 'My name is Ann.' },
      { role: 'user', text: 'What is my name?' },
    ])
  })
})

describe.each(databases)('POST /threads/messages on %s', (_name, openDb) => {
  it('200 opens a thread with the default assistant, and goes on in it', async () => {
    await using world = await openWorld({ db: await openDb(), model: answers(3) })
    const first = await world.call<Turn>('POST', '/threads/messages', { content: 'Hi' })
    expect(first).toMatchObject({ status: 200, body: { content: 'answer 1', thread_id: uuid } })
    const { thread_id, assistant_id } = first.body
    const again = { content: 'More', thread_id, assistant_id: crypto.randomUUID() }
    const second = await world.call<Turn>('POST', '/threads/messages', new URLSearchParams(again))
    expect(second.body).toMatchObject({ content: 'answer 2', thread_id, assistant_id })

    const other = await world.call<Turn>('POST', '/threads/messages', form({ content: 'New' }))
    expect(other.body.thread_id).not.toBe(thread_id)
    expect(other.body.assistant_id).toBe(assistant_id)
    expect((await world.call('GET', '/assistants')).body).toMatchObject([
      { assistant_id, name: 'Default Assistant' },
    ])
    expect(await messagesOf(world, thread_id)).toHaveLength(4)
  })

  it('200 opens the thread with the named assistant', async () => {
    const model = answers(1)
    await using world = await openWorld({ db: await openDb(), model })
    const { assistantId } = await world.thread({ system_prompt: 'Mine' })
    const body = { content: 'Hi', assistant_id: assistantId, thread_id: null }
    const turn = await world.call<Turn>('POST', '/threads/messages', body)
    expect(turn.body.assistant_id).toBe(assistantId)
    expect(model.prompts[0]?.system).toBe('Mine')
    expect((await world.call<[]>('GET', '/assistants')).body).toHaveLength(1)
  })

  it('200 twelve first messages at once share one default assistant per owner', async () => {
    await using world = await openWorld({ db: await openDb(), model: answers(12) })
    const [ann, bob] = [world.as('ann'), world.as('bob')]
    const turns = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        (i % 2 ? ann : bob).call<Turn>('POST', '/threads/messages', { content: `${i}` }),
      ),
    )
    expect(turns.map(({ status }) => status)).toEqual(Array(12).fill(200))
    expect(new Set(turns.map(({ body }) => body.thread_id)).size).toBe(12)
    expect(new Set(turns.map(({ body }) => body.assistant_id)).size).toBe(2)
    for (const owner of [ann, bob]) {
      expect((await owner.call<[]>('GET', '/assistants')).body).toHaveLength(1)
      expect((await owner.call<[]>('GET', '/threads')).body).toHaveLength(6)
    }
  })

  it('200 makes a new default assistant after the old one was deleted', async () => {
    await using world = await openWorld({ db: await openDb(), model: answers(2) })
    const first = await world.call<Turn>('POST', '/threads/messages', { content: 'Hi' })
    await world.call('DELETE', `/assistants/${first.body.assistant_id}`)
    const next = await world.call<Turn>('POST', '/threads/messages', { content: 'Hi' })
    expect(next).toMatchObject({ status: 200 })
    expect(next.body.assistant_id).not.toBe(first.body.assistant_id)
  })
})
