import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { openWorld, type SseEvent, type World } from '../support/world.ts'
import { collect, openClient, type SdkTurn, textOf, versions } from './official.ts'
import { PythonClient } from './python-client.ts'

const introduction = 'My name is Sarah and I work as a software engineer at Google.'
const question = 'What do you remember about me?'
const facts = ['Sarah', 'Google', 'software engineer']

type Remembering = SdkTurn & { memoryOperationId: string | null }

/** As the quickstarts poll: until COMPLETED or ERROR. */
async function operationDone(world: World, id: unknown) {
  expect(id).toEqual(expect.any(String))
  for (let asked = 0; asked < 200; asked += 1) {
    const { body } = await world.call('GET', `/assistants/memories/operations/${id}`)
    if (body.status !== 'IN_PROGRESS') return body
    await wait(25)
  }
  throw new Error('the memories were not written in time')
}

function expectFacts(answer: string | null) {
  for (const fact of facts) expect(answer).toContain(fact)
}

describe.each(versions)('the memory quickstart by npm backboard-sdk %s', (version) => {
  it('200 what one thread was told, another remembers: no key, no model', async () => {
    await using world = await openWorld()
    const client = await openClient(version, world)
    const { assistantId } = await client.createAssistant({
      ...{ name: 'Memory Assistant', description: 'You are a helpful assistant with memory' },
    })
    const first = await client.createThread(assistantId)
    const told = { content: introduction, memory: 'Auto' }
    const turn = (await client.addMessage(first.threadId, told)) as Remembering
    const done = await operationDone(world, turn.memoryOperationId)
    expect(done).toMatchObject({ status: 'COMPLETED', result_count: 2 })
    const second = await client.createThread(assistantId)
    const asked = { content: question, memory: 'Auto' }
    expectFacts((await client.addMessage(second.threadId, asked)).content)
    expect((await client.getMemoryStats(assistantId)).totalMemories).toBe(2)
  })

  it('200 the same, streamed', async () => {
    await using world = await openWorld()
    const client = await openClient(version, world)
    const { assistantId } = await client.createAssistant({ name: 'Memory Assistant' })
    const { threadId } = await client.createThread(assistantId)
    const told = { content: introduction, memory: 'Auto', stream: true } as const
    const events = await collect(await client.addMessage(threadId, told))
    const ended = events.find(({ type }) => type === 'run_ended')
    await operationDone(world, ended?.memory_operation_id)
    const second = await client.createThread(assistantId)
    const asked = { content: question, memory: 'Auto', stream: true } as const
    const answer = await collect(await client.addMessage(second.threadId, asked))
    expectRecalled(answer)
  })

  it('200 memory as storage: JSON by the byte, listed, changed and deleted', async () => {
    await using world = await openWorld()
    const client = await openClient(version, world)
    const { assistantId } = await client.createAssistant({ name: 'Store' })
    const content = JSON.stringify({ kind: 'profile', pad: 'é'.repeat(20_000), at: 1.5 })
    const metadata = { type: 'profile', version: 3, tags: ['a'] }
    const { memory_id } = await client.addMemory(assistantId, { content, metadata })
    expect(await client.getMemory(assistantId, memory_id)).toMatchObject({ content, metadata })
    const changed = { content: '{"kind":"profile"}', metadata: { version: 4 } }
    await client.updateMemory(assistantId, memory_id, changed)
    const { memories } = await client.getMemories(assistantId)
    expect(memories).toMatchObject([{ id: memory_id, ...changed }])
    await client.deleteMemory(assistantId, memory_id)
    expect((await client.getMemories(assistantId)).memories).toEqual([])
  })

  it('200 an assistant for each user: what one told, the other is never told', async () => {
    await using world = await openWorld()
    const client = await openClient(version, world)
    const ann = await client.createAssistant({ name: 'user-ann' })
    const ben = await client.createAssistant({ name: 'user-ben' })
    const tell = async (assistantId: string, content: string) => {
      const { threadId } = await client.createThread(assistantId)
      const turn = (await client.addMessage(threadId, { content, memory: 'Auto' })) as Remembering
      await operationDone(world, turn.memoryOperationId)
      return turn.content
    }
    await tell(ann.assistantId, 'My name is Ann and I live in Oslo.')
    await tell(ben.assistantId, 'My name is Ben and I live in Porto.')
    const answer = await tell(ben.assistantId, question)
    expect(answer).toContain('Porto')
    expect(answer).not.toContain('Oslo')
  })
})

function expectRecalled(events: SseEvent[]) {
  expectFacts(textOf(events))
  const recalled = events.find(({ type }) => type === 'memory_retrieved')?.memories
  expect(recalled).toHaveLength(2)
}

describe('memory by the Python SDK', () => {
  it('200 across threads, with the operation polled, plain and streamed', async () => {
    await using world = await openWorld()
    const client = new PythonClient({ apiKey: world.key, baseUrl: world.url })
    const { assistant_id } = await client.createAssistant('Memory Assistant', {})
    const first = await client.createThread(assistant_id)
    const more = { thread_id: first.thread_id, memory: 'Auto' }
    const turn = await client.sendMessage(introduction, more)
    for (;;) {
      const { status } = await client.getMemoryOperationStatus(turn.memory_operation_id ?? '')
      if (status === 'COMPLETED') break
      expect(status).toBe('IN_PROGRESS')
      await wait(25)
    }
    const second = await client.createThread(assistant_id)
    const asked = { thread_id: second.thread_id, memory: 'Readonly' }
    expectFacts((await client.sendMessage(question, asked)).content)
    const third = await client.createThread(assistant_id)
    const streamed = { thread_id: third.thread_id, memory: 'Readonly' }
    expectRecalled(await collect(client.sendMessageStreamed(question, streamed)))
  })
})
