import { describe, expect, it } from 'vitest'
import { databases } from '../support/databases.ts'
import { calls, says, scripted } from '../support/model.ts'
import { openProvider, type Reply, statusReply } from '../support/provider.ts'
import { openWorld, type World } from '../support/world.ts'

type Doc = {
  document_id: string
  status: string
  status_message: string | null
  document_type: string
  chunk_count: number | null
}
type Found = { passages: { text: string; filename: string; score: number; document_id: string }[] }

const handbook = `# Travel

Staff may book rail travel in second class. Taxis need a receipt.

# Leave

Every employee has twenty-eight days of paid holiday in a year. Unused days expire in March.
`

function form(name: string, content: string, field = 'file') {
  const body = new FormData()
  body.append(field, new Blob([content]), name)
  return body
}

async function indexed(world: World, id: string): Promise<Doc> {
  await world.ctx.queue.idle()
  return (await world.call<Doc>('GET', `/documents/${id}/status`)).body
}

const upload = (world: World, path: string, name: string, content: string) =>
  world.call<Doc>('POST', path, form(name, content))

/** Vectors that know two meanings, whatever the words. */
const meaningOf = (text: string) => (/cat|feline|kitten/i.test(text) ? [1, 0, 0] : [0, 1, 0])

function embeddings(input: string[]): Reply {
  const data = input.map((text, index) => ({
    object: 'embedding',
    index,
    embedding: meaningOf(text),
  }))
  return statusReply(200, { object: 'list', model: 'm', data, usage: { prompt_tokens: 1 } })
}

describe.each(databases)('documents embedded by a provider, on %s', (_name, openDb) => {
  it('200 finds what shares no word with the query, and by words when the provider is down', async () => {
    await using provider = await openProvider()
    provider.always(({ body }) => embeddings(body.input as string[]))
    const env = { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: provider.openaiUrl }
    await using world = await openWorld({
      db: await openDb(),
      env: { ...env, HOMECOURT_PROVIDER_RETRIES: '0' },
    })
    const asked = { embedding_provider: 'openai', embedding_model_name: 'm', embedding_dims: 3 }
    const { assistantId } = await world.thread(asked)
    const path = `/assistants/${assistantId}/documents`
    for (const [name, text] of [
      ['a.txt', 'The feline slept on the warm roof.'],
      ['b.txt', 'Interest rates rose again in spring.'],
    ] as const) {
      const sent = await upload(world, path, name, text)
      expect(await indexed(world, sent.body.document_id)).toMatchObject({ status: 'indexed' })
    }
    const find = (query: string) =>
      world.call<Found>('POST', `${path}/search`, { query, limit: 1 }).then(({ body }) => body)
    expect((await find('kitten')).passages).toMatchObject([{ filename: 'a.txt', vector: 1 }])
    provider.always(() => statusReply(503, { error: { message: 'down' } }))
    expect((await find('interest')).passages).toMatchObject([{ filename: 'b.txt', vector: null }])
  })
})

