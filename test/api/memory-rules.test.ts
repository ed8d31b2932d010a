import { expect, it } from 'vitest'
import { databases } from '../support/databases.ts'
import { openWorld } from '../support/world.ts'

it.each(
  databases,
)('without a model, what is told is replaced and forgotten on %s', async (_, db) => {
  await using world = await openWorld({ db: await db() })
  const { assistantId, threadId } = await world.thread()
  const tell = async (content: string) => {
    const { body } = await world.send<{ memory_operation_id: string }>(threadId, content, {
      memory: 'Auto',
    })
    const path = `/assistants/memories/operations/${body.memory_operation_id}`
    await expect
      .poll(async () => (await world.call('GET', path)).body.status, { timeout: 15_000 })
      .toBe('COMPLETED')
    const list = await world.call<{ memories: { content: string }[] }>(
      ...(['GET', `/assistants/${assistantId}/memories`] as const),
    )
    return list.body.memories.map(({ content }) => content).sort()
  }
  await tell("I live in Berlin, I work at Ford and I'm single. What is the weather?")
  expect(await tell('I moved to Paris, I got laid off and I got engaged to Mark!')).toEqual([
    'User got engaged to Mark',
    'User got laid off',
    'User moved to Paris and lives there',
  ])
  expect(await tell('Forget where I live.')).toHaveLength(2)
  expect(await tell('Please forget everything about me.')).toEqual([])
})
