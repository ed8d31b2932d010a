import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Program, startProgram } from '../support/program.ts'
import { openaiText, openProvider } from '../support/provider.ts'

type Operation = { status: string; result_count: number; memory_ids: { event: string }[] }

let folder = ''
const started: Program[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'homecourt-'))
})
afterEach(async () => {
  for (const program of started.splice(0)) await program.stop('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

async function start(openaiUrl: string) {
  const own = { HOMECOURT_DATA_DIR: folder, HOMECOURT_LOG_LEVEL: 'silent' }
  const program = await startProgram({ ...own, OPENAI_API_KEY: 'key', OPENAI_BASE_URL: openaiUrl })
  started.push(program)
  return program
}

const facts = openaiText('{"facts": ["User has a boat called Selma"]}')
/** The extraction's answer begins and never ends. */
const silent = { ...facts, pieces: [...facts.pieces.slice(0, 1), 'hang' as const] }

it('memories that were being written at kill -9 are written after it, in order and once', async () => {
  await using provider = await openProvider(openaiText('Ahoy'), silent, openaiText('Aye'))
  const first = await start(provider.openaiUrl)
  const { threadId, assistantId } = await first.api.thread({ embedding_provider: 'offline' })
  const send = (content: string) => first.api.send(threadId, content, { memory: 'Auto' })
  const one = (await send('My boat is called Selma')).body.memory_operation_id
  await expect.poll(() => provider.requests.length).toBe(2)
  const two = (await send('Selma is my boat, you know')).body.memory_operation_id
  await first.stop('SIGKILL')

  provider.always(() => facts)
  const second = await start(provider.openaiUrl)
  const operation = async (id: unknown) =>
    (await second.api.call<Operation>('GET', `/assistants/memories/operations/${id}`)).body
  await expect
    .poll(async () => (await operation(two)).status, { timeout: 15_000 })
    .toBe('COMPLETED')
  expect(await operation(one)).toMatchObject({
    ...{ status: 'COMPLETED', result_count: 1, memory_ids: [{ event: 'ADD' }] },
  })
  expect(await operation(two)).toMatchObject({ status: 'COMPLETED', result_count: 0 })
  const path = `/assistants/${assistantId}/memories`
  const { body } = await second.api.call<{ memories: { content: string }[] }>('GET', path)
  expect(body.memories.map(({ content }) => content)).toEqual(['User has a boat called Selma'])
})
