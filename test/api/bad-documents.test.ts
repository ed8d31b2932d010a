import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { zipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ingestNote } from '../../src/jobs/ingest-document.ts'
import { databases } from '../support/databases.ts'
import { says, scripted } from '../support/model.ts'
import { makePdf } from '../support/pdf.ts'
import { workbook } from '../support/workbook.ts'
import { openWorld, type World } from '../support/world.ts'

const sample = (name: string) => readFileSync(new URL(`../files/${name}`, import.meta.url))

type Doc = {
  document_id: string
  filename: string
  status: string
  status_message: string | null
  chunk_count: number | null
}

const bomb = () => zipSync({ 'word/document.xml': new Uint8Array(8_000_000) }, { level: 9 })

describe.each(databases)('files that cannot be read, on %s', (databaseName, openDb) => {
  let world: World
  let path = ''

  beforeAll(async () => {
    world = await openWorld({ db: await openDb() })
    path = `/assistants/${(await world.thread()).assistantId}/documents`
  })
  afterAll(() => world[Symbol.asyncDispose]())

  async function uploaded(name: string, content: string | Uint8Array): Promise<Doc> {
    const form = new FormData()
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    form.append('file', new Blob([new Uint8Array(bytes)]), name)
    const sent = await world.call<Doc>('POST', path, form)
    expect(sent.status).toBe(200)
    await world.ctx.queue.idle()
    return (await world.call<Doc>('GET', `/documents/${sent.body.document_id}/status`)).body
  }

  it.each<[string, () => string | Uint8Array, RegExp]>([
    ['empty.txt', () => '', /^The file is empty\.$/],
    ['blank.md', () => ' \n\n', /no text/],
    ['photo.pdf', () => sample('picture.png'), /named \.pdf but looks like a PNG image/],
    ['program.txt', () => Buffer.from('MZ\x90\0\x03\0\0\0\x04', 'latin1'), /Windows program/],
    ['notes.docx', () => sample('guide.pdf'), /looks like a PDF/],
    ['secret.pdf', () => sample('encrypted.pdf'), /encrypted|password/],
    ['scan.pdf', () => makePdf(3, () => '0 0 100 100 re f'), /no text/],
    ['broken.docx', () => sample('guide.docx').subarray(0, 4_000), /damaged|cannot be read/],
    ['broken.xlsx', () => 'PK\x03\x04 and no more', /damaged|cannot be read/],
    ['bomb.docx', bomb, /packed more than 250 to 1|unpacks to more/],
  ])('failed, with a reason to act on: %s', async (name, content, reason) => {
    expect(await uploaded(name, content())).toMatchObject({
      ...{ status: 'failed', chunk_count: null, status_message: expect.stringMatching(reason) },
    })
  })

  it('leave nothing of themselves in what is searched', async () => {
    const { chunks, embeddings, scopes } = world.ctx.db.t
    for (const table of [chunks, embeddings, scopes]) {
      expect(await world.ctx.db.$count(table)).toBe(0)
    }
  })

  // Postgres in this process takes many times as long for each of them.
  const rows = databaseName.endsWith('in process') ? 4_000 : 20_000

  it(`indexed: a sheet of ${rows} rows, to its last`, async () => {
    expect(await uploaded('long.xlsx', workbook(rows))).toMatchObject({
      ...{ status: 'indexed', status_message: null },
    })
    const { body } = await world.call<{ passages: { text: string }[] }>(
      ...(['POST', `${path}/search`, { query: `Name ${rows - 1}`, limit: 3 }] as const),
    )
    expect(body.passages[0]?.text).toContain(`Name ${rows - 1}`)
  }, 120_000)

  it.each([
    ['../../etc/passwd.txt', 'passwd.txt'],
    ['C:\\Users\\me\\notes.txt', 'notes.txt'],
    ['annual\u202etxt.exe.txt', 'annualtxt.exe.txt'],
    ['\u200fتقرير.txt', 'تقرير.txt'],
    [`${'n'.repeat(300)}.txt`, `${'n'.repeat(251)}.txt`],
    ['日本語 🗼.txt', '日本語 🗼.txt'],
  ])('200 a name like %j is kept as %j', async (name, kept) => {
    const document = await uploaded(name, 'Some text.')
    expect(document).toMatchObject({ filename: kept, status: 'indexed' })
    const reply = await world.raw('GET', `/documents/${document.document_id}/content`)
    expect(reply.status).toBe(200)
    expect(await reply.text()).toBe('Some text.')
  })

  it.each([
    ['tool.exe', /\.exe are not supported; upload one of: pdf/],
    ['README', /without an extension/],
    ['notes.txt\u202e.exe', /\.exe are not supported/],
  ])('400 a name like %j', async (name, reason) => {
    const form = new FormData()
    form.append('file', new Blob(['x']), name)
    const { status, body } = await world.call('POST', path, form)
    expect(status).toBe(400)
    expect(body.detail).toMatch(reason)
  })
})

