import { describe, expect, it } from 'vitest'
import { databases } from '../support/databases.ts'
import { type Step, says, scripted } from '../support/model.ts'
import { openWorld, type World } from '../support/world.ts'

type Message = { role: string; metadata_: unknown; created_at: string }

const answers = (count: number) =>
  scripted(...Array.from({ length: count }, (): Step => says('ok')))

const userMessages = async (world: World, threadId: string) => {
  const { body } = await world.call<Message[]>('GET', `/threads/${threadId}/messages`)
  return body.filter(({ role }) => role === 'user')
}

const tool = { type: 'function', function: { name: 'f', parameters: { type: 'object' } } }

describe.each(databases)('fields of a message on %s', (_name, openDb) => {
  it('200 system_prompt and tools are for one turn; [] takes the assistant’s tools away', async () => {
    const model = answers(5)
    await using world = await openWorld({ db: await openDb(), model })
    const { threadId, assistantId } = await world.thread({ system_prompt: 'S', tools: [tool] })
    const other = { ...tool, function: { ...tool.function, name: 'g' } }
    await world.send(threadId, 'Hi', { system_prompt: 'T', tools: [other] })
    await world.send(threadId, 'Hi', { system_prompt: null, tools: null })
    await world.send(threadId, 'Hi', { tools: [] })
    const form = { content: 'Hi', tools: JSON.stringify([other]), system_prompt: 'U' }
    await world.call('POST', `/threads/${threadId}/messages`, new URLSearchParams(form))
    await world.send(threadId, 'Hi', { system_prompt: '' })
    const seen = model.prompts.map(({ system, tools }) => [system, ...tools.map((t) => t.name)])
    expect(seen).toEqual([['T', 'g'], ['S', 'f'], ['S'], ['U', 'g'], ['S', 'f']])
    const { body } = await world.call('GET', `/assistants/${assistantId}`)
    expect(body).toMatchObject({ system_prompt: 'S', tools: [{ function: { name: 'f' } }] })
  })

  it('200 json_output reaches the model, in any spelling, but not beside tools', async () => {
    const model = answers(6)
    await using world = await openWorld({ db: await openDb(), model })
    const { threadId } = await world.thread()
    for (const json_output of [true, 'true', 'True', 1, false]) {
      await world.send(threadId, 'Hi', { json_output })
    }
    await world.send(threadId, 'Hi', { json_output: true, tools: [tool] })
    expect(model.prompts.map(({ json }) => json)).toEqual([true, true, true, true, false, false])
  })

  it('200 thinking in every shape clients send', async () => {
    const shapes: [unknown, unknown][] = [
      [null, null],
      [{}, {}],
      [{ effort: 'low' }, { effort: 'low' }],
      [{ effort: 'HIGH' }, { effort: 'high' }],
      [{ effort: 'max' }, { effort: 'max' }],
      [{ effort: 'enormous' }, {}],
      [{ effort: 'none' }, null],
      [{ budget_tokens: 2048 }, { budgetTokens: 2048 }],
      [{ max_tokens: 99.5 }, { budgetTokens: 99 }],
      [{ budget_tokens: -1 }, {}],
      ['{"effort":"medium"}', { effort: 'medium' }],
      ['', null],
    ]
    const model = answers(shapes.length)
    await using world = await openWorld({ db: await openDb(), model })
    const { threadId } = await world.thread()
    for (const [thinking] of shapes) {
      const body =
        thinking === '' ? new URLSearchParams('content=x&thinking=') : { content: 'x', thinking }
      const reply = await world.call('POST', `/threads/${threadId}/messages`, body)
      expect(reply.status).toBe(200)
    }
    expect(model.prompts.map(({ thinking }) => thinking)).toEqual(shapes.map(([, want]) => want))
  })

  it('200 reasoning is returned and kept, unless it is to be excluded', async () => {
    const thinks: Step = () => [
      { type: 'reasoning', text: 'Let me ' },
      { type: 'reasoning', text: 'see.' },
      { type: 'reasoning_end', kept: [] },
      { type: 'text', text: 'Yes' },
      { type: 'end', reason: 'stop', usage: null },
    ]
    await using world = await openWorld({ db: await openDb(), model: scripted(thinks, thinks) })
    const { threadId } = await world.thread()
    const shown = await world.send(threadId, 'Hi', { thinking: {} })
    expect(shown.body).toMatchObject({ content: 'Yes', reasoning: 'Let me see.' })
    const hidden = await world.send(threadId, 'Hi', { thinking: { exclude_reasoning: 'true' } })
    expect(hidden.body).toMatchObject({ content: 'Yes', reasoning: null })
    const { body } = await world.call<Message[]>('GET', `/threads/${threadId}/messages`)
    expect(body[1]?.metadata_).toMatchObject({ reasoning: 'Let me see.' })
    expect(body[3]?.metadata_).not.toHaveProperty('reasoning')
  })

  it('200 metadata comes back to the letter, sent as an object or as text', async () => {
    await using world = await openWorld({ db: await openDb(), model: scripted() })
    const { threadId } = await world.thread()
    const path = `/threads/${threadId}/messages`
    const text =
      '{"z":1,"a":{"b":[true,null,1.25,"🙂\\n\\u2028"]},"__proto__":{"polluted":1},"constructor":{"prototype":{}}}'
    const head = '{"content":"x","send_to_llm":false,"metadata":'
    const form = new FormData()
    for (const [name, value] of Object.entries({
      content: 'x',
      send_to_llm: '0',
      metadata: text,
    })) {
      form.set(name, value)
    }
    for (const body of [`${head}${text}}`, `${head}${JSON.stringify(text)}}`, form]) {
      expect((await world.call('POST', path, body)).status).toBe(200)
    }
    await world.call('POST', path, `${head}null}`)
    await world.call('POST', path, `${head}" "}`)
    await world.call('POST', path, `${head}{}}`)
    const stored = (await userMessages(world, threadId)).map(({ metadata_ }) => metadata_)
    const same = JSON.stringify(JSON.parse(text))
    expect(stored.map((one) => JSON.stringify(one))).toEqual([
      ...[same, same, same, 'null', 'null', '{}'],
    ])
    expect({}).not.toHaveProperty('polluted')
  })

  it('400 metadata that is no JSON, 422 JSON that is no object; nothing is stored', async () => {
    await using world = await openWorld({ db: await openDb(), model: scripted() })
    const { threadId } = await world.thread()
    for (const metadata of ['{bad', 'plain', "{'a':1}"]) {
      expect(await world.send(threadId, 'Hi', { metadata })).toMatchObject({
        ...{ status: 400, body: { detail: 'metadata must be a JSON object' } },
      })
    }
    const complaint = { loc: ['body', 'metadata'], msg: 'Input should be a valid dictionary' }
    for (const metadata of ['[]', '"x"', '7', [], 7, true]) {
      expect(await world.send(threadId, 'Hi', { metadata })).toMatchObject({
        ...{ status: 422, body: { detail: [{ ...complaint, type: 'dict_type' }] } },
      })
    }
    expect(await userMessages(world, threadId)).toEqual([])
  })

  it('200 custom_timestamp dates the message and moves nothing', async () => {
    const dates: [string, string][] = [
      ['2020-02-03T04:05:06Z', '2020-02-03T04:05:06.000Z'],
      ['2020-02-03T04:05:06.789Z', '2020-02-03T04:05:06.789Z'],
      ['2020-02-03T04:05:06.789123+00:00', '2020-02-03T04:05:06.789Z'],
      ['2020-02-03T04:05:06', '2020-02-03T04:05:06.000Z'],
      ['2020-02-03 04:05:06.5', '2020-02-03T04:05:06.500Z'],
      ['2020-02-03T04:05+0200', '2020-02-03T02:05:00.000Z'],
      ['2020-02-03T04:05:06-08', '2020-02-03T12:05:06.000Z'],
      ['2020-02-03', '2020-02-03T00:00:00.000Z'],
      [' 1000-01-01T00:00:00Z ', '1000-01-01T00:00:00.000Z'],
      ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
    ]
    await using world = await openWorld({ db: await openDb(), model: scripted() })
    const { threadId } = await world.thread()
    for (const [custom_timestamp, expected] of dates) {
      const metadata = { custom_timestamp }
      const { body } = await world.send(threadId, 'Hi', { send_to_llm: false, metadata })
      expect(body).toMatchObject({ created_at: expected })
    }
    const stored = await userMessages(world, threadId)
    expect(stored.map(({ created_at }) => created_at)).toEqual(dates.map(([, at]) => at))
    expect(stored[0]?.metadata_).toEqual({ custom_timestamp: dates[0]?.[0] })
    const { body } = await world.call<{ updated_at: string }>('GET', `/threads/${threadId}`)
    expect(body.updated_at.slice(0, 2)).toBe('20')
    expect(body.updated_at > '2025').toBe(true)
  })

  it('400 a custom_timestamp that is no date of a calendar', async () => {
    await using world = await openWorld({ db: await openDb(), model: scripted() })
    const { threadId } = await world.thread()
    const detail = 'metadata.custom_timestamp must be an ISO 8601 date'
    for (const custom_timestamp of [
      ...[
        'yesterday',
        '',
        '2020',
        '2020-13-01',
        '2020-02-03T25:00:00Z',
        '2020-02-03x',
        '03/02/2020',
      ],
      ...[
        '0000-01-01',
        '0099-01-01',
        '+12020-01-01T00:00:00Z',
        '9999-12-31T23:59:59-23:00',
        '-000001-01-01',
      ],
      ...[1_580_702_706, true, {}],
    ]) {
      const metadata = { custom_timestamp }
      const reply = await world.send(threadId, 'Hi', { send_to_llm: false, metadata })
      expect(reply).toMatchObject({ status: 400, body: { detail } })
    }
    expect(await userMessages(world, threadId)).toEqual([])
  })

  it('200 what is not supported is accepted and ignored', async () => {
    const model = answers(2)
    await using world = await openWorld({ db: await openDb(), model })
    const { threadId } = await world.thread()
    const extras = {
      ...{ memory: 'Auto', memory_pro: 'Readonly', memory_profile: 'code', web_search: 'Auto' },
      ...{ image_generation: 'auto', image_model_provider: 'x', image_model_name: 'y' },
      ...{ memory_response_citation: 'true', hide_tool_events: true, role: 'user', anything: [1] },
    }
    const voice = { tts: { provider: 'elevenlabs' } }
    expect(await world.send(threadId, 'Hi', { ...extras, voice })).toMatchObject({
      ...{ status: 200, body: { status: 'COMPLETED', memory_operation_id: null } },
    })
    const form = new URLSearchParams({ content: 'Hi', memory: 'whatever', web_search: 'off' })
    const reply = await world.call('POST', `/threads/${threadId}/messages`, form)
    expect(reply.status).toBe(200)
  })

  it('422 names the field that has the wrong type; nothing is stored', async () => {
    await using world = await openWorld({ db: await openDb(), model: scripted() })
    const { threadId } = await world.thread()
    const text = { msg: 'Input should be a valid string', type: 'string_type' }
    const bool = {
      ...{ msg: 'Input should be a valid boolean, unable to interpret input' },
      type: 'bool_parsing',
    }
    const wrong: [string, unknown, { msg: string; type: string }][] = [
      ['content', 7, text],
      ['content', { text: 'Hi' }, text],
      ['system_prompt', ['x'], text],
      ['llm_provider', 1, text],
      ['model_name', {}, text],
      ['stream', 'maybe', bool],
      ['stream', 2, bool],
      ['send_to_llm', [], bool],
      ['json_output', 'json', bool],
      ['tools', 'not json', { msg: 'Input should be a valid list', type: 'list_type' }],
      ['tools', '{}', { msg: 'Input should be a valid list', type: 'list_type' }],
      ['thinking', 'hard', { msg: 'Input should be a valid dictionary', type: 'dict_type' }],
      ['thinking', [], { msg: 'Input should be a valid dictionary', type: 'dict_type' }],
    ]
    for (const stream of [false, true]) {
      for (const [name, value, complaint] of wrong) {
        const body = { content: 'Hi', stream, [name]: value }
        const reply = await world.call('POST', `/threads/${threadId}/messages`, body)
        expect(reply).toMatchObject({
          ...{ status: 422, body: { detail: [{ loc: ['body', name], ...complaint }] } },
        })
      }
    }
    expect(await userMessages(world, threadId)).toEqual([])
  })

  it('400 an empty message, however it is empty; nothing is stored', async () => {
    await using world = await openWorld({ db: await openDb(), model: scripted() })
    const { threadId } = await world.thread()
    const empty: unknown[] = [
      ...[undefined, '', '{}', {}, { content: null }, { content: '' }, { content: ' \n\t\u3000' }],
      ...[new URLSearchParams(), new URLSearchParams('content='), new FormData()],
      ...[{ stream: true }, { content: '', stream: 'true' }, { content: ' ', send_to_llm: false }],
    ]
    const error = { status: 400, body: { detail: 'Message content cannot be empty' } }
    for (const body of empty) {
      expect(await world.call('POST', `/threads/${threadId}/messages`, body)).toMatchObject(error)
      expect(await world.call('POST', '/threads/messages', body)).toMatchObject(error)
    }
    expect(await userMessages(world, threadId)).toEqual([])
    expect((await world.call<[]>('GET', '/threads')).body).toHaveLength(1)
    expect((await world.call<[]>('GET', '/assistants')).body).toHaveLength(1)
  })

  it('413 content over the limit', async () => {
    const limits = { contentChars: 1_000 }
    await using world = await openWorld({ db: await openDb(), model: answers(1), limits })
    const { threadId } = await world.thread()
    expect(await world.send(threadId, 'x'.repeat(1_001))).toMatchObject({
      ...{ status: 413, body: { detail: 'Message content may have 1000 characters' } },
    })
    expect(await userMessages(world, threadId)).toEqual([])
    expect((await world.send(threadId, 'x'.repeat(1_000))).status).toBe(200)
  })
})
