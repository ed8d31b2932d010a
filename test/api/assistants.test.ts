import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databases } from '../support/databases.ts'
import { type Client, openWorld, type World } from '../support/world.ts'

type Assistant = { assistant_id: string; name: string; created_at: string } & Record<
  string,
  unknown
>

const unknownId = '00000000-0000-4000-8000-000000000000'
const notFound = { detail: 'Assistant not found' }

/** One complaint per wrong field, as `loc`, `msg`, `type`. */
const complaints = (...all: [loc: (string | number)[], msg: string, type: string][]) => ({
  detail: all.map(([loc, msg, type]) => ({ loc, msg, type })),
})

describe.each(databases)('assistants on %s', (_name, openDb) => {
  let world: World
  let owners = 0
  /** A new owner, who sees nothing yet. */
  const someone = (): Client => world.as(`owner ${++owners}`)
  const create = async (as: Client, body: Record<string, unknown>) =>
    (await as.call<Assistant>('POST', '/assistants', body)).body
  const names = async (as: Client, query = '') =>
    (await as.call<Assistant[]>('GET', `/assistants${query}`)).body.map(({ name }) => name)

  beforeAll(async () => {
    world = await openWorld({ db: await openDb() })
  })
  afterAll(() => world[Symbol.asyncDispose]())

  it('200 creates one with defaults, and gets it back', async () => {
    const ann = someone()
    const { status, body } = await ann.call<Assistant>('POST', '/assistants', { name: 'Ann' })
    expect(status).toBe(200)
    expect(body).toEqual({
      assistant_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      ...{ name: 'Ann', description: null, system_prompt: null, tools: null, tok_k: 10 },
      ...{ embedding_provider: expect.any(String), embedding_model_name: expect.any(String) },
      embedding_dims: expect.any(Number),
      ...{ custom_fact_extraction_prompt: null, custom_update_memory_prompt: null },
    })
    const got = await ann.call('GET', `/assistants/${body.assistant_id}`)
    expect(got).toMatchObject({ status: 200, body })
  })

  it('200 keeps every field, unknown keys aside', async () => {
    const given = {
      ...{
        name: '名前 🙂 "q" \\ \n',
        tok_k: 100,
        embedding_provider: 'openai',
        embedding_dims: 3072,
      },
      ...{ embedding_model_name: 'text-embedding-3-large', custom_fact_extraction_prompt: 'facts' },
      ...{ custom_update_memory_prompt: 'merge', description: 'D', system_prompt: 'S' },
    }
    const made = await create(someone(), { ...given, id: unknownId, owner_id: 'eve', extra: {} })
    expect(made).toMatchObject(given)
    expect(made).not.toHaveProperty('extra')
    expect(made.assistant_id).not.toBe(unknownId)
  })

  it('200 takes nulls for everything but the name', async () => {
    const nulls = {
      ...{ description: null, system_prompt: null, tools: null },
      ...{ custom_fact_extraction_prompt: null, custom_update_memory_prompt: null },
    }
    const choices = { tok_k: null, embedding_dims: null, embedding_provider: null }
    const made = await create(someone(), { name: 'N', ...nulls, ...choices })
    expect(made).toMatchObject({ ...nulls, tok_k: 10, embedding_dims: expect.any(Number) })
  })

  it.each([
    [{ description: 'D' }, { description: 'D', system_prompt: 'D' }],
    [{ system_prompt: 'S' }, { description: 'S', system_prompt: 'S' }],
    [
      { description: 'D', system_prompt: null },
      { description: 'D', system_prompt: 'D' },
    ],
    [
      { description: null, system_prompt: 'S' },
      { description: 'S', system_prompt: 'S' },
    ],
    [
      { description: 'D', system_prompt: 'S' },
      { description: 'D', system_prompt: 'S' },
    ],
    [{ description: '' }, { description: '', system_prompt: '' }],
  ])('200 %j reads back as %j', async (given, expected) => {
    const ann = someone()
    expect(await create(ann, { name: 'A', ...given })).toMatchObject(expected)
    const other = await create(ann, { name: 'B', description: 'old', system_prompt: 'older' })
    const { body } = await ann.call('PUT', `/assistants/${other.assistant_id}`, given)
    expect(body).toMatchObject(expected)
  })

  it('422 names every wrong field of a new one, and stores nothing', async () => {
    const ann = someone()
    const text = 'Input should be a valid string'
    const wrong: [Record<string, unknown>, ReturnType<typeof complaints>][] = [
      [{}, complaints([['body', 'name'], 'Field required', 'missing'])],
      [{ name: null }, complaints([['body', 'name'], text, 'string_type'])],
      [{ name: 7 }, complaints([['body', 'name'], text, 'string_type'])],
      [{ name: ['x'] }, complaints([['body', 'name'], text, 'string_type'])],
      [
        { name: '' },
        complaints([
          ['body', 'name'],
          'String should have at least 1 character',
          'string_too_short',
        ]),
      ],
      [
        { name: 'x'.repeat(256) },
        complaints([
          ['body', 'name'],
          'String should have at most 255 characters',
          'string_too_long',
        ]),
      ],
      [
        { name: 'x', tok_k: 0, tools: {}, description: 1, embedding_dims: 1.5 },
        complaints(
          [['body', 'description'], text, 'string_type'],
          [['body', 'tools'], 'Input should be a valid list', 'list_type'],
          [['body', 'tok_k'], 'Input should be greater than or equal to 1', 'greater_than_equal'],
          [['body', 'embedding_dims'], 'Input should be a valid integer', 'int_type'],
        ),
      ],
      [
        { name: 'x', tok_k: 101 },
        complaints([
          ['body', 'tok_k'],
          'Input should be less than or equal to 100',
          'less_than_equal',
        ]),
      ],
      [
        { name: 'x', tok_k: '10' },
        complaints([['body', 'tok_k'], 'Input should be a valid integer', 'int_type']),
      ],
      [
        { name: 'x', tools: ['t'] },
        complaints([['body', 'tools', 0], 'Input should be a valid dictionary', 'dict_type']),
      ],
    ]
    for (const [given, body] of wrong) {
      expect(await ann.call('POST', '/assistants', given)).toMatchObject({ status: 422, body })
    }
    expect(await names(ann)).toEqual([])
  })

  it('200 a name of 255 characters, however many bytes they take', async () => {
    const name = '🙂'.repeat(255)
    expect(await create(someone(), { name })).toMatchObject({ name })
  })

  it('200 changes only what is given', async () => {
    const ann = someone()
    const made = await create(ann, { name: 'A', system_prompt: 'S', tok_k: 5, tools: [tool] })
    const path = `/assistants/${made.assistant_id}`
    for (const nothing of [{}, { name: null }, { tok_k: null }, { embedding_dims: 9, x: 1 }]) {
      expect((await ann.call('PUT', path, nothing)).body).toEqual(made)
    }
    expect((await ann.call('PUT', path, { name: 'B' })).body).toEqual({ ...made, name: 'B' })
    expect((await ann.call('PUT', path, { tok_k: 6 })).body).toMatchObject({ tok_k: 6, name: 'B' })
    const prompts = { custom_fact_extraction_prompt: 'f', custom_update_memory_prompt: 'm' }
    expect((await ann.call('PUT', path, prompts)).body).toMatchObject(prompts)
    expect((await ann.call('GET', path)).body).toEqual({
      ...{ ...made, name: 'B', tok_k: 6 },
      ...prompts,
    })
  })

  it('200 a new list of tools replaces the old, and [] clears it', async () => {
    const ann = someone()
    const made = await create(ann, { name: 'A', tools: [tool] })
    const path = `/assistants/${made.assistant_id}`
    const other = { ...tool, function: { ...tool.function, name: 'other' } }
    expect((await ann.call('PUT', path, { tools: [other] })).body.tools).toEqual([other])
    expect((await ann.call('PUT', path, { tools: [] })).body.tools).toEqual([])
    expect((await ann.call('GET', path)).body.tools).toEqual([])
  })

  it('422 a wrong change changes nothing', async () => {
    const ann = someone()
    const made = await create(ann, { name: 'A' })
    const path = `/assistants/${made.assistant_id}`
    for (const wrong of [{ name: '' }, { name: 'B', tok_k: 101 }, { name: 'B', tools: 'x' }]) {
      expect((await ann.call('PUT', path, wrong)).status).toBe(422)
    }
    expect((await ann.call('GET', path)).body).toEqual(made)
  })

  it('200 deletes it with its threads and messages, and nothing else', async () => {
    const ann = someone()
    const { assistantId, threadId } = await ann.thread()
    const kept = await ann.thread()
    await ann.send(threadId, 'Hi', { send_to_llm: false })
    await ann.send(kept.threadId, 'Hi', { send_to_llm: false })

    const { status, body } = await ann.call('DELETE', `/assistants/${assistantId}`)
    expect(status).toBe(200)
    expect(body).toEqual({
      message: 'Assistant deleted successfully',
      assistant_id: assistantId,
      deleted_at: expect.any(String),
    })
    expect(await ann.call('GET', `/threads/${threadId}`)).toMatchObject({ status: 404 })
    expect(await ann.send(threadId, 'Hi')).toMatchObject({ status: 404 })
    expect((await ann.call('GET', '/threads')).body).toMatchObject([{ thread_id: kept.threadId }])
    const { messages } = world.ctx.db.t
    const rows = await world.ctx.db.select({ thread: messages.threadId }).from(messages)
    expect(rows.some((row) => row.thread === threadId)).toBe(false)
    expect(rows.some((row) => row.thread === kept.threadId)).toBe(true)
  })

  it('404 unknown, deleted and another owner’s are the same, whatever is asked', async () => {
    const [ann, eve] = [someone(), someone()]
    const made = await create(ann, { name: 'A', system_prompt: 'secret' })
    const gone = await create(eve, { name: 'G' })
    await eve.call('DELETE', `/assistants/${gone.assistant_id}`)
    for (const id of [made.assistant_id, gone.assistant_id, unknownId]) {
      const requests: [string, string, unknown?][] = [
        ['GET', `/assistants/${id}`],
        ['PUT', `/assistants/${id}`, { name: 'mine' }],
        ['PUT', `/assistants/${id}`, {}],
        ['DELETE', `/assistants/${id}`],
        ['GET', `/assistants/${id}/threads`],
        ['POST', `/assistants/${id}/threads`, {}],
        ['POST', '/threads/messages', { content: 'Hi', assistant_id: id }],
      ]
      for (const request of requests) {
        expect(await eve.call(...request)).toMatchObject({ status: 404, body: notFound })
      }
    }
    expect(await names(eve)).toEqual([])
    expect((await eve.call('GET', '/threads')).body).toEqual([])
    expect((await ann.call('GET', `/assistants/${made.assistant_id}`)).body).toEqual(made)
  })
})

const tool = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Weather',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string', description: 'Where' } },
      required: ['city'],
    },
  },
}