describe.each(databases)('uploads and messages that are refused, on %s', (_name, openDb) => {
  /** A world whose stored bytes can be counted. */
  async function openFolder(options: Parameters<typeof openWorld>[0] = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'homecourt-blobs-'))
    const env = { ...options.env, HOMECOURT_DATA_DIR: folder }
    const world = await openWorld({ db: await openDb(), ...options, env })
    const files = () => {
      try {
        const found = readdirSync(join(folder, 'files'), { recursive: true, withFileTypes: true })
        return found.filter((entry) => entry.isFile()).map(({ name }) => name)
      } catch {
        return []
      }
    }
    return {
      ...{ world, files },
      async [Symbol.asyncDispose]() {
        await world[Symbol.asyncDispose]()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  }

  const part = (name: string, content = 'Text', field = 'files') => {
    const form = new FormData()
    form.append(field, new Blob([content]), name)
    form.append('content', 'Read this')
    return form
  }

  const withField = (form: FormData, name: string, value: string) => {
    form.append(name, value)
    return form
  }

  const unknown = '01a20000-0000-7000-8000-000000000000'

  it.each<[number, string, () => FormData]>([
    [400, 'a wrong extension', () => part('a.exe')],
    [400, 'one wrong extension of two', () => withFile(part('a.txt'), 'b.exe')],
    [400, 'a part by another name', () => part('a.txt', 'x', 'attachment')],
    [413, 'too large a file', () => part('a.txt', 'x'.repeat(200_000))],
    [413, 'too many files', () => many(21)],
    [400, 'an unknown provider', () => withField(part('a.txt'), 'llm_provider', 'nobody')],
    [404, 'an unknown assistant', () => withField(part('a.txt'), 'assistant_id', unknown)],
    [404, 'an unknown thread', () => withField(part('a.txt'), 'thread_id', unknown)],
    [422, 'an assistant id that is none', () => withField(part('a.txt'), 'assistant_id', 'x')],
    [400, 'metadata that is not JSON', () => withField(part('a.txt'), 'metadata', '{')],
    [
      400,
      'a date that is none',
      () => withField(part('a.txt'), 'metadata', '{"custom_timestamp":"x"}'),
    ],
  ])('%i for a message with %s, and nothing is left of it', async (status, _what, form) => {
    const env = { OPENAI_API_KEY: 'k' }
    await using place = await openFolder({ limits: { uploadBytes: 100_000 }, env })
    const { world, files } = place
    expect((await world.call('POST', '/threads/messages', form())).status).toBe(status)
    await nothingIn(world)
    await expect.poll(files).toEqual([])
  })

  function many(files: number) {
    const form = new FormData()
    for (let at = 0; at < files; at += 1) form.append('files', new Blob(['Text']), `${at}.txt`)
    return form
  }

  function withFile(form: FormData, name: string) {
    form.append('files', new Blob(['x']), name)
    return form
  }

  async function nothingIn(world: World) {
    const { assistants, threads, messages, documents, runs } = world.ctx.db.t
    for (const table of [assistants, threads, messages, documents, runs]) {
      await expect.poll(() => world.ctx.db.$count(table)).toBe(0)
    }
  }

  it('400 for a message whose files take too long, and nothing is left of it', async () => {
    await using place = await openFolder({ limits: { documentWaitMs: 1 } })
    const { world, files } = place
    const { ring } = world.ctx.queue
    world.ctx.queue.ring = (job, ...more) => job !== ingestNote && ring(job, ...more)
    expect((await world.call('POST', '/threads/messages', part('a.txt'))).status).toBe(400)
    await nothingIn(world)
    await expect.poll(files).toEqual([])
    // In a thread that was there before, only what came with the message goes.
    const { assistantId, threadId } = await world.thread()
    const sent = await world.call('POST', `/threads/${threadId}/messages`, part('a.txt'))
    expect(sent).toMatchObject({
      status: 400,
      body: { detail: expect.stringMatching(/upload them to the thread first/) },
    })
    expect((await world.call('GET', `/threads/${threadId}`)).body.messages).toEqual([])
    expect((await world.call('GET', `/threads/${threadId}/documents`)).body).toEqual([])
    expect((await world.call('GET', `/assistants/${assistantId}`)).status).toBe(200)
    await expect.poll(files).toEqual([])
  })

  it.each([
    'true',
    'false',
  ])('500 for a message whose files cannot be taken up, answered or not (%s), and nothing is left', async (sendToLlm) => {
    await using place = await openFolder()
    const { world, files } = place
    const { ring } = world.ctx.queue
    world.ctx.queue.ring = (job, ...more) => {
      if (job === ingestNote) throw new Error('no queue')
      ring(job, ...more)
    }
    const form = withField(part('a.txt'), 'send_to_llm', sendToLlm)
    expect((await world.call('POST', '/threads/messages', form)).status).toBe(500)
    await nothingIn(world)
    await expect.poll(files).toEqual([])
  })

  it('500 for a file that the store does not take, and nothing is left', async () => {
    await using place = await openFolder()
    const { world, files } = place
    world.ctx.blobs.put = async (_key, content) => {
      for await (const _ of content) break
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    }
    const { status, body } = await world.call('POST', '/threads/messages', part('a.txt'))
    expect({ status, body }).toEqual({ status: 500, body: { detail: 'Internal Server Error' } })
    await nothingIn(world)
    expect(files()).toEqual([])
  })

  it('the client that leaves before its turn has come leaves no files behind', async () => {
    const model = scripted(says('one'), says('two'))
    await using place = await openFolder({ model })
    const { world, files } = place
    const { threadId } = await world.thread()
    const release = await world.ctx.turns.take(threadId, 60_000, new AbortController().signal)
    const leave = new AbortController()
    const left = fetch(`${world.url}/threads/${threadId}/messages`, {
      ...{ method: 'POST', body: part('a.txt'), signal: leave.signal },
      headers: { 'X-API-Key': world.key },
    }).catch(() => 'left')
    await expect.poll(() => files().length).toBe(1)
    await wait(200)
    leave.abort()
    expect(await left).toBe('left')
    await expect.poll(files).toEqual([])
    release()
    expect((await world.call('GET', `/threads/${threadId}/documents`)).body).toEqual([])
    expect((await world.send(threadId, 'Hi')).body.content).toBe('one')
  })

  it.each([1, 2])('an upload cut off in file %i leaves nothing behind', async (cutIn) => {
    await using place = await openFolder()
    const { world, files } = place
    const { assistantId, threadId } = await world.thread()
    for (const path of [`/assistants/${assistantId}/documents`, `/threads/${threadId}/messages`]) {
      const { hostname, port, pathname } = new URL(world.url)
      const socket = connect(Number(port), hostname)
      socket.on('error', () => {})
      const head = (name: string) =>
        `--b\r\nContent-Disposition: form-data; name="files"; filename="${name}"\r\n\r\n`
      const first = cutIn === 2 ? `${head('a.txt')}whole\r\n` : ''
      const body = `${first}${head('b.txt')}${'half of it '.repeat(20_000)}`
      socket.write(
        [
          ...[`POST ${pathname}${path} HTTP/1.1`, `Host: ${hostname}`, `X-API-Key: ${world.key}`],
          ...['Content-Type: multipart/form-data; boundary=b', 'Content-Length: 9000000', '', body],
        ].join('\r\n'),
      )
      await expect.poll(() => files().some((name) => name.endsWith('.part'))).toBe(true)
      socket.destroy()
      await expect.poll(files, { timeout: 5_000 }).toEqual([])
    }
    expect(await world.ctx.db.$count(world.ctx.db.t.documents)).toBe(0)
    const { body } = await world.call('POST', `/threads/${threadId}/messages`, part('zoo.txt'))
    expect(body).toMatchObject({ status: 'COMPLETED', attachments: [{ status: 'indexed' }] })
  })
})
