import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databases } from '../support/databases.ts'
import { says, scripted } from '../support/model.ts'
import { type Client, openWorld, type World } from '../support/world.ts'

type Message = { message_id: string; role: string; content: string; created_at: string }
type Thread = { thread_id: string; messages: Message[] } & Record<string, unknown>

const unknownId = '00000000-0000-4000-8000-000000000000'
const notFound = { detail: 'Thread not found' }
const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const uuid = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)

describe.each(databases)('threads on %s', (_name, openDb) => {
  let world: World
  let owners = 0
  /** A new owner, who sees nothing yet. */
  const someone = (): Client => world.as(`owner ${++owners}`)
  const note = (as: Client, threadId: string, content: string, more = {}) =>
    as.send(threadId, content, { send_to_llm: false, ...more })
  const get = async (as: Client, id: string) =>
    (await as.call<Thread>('GET', `/threads/${id}`)).body
  const list = async (as: Client, path: string) => (await as.call<Thread[]>('GET', path)).body

  beforeAll(async () => {
    world = await openWorld({ db: await openDb() })
  })
  afterAll(() => world[Symbol.asyncDispose]())

  it('200 opens an empty one with every field', async () => {
    const ann = someone()
    const { assistantId } = await ann.thread()
    const path = `/assistants/${assistantId}/threads`
    const { status, body } = await ann.call<Thread>('POST', path, {})
    expect(status).toBe(200)
    expect(body).toEqual({
      ...{ thread_id: uuid, assistant_id: assistantId, created_at: instant, updated_at: instant },
      ...{ title: null, first_user_message: null, message_count: 0, metadata_: null, messages: [] },
    })
    expect(await get(ann, body.thread_id)).toEqual(body)
  })

  it.each<[string, unknown, Record<string, string>]>([
    ['no body at all', undefined, {}],
    ['no body, called JSON', undefined, { 'content-type': 'application/json' }],
    ['an empty text called JSON', '', {}],
    ['{}', {}, {}],
    ['null', 'null', {}],
    ['unknown keys', { name: 'x', messages: [1], thread_id: unknownId }, {}],
    ['an empty form', new URLSearchParams(), {}],
    ['a form', new URLSearchParams({ a: 'b' }), {}],
    ['a form called JSON', 'a=b', {}],
    ['JSON of no type', new TextEncoder().encode('{}'), {}],
    ['an empty text of another type', '', { 'content-type': 'text/plain' }],
  ])('200 opens one for %s', async (_what, body, headers) => {
    const ann = someone()
    const { assistantId } = await ann.thread()
    const made = await ann.call('POST', `/assistants/${assistantId}/threads`, body, headers)
    expect(made).toMatchObject({ status: 200, body: { metadata_: null, messages: [] } })
  })

  it('200 opens one for a multipart form', async () => {
    const ann = someone()
    const { assistantId } = await ann.thread()
    const form = new FormData()
    form.set('anything', 'goes')
    const made = await ann.call('POST', `/assistants/${assistantId}/threads`, form)
    expect(made).toMatchObject({ status: 200, body: { messages: [] } })
  })

  it('200 keeps its metadata to the letter', async () => {
    const ann = someone()
    const { assistantId } = await ann.thread()
    const metadata =
      '{"z":1,"a":[1.5,null,{"ü":"🙂\\n"}],"big":12345678901234567000,"__proto__":{"polluted":true},"":""}'
    const { body } = await ann.call<Thread>(
      'POST',
      `/assistants/${assistantId}/threads`,
      `{"metadata":${metadata}}`,
    )
    expect(JSON.stringify(body.metadata_)).toBe(metadata)
    expect(JSON.stringify((await get(ann, body.thread_id)).metadata_)).toBe(metadata)
    expect({}).not.toHaveProperty('polluted')
  })

  it.each<[unknown, string, string[]]>([
    ['[]', 'dict_type', ['body']],
    ['"text"', 'dict_type', ['body']],
    ['{"metadata":[]}', 'dict_type', ['body', 'metadata']],
    ['{"metadata":"x"}', 'dict_type', ['body', 'metadata']],
    ['{', 'json_invalid', ['body']],
  ])('422 opens none for %s', async (given, type, loc) => {
    const ann = someone()
    const { body } = await ann.call('POST', '/assistants', { name: 'A' })
    const path = `/assistants/${body.assistant_id}/threads`
    const refused = await ann.call('POST', path, given)
    expect(refused).toMatchObject({ status: 422, body: { detail: [{ type, loc }] } })
    expect(await list(ann, path)).toEqual([])
  })

  it('200 lists newest first, with or without messages, of one assistant or of all', async () => {
    const ann = someone()
    const one = await ann.thread({ name: 'One' })
    const two = await ann.thread({ name: 'Two' })
    await note(ann, one.threadId, 'first')
    await note(ann, one.threadId, 'second', { metadata: { n: 2 } })

    const all = await list(ann, '/threads')
    expect(all.map((thread) => thread.thread_id)).toEqual([two.threadId, one.threadId])
    expect(all[1]).toEqual(await get(ann, one.threadId))
    expect(all[1]).toMatchObject({
      ...{ assistant_id: one.assistantId, message_count: 2, first_user_message: 'first' },
      messages: [
        { role: 'user', content: 'first', metadata_: null, status: 'COMPLETED' },
        { role: 'user', content: 'second', metadata_: { n: 2 }, attachments: [] },
      ],
    })
    for (const off of ['false', 'False', '0']) {
      const bare = await list(ann, `/threads?include_messages=${off}`)
      expect(bare).toEqual(all.map((thread) => ({ ...thread, messages: [] })))
    }
    for (const on of ['true', 'True', '1']) {
      expect(await list(ann, `/threads?include_messages=${on}`)).toEqual(all)
    }
    expect(await list(ann, `/assistants/${one.assistantId}/threads`)).toEqual([all[1]])
    expect(await list(ann, '/threads?limit=1')).toEqual([all[0]])
    expect(await list(ann, '/threads?skip=1')).toEqual([all[1]])
    expect(await list(ann, '/threads?skip=99999999')).toEqual([])
    expect(await list(ann, `/assistants/${two.assistantId}/threads?skip=1`)).toEqual([])
    expect(await list(ann, '/threads?limit=100000')).toHaveLength(2)
    for (const query of ['include_messages=maybe', 'limit=x', 'skip=-1']) {
      expect((await ann.call('GET', `/threads?${query}`)).status).toBe(422)
    }
  })

  it('200 a thread row follows its messages: count, first message, last change', async () => {
    const ann = someone()
    const { threadId } = await ann.thread()
    const before = await get(ann, threadId)
    const long = `${'🙂'.repeat(400)} and so on`
    await note(ann, threadId, long)
    await note(ann, threadId, 'later')
    const after = await get(ann, threadId)
    expect(after).toMatchObject({ created_at: before.created_at, message_count: 2, title: null })
    expect(String(after.updated_at) >= String(before.updated_at)).toBe(true)
    expect(after.first_user_message).toBe('🙂'.repeat(250))
    const messages = await list(ann, `/threads/${threadId}/messages`)
    expect(messages).toEqual(after.messages)
    expect(after.messages).toMatchObject([
      { message_id: uuid, content: long, created_at: instant, total_tokens: null },
      { content: 'later', model_provider: null, model_name: null, input_tokens: null },
    ])
  })

  it('200 deletes it with its messages, and nothing else', async () => {
    const ann = someone()
    const { threadId, assistantId } = await ann.thread()
    const kept = await ann.thread()
    await note(ann, threadId, 'Hi')
    await note(ann, kept.threadId, 'Hi')
    const { status, body } = await ann.call('DELETE', `/threads/${threadId}`)
    expect({ status, body }).toEqual({
      status: 200,
      body: { message: 'Thread deleted successfully', thread_id: threadId, deleted_at: instant },
    })
    expect(await ann.call('DELETE', `/threads/${threadId}`)).toMatchObject({
      ...{ status: 404, body: notFound },
    })
    expect(await list(ann, `/assistants/${assistantId}/threads`)).toEqual([])
    expect((await get(ann, kept.threadId)).messages).toHaveLength(1)
    const { messages } = world.ctx.db.t
    const rows = await world.ctx.db.select({ thread: messages.threadId }).from(messages)
    expect(rows.some((row) => row.thread === threadId)).toBe(false)
  })

  it('404 unknown, deleted and another owner’s are the same, whatever is asked', async () => {
    const [ann, eve] = [someone(), someone()]
    const { threadId } = await ann.thread()
    const gone = (await eve.thread()).threadId
    await eve.call('DELETE', `/threads/${gone}`)
    for (const id of [threadId, gone, unknownId]) {
      const requests: [string, string, unknown?][] = [
        ['GET', `/threads/${id}`],
        ['GET', `/threads/${id}/messages`],
        ['DELETE', `/threads/${id}`],
        ['POST', `/threads/${id}/messages`, { content: 'Hi' }],
        ['POST', `/threads/${id}/messages`, { content: 'Hi', stream: true }],
        ['POST', `/threads/${id}/messages`, { content: 'Hi', send_to_llm: false }],
        ['POST', '/threads/messages', { content: 'Hi', thread_id: id }],
      ]
      for (const request of requests) {
        expect(await eve.call(...request)).toMatchObject({ status: 404, body: notFound })
      }
    }
    expect(await list(ann, '/threads')).toMatchObject([{ thread_id: threadId, message_count: 0 }])
  })

  it('422 for an id that is none, in path and body', async () => {
    const ann = someone()
    const complaint = (loc: string[]) => ({
      status: 422,
      body: { detail: [{ loc, msg: 'Input should be a valid UUID', type: 'uuid_parsing' }] },
    })
    for (const id of ['x', '1', 'null', `${unknownId}0`, unknownId.replaceAll('-', '_'), '%20']) {
      const path = complaint(['path', 'thread_id'])
      expect(await ann.call('GET', `/threads/${id}`)).toMatchObject(path)
      expect(await ann.call('DELETE', `/threads/${id}`)).toMatchObject(path)
      expect(await ann.send(id, 'Hi')).toMatchObject(path)
      const assistant = complaint(['path', 'assistant_id'])
      expect(await ann.call('GET', `/assistants/${id}`)).toMatchObject(assistant)
      expect(await ann.call('POST', `/assistants/${id}/threads`, {})).toMatchObject(assistant)
      const body = { content: 'Hi', thread_id: `${id}!` }
      const inBody = await ann.call('POST', '/threads/messages', body)
      expect(inBody).toMatchObject(complaint(['body', 'thread_id']))
    }
    expect(await list(ann, '/threads')).toEqual([])
    expect(await list(ann, '/assistants')).toEqual([])
  })
})

describe.each(databases)('a thread deleted while it is answered on %s', (_name, openDb) => {
  it('404 for the message, and the thread stays gone', async () => {
    let threadId = ''
    const model = scripted((prompt, signal) =>
      (async function* () {
        await world.call('DELETE', `/threads/${threadId}`)
        yield* says('too late')(prompt, signal)
      })(),
    )
    await using world = await openWorld({ db: await openDb(), model })
    threadId = (await world.thread()).threadId
    expect(await world.send(threadId, 'Hi')).toMatchObject({
      status: 404,
      body: { detail: 'Run not found' },
    })
    expect(await world.call('GET', `/threads/${threadId}`)).toMatchObject({ status: 404 })
  })
})
