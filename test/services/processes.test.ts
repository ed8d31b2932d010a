import { describe, expect, it } from 'vitest'
import { openFleet } from '../support/fleet.ts'
import { type Program, runProgram, startProgram } from '../support/program.ts'
import {
  openaiText,
  openaiToolCalls,
  openProvider,
  paced,
  type Reply,
} from '../support/provider.ts'
import { freePort } from '../support/redis.ts'
import { databaseUrl, onServer, ownRedis } from '../support/services.ts'
import { parseSse } from '../support/world.ts'

type Doc = { document_id: string; status: string }
type Message = { role: string; content: string | null; status: string }

async function upload({ api }: Program, assistantId: string, text: string) {
  const form = new FormData()
  form.append('file', new Blob([text]), 'notes.txt')
  const { body } = await api.call<Doc>('POST', `/assistants/${assistantId}/documents`, form)
  return body.document_id
}

const statusOf = ({ api }: Program, id: string) =>
  api.call<Doc>('GET', `/documents/${id}/status`).then(({ body }) => body.status)

const silentAfterWords = (reply: Reply): Reply => ({
  ...reply,
  pieces: [...reply.pieces.slice(0, 3), 'hang'],
})

const cloud = (provider: { openaiUrl: string }) => ({
  ...{ HOMECOURT_OFFLINE: 'never', OPENAI_API_KEY: 'key', OPENAI_BASE_URL: provider.openaiUrl },
})

describe('servers and workers', () => {
  it('what one server takes, a worker does, and the other server tells', async () => {
    await using fleet = await openFleet()
    const [one, two] = await Promise.all([fleet.server(), fleet.server(), fleet.worker()])
    const { assistantId } = await one.api.thread()
    const from = performance.now()
    const id = await upload(one, assistantId, 'The heron waits in the shallow water.')
    await expect.poll(() => statusOf(two, id), { timeout: 15_000 }).toBe('indexed')
    expect(performance.now() - from).toBeLessThan(4_000)
    const path = `/assistants/${assistantId}/documents/search`
    const found = await two.api.call<{ passages: object[] }>('POST', path, { query: 'heron' })
    expect(found.body.passages).toHaveLength(1)
  })

  it('without Redis a worker finds what there is to do by itself', async () => {
    await using fleet = await openFleet({ REDIS_URL: '' })
    const [server] = await Promise.all([fleet.server(), fleet.worker()])
    const { assistantId } = await server.api.thread()
    const id = await upload(server, assistantId, 'The heron waits.')
    await expect.poll(() => statusOf(server, id), { timeout: 15_000 }).toBe('indexed')
  })

  it('a thread’s messages are answered one after the other, whichever server they come to', async () => {
    await using fleet = await openFleet()
    const servers = await Promise.all([fleet.server(), fleet.server()])
    const [one] = servers
    const { threadId } = await one.api.thread()
    const sent = Array.from({ length: 12 }, (_, i) => `message ${i}`)
    const replies = await Promise.all(
      sent.map((text, i) => (servers[i % 2] ?? one).api.send(threadId, text)),
    )
    expect(replies.map(({ status }) => status)).toEqual(sent.map(() => 200))
    const { body } = await one.api.call<Message[]>('GET', `/threads/${threadId}/messages`)
    expect(body.map(({ role }) => role)).toEqual(sent.flatMap(() => ['user', 'assistant']))
    const asked = body.filter(({ role }) => role === 'user').map(({ content }) => content)
    expect(asked.toSorted()).toEqual(sent.toSorted())
  })

  it.each([
    true,
    false,
  ])('a cancel reaches the server that executes the run (Redis: %s)', async (redis) => {
    await using provider = await openProvider(silentAfterWords(openaiText('Half of an answer')))
    await using fleet = await openFleet({ ...cloud(provider), ...(redis ? {} : { REDIS_URL: '' }) })
    const [one, two] = await Promise.all([fleet.server(), fleet.server()])
    const { threadId } = await one.api.thread()
    const streamed = one.api.stream(`/threads/${threadId}/messages`, { content: 'Hi' })
    const running = async () => {
      const rows = await fleet.sql<{ id: string }>(
        "select id from runs where status = 'in_progress'",
      )
      return rows[0]?.id ?? ''
    }
    await expect.poll(running).not.toBe('')
    await expect.poll(() => provider.requests.length).toBe(1)
    const from = performance.now()
    const path = `/threads/${threadId}/runs/${await running()}/cancel`
    const cancelled = await two.api.call('POST', path)
    expect(cancelled).toMatchObject({ status: 200, body: { cancelled: true } })
    expect(performance.now() - from).toBeLessThan(2_500)
    expect((await streamed).at(-1)).toMatchObject({ type: 'run_cancelled' })
  })

  it('a tool’s output may come to another server than the one that asked for it', async () => {
    const calls = openaiToolCalls([{ name: 'look_up', arguments: { q: 'x' } }])
    await using provider = await openProvider(calls, openaiText('It is there'))
    await using fleet = await openFleet(cloud(provider))
    const [one, two] = await Promise.all([fleet.server(), fleet.server()])
    const tool = { type: 'function', function: { name: 'look_up', parameters: { type: 'object' } } }
    const { threadId } = await one.api.thread({ tools: [tool] })
    const { body } = await one.api.send<{
      run_id: string
      tool_calls: { id: string }[]
    }>(threadId, 'Where?')
    const outputs = body.tool_calls.map(({ id }) => ({ tool_call_id: id, output: 'here' }))
    const path = `/threads/${threadId}/runs/${body.run_id}/submit-tool-outputs`
    const end = await two.api.call('POST', path, { tool_outputs: outputs })
    expect(end).toMatchObject({ status: 200, body: { content: 'It is there' } })
  })

  it('a stopping worker hands over what it is at', async () => {
    await using provider = await openProvider(paced(openaiText('x'), 1))
    await using fleet = await openFleet({ ...cloud(provider) })
    const server = await fleet.server()
    const first = await fleet.worker()
    // An embedding that does not come keeps the first worker at it.
    provider.always(() => silentAfterWords(openaiText('never')))
    const asked = { embedding_provider: 'openai', embedding_model_name: 'm', embedding_dims: 3 }
    const { assistantId } = await server.api.thread(asked)
    const id = await upload(server, assistantId, 'The heron waits.')
    await expect.poll(() => provider.requests.length, { timeout: 10_000 }).toBe(1)
    expect(await first.stop('SIGTERM')).toBe(0)
    expect(await statusOf(server, id)).toBe('pending')
  })

  it('ten processes may start at once on an empty database', async () => {
    const name = `homecourt_test_empty_${process.pid}`
    await onServer(`create database ${name} template template0`)
    const env = { DATABASE_URL: databaseUrl(name), HOMECOURT_OFFLINE: 'always', ...ownRedis() }
    const programs = await Promise.all(
      Array.from({ length: 10 }, (_, i) => startProgram(env, { worker: i % 2 === 1 })),
    )
    try {
      const servers = programs.filter(({ url }) => url !== '')
      expect(servers).toHaveLength(5)
      const made = await Promise.all(servers.map(({ api }) => api.thread()))
      const [first] = servers
      for (const { threadId } of made) {
        expect((await first?.api.call('GET', `/threads/${threadId}`))?.status).toBe(200)
      }
    } finally {
      await Promise.all(programs.map((program) => program.stop('SIGKILL')))
    }
  })
})

