import { describe, expect, it } from 'vitest'
import { databases } from '../support/databases.ts'
import { openWorld } from '../support/world.ts'

type Rows = { memories: { id: string; content: string; metadata: Record<string, unknown> }[] }

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
