import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { zipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makePdf, showText } from '../support/pdf.ts'
import { children } from '../support/processes.ts'
import { type Program, startProgram } from '../support/program.ts'

type Doc = { document_id: string; status: string; status_message: string | null }

const MB = 1024 * 1024

describe('what is uploaded to hurt', () => {
  const folder = mkdtempSync(join(tmpdir(), 'homecourt-uploads-'))
  let program: Program
  let path = ''

  beforeAll(async () => {
    program = await startProgram({
      ...{ HOMECOURT_DATA_DIR: folder, HOMECOURT_OFFLINE: 'always' },
      HOMECOURT_READER_MEMORY_MB: '400',
    })
    path = `/assistants/${(await program.api.thread()).assistantId}/documents`
  })
  afterAll(async () => {
    await program.stop('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  })

  /** Bytes of memory: now, or the most there ever were. */
  function memory(of: 'VmRSS' | 'VmHWM') {
    const status = readFileSync(`/proc/${program.process.pid}/status`, 'utf8')
    return Number(new RegExp(`${of}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024
  }

  const stored = () =>
    readdirSync(join(folder, 'files'), { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    ).length

  async function upload(name: string, content: string | Uint8Array) {
    const form = new FormData()
    const bytes = typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content)
    form.append('file', new Blob([bytes]), name)
    return (await program.api.call<Doc>('POST', path, form)).body.document_id
  }

  async function ended(id: string): Promise<Doc> {
    for (;;) {
      const { body } = await program.api.call<Doc>('GET', `/documents/${id}/status`)
      if (body.status === 'indexed' || body.status === 'failed') return body
      await wait(100)
    }
  }

  /** A form with one file of so many bytes, sent as it is made. */
  async function send(bytes: number) {
    const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="big.txt"\r\n\r\n'
    const piece = Buffer.alloc(MB, 'many words ')
    async function* body() {
      yield head
      for (let sent = 0; sent < bytes; sent += piece.length) yield piece
      yield '\r\n--b--\r\n'
    }
    const headers = {
      'X-API-Key': 'test-key',
      'Content-Type': 'multipart/form-data; boundary=b',
    }
    const post = request(program.url + path, { method: 'POST', headers })
    const replied = new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      post.once('response', async (response) =>
        resolve({ status: response.statusCode, body: await text(response) }),
      )
      post.once('error', reject)
    })
    // The server may hang up before it has read what it will not keep.
    pipeline(Readable.from(body()), post).catch(() => {})
    return replied
  }

  it('413 for 200 MB, which never were in memory, while other uploads go on', async () => {
    await ended(await upload('warm.txt', 'Warm'))
    const before = memory('VmHWM')
    const files = stored()
    const big = send(200 * MB)
    const others = Promise.all(
      Array.from({ length: 10 }, async (_, i) => ended(await upload(`${i}.txt`, `Text ${i}`))),
    )
    expect(await big).toMatchObject({
      status: 413,
      body: expect.stringContaining('at most 100 MB'),
    })
    expect((await others).map(({ status }) => status)).toEqual(Array(10).fill('indexed'))
    expect(memory('VmHWM') - before).toBeLessThan(80 * MB)
    await expect.poll(stored).toBe(files + 10)
  }, 60_000)

  it('a bomb of 1:1000 fails, and memory stays bounded', async () => {
    const bomb = zipSync({ 'word/document.xml': new Uint8Array(100 * MB) }, { level: 9 })
    const before = memory('VmHWM')
    const row = await ended(await upload('bomb.docx', bomb))
    expect(row).toMatchObject({ status: 'failed', status_message: expect.stringMatching(/packed/) })
    expect(memory('VmHWM') - before).toBeLessThan(100 * MB)
  }, 60_000)

  const readers = () => children(program.process.pid)

  /** The engine reads them in its own code, where it hears no signal; enough of them take all its memory. */
  const lists = (count: number) => `[${'[],'.repeat(count)}0]`

  it('a file that would end the engine fails, the server and others’ files go on', async () => {
    const id = await upload('lists.json', lists(12_000_000))
    await expect.poll(readers).not.toEqual([])
    const began = performance.now()
    expect((await ended(await upload('small.txt', 'Small'))).status).toBe('indexed')
    expect(performance.now() - began).toBeLessThan(5_000)
    expect(await ended(id)).toMatchObject({
      ...{ status: 'failed', status_message: expect.stringMatching(/400 MB of memory/) },
    })
    expect(memory('VmHWM')).toBeLessThan(600 * MB)
  }, 120_000)

  it('a PDF of 300 pages is indexed, and the server answers meanwhile', async () => {
    const long = makePdf(300, (page) => showText(`Page ${page} of the register of lamps`))
    const before = memory('VmHWM')
    const id = await upload('long.pdf', long)
    const done = ended(id)
    let slowest = 0
    let isDone = false
    void done.finally(() => {
      isDone = true
    })
    while (!isDone) {
      const start = performance.now()
      await program.api.call('GET', path)
      slowest = Math.max(slowest, performance.now() - start)
      await wait(20)
    }
    expect(await done).toMatchObject({ status: 'indexed', status_message: null })
    expect(slowest).toBeLessThan(2_000)
    expect(memory('VmHWM') - before).toBeLessThan(400 * MB)
    const query = { query: 'page 276 of the register', limit: 3 }
    const { body } = await program.api.call<{ passages: { position: { page: number } }[] }>(
      ...(['POST', `${path}/search`, query] as const),
    )
    expect(body.passages[0]?.position.page).toBeGreaterThan(250)
  }, 120_000)

  it('kill -9 leaves no reader behind, however busy it is', async () => {
    const id = await upload('lists.json', lists(12_000_000))
    const status = async () =>
      (await program.api.call<Doc>('GET', `/documents/${id}/status`)).body.status
    await expect.poll(status).toBe('processing')
    await expect.poll(readers).not.toEqual([])
    const left = readers()
    await program.stop('SIGKILL')
    const running = () => left.filter((pid) => existsSync(`/proc/${pid}`))
    await expect.poll(running, { timeout: 5_000 }).toEqual([])
  })
})
