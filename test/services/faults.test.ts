import { resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { type Fleet, openFleet, openOwnPostgres } from '../support/fleet.ts'
import type { Program } from '../support/program.ts'
import { openaiText, openProvider, paced, type Reply } from '../support/provider.ts'
import { openOwnRedis } from '../support/redis.ts'
import { holdAt, type Stage } from '../support/stages.ts'

type Message = { role: string; content: string | null; status: string }
type Doc = { document_id: string; status: string }

const cloud = (provider: { openaiUrl: string }) => ({
  ...{ HOMECOURT_OFFLINE: 'never', OPENAI_API_KEY: 'key', OPENAI_BASE_URL: provider.openaiUrl },
})
const silentAfterWords = (reply: Reply): Reply => ({
  ...reply,
  pieces: [...reply.pieces.slice(0, 3), 'hang'],
})
const messages = async ({ api }: Program, threadId: string) =>
  (await api.call<Message[]>('GET', `/threads/${threadId}/messages`)).body

async function upload({ api }: Program, assistantId: string, name: string) {
  const form = new FormData()
  form.append('file', new Blob([`The ${name} waits in the shallow water.`]), `${name}.txt`)
  const { status, body } = await api.call<Doc>('POST', `/assistants/${assistantId}/documents`, form)
  return status === 200 ? body.document_id : null
}

const untilIndexed = ({ api }: Program, id: string) =>
  expect
    .poll(async () => (await api.call<Doc>('GET', `/documents/${id}/status`)).body.status, {
      ...{ timeout: 60_000, interval: 250 },
    })
    .toBe('indexed')

const memoryStages: Stage[] = [
  ['the claim', 'memory_operations', 'update', 'new.attempts > old.attempts'],
  ['the memory', 'memories', 'insert', 'true'],
  ['its terms', 'memory_terms', 'insert', 'true'],
  ['the end', 'memory_operations', 'update', "new.status = 'COMPLETED'"],
]

it('kill -9 of a worker in any stage of writing memories: each is written once', async () => {
  await using fleet = await openFleet()
  const server = await fleet.server()
  const told: { assistantId: string; operation: unknown }[] = []
  for (const stage of memoryStages) {
    const held = await holdAt(fleet, stage)
    const worker = await fleet.worker()
    const { assistantId, threadId } = await server.api.thread()
    const { body } = await server.api.send(threadId, 'I live in Lisbon.', { memory: 'Auto' })
    told.push({ assistantId, operation: body.memory_operation_id })
    await held.reached()
    await worker.stop('SIGKILL')
    await held.letGo()
  }
  await fleet.worker()
  for (const { assistantId, operation } of told) {
    const path = `/assistants/memories/operations/${operation}`
    const status = async () => (await server.api.call('GET', path)).body.status
    await expect.poll(status, { timeout: 60_000, interval: 250 }).toBe('COMPLETED')
    const { body } = await server.api.call<{ memories: { content: string }[] }>(
      ...(['GET', `/assistants/${assistantId}/memories`] as const),
    )
    expect(body.memories).toMatchObject([{ content: expect.stringContaining('Lisbon') }])
  }
  const totals = await fleet.sql('select total from memory_scopes')
  expect(totals).toEqual(told.map(() => ({ total: 1 })))
}, 180_000)

it('kill -9 of a server in the middle of an answer: another says that it failed, and goes on', async () => {
  await using provider = await openProvider(silentAfterWords(openaiText('Half of an answer')))
  await using fleet = await openFleet(cloud(provider))
  const [one, two] = await Promise.all([fleet.server(), fleet.server()])
  const { threadId } = await one.api.thread()
  const response = await one.api.raw('POST', `/threads/${threadId}/messages`, {
    ...{ content: 'Hi', stream: true },
  })
  await response.body?.getReader().read()
  await one.stop('SIGKILL')
  provider.script(openaiText('Fine again'))
  const next = await two.api.send(threadId, 'And now?')
  expect(next).toMatchObject({ status: 200, body: { content: 'Fine again' } })
  expect(await messages(two, threadId)).toMatchObject([
    { role: 'user', content: 'Hi' },
    { role: 'assistant', status: 'FAILED' },
    { role: 'user', content: 'And now?' },
    { role: 'assistant', status: 'COMPLETED' },
  ])
}, 60_000)

/**
 * Sends numbered messages to several threads without a pause until `over`, and returns what was
 * acknowledged for each thread.
 */
async function load(servers: Program[], over: AbortSignal) {
  const threads = await Promise.all(
    Array.from({ length: 6 }, async () => (await servers[0]?.api.thread())?.threadId ?? ''),
  )
  const acknowledged = new Map<string, string[]>(threads.map((id) => [id, []]))
  let refused = 0
  await Promise.all(
    threads.map(async (threadId, at) => {
      for (let n = 0; !over.aborted; n += 1) {
        const { api } = servers[(at + n) % servers.length] as Program
        const content = `message ${n}`
        try {
          const { status, body } = await api.send(threadId, content)
          if (status === 200 && body.status === 'COMPLETED') {
            acknowledged.get(threadId)?.push(content)
            continue
          }
        } catch {
          // Broken off: not acknowledged.
        }
        refused += 1
        await wait(50)
      }
    }),
  )
  return { acknowledged, refused: () => refused }
}

async function expectKept(server: Program, acknowledged: Map<string, string[]>) {
  for (const [threadId, contents] of acknowledged) {
    const stored = await messages(server, threadId)
    const asked = stored.filter(({ role }) => role === 'user').map(({ content }) => content)
    expect(new Set(asked).size).toBe(asked.length)
    expect(asked).toEqual(expect.arrayContaining(contents))
    for (const content of contents) {
      const at = stored.findIndex((message) => message.content === content)
      expect(stored[at + 1]).toMatchObject({ role: 'assistant', status: 'COMPLETED' })
    }
  }
}

it('Postgres crashes under load: what was acknowledged is there, once, and work goes on', async () => {
  await using postgres = await openOwnPostgres()
  await using fleet = await openFleet({ DATABASE_URL: postgres.url })
  const [one, two] = await Promise.all([fleet.server(), fleet.server(), fleet.worker()])
  const { assistantId } = await one.api.thread()
  const documents: string[] = []
  const over = new AbortController()
  const loading = load([one, two], over.signal)
  for (let round = 0; round < 3; round += 1) {
    await wait(1_500)
    const id = await upload(one, assistantId, `heron${round}`)
    if (id) documents.push(id)
    postgres.crash()
  }
  await wait(2_000)
  over.abort()
  const { acknowledged } = await loading
  const counts = [...acknowledged.values()].map((contents) => contents.length)
  expect(Math.min(...counts)).toBeGreaterThan(3)
  await expect
    .poll(async () => (await fetch(one.url.replace('/api', '/ready'))).status, { timeout: 10_000 })
    .toBe(200)
  await expectKept(two, acknowledged)
  expect(documents.length).toBeGreaterThan(0)
  for (const id of documents) await untilIndexed(two, id)
  for (const threadId of acknowledged.keys()) {
    expect((await two.api.send(threadId, 'And now?')).body).toMatchObject({ status: 'COMPLETED' })
  }
}, 120_000)

it('Redis is restarted, emptied and gone: every document is read, every message answered', async () => {
  await using redis = await openOwnRedis()
  await using fleet = await openFleet({ REDIS_URL: redis.url })
  const [one] = await Promise.all([fleet.server(), fleet.worker(), fleet.worker()])
  const { assistantId, threadId } = await one.api.thread()
  const documents: string[] = []
  const more = async (name: string) => {
    for (let i = 0; i < 10; i += 1) {
      const id = await upload(one, assistantId, `${name}${i}`)
      expect(id).not.toBeNull()
      if (id) documents.push(id)
    }
    expect((await one.api.send(threadId, name)).status).toBe(200)
  }
  await more('before')
  await redis.flush()
  await more('flushed')
  await redis.kill()
  await more('gone')
  const whileGone = documents.at(-1) ?? ''
  await untilIndexed(one, whileGone)
  await redis.start()
  await more('back')
  for (const id of documents) await untilIndexed(one, id)
  const rows = await fleet.sql(
    'select document_id from chunks group by document_id, ordinal having count(*) > 1',
  )
  expect(rows).toEqual([])
}, 120_000)

it('Redis says nothing for a minute: messages are answered and documents read all the while', async () => {
  await using redis = await openOwnRedis()
  await using fleet = await openFleet({
    REDIS_URL: redis.url,
    HOMECOURT_REQUESTS_PER_MINUTE: '100000',
  })
  const [one, two] = await Promise.all([fleet.server(), fleet.server(), fleet.worker()])
  const { assistantId, threadId } = await one.api.thread()
  await untilIndexed(one, (await upload(one, assistantId, 'before')) ?? '')
  redis.hush()
  const over = performance.now() + 60_000
  const waits: number[] = []
  for (let n = 0; performance.now() < over; n += 1) {
    const from = performance.now()
    const server = n % 2 ? one : two
    expect((await server.api.send(threadId, `message ${n}`)).status).toBe(200)
    waits.push(performance.now() - from)
    if (n % 50 === 0) await untilIndexed(server, (await upload(server, assistantId, `${n}`)) ?? '')
  }
  expect(waits.length).toBeGreaterThan(50)
  expect(waits.toSorted((a, b) => b - a)[2]).toBeLessThan(10_000)
  expect(waits.toSorted((a, b) => a - b)[Math.floor(waits.length / 2)]).toBeLessThan(1_000)
  redis.wake()
  await untilIndexed(two, (await upload(one, assistantId, 'after')) ?? '')
}, 180_000)

const skewed = (ms: number) => ({
  NODE_OPTIONS: `--import ${resolve('test/support/skewed-clock.mjs')}`,
  SKEW_MS: String(ms),
})

it('clocks a minute apart: no process takes another’s work for abandoned', async () => {
  const words = Array.from({ length: 60 }, (_, i) => `word${i}`).join(' ')
  await using provider = await openProvider()
  provider.always(() => paced(openaiText(words), 100))
  await using fleet = await openFleet(cloud(provider))
  const servers = await Promise.all([fleet.server(skewed(60_000)), fleet.server(skewed(-60_000))])
  await Promise.all([fleet.worker(skewed(60_000)), fleet.worker(skewed(-60_000)), fleet.worker()])
  const [ahead, behind] = servers
  const sent = await Promise.all(
    servers.map(async ({ api }) => api.send((await api.thread()).threadId, 'Go on')),
  )
  expect(sent.map(({ body }) => body)).toMatchObject([
    { status: 'COMPLETED', content: words },
    { status: 'COMPLETED', content: words },
  ])
  await expectOneTime(fleet, ahead)
  expect(provider.requests).toHaveLength(2)
  await expectOneTime(fleet, behind)
}, 60_000)

/** What a process writes is dated by the database's clock. */
async function expectOneTime(fleet: Fleet, { api }: Program) {
  const { threadId } = await api.thread()
  const [row] = await fleet.sql<{ seconds: number }>(
    'select abs(extract(epoch from clock_timestamp() - created_at))::float8 as seconds from threads where id = $1',
    [threadId],
  )
  expect(row?.seconds).toBeLessThan(5)
}
