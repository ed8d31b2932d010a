import { describe, expect, it } from 'vitest'
import { databases } from '../support/databases.ts'
import { calls, type Step, says, scripted } from '../support/model.ts'
import { openaiError, openaiText, openProvider } from '../support/provider.ts'
import { openWorld, type World } from '../support/world.ts'

type Operation = {
  status: string
  status_message: string | null
  memory_ids: { memory: string; event: string; reason: string }[]
  result_count: number
}

const facts = (...list: unknown[]) => says(JSON.stringify({ facts: list }))
const decides = (...decisions: unknown[]) => says(JSON.stringify({ decisions }))

async function finished(world: World, id: unknown): Promise<Operation> {
  const read = () => world.call<Operation>('GET', `/assistants/memories/operations/${id}`)
  await expect
    .poll(async () => (await read()).body.status, { timeout: 15_000 })
    .not.toBe('IN_PROGRESS')
  return (await read()).body
}

const remembered = async (world: World, assistantId: string) => {
  const path = `/assistants/${assistantId}/memories`
  const { body } = await world.call<{ memories: { content: string }[] }>('GET', path)
  return body.memories.map(({ content }) => content)
}

const add = (world: World, assistantId: string, content: string) =>
  world.call('POST', `/assistants/${assistantId}/memories`, { content })

