import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { readersAtOnce } from '../../src/documents/document-reader.ts'
import { databases } from '../support/databases.ts'
import { makePdf, showText } from '../support/pdf.ts'
import { children } from '../support/processes.ts'
import { type Client, openWorld } from '../support/world.ts'

type Doc = {
  document_id: string
  status: string
  status_message: string | null
  chunk_count: number | null
}

async function upload(client: Client, path: string, name: string, content: string | Uint8Array) {
  const form = new FormData()
  const bytes = typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content)
  form.append('file', new Blob([bytes]), name)
  return (await client.call<Doc>('POST', path, form)).body.document_id
}

/** Large files of one owner that are read at once. */
const largeAtOnce = readersAtOnce - 1

const statusOf = async (client: Client, id: string) =>
  (await client.call<Doc>('GET', `/documents/${id}/status`)).body

describe.each(databases)('processes that read documents, on %s', (_name, openDb) => {
  const node = process.execPath
  const folder = mkdtempSync(join(tmpdir(), 'homecourt-readers-'))
  afterEach(() => {
    process.execPath = node
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const ends = join(folder, 'ends')
  writeFileSync(ends, '#!/bin/sh\nexit 134\n', { mode: 0o755 })

  it.each([
    ['cannot be started', join(folder, 'nothing'), /could not start a process.*ENOENT/],
    ['ends before it is ready', ends, /could not start a process.*ended with 134/],
  ])('a document whose process %s waits for the next try', async (_what, program, reason) => {
    await using world = await openWorld({ ownReader: true, db: await openDb() })
    const path = `/assistants/${(await world.thread()).assistantId}/documents`
    process.execPath = program
    const id = await upload(world, path, 'a.txt', 'The lamp is lit at dusk.')
    await expect
      .poll(() => statusOf(world, id))
      .toMatchObject({ status: 'pending', status_message: expect.stringMatching(reason) })
    process.execPath = node
    await world.ctx.queue.idle()
    expect(await statusOf(world, id)).toMatchObject({
      ...{ status: 'indexed', status_message: null, chunk_count: 1 },
    })
  })

  it('failed, with what an operator can do, when no try found room for a process', async () => {
    await using world = await openWorld({
      ownReader: true,
      db: await openDb(),
      limits: { ingestAttempts: 2 },
    })
    const path = `/assistants/${(await world.thread()).assistantId}/documents`
    const told: unknown[] = []
    world.ctx.log = { ...world.ctx.log, error: (fields) => told.push(fields) }
    process.execPath = join(folder, 'nothing')
    const id = await upload(world, path, 'a.txt', 'The lamp is lit at dusk.')
    await world.ctx.queue.idle()
    expect(await statusOf(world, id)).toMatchObject({
      status: 'failed',
      status_message: expect.stringMatching(/short of memory or has reached its limit/),
    })
    expect(told).toEqual([expect.objectContaining({ documentId: id })])
  })

  it('a long document whose process is killed while its passages are stored has each of them once', async () => {
    await using world = await openWorld({ ownReader: true, db: await openDb() })
    const path = `/assistants/${(await world.thread()).assistantId}/documents`
    const before = children()
    await upload(world, path, 'warm.txt', 'Warm')
    await world.ctx.queue.idle()
    const text = Array.from({ length: 4_000 }, (_, at) => `# Lamp ${at}\n\nIt is lit.`)
    const id = await upload(world, path, 'lamps.md', text.join('\n\n'))
    const { chunks } = world.ctx.db.t
    const patient = { interval: 5, timeout: 30_000 }
    await expect.poll(() => world.ctx.db.$count(chunks), patient).toBeGreaterThan(100)
    for (const pid of children()) if (!before.includes(pid)) process.kill(pid, 'SIGKILL')
    await expect
      .poll(() => statusOf(world, id), patient)
      .toMatchObject({
        ...{ status: 'pending', status_message: expect.stringMatching(/killed by the system/) },
      })
    await world.ctx.queue.idle()
    expect(await statusOf(world, id)).toMatchObject({ status: 'indexed', chunk_count: 4_000 })
    const rows = await world.ctx.db
      .select({ ordinal: chunks.ordinal })
      .from(chunks)
      .where(eq(chunks.documentId, id))
    const ordinals = rows.map(({ ordinal }) => ordinal).sort((a, b) => a - b)
    expect(ordinals).toEqual(Array.from({ length: 4_000 }, (_, at) => at))
  }, 60_000)

  it('files that take long keep none of another owner waiting, nor a note of the same', async () => {
    await using world = await openWorld({ ownReader: true, db: await openDb() })
    const path = `/assistants/${(await world.thread()).assistantId}/documents`
    const long = makePdf(9_000, (page) => showText(`Page ${page}`))
    const slow = await Promise.all(
      ['a', 'b', 'c'].map((n) => upload(world, path, `${n}.pdf`, long)),
    )
    const other = world.as('other-key')
    const theirs = `/assistants/${(await other.thread()).assistantId}/documents`
    const guide = readFileSync(new URL('../files/guide.docx', import.meta.url))
    const ids = await Promise.all([
      upload(other, theirs, 'note.txt', 'The lamp is lit.'),
      upload(other, theirs, 'guide.docx', guide),
      upload(other, theirs, 'log.txt', 'The lamp is lit at dusk. '.repeat(4_000)),
    ])
    const own = await upload(world, path, 'note.txt', 'The lamp is lit.')
    const states = async () => [
      ...(await Promise.all(ids.map(async (id) => (await statusOf(other, id)).status))),
      (await statusOf(world, own)).status,
    ]
    await expect.poll(states, { timeout: 20_000 }).toEqual(Array(4).fill('indexed'))
    const pdfs = await Promise.all(slow.map((id) => statusOf(world, id)))
    // One of them is read, and the place beside it is kept for what is short.
    expect(pdfs.map(({ status }) => status).toSorted()).toEqual([
      ...Array(3 - largeAtOnce).fill('pending'),
      ...Array(largeAtOnce).fill('processing'),
    ])
  }, 60_000)

  it('whatever one owner uploads at once is read in the end', async () => {
    await using world = await openWorld({ ownReader: true, db: await openDb() })
    const path = `/assistants/${(await world.thread()).assistantId}/documents`
    const text = (at: number) => `The lamp ${at} is lit at dusk. `.repeat(at % 2 ? 3_000 : 1_000)
    const ids = await Promise.all(
      Array.from({ length: 12 }, (_, at) => upload(world, path, `${at}.txt`, text(at))),
    )
    await world.ctx.queue.idle()
    const rows = await Promise.all(ids.map((id) => statusOf(world, id)))
    expect(rows.map(({ status }) => status)).toEqual(Array(12).fill('indexed'))
  }, 60_000)
})