describe('one role', () => {
  it.each([
    ['api', []],
    ['worker', []],
    ['both', ['work']],
  ])('is refused on SQLite: %s %s', async (HOMECOURT_ROLES, args) => {
    const refused = await runProgram(args, { HOMECOURT_ROLES })
    expect(refused).toMatchObject({
      ...{ code: 2, out: '' },
      complaints: 'homecourt: processes with one role each need Postgres (DATABASE_URL)\n',
    })
  })

  it('a worker answers only its health check, where it is told to', async () => {
    await using fleet = await openFleet()
    const port = await freePort()
    await fleet.worker({ HOMECOURT_WORKER_PORT: String(port) })
    const answers = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status
    expect(await answers('/health')).toBe(200)
    expect(await answers('/ready')).toBe(200)
    expect(await answers('/api/threads')).toBe(404)
  })
})

it('two hundred streams of two servers at once: no event is lost, out of order or another’s', async () => {
  const count = 200
  const textOf = (asked: string) => Array.from({ length: 40 }, (_, i) => `${asked}-${i}`).join(' ')
  await using provider = await openProvider()
  // None says a word before all are there.
  let resolve = () => {}
  const allThere = new Promise<void>((done) => {
    resolve = done
  })
  provider.always(({ body }) => {
    const asked = (body.messages as { content: string }[]).at(-1)?.content ?? ''
    if (provider.requests.length === count) resolve()
    const reply = paced(openaiText(textOf(asked)), 5)
    return { ...reply, pieces: [{ until: allThere }, ...reply.pieces] }
  })
  await using fleet = await openFleet(cloud(provider))
  const servers = await Promise.all([fleet.server(), fleet.server()])
  const stream = async (i: number) => {
    const { api } = servers[i % 2] as Program
    const { threadId } = await api.thread()
    const asked = { content: `stream${i}`, stream: true }
    const response = await api.raw('POST', `/threads/${threadId}/messages`, asked)
    return parseSse(await response.text())
  }
  const streams = await Promise.all(Array.from({ length: count }, (_, i) => stream(i)))
  for (const [i, events] of streams.entries()) {
    const text = textOf(`stream${i}`)
    const said = events.filter(({ type }) => type === 'content_streaming')
    expect(said.map(({ content }) => content).join('')).toBe(text)
    const sofar = said.map(({ accumulated_content }) => String(accumulated_content).length)
    expect(sofar).toEqual(sofar.toSorted((a, b) => a - b))
    expect(events.at(-1)).toMatchObject({ type: 'run_ended', final_content: text })
  }
}, 60_000)
