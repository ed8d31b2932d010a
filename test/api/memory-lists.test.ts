import { describe, expect, it } from 'vitest'
import { databases } from '../support/databases.ts'
import { openWorld } from '../support/world.ts'

type Rows = { memories: { id: string; content: string; metadata: Record<string, unknown> }[] }

/** Integers of other systems' ids, as JavaScript cannot hold them, beside texts that look like them. */
const exact = `{"id":12345678901234567890,"neg":-9223372036854775808,"list":[[1152921504606846977]],"text":"12345678901234567890","say":"\\"a\\": 12345678901234567890","n":9007199254740991,"f":1.5}`

describe.each(databases)('metadata on %s', (_name, openDb) => {
  it('keeps integers of any size, on memories and messages, and filters by them', async () => {
    await using world = await openWorld({ db: await openDb() })
    const { assistantId, threadId } = await world.thread()
    const path = `/assistants/${assistantId}/memories`
    const body = `{"content":"User has ids","metadata":${exact}}`
    const added = await (await world.raw('POST', path, body)).text()
    const { id } = JSON.parse(added) as { id: string }
    const read = async (from: string) => (await world.raw('GET', from)).text()
    const clone = await world.call<{ assistant: { assistant_id: string } }>(
      ...(['POST', `/assistants/${assistantId}/clone`] as const),
    )
    for (const text of [
      ...[
        added,
        await read(path),
        await read(`${path}/${id}`),
        await read(`${path}/${id}/history`),
      ],
      await read(`/assistants/${clone.body.assistant.assistant_id}/memories`),
      await read(`${path}?metadata.id=12345678901234567890`),
      await (await world.raw('POST', `${path}/search`, { query: 'ids' })).text(),
      await (await world.raw('PUT', `${path}/${id}`, { content: 'User has two ids' })).text(),
    ]) {
      expect(text).toContain(`"metadata":${exact}`)
    }
    const form = new URLSearchParams({ content: 'Hi', metadata: exact })
    const messages = `/threads/${threadId}/messages`
    await world.raw('POST', messages, form)
    await world.raw('POST', messages, `{"content":"Hi","metadata":${exact}}`)
    const thread = await read(`/threads/${threadId}`)
    expect(thread.match(/12345678901234567890,"neg":-9223372036854775808/g)).toHaveLength(2)
  })
})

describe.each(databases)('lists of memories on %s', (_name, openDb) => {
  it('200 all of them, each once, while others come and go', async () => {
    const limits = { memoryRowsAtOnce: 5 }
    await using world = await openWorld({ db: await openDb(), limits })
    const { assistantId } = await world.thread()
    const path = `/assistants/${assistantId}/memories`
    const add = async (content: string) =>
      String((await world.call('POST', path, { content })).body.id)
    const ids: string[] = []
    for (let at = 0; at < 80; at += 1) ids.push(await add(`Fact ${at}`))
    const [kept, doomed] = [ids.slice(0, 60), ids.slice(60)]
    const listed = async () => (await world.call<Rows>('GET', path)).body.memories
    const [list] = await Promise.all([
      listed(),
      ...doomed.map((id) => world.call('DELETE', `${path}/${id}`)),
      ...doomed.map((id) => add(`Anew ${id}`)),
      ...kept.slice(0, 10).map((id) => world.call('PUT', `${path}/${id}`, { content: 'Changed' })),
    ])
    const seen = list.map(({ id }) => id)
    expect(seen.filter((id) => kept.includes(id))).toEqual(kept.toReversed())
    expect(new Set(seen).size).toBe(seen.length)
    expect(await listed()).toHaveLength(80)
  })
})