describe.each(databases)('what a model writes of a message on %s', (_name, openDb) => {
  const open = async (...steps: Step[]) => {
    const model = scripted(...steps)
    return Object.assign(await openWorld({ db: await openDb(), model }), { model })
  }
  const tell = async (world: World, threadId: string, content = 'Listen') => {
    const { body } = await world.send(threadId, content, { memory: 'Auto' })
    return finished(world, body.memory_operation_id)
  }

  it('no answer is learnt from that may repeat documents or a file of the message', async () => {
    await using world = await open(
      ...[calls(['search_documents', { query: 'salary' }]), says('User earns 9001.'), facts()],
      ...[says('It says that User earns 9001.'), facts()],
      says('User earns 9001, I read.'),
    )
    const { assistantId, threadId } = await world.thread()
    const form = new FormData()
    form.append('file', new File(['The salary of User is 9001.'], 'contract.txt'))
    const upload = await world.call('POST', `/assistants/${assistantId}/documents`, form)
    const status = `/documents/${upload.body.document_id}/status`
    await expect
      .poll(async () => (await world.call('GET', status)).body.status, { timeout: 15_000 })
      .toBe('indexed')
    expect(await tell(world, threadId, 'What do I earn?')).toMatchObject({ status: 'COMPLETED' })
    const message = new FormData()
    for (const [name, value] of [['content', 'Read it'] as const, ['memory', 'Auto'] as const]) {
      message.append(name, value)
    }
    message.append('files', new File(['User earns 9001'], 'slip.txt'))
    const sent = await world.call('POST', `/threads/${threadId}/messages`, message)
    await finished(world, sent.body.memory_operation_id)
    const shown = world.model.prompts.filter(({ system }) => system?.includes('"facts"'))
    expect(shown.map(({ turns }) => turns[0]?.text)).toEqual([
      expect.not.stringContaining('9001'),
      expect.not.stringContaining('9001'),
    ])

    // A file without a word of the user's leaves nothing to ask the model about.
    message.delete('content')
    const bare = await world.call('POST', `/threads/${threadId}/messages`, message)
    expect(await finished(world, bare.body.memory_operation_id)).toMatchObject({
      ...{ status: 'COMPLETED', result_count: 0 },
    })
  })

  it('the same words in another order, number or sense are another fact', async () => {
    const pairs = [
      ['User moved from Bonn to Kiel', 'User moved from Kiel to Bonn'],
      ['Ana lent the book to Ben', 'Ben lent the book to Ana'],
    ]
    await using world = await open(
      ...pairs.flatMap(([, fact]) => [says('ok'), facts(fact), decides({ fact: 1, event: 'ADD' })]),
      ...[says('ok'), facts('User moved from Kiel to Bonn.')],
    )
    const { assistantId, threadId } = await world.thread()
    for (const [known = ''] of pairs) await add(world, assistantId, known)
    for (const _ of pairs) expect((await tell(world, threadId)).result_count).toBe(1)
    expect((await remembered(world, assistantId)).toSorted()).toEqual(pairs.flat().toSorted())
    expect((await tell(world, threadId)).result_count).toBe(0)
  })

  it('what a merge says is stored without what no database takes, and without secrets', async () => {
    const bad = { text: 'User likes green \u0000tea', reason: 'half \ud800 and \u0000' }
    await using world = await open(
      ...[
        says('ok'),
        facts('User likes green tea'),
        decides({ fact: 1, event: 'UPDATE', id: 1, ...bad }),
      ],
      ...[
        ...[says('ok'), facts('User likes green tea with milk')],
        decides({ fact: 1, event: 'UPDATE', id: 1, reason: 'The password is hunter2hunter2' }),
      ],
      ...[
        ...[says('ok'), facts('User likes green tea with honey')],
        decides({ fact: 1, event: 'UPDATE', id: 1, text: 'tea '.repeat(50_000) }),
      ],
    )
    const { assistantId, threadId } = await world.thread()
    await add(world, assistantId, 'User likes tea')
    expect(await tell(world, threadId)).toMatchObject({
      ...{ status: 'COMPLETED', memory_ids: [{ event: 'UPDATE', memory: 'User likes green tea' }] },
    })
    const second = await tell(world, threadId)
    expect(second).toMatchObject({ memory_ids: [{ event: 'UPDATE', reason: '(withheld)' }] })
    await tell(world, threadId)
    const [content = ''] = await remembered(world, assistantId)
    expect(content.length).toBeLessThanOrEqual(4_000)
  })

  it('“yesterday” counts from the day it was where the message was written', async () => {
    await using world = await open(facts())
    const { threadId } = await world.thread()
    const metadata = { custom_timestamp: '2024-03-02T23:30:00-05:00' }
    const more = { memory: 'Auto', send_to_llm: false, metadata }
    const { body } = await world.send(threadId, 'I flew yesterday', more)
    await finished(world, body.memory_operation_id)
    expect(world.model.prompts[0]?.turns[0]?.text).toContain('2024-03-02 (Saturday)')
    expect(body.created_at).toBe('2024-03-03T04:30:00.000Z')
  })

  it.each([
    ['thoughts', '<think>Is it {this}?</think>{"facts": ["User likes tea"]}'],
    ['line breaks in texts', '{"facts": ["User likes\ntea"]}'],
    ['the quotes of Python', "{'facts': ['User likes tea'], 'sure': True}"],
    ['curly quotes', '{“facts”: [“User likes tea”]}'],
    ['a comment and a comma', '{"facts": ["User likes tea",], // that is all\n}'],
    ['an end that is missing', '{"facts": ["User likes tea", "User has a ca'],
  ])('JSON with %s is mended, and costs no second call', async (_broken, answer) => {
    await using world = await open(says('ok'), says(answer))
    const { assistantId, threadId } = await world.thread()
    expect(await tell(world, threadId)).toMatchObject({ status: 'COMPLETED', result_count: 1 })
    const [content] = await remembered(world, assistantId)
    expect(content?.replace(/\s/g, ' ')).toBe('User likes tea')
  })

  it('ERROR where what a model says in brackets is no JSON', async () => {
    await using world = await open(says('ok'), says('I see [nothing] here'), says('{nothing}'))
    const { assistantId, threadId } = await world.thread()
    expect(await tell(world, threadId)).toMatchObject({
      ...{ status: 'ERROR', status_message: expect.stringContaining('JSON') },
    })
    expect(await remembered(world, assistantId)).toEqual([])
  })
})

it('facts are stored without vectors where embeddings fail, and found by their words', async () => {
  await using provider = await openProvider()
  provider.always(({ path, body }) => {
    if (path.endsWith('/embeddings')) return openaiError(401, { message: 'no' })
    const extracts = JSON.stringify(body).includes('Known already')
    return openaiText(extracts ? '{"facts": ["User has a boat"]}' : 'Ahoy')
  })
  const env = { OPENAI_API_KEY: 'key', OPENAI_BASE_URL: provider.openaiUrl }
  await using world = await openWorld({ env })
  const { assistantId, threadId } = await world.thread({ embedding_provider: 'openai' })
  await add(world, assistantId, 'User has a cat')
  const { body } = await world.send(threadId, 'I have a boat', { memory: 'Auto' })
  expect(body).toMatchObject({ status: 'COMPLETED', content: 'Ahoy' })
  const operation = await finished(world, body.memory_operation_id)
  expect(operation).toMatchObject({ status: 'COMPLETED', result_count: 1 })
  const path = `/assistants/${assistantId}/memories/search`
  const found = await world.call<{ memories: unknown[] }>('POST', path, { query: 'boat' })
  expect(found.body.memories).toMatchObject([{ content: 'User has a boat' }])
}, 90_000)