describe.each(databases)('documents on %s', (_name, openDb) => {
  it('200 uploads, indexes, lists, searches, downloads and deletes', async () => {
    await using world = await openWorld({ db: await openDb() })
    const { assistantId, threadId } = await world.thread()
    const path = `/assistants/${assistantId}/documents`
    const sent = await upload(world, path, 'handbook.md', handbook)
    expect(sent).toMatchObject({ status: 200, body: { document_type: 'assistant' } })
    const id = sent.body.document_id
    expect(await indexed(world, id)).toMatchObject({
      ...{ status: 'indexed', status_message: null, filename: 'handbook.md' },
      ...{ file_size_bytes: Buffer.byteLength(handbook), chunk_count: 2 },
    })
    expect((await world.call<Doc[]>('GET', path)).body).toMatchObject([{ document_id: id }])
    expect((await world.call<Doc[]>('GET', `/threads/${threadId}/documents`)).body).toEqual([])

    const query = { query: 'How many vacation days do employees have?', limit: 1 }
    for (const place of [path, `/threads/${threadId}/documents`]) {
      const { body } = await world.call<Found>('POST', `${place}/search`, query)
      expect(body.passages).toMatchObject([
        { filename: 'handbook.md', text: expect.stringContaining('twenty-eight days') },
      ])
    }
    const bytes = await world.raw('GET', `/documents/${id}/content`)
    expect(await bytes.text()).toBe(handbook)

    expect((await world.call('DELETE', `/documents/${id}`)).body).toMatchObject({
      ...{ document_id: id, document_type: 'assistant' },
    })
    expect((await world.call('GET', `/documents/${id}/status`)).status).toBe(404)
    expect((await world.call<Found>('POST', `${path}/search`, query)).body.passages).toEqual([])
    expect((await world.raw('GET', `/documents/${id}/content`)).status).toBe(404)
  })

  it('200 reads a query that shows no language in those of the documents', async () => {
    await using world = await openWorld({ db: await openDb() })
    const { assistantId } = await world.thread()
    const path = `/assistants/${assistantId}/documents`
    const texts: [string, string][] = [
      ['casas.txt', 'El ayuntamiento quiere que las viviendas vacías de la ciudad se alquilen.'],
      ['huizen.txt', 'De gemeente wil dat de leegstaande woningen in de stad worden verhuurd.'],
    ]
    for (const [name, text] of texts) {
      await indexed(world, (await upload(world, path, name, text)).body.document_id)
    }
    for (const [query, filename] of [
      ['vivienda alquilada', 'casas.txt'],
      ['verhuurde woning', 'huizen.txt'],
    ]) {
      const { body } = await world.call<Found>('POST', `${path}/search`, { query, limit: 1 })
      expect(body.passages).toMatchObject([{ filename }])
      expect(body.passages[0]).toHaveProperty('lexical', expect.any(Number))
      const [{ lexical }] = body.passages as unknown as [{ lexical: number }]
      expect(lexical).toBeGreaterThan(0)
    }
  })

  it('200 finds what has very long words, and words of rare letters', async () => {
    await using world = await openWorld({ db: await openDb() })
    const { assistantId } = await world.thread()
    const path = `/assistants/${assistantId}/documents`
    const words = [
      `a${'𐌰'.repeat(25)}`,
      '가'.repeat(1_000),
      'カ'.repeat(1_000),
      'က\u103b'.repeat(900),
    ]
    for (const [at, word] of words.entries()) {
      const sent = await upload(
        world,
        path,
        `${at}.txt`,
        `Das Wort ${word} steht hier, und der Hund.`,
      )
      expect(await indexed(world, sent.body.document_id)).toMatchObject({ status: 'indexed' })
    }
    const queries = [...words, `Was bedeutet ${'𐌰'.repeat(10)} für den Hund?`]
    for (const [at, query] of queries.entries()) {
      const { status, body } = await world.call<Found>('POST', `${path}/search`, {
        query,
        limit: 1,
      })
      expect([query, status, body.passages[0]?.filename]).toEqual([
        ...[query, 200, at < words.length ? `${at}.txt` : expect.any(String)],
      ])
    }
  })

  it('200 keeps a thread’s documents to the thread, and an owner’s to the owner', async () => {
    await using world = await openWorld({ db: await openDb() })
    const one = await world.thread()
    const sent = await upload(world, `/threads/${one.threadId}/documents`, 'a.txt', 'Zebras graze.')
    expect(sent.body.document_type).toBe('thread')
    await indexed(world, sent.body.document_id)
    const other = await world.call('POST', `/assistants/${one.assistantId}/threads`, {})
    const search = (threadId: unknown) =>
      world.call<Found>('POST', `/threads/${threadId}/documents/search`, { query: 'zebras' })
    expect((await search(one.threadId)).body.passages).toHaveLength(1)
    expect((await search(other.body.thread_id)).body.passages).toEqual([])
    const stranger = { 'X-API-Key': 'somebody else' }
    for (const [method, path] of [
      ['GET', `/documents/${sent.body.document_id}/status`],
      ['GET', `/documents/${sent.body.document_id}/content`],
      ['DELETE', `/documents/${sent.body.document_id}`],
      ['GET', `/threads/${one.threadId}/documents`],
    ] as const) {
      expect((await world.call(method, path, undefined, stranger)).status).toBe(404)
    }
  })

  it('200 answers from the documents, offline and through the search tool', async () => {
    await using world = await openWorld({ db: await openDb() })
    const { assistantId, threadId } = await world.thread()
    const sent = await upload(world, `/assistants/${assistantId}/documents`, 'hb.md', handbook)
    await indexed(world, sent.body.document_id)
    const { body } = await world.send(threadId, 'How many days of holiday does an employee have?')
    expect(body.content).toContain('twenty-eight days')
    expect(body).toMatchObject({
      ...{ retrieved_files: ['hb.md'], retrieved_files_count: 1, tool_calls: null },
      retrieved_passages: [{ filename: 'hb.md', document_id: sent.body.document_id }],
    })
  })

  it('200 lets a model search several times and hides the calls', async () => {
    const model = scripted(
      calls(['search_documents', { query: 'holiday days' }]),
      calls(['search_documents', { query: 'expire' }]),
      says('28 days'),
    )
    await using world = await openWorld({ db: await openDb(), model })
    const { assistantId, threadId } = await world.thread()
    const sent = await upload(world, `/assistants/${assistantId}/documents`, 'hb.md', handbook)
    await indexed(world, sent.body.document_id)
    const { body } = await world.send(threadId, 'How many days?')
    expect(body).toMatchObject({
      ...{ status: 'COMPLETED', content: '28 days', tool_calls: null, retrieved_files: ['hb.md'] },
      input_tokens: 30,
    })
    expect(model.prompts[0]?.tools.map((tool) => tool.name)).toEqual(['search_documents'])
    expect(model.prompts[2]?.turns.map((turn) => turn.role)).toEqual([
      ...['user', 'assistant', 'tool', 'assistant', 'tool'],
    ])
  })

  it('200 reads a message’s files before it answers', async () => {
    await using world = await openWorld({ db: await openDb() })
    const { threadId } = await world.thread()
    const body = form('zoo.txt', 'The zoo opens at nine in the morning.', 'files')
    body.append('content', 'When does the zoo open?')
    const { body: turn } = await world.call('POST', `/threads/${threadId}/messages`, body)
    expect(turn).toMatchObject({
      content: expect.stringContaining('nine'),
      attachments: [{ filename: 'zoo.txt', status: 'indexed', file_size_bytes: 37 }],
    })
    const thread = await world.call<{ messages: unknown[] }>('GET', `/threads/${threadId}`)
    expect(thread.body.messages).toMatchObject([
      { role: 'user', attachments: [{ filename: 'zoo.txt', status: 'indexed' }] },
      { role: 'assistant', attachments: [] },
    ])
    const listed = await world.call<Doc[]>('GET', `/threads/${threadId}/documents`)
    expect(listed.body).toMatchObject([{ document_type: 'message', status: 'indexed' }])
  })

  it('400 while a thread’s documents are not ready, also for a stream', async () => {
    await using world = await openWorld({ db: await openDb(), limits: { documentWaitMs: 1 } })
    const { threadId } = await world.thread()
    world.ctx.queue.ring = () => {}
    await upload(world, `/threads/${threadId}/documents`, 'a.txt', 'Text')
    for (const stream of [false, true]) {
      const reply = await world.send(threadId, 'Hello', { stream })
      expect(reply).toMatchObject({
        status: 400,
        body: { detail: expect.stringContaining('index') },
      })
    }
  })

  it('failed, with a reason to act on, for what cannot be read', async () => {
    await using world = await openWorld({
      db: await openDb(),
      env: { HOMECOURT_DOCUMENT_FAILED_STATUS: 'failed' },
    })
    const { assistantId } = await world.thread()
    const path = `/assistants/${assistantId}/documents`
    for (const [name, content, reason] of [
      ['empty.txt', '', 'empty'],
      ['renamed.pdf', 'no pdf at all', 'PDF'],
      ['broken.docx', 'PK\u0003\u0004 broken', ''],
    ] as const) {
      const sent = await upload(world, path, name, content)
      const { status, status_message } = await indexed(world, sent.body.document_id)
      expect(status).toBe('failed')
      expect(status_message).toContain(reason)
    }
  })

  it('400 and 422 for what is no upload, and nothing is stored', async () => {
    await using world = await openWorld({ db: await openDb(), limits: { uploadBytes: 1000 } })
    const { assistantId } = await world.thread()
    const path = `/assistants/${assistantId}/documents`
    expect((await upload(world, path, 'tool.exe', 'x')).status).toBe(400)
    expect((await upload(world, path, 'big.txt', 'x'.repeat(5000))).status).toBe(413)
    expect((await world.call('POST', path, new FormData())).status).toBe(422)
    expect((await world.call('POST', path, { file: 'x' })).status).toBe(422)
    const two = form('a.txt', 'a')
    two.append('file', new Blob(['b']), 'b.txt')
    expect((await world.call('POST', path, two)).status).toBe(400)
    const part = 'Content-Disposition: form-data; name="file"; filename="a\0.txt"'
    const named = await world.call('POST', path, `--b\r\n${part}\r\n\r\nText\r\n--b--\r\n`, {
      'content-type': 'multipart/form-data; boundary=b',
    })
    expect(named).toMatchObject({ status: 422, body: { detail: [{ loc: ['body', 'file'] }] } })
    const unknown = '/assistants/01a20000-0000-7000-8000-000000000000/documents'
    expect((await upload(world, unknown, 'a.txt', 'a')).status).toBe(404)
    expect((await world.call<Doc[]>('GET', path)).body).toEqual([])
    const odd = await upload(world, path, '../../etc/\u202epassword.txt', 'hello there')
    expect(odd.body).toMatchObject({ filename: 'password.txt' })
  })
})
