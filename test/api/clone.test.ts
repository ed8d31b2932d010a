import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { cloneAssistant, dropLeftClones } from '../../src/jobs/clone-assistant.ts'
import { databases } from '../support/databases.ts'
import { openWorld, type World } from '../support/world.ts'

type Clone = { assistant: { assistant_id: string } & Record<string, unknown> }

async function filled(world: World) {
  const { assistantId, threadId } = await world.thread({
    ...{ name: 'Guide', system_prompt: 'Be kind.', tok_k: 3 },
    custom_fact_extraction_prompt: 'Only drinks.',
  })
  const upload = async (path: string, text: string) => {
    const form = new FormData()
    form.append('file', new File([text], 'note.txt'))
    const { body } = await world.call('POST', path, form)
    await expect
      .poll(async () => {
        const { status } = (await world.call('GET', `/documents/${body.document_id}/status`)).body
        return status
      })
      .toBe('indexed')
    return String(body.document_id)
  }
  const own = `/assistants/${assistantId}/documents`
  const documentId = await upload(own, 'The cellar key hangs behind the clock.')
  await upload(`/threads/${threadId}/documents`, 'A secret of the thread.')
  const memories = `/assistants/${assistantId}/memories`
  for (const content of ['User likes tea', 'User has a cat']) {
    await world.call('POST', memories, { content, metadata: { about: content, n: 1.5 } })
  }
  const { body } = await world.call('POST', memories, { content: 'User has a dog' })
  await world.call('DELETE', `${memories}/${body.id}`)
  return { assistantId, documentId }
}

const clone = (world: World, id: string, body?: unknown) =>
  world.call<Clone & Record<string, unknown>>('POST', `/assistants/${id}/clone`, body)

const search = async (world: World, id: string, kind: 'documents' | 'memories', query: string) =>
  (
    await world.call<Record<string, object[]>>('POST', `/assistants/${id}/${kind}/search`, {
      query,
    })
  ).body

