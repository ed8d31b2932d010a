import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { databases } from '../support/databases.ts'
import { type Client, openWorld } from '../support/world.ts'

type Row = { id: string; content: string; metadata: unknown; score: number | null }
type Rows = { memories: Row[]; total_count: number }

const base = (assistantId: string) => `/assistants/${assistantId}/memories`
const add = (client: Client, at: string, content: string, metadata?: unknown) =>
  client.call<Row & Record<string, unknown>>('POST', base(at), {
    content,
    ...(metadata === undefined ? {} : { metadata }),
  })
const contents = ({ memories }: Rows) => memories.map(({ content }) => content)

describe.each(databases)('memories on %s', (_name, openDb) => {
  const open = async () => openWorld({ db: await openDb() })

  it('201 stores word for word under both ids, readable at once, and 200 gets, changes, deletes', async () => {
    await using world = await open()
    const { assistantId } = await world.thread()
    const added = await add(world, assistantId, ' User likes 日本茶 \n', { source: 'a', n: 1.5 })
    expect(added.status).toBe(201)
    expect(added.body).toMatchObject({
      ...{ success: true, content: ' User likes 日本茶 \n', metadata: { source: 'a', n: 1.5 } },
      ...{ memory_id: added.body.id, operation_id: null, version: 1 },
    })
    const path = `${base(assistantId)}/${added.body.id}`
    expect((await world.call('GET', path)).body).toMatchObject({ id: added.body.id, version: 1 })

    const changed = await world.call('PUT', path, { content: 'User likes tea' })
    expect(changed.body).toMatchObject({ content: 'User likes tea', metadata: { n: 1.5 } })
    const bare = await world.call('PUT', path, { content: 'User likes tea', metadata: null })
    expect(bare.body).toMatchObject({ id: added.body.id, metadata: null, version: 3 })

    expect((await world.call('DELETE', path)).body).toMatchObject({ success: true })
    for (const method of ['GET', 'DELETE']) {
      expect((await world.call(method, path)).status).toBe(404)
    }
    expect((await world.call('PUT', path, { content: 'x' })).status).toBe(404)
    expect((await world.call<Rows>('GET', base(assistantId))).body.total_count).toBe(0)
  })

  it('200 lists all of them, or a page; page_size alone is page 1', async () => {
    await using world = await open()
    const { assistantId } = await world.thread()
    for (let i = 1; i <= 5; i += 1) await add(world, assistantId, `Fact number ${i}`)
    const list = (query = '') => world.call<Rows>('GET', base(assistantId) + query)
    const all = await list()
    expect(contents(all.body)).toEqual([5, 4, 3, 2, 1].map((i) => `Fact number ${i}`))
    expect(all.body).toMatchObject({ total_count: 5, page: null })
    const first = await list('?page_size=2')
    expect(first.body).toMatchObject({ page: 1, page_size: 2, total_pages: 3, total_count: 5 })
    expect(contents((await list('?page=3&page_size=2')).body)).toEqual(['Fact number 1'])
    expect(contents((await list('?page=99999999999999999')).body)).toEqual([])
    expect((await list('?page=0')).status).toBe(422)
    expect((await list('?page_size=0')).status).toBe(422)
    expect((await list('?page=x')).status).toBe(422)
  })

  it('200 filters by plain values of the metadata, nested, listed and repeated', async () => {
    await using world = await open()
    const { assistantId } = await world.thread()
    await add(world, assistantId, 'a', { user: { id: 7 }, tags: ['x', 'y'], done: true })
    await add(world, assistantId, 'b', { user: { id: 8 }, tags: ['x'], done: null })
    await add(world, assistantId, 'c')
    const list = async (query: string) =>
      contents((await world.call<Rows>('GET', `${base(assistantId)}?${query}`)).body)
    expect(await list('metadata.user.id=7')).toEqual(['a'])
    expect(await list('metadata.tags=x')).toEqual(['b', 'a'])
    expect(await list('metadata.tags=x&metadata.tags=y')).toEqual(['a'])
    expect(await list('metadata.tags=x&metadata.done=true&page_size=5')).toEqual(['a'])
    expect(await list("metadata.tags=x'%20or%201=1")).toEqual([])
    expect((await world.call('GET', `${base(assistantId)}?metadata.a=%00`)).status).toBe(422)
  })

  it('round-trips any metadata, and JSON as content, exactly', async () => {
    await using world = await open()
    const { assistantId } = await world.thread()
    let deep: unknown = 'bottom'
    for (let i = 0; i < 50; i += 1) deep = i % 2 ? [deep, i] : { inner: deep }
    const metadata = {
      ...{ deep, floats: [0.1, 1e-7, -0.5, 1.7976931348623157e308, 12345678901234], z: null },
      ...{ emoji: '🧑🏽‍🚀 \u2028', b: { '': '', 'a.b': [[], {}] }, flag: false, '10': 1, '2': 2 },
    }
    const raw = `{"__proto__":{"admin":true},${JSON.stringify(metadata).slice(1)}`
    const content = JSON.stringify({ text: '🍵'.repeat(1_000), list: [1, 2.5] })
    const body = `{"content":${JSON.stringify(content)},"metadata":${raw}}`
    const added = await world.call<Row>('POST', base(assistantId), body)
    expect(added.status).toBe(201)
    for (const path of [base(assistantId), `${base(assistantId)}/${added.body.id}`]) {
      const text = await (await world.raw('GET', path)).text()
      const told = JSON.parse(text)
      const memory = told.memories?.[0] ?? told
      expect(memory.content).toBe(content)
      expect(JSON.stringify(memory.metadata)).toBe(JSON.stringify(JSON.parse(raw)))
      expect(Object.keys(memory.metadata)).toContain('__proto__')
    }
  })

  it('refuses what cannot be stored and says why', async () => {
    await using world = await open()
    const { assistantId } = await world.thread()
    const at = base(assistantId)
    const longest = 'é'.repeat(32 * 1024)
    expect((await add(world, assistantId, longest)).body.content).toBe(longest)
    expect((await add(world, assistantId, 'ab'.repeat(32 * 1024))).status).toBe(201)
    const cases: [body: unknown, status: number, detail: string][] = [
      [{ content: '' }, 400, 'cannot be empty'],
      [{ content: ' \n' }, 400, 'cannot be empty'],
      [{ content: `${longest}a` }, 413, '65537 bytes'],
      [{ content: 'a'.repeat(10 * 1024 * 1024) }, 413, 'bytes'],
      [{ content: 'a', metadata: { a: 'a'.repeat(70_000) } }, 413, 'metadata'],
    ]
    for (const [body, status, detail] of cases) {
      const reply = await world.call('POST', at, body)
      expect([reply.status, reply.body.detail]).toEqual([status, expect.stringContaining(detail)])
    }
    const wrong = [{}, { content: 5 }, { content: 'a', metadata: [1] }, { content: 'a\0' }, 'x', []]
    for (const body of wrong) expect((await world.call('POST', at, body)).status).toBe(422)
    const deep = `{"content":"a","metadata":${'{"a":'.repeat(200)}1${'}'.repeat(200)}}`
    expect((await world.call('POST', at, deep)).status).toBe(400)
    expect((await world.call<Rows>('GET', at)).body.total_count).toBe(2)
  })

  it('201 with dedupe returns the memory that has this very content', async () => {
    await using world = await open()
    const { assistantId } = await world.thread()
    const first = await add(world, assistantId, '{"a":1}')
    const send = (content: string) =>
      world.call<Row>('POST', base(assistantId), { content, dedupe: true })
    expect((await send('{"a":1}')).body).toMatchObject({ id: first.body.id, duplicate: true })
    expect((await send('{"A":1}')).body).toMatchObject({ duplicate: false })
    expect((await add(world, assistantId, '{"a":1}')).body).toMatchObject({ duplicate: false })
    expect((await world.call('GET', `${base(assistantId)}/stats`)).body).toMatchObject({
      ...{ total_memories: 3, total_count: 3, last_updated: expect.any(String) },
    })
    const atOnce = await Promise.all(Array.from({ length: 12 }, () => send('Told by many')))
    expect(new Set(atOnce.map(({ body }) => body.id)).size).toBe(1)
    expect(atOnce.filter(({ body }) => (body as { duplicate?: boolean }).duplicate)).toHaveLength(
      11,
    )
  })

  it('200 searches by words, ranks, cuts what has nothing of the query, and explains', async () => {
    await using world = await open()
    const { assistantId } = await world.thread()
    const facts = ['User has a dog named Biscuit', 'User works at Google', 'The sky was green']
    for (const fact of facts) await add(world, assistantId, fact, { fact })
    const search = (query: string, more = {}) =>
      world.call<Rows>('POST', `${base(assistantId)}/search`, { query, ...more })
    const found = await search('Which pet does the user have?')
    expect(found.body.memories[0]).toMatchObject({
      content: facts[0],
      metadata: { fact: facts[0] },
    })
    expect(found.body.memories[0]?.score).toBeGreaterThan(0)
    expect(contents(found.body)).not.toContain(facts[2])
    expect((await search('dog', { limit: 1 })).body.total_count).toBe(1)
    expect((await search('')).body).toEqual({ memories: [], total_count: 0 })
    expect((await search('dog '.repeat(25_000))).body.memories[0]).toMatchObject({
      content: facts[0],
    })
    expect((await search(`" ' OR * : ( ${'\\'} -- dog`)).status).toBe(200)
    expect((await search('dog', { limit: 0 })).status).toBe(422)
    expect((await search('dog', { limit: 5_000 })).status).toBe(200)
    expect((await world.call('POST', `${base(assistantId)}/search`, {})).status).toBe(422)

    const told = await world.call<{ memories: Record<string, unknown>[] }>(
      ...(['POST', `${base(assistantId)}/explain`, { query: 'dog', limit: 1 }] as const),
    )
    expect(told.body.memories[0]).toMatchObject({
      ...{ content: facts[0], recalled: true, cut: null, signals: { lexical: 1 } },
    })
    expect(told.body.memories[1]).toMatchObject({ recalled: false, cut: expect.any(String) })
  })

  it('200 keeps every version: history, restore, and what was known then', async () => {
    await using world = await open()
    let now = Date.parse('2026-01-01T00:00:00Z')
    world.ctx.clock = () => new Date(now)
    const { assistantId } = await world.thread()
    const day = 86_400_000
    const { body } = await add(world, assistantId, 'User lives in Bonn', { city: 'Bonn' })
    const path = `${base(assistantId)}/${body.id}`
    now += day
    await world.call('PUT', path, { content: 'User lives in Kiel', metadata: { city: 'Kiel' } })
    now += day
    await world.call('DELETE', path)

    const asOf = async (date: string) =>
      contents((await world.call<Rows>('GET', `${base(assistantId)}?as_of=${date}`)).body)
    expect(await asOf('2025-12-31')).toEqual([])
    expect(await asOf('2026-01-01T12:00:00Z')).toEqual(['User lives in Bonn'])
    expect(await asOf('2026-01-02T12:00:00+00:00')).toEqual(['User lives in Kiel'])
    expect(await asOf('2026-01-04')).toEqual([])
    expect((await world.call('GET', `${base(assistantId)}?as_of=soon`)).status).toBe(422)
    const search = (query: string, as_of?: string) =>
      world.call<Rows>('POST', `${base(assistantId)}/search`, { query, as_of })
    const then = await search('Where does the user live?', '2026-01-01T12:00:00Z')
    expect(contents(then.body)).toEqual(['User lives in Bonn'])
    for (const odd of ['Müller-Lüdenscheidt', 'ü&ö+ä_ß', 'ä'.repeat(1_500), `a${'𐌰'.repeat(25)}`]) {
      const { status, body } = await search(`Does ${odd} live there?`, '2026-01-01T12:00:00Z')
      expect([odd, status, contents(body)]).toEqual([odd, 200, ['User lives in Bonn']])
    }
    expect((await search('live')).body.memories).toEqual([])

    const restored = await world.call('POST', `${path}/restore`)
    expect(restored.body).toMatchObject({ content: 'User lives in Kiel', version: 3 })
    const older = await world.call('POST', `${path}/restore`, { version: 1 })
    expect(older.body).toMatchObject({ content: 'User lives in Bonn', metadata: { city: 'Bonn' } })
    expect((await world.call('POST', `${path}/restore`, { version: 4 })).status).toBe(400)
    expect((await world.call('POST', `${path}/restore`, { version: 9 })).status).toBe(404)
    expect(contents((await search('live')).body)).toEqual(['User lives in Bonn'])

    const history = await world.call<{ versions: Record<string, unknown>[] }>(
      ...(['GET', `${path}/history`] as const),
    )
    expect(history.body.versions).toMatchObject([
      { version: 1, status: 'superseded', superseded_by: 2, ended: { event: 'UPDATE' } },
      { version: 2, status: 'deleted', superseded_by: null, ended: { event: 'DELETE' } },
      { version: 3, status: 'superseded', event: 'RESTORE', ended: { event: 'RESTORE' } },
      { version: 4, status: 'active', ended: null, source: { origin: 'manual' } },
    ])
    await world.call('DELETE', `${path}?purge=true`)
    expect((await world.call('GET', `${path}/history`)).status).toBe(404)
    expect((await search('live', '2026-01-01T12:00:00Z')).body.memories).toEqual([])
  })

  it('200 resets: all is gone, history too, and the next is found again', async () => {
    await using world = await open()
    const { assistantId } = await world.thread()
    const { body } = await add(world, assistantId, 'User has a cat')
    await add(world, assistantId, 'User has a boat')
    expect((await world.call('DELETE', base(assistantId))).body).toMatchObject({ success: true })
    expect((await world.call('DELETE', base(assistantId))).status).toBe(200)
    expect((await world.call<Rows>('GET', base(assistantId))).body.total_count).toBe(0)
    expect((await world.call('GET', `${base(assistantId)}/${body.id}/history`)).status).toBe(404)
    await add(world, assistantId, 'User has a cow')
    const found = await world.call<Rows>('POST', `${base(assistantId)}/search`, {
      query: 'cat cow',
    })
    expect(contents(found.body)).toEqual(['User has a cow'])
  })

  it('two writers at once: every change is a version, none is lost', async () => {
    await using world = await open()
    const { assistantId } = await world.thread()
    const { body } = await add(world, assistantId, 'start')
    const path = `${base(assistantId)}/${body.id}`
    const puts = Array.from({ length: 4 }, (_, i) => world.call('PUT', path, { content: `v${i}` }))
    const adds = Array.from({ length: 10 }, (_, i) => add(world, assistantId, `fact ${i}`))
    const replies = [...(await Promise.all(puts)), ...(await Promise.all(adds))]
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200, 201]))
    const history = await world.call<{ versions: { version: number }[] }>('GET', `${path}/history`)
    expect(history.body.versions.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5])
    const stats = await world.call('GET', `${base(assistantId)}/stats`)
    expect(stats.body.total_memories).toBe(11)
  })

  it('404 for ids that are unknown, another assistant’s or another owner’s, on every route', async () => {
    await using world = await open()
    const { assistantId } = await world.thread()
    const other = (await world.thread()).assistantId
    const { body } = await add(world, assistantId, 'User owns a secret garden')
    const stranger = world.as('stranger')
    const strangers = (await stranger.thread()).assistantId
    const requests = (at: string, id: unknown): [string, string, unknown?][] => [
      ['GET', `${base(at)}/${id}`],
      ['PUT', `${base(at)}/${id}`, { content: 'x' }],
      ['DELETE', `${base(at)}/${id}`],
      ['DELETE', `${base(at)}/${id}?purge=true`],
      ['GET', `${base(at)}/${id}/history`],
      ['POST', `${base(at)}/${id}/restore`],
    ]
    const whole = (at: string): [string, string, unknown?][] => [
      ...(['GET', 'DELETE'] as const).map((method): [string, string] => [method, base(at)]),
      ['POST', base(at), { content: 'x' }],
      ['POST', `${base(at)}/search`, { query: 'garden' }],
      ['POST', `${base(at)}/explain`, { query: 'garden' }],
      ['GET', `${base(at)}/stats`],
    ]
    const foreign = [...requests(assistantId, body.id), ...whole(assistantId)]
    for (const request of [...foreign, ...requests(strangers, body.id)]) {
      expect([request, (await stranger.call(...request)).status]).toEqual([request, 404])
    }
    const wrong = [
      ...requests(other, body.id),
      ...requests(assistantId, randomUUID()),
      ...requests(assistantId, 'no-uuid'),
      ...whole(randomUUID()),
      ['GET', `/assistants/memories/operations/${randomUUID()}`] as [string, string],
      ['GET', '/assistants/memories/operations/no-uuid'] as [string, string],
    ]
    for (const request of wrong) {
      expect([request, (await world.call(...request)).status]).toEqual([request, 404])
    }
    expect((await world.call('GET', `${base('no-uuid')}`)).status).toBe(422)
    expect((await world.call<Rows>('GET', base(assistantId))).body.total_count).toBe(1)
  })

  it('goes with its assistant', async () => {
    await using world = await open()
    const { assistantId } = await world.thread()
    await add(world, assistantId, 'User has a cat', { a: 1 })
    await world.call('DELETE', `/assistants/${assistantId}`)
    const { memories, memoryVectors, memoryLabels, memoryScopes, memoryTerms } = world.ctx.db.t
    for (const table of [memories, memoryVectors, memoryLabels, memoryScopes, memoryTerms]) {
      expect(await world.ctx.db.$count(table)).toBe(0)
    }
  })
})
