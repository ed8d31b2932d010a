import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { ingestDocument } from '../../src/jobs/ingest-document.ts'
import { findDocument } from '../../src/store/documents.ts'
import { databases } from '../support/databases.ts'
import { type Client, openWorld } from '../support/world.ts'

type Doc = { document_id: string; status: string; status_message: string | null }

async function upload(client: Client, path: string, name: string, content: string) {
  const form = new FormData()
  form.append('file', new Blob([content]), name)
  return (await client.call<Doc>('POST', path, form)).body.document_id
}

const statusOf = async (client: Client, id: string) =>
  (await client.call<Doc>('GET', `/documents/${id}/status`)).body

const long = 'The lamp is lit at dusk.\n\n'.repeat(60_000)

describe.each(databases)('what is stored of uploads, on %s', (_name, openDb) => {
  it('a file that cannot be fetched for a while waits for the next try', async () => {
    await using world = await openWorld({ db: await openDb() })
    const path = `/assistants/${(await world.thread()).assistantId}/documents`
    const { read, open } = world.ctx.blobs
    let failures = 2
    world.ctx.blobs.read = async (key) => {
      if (failures-- > 0) throw new Error('the store is away')
      return read(key)
    }
    const note = await upload(world, path, 'a.txt', 'The lamp is lit.')
    await expect.poll(() => statusOf(world, note)).toMatchObject({ status: 'pending' })
    async function* broken(key: string) {
      for await (const piece of open(key)) {
        yield piece
        throw new Error('the store went away')
      }
    }
    world.ctx.blobs.open = (key) => {
      world.ctx.blobs.open = open
      return Readable.from(broken(key), { objectMode: false })
    }
    const large = await upload(world, path, 'b.txt', long)
    await world.ctx.queue.idle()
    for (const id of [note, large]) {
      expect(await statusOf(world, id)).toMatchObject({ status: 'indexed', status_message: null })
    }
  }, 60_000)

  it.each([
    ['a note', 'The lamp is lit.'],
    ['a long file', long],
  ])('%s that is gone fails at once, and says so', async (_what, content) => {
    await using world = await openWorld({ db: await openDb() })
    const path = `/assistants/${(await world.thread()).assistantId}/documents`
    const { ring } = world.ctx.queue
    world.ctx.queue.ring = () => {}
    const id = await upload(world, path, 'a.txt', content)
    const document = await findDocument(world.ctx.db, id)
    await world.ctx.blobs.remove(document?.blobKey ?? '')
    ring(ingestDocument, id)
    await world.ctx.queue.idle()
    expect(await statusOf(world, id)).toMatchObject({
      ...{ status: 'failed', status_message: expect.stringMatching(/not there any more/) },
    })
  })

  it('text with NUL, which JSON can write, is read without it', async () => {
    await using world = await openWorld({ db: await openDb() })
    const path = `/assistants/${(await world.thread()).assistantId}/documents`
    const id = await upload(
      world,
      path,
      'a.json',
      '{"a\\u0000b": "The lamp\\u0000 is lit.", "c": 1}',
    )
    await world.ctx.queue.idle()
    expect(await statusOf(world, id)).toMatchObject({ status: 'indexed', status_message: null })
    const query = { query: 'lamp', limit: 1 }
    const { body } = await world.call<{ passages: { text: string }[] }>(
      ...(['POST', `${path}/search`, query] as const),
    )
    expect(body.passages[0]?.text).toContain('The lamp is lit.')
  })

  it('a long document that is deleted while it is stored leaves nothing of itself', async () => {
    await using world = await openWorld({ db: await openDb() })
    const path = `/assistants/${(await world.thread()).assistantId}/documents`
    const { db, queue } = world.ctx
    const { documents, chunks, embeddings, scopes, termCounts } = db.t
    const sections = Array.from({ length: 3_000 }, (_, at) => `# Lamp ${at}\n\nIt is lit at ${at}.`)
    const id = await upload(world, path, 'lamps.md', sections.join('\n\n'))
    const patient = { interval: 5, timeout: 30_000 }
    await expect.poll(() => db.$count(chunks), patient).toBeGreaterThan(100)
    expect((await world.call('DELETE', `/documents/${id}`)).status).toBe(200)
    await queue.idle()
    for (const table of [documents, chunks, embeddings, scopes, termCounts]) {
      expect(await db.$count(table)).toBe(0)
    }
  }, 60_000)

  it('what waits behind documents that were deleted meanwhile is read', async () => {
    await using world = await openWorld({ db: await openDb() })
    const path = `/assistants/${(await world.thread()).assistantId}/documents`
    const { db, queue, shares } = world.ctx
    const first = await upload(world, path, 'note.txt', 'The lamp is lit.')
    const ownerId = (await findDocument(db, first))?.ownerId ?? ''
    const others = ['x', 'y', 'z'].map((id) => ({ id, ownerId, sizeBytes: 20_000 }))
    const busy = others.filter((other) => shares.enter(other))
    const ids: string[] = []
    // Each that leaves names two of them.
    const gone = busy.length * 2
    for (let at = 0; at < gone + 2; at += 1)
      ids.push(await upload(world, path, `${at}.json`, '[1]'))
    await queue.idle()
    for (const id of ids.slice(0, gone)) await world.call('DELETE', `/documents/${id}`)
    await queue.idle()
    for (const other of busy) for (const id of shares.leave(other)) queue.ring(ingestDocument, id)
    await queue.idle()
    for (const id of ids.slice(gone)) {
      expect(await statusOf(world, id)).toMatchObject({ status: 'indexed' })
    }
  })
})