describe.each(databases)('cloning an assistant on %s', (_name, openDb) => {
  it('200 copies configuration, indexed documents and active memories, each findable by itself', async () => {
    await using world = await openWorld({ db: await openDb() })
    const { assistantId, documentId } = await filled(world)
    const made = await clone(world, assistantId)
    expect(made.body).toMatchObject({
      ...{ documents_cloned: 1, memories_cloned: 2 },
      assistant: {
        ...{ name: 'Guide Copy', system_prompt: 'Be kind.', tok_k: 3 },
        custom_fact_extraction_prompt: 'Only drinks.',
      },
    })
    const id = made.body.assistant.assistant_id
    expect(id).not.toBe(assistantId)
    expect((await world.call('GET', `/assistants/${id}/threads`)).body).toEqual([])

    const found = await search(world, id, 'memories', 'cat')
    expect(found.memories?.[0]).toMatchObject({
      ...{ content: 'User has a cat', metadata: { about: 'User has a cat', n: 1.5 } },
      source: { origin: 'manual' },
    })
    const filtered = `/assistants/${id}/memories?metadata.about=User%20likes%20tea`
    expect((await world.call('GET', filtered)).body).toMatchObject({ total_count: 1 })

    // The source may go with all it has.
    await world.call('DELETE', `/documents/${documentId}`)
    await world.call('DELETE', `/assistants/${assistantId}`)
    await world.ctx.queue.idle()
    const passages = await search(world, id, 'documents', 'cellar key')
    expect(passages.passages?.[0]).toMatchObject({ text: expect.stringContaining('clock') })
    const [file] = (
      await world.call<{ document_id: string }[]>('GET', `/assistants/${id}/documents`)
    ).body
    const bytes = await world.raw('GET', `/documents/${file?.document_id}/content`)
    expect(await bytes.text()).toBe('The cellar key hangs behind the clock.')
    expect((await search(world, id, 'memories', 'tea')).memories).toHaveLength(1)
  })

  it('200 by the flags, with a name and a prompt of its own', async () => {
    await using world = await openWorld({ db: await openDb() })
    const { assistantId } = await filled(world)
    const bare = { copy_documents: false, copy_memories: false }
    const named = { name: 'Other', system_prompt: 'Be brief.', ...bare }
    expect((await clone(world, assistantId, named)).body).toMatchObject({
      ...{ documents_cloned: 0, memories_cloned: 0 },
      assistant: { name: 'Other', system_prompt: 'Be brief.', description: 'Be brief.' },
    })
    const some = await clone(world, assistantId, { copy_documents: false, name: null })
    expect(some.body).toMatchObject({ documents_cloned: 0, memories_cloned: 2 })
    expect((await clone(world, assistantId, { name: '' })).status).toBe(422)
    expect((await clone(world, assistantId, { copy_memories: 'many' })).status).toBe(422)
    expect((await clone(world, randomUUID())).status).toBe(404)
    const stranger = world.as('stranger')
    expect((await stranger.call('POST', `/assistants/${assistantId}/clone`)).status).toBe(404)
  })

  it('copies one moment: what is changed meanwhile comes once, and of what is deleted there is no half', async () => {
    await using world = await openWorld({ db: await openDb() })
    const { assistantId, documentId } = await filled(world)
    const memories = `/assistants/${assistantId}/memories`
    type Listed = { memories: { id: string; content: string }[] }
    const { body } = await world.call<Listed>('GET', memories)
    const { open } = world.ctx.blobs
    const meanwhile = (work: () => Promise<unknown>) => {
      const late = async function* (key: string) {
        await work()
        yield* open(key)
      }
      world.ctx.blobs.open = (key) => {
        world.ctx.blobs.open = open
        return Readable.from(late(key))
      }
    }
    meanwhile(async () => {
      for (const { id } of body.memories) {
        await world.call('PUT', `${memories}/${id}`, { content: 'Changed' })
      }
      await world.call('POST', memories, { content: 'Later' })
    })
    const made = await clone(world, assistantId)
    expect(made.body).toMatchObject({ memories_cloned: 2 })
    const copies = `/assistants/${made.body.assistant.assistant_id}/memories`
    const copied = (await world.call<Listed>('GET', copies)).body.memories
    const contents = (list: Listed['memories']) => list.map(({ content }) => content)
    expect(contents(copied)).toEqual(contents(body.memories))

    meanwhile(() => world.call('DELETE', `/documents/${documentId}`))
    expect((await clone(world, assistantId)).status).toBe(409)
    const id = made.body.assistant.assistant_id
    meanwhile(() => world.call('DELETE', `/assistants/${id}`))
    expect((await clone(world, id)).status).toBe(404)
    expect((await world.call<unknown[]>('GET', '/assistants')).body).toHaveLength(1)
  })

  it('a clone that breaks off is never seen, and is swept away with all it had', async () => {
    await using world = await openWorld({ db: await openDb() })
    const { ctx } = world
    await filled(world)
    const [source] = await ctx.db.select().from(ctx.db.t.assistants)
    if (!source) throw new Error('there is no assistant')
    const left = new AbortController()
    const options = { name: 'Half', systemPrompt: undefined, documents: true, memories: true }
    const { open } = ctx.blobs
    ctx.blobs.open = (key) => {
      left.abort(new Error('the client left'))
      return open(key)
    }
    await expect(cloneAssistant(ctx, source, options, left.signal)).rejects.toThrow('client left')
    ctx.blobs.open = open
    // A maker that died leaves the same, unswept.
    ctx.blobs.put = () => new Promise(() => {})
    void cloneAssistant(ctx, source, options, new AbortController().signal)
    await expect.poll(() => ctx.db.$count(ctx.db.t.assistants)).toBe(2)
    expect((await world.call<unknown[]>('GET', '/assistants')).body).toHaveLength(1)
    await dropLeftClones(ctx, { all: false })
    expect(await ctx.db.$count(ctx.db.t.assistants)).toBe(2)
    await dropLeftClones(ctx, { all: true })
    await ctx.queue.idle()
    expect(await ctx.db.$count(ctx.db.t.assistants)).toBe(1)
    expect(await ctx.db.$count(ctx.db.t.documents)).toBe(2)
    expect(await ctx.db.$count(ctx.db.t.memories)).toBe(3)
  })
})
