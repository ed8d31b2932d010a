import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type Progress, reindex } from '../../src/documents/reindex.ts'
import { getAssistant } from '../../src/store/assistants.ts'
import { databases } from '../support/databases.ts'
import { openProvider, type ProviderRequest, type Reply, statusReply } from '../support/provider.ts'
import { openWorld, type World, type WorldOptions } from '../support/world.ts'

type Found = { passages: { text: string; filename: string; vector: number | null }[] }

/** Two models: vectors of `old` have 3 numbers, those of `new` have 4. */
function embeddings({ body }: ProviderRequest): Reply {
  const { input, model } = body as { input: string[]; model: string }
  const meaning = (text: string) => (/cat|feline/i.test(text) ? [1, 0, 0] : [0, 1, 0])
  const data = input.map((text, index) => ({
    object: 'embedding',
    index,
    embedding: model === 'new' ? [0, ...meaning(text)] : meaning(text),
  }))
  const reply = statusReply(200, { object: 'list', model, data, usage: { prompt_tokens: 1 } })
  return model === 'new' ? { ...reply, pieces: [{ waitMs: 5 }, ...reply.pieces] } : reply
}

async function openBoth(options: WorldOptions) {
  const provider = await openProvider()
  provider.always(embeddings)
  const env = { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: provider.openaiUrl }
  const world = await openWorld({ ...options, env })
  return {
    ...{ provider, world },
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]()
      await provider[Symbol.asyncDispose]()
    },
  }
}

const embeddedBy = (model: string, dims: number) => ({
  embedding_provider: 'openai',
  embedding_model_name: model,
  embedding_dims: dims,
})

function upload(world: World, path: string, name: string, text: string) {
  const form = new FormData()
  form.append('file', new Blob([text]), name)
  return world.call<{ document_id: string }>('POST', path, form)
}

/** Some 30 passages. */
const book = Array.from({ length: 60 }, (_, i) =>
  `Chapter ${i} is about the ${i}th tide and what it left. `.repeat(18),
).join('\n\n')

type Moving = { settleMs?: number; onProgress?: (progress: Progress) => unknown }

/** Returns the space of every vector there is afterwards. */
async function moveTo(world: World, assistantId: string, moving: Moving = {}) {
  const { ctx } = world
  const to = { embeddingProvider: 'openai', embeddingModel: 'new', embeddingDims: 4 }
  const { embeddings: table } = ctx.db.t
  const assistant = (await ctx.db.select().from(ctx.db.t.assistants)).find(
    (row) => row.id === assistantId,
  )
  if (!assistant) throw new Error('no such assistant')
  await reindex(ctx, await getAssistant(ctx.db, assistant.ownerId, assistantId), {
    ...{ to, model: await ctx.embeddings.of(to), settleMs: 0, ...moving },
  })
  const rows = await ctx.db.select({ key: table.chunkKey, space: table.space }).from(table)
  return rows.map((row) => row.space)
}

describe.each(databases)('moving an assistant to another embedding, on %s', (_name, openDb) => {
  it('200 every search on the way is answered with vectors, and new uploads come along', async () => {
    await using both = await openBoth({ db: await openDb() })
    const { world } = both
    const { assistantId, threadId } = await world.thread(embeddedBy('old', 3))
    const path = `/assistants/${assistantId}/documents`
    await upload(world, path, 'book.txt', book)
    await upload(world, path, 'cat.txt', 'The feline slept.')
    await upload(world, `/threads/${threadId}/documents`, 'dog.txt', 'The dog barked.')
    await world.ctx.queue.idle()

    let moving = true
    let searches = 0
    const searching = (async () => {
      for (; moving; searches += 1) {
        const query = { query: 'kitten cat', limit: 1 }
        const { body } = await world.call<Found>('POST', `${path}/search`, query)
        expect(body.passages).toMatchObject([{ filename: 'cat.txt', vector: 1 }])
      }
    })()
    const uploading = (async () => {
      for (let i = 0; i < 5; i += 1) {
        await upload(world, path, `more-${i}.txt`, `More about tide ${i}. `.repeat(200))
        await wait(10)
      }
    })()
    const steps: string[] = []
    const onProgress = ({ type }: Progress) => steps.push(type)
    const spaces = await moveTo(world, assistantId, { settleMs: 500, onProgress })
    moving = false
    await Promise.all([searching, uploading])
    await world.ctx.queue.idle()

    expect(searches).toBeGreaterThan(0)
    expect(new Set(spaces)).toEqual(new Set(['openai/new/4']))
    expect([...new Set(steps)]).toEqual(['embedded', 'switched', 'dropped'])
    const { body } = await world.call('GET', `/assistants/${assistantId}`)
    expect(body).toMatchObject(embeddedBy('new', 4))
    const chunks = await world.ctx.db.$count(world.ctx.db.t.chunks)
    const vectors = await world.ctx.db.$count(world.ctx.db.t.embeddings)
    expect(vectors).toBe(chunks)
  })

  it('200 a document whose ingest began before the switch is moved too', async () => {
    await using both = await openBoth({ db: await openDb() })
    const { provider, world } = both
    const { assistantId } = await world.thread(embeddedBy('old', 3))
    const path = `/assistants/${assistantId}/documents`
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    let begin = () => {}
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    const { of } = world.ctx.embeddings
    world.ctx.embeddings.of = async (choice) => {
      const model = await of(choice)
      if (choice.embeddingModel !== 'old') return model
      begin()
      const embed: typeof model.embed = async (...args) => {
        await held
        return model.embed(...args)
      }
      return { ...model, embed }
    }
    await upload(world, path, 'late.txt', 'The feline came late.')
    const steps: string[] = []
    await begun
    const spaces = await moveTo(world, assistantId, {
      onProgress({ type }) {
        steps.push(type)
        if (type === 'switched') setTimeout(release, 50)
      },
    })
    expect(spaces).toEqual(['openai/new/4'])
    expect(provider.requests.some(({ body }) => body.model === 'old')).toBe(true)
    expect(steps).toEqual(['switched', 'embedded', 'dropped'])
  })

  it('a move that breaks off changes nothing, and the next goes on from there', async () => {
    await using both = await openBoth({ db: await openDb() })
    const { provider, world } = both
    const { assistantId } = await world.thread(embeddedBy('old', 3))
    const path = `/assistants/${assistantId}/documents`
    await upload(world, path, 'book.txt', `${book}\n\n${book}\n\n${book}`)
    await world.ctx.queue.idle()
    let calls = 0
    provider.always((request) => {
      if (request.body.model === 'new') calls += 1
      const refused = statusReply(401, { error: { message: 'no' } })
      return request.body.model === 'new' && calls > 1 ? refused : embeddings(request)
    })
    await expect(moveTo(world, assistantId)).rejects.toThrow(/refuse|key|401|credential/i)
    const { body } = await world.call('GET', `/assistants/${assistantId}`)
    expect(body).toMatchObject(embeddedBy('old', 3))

    provider.always(embeddings)
    const done: number[] = []
    const spaces = await moveTo(world, assistantId, {
      onProgress: (progress) => progress.type === 'embedded' && done.push(progress.done),
    })
    expect(done.at(-1)).toBe(spaces.length - 64)
    expect(await moveTo(world, assistantId)).toEqual(spaces)
  })

  it('200 memories come along, and are searched by their vectors before and after', async () => {
    await using both = await openBoth({ db: await openDb() })
    const { world } = both
    const { assistantId } = await world.thread(embeddedBy('old', 3))
    const path = `/assistants/${assistantId}/memories`
    for (const content of ['User has a feline', 'User sails', 'User had a motorboat']) {
      expect((await world.call('POST', path, { content })).status).toBe(201)
    }
    await world.ctx.queue.idle()
    const { memoryVectors } = world.ctx.db.t
    const spaces = async () => (await world.ctx.db.select().from(memoryVectors)).map((v) => v.space)
    expect(await spaces()).toEqual(Array(3).fill('openai/old/3'))
    await moveTo(world, assistantId)
    expect(await spaces()).toEqual(Array(3).fill('openai/new/4'))
    const { body } = await world.call<{ memories: { content: string }[] }>(
      ...(['POST', `${path}/search`, { query: 'kitten cat', limit: 1 }] as const),
    )
    expect(body.memories).toMatchObject([{ content: 'User has a feline' }])
  })

  it('leaves other assistants where they are', async () => {
    await using both = await openBoth({ db: await openDb() })
    const { world } = both
    const one = await world.thread(embeddedBy('old', 3))
    const other = await world.thread(embeddedBy('old', 3))
    for (const { assistantId } of [one, other]) {
      await upload(world, `/assistants/${assistantId}/documents`, 'a.txt', 'A cat.')
    }
    await world.ctx.queue.idle()
    const spaces = await moveTo(world, one.assistantId)
    expect(spaces.sort()).toEqual(['openai/new/4', 'openai/old/3'])
    const { body } = await world.call('GET', `/assistants/${other.assistantId}`)
    expect(body).toMatchObject(embeddedBy('old', 3))
  })
})

describe('HOMECOURT_DEFAULT_EMBEDDING', () => {
  it('200 is what new assistants get, and changing it leaves the old ones as they were', async () => {
    await using both = await openBoth({})
    const { provider, world } = both
    const before = await world.thread()
    const path = `/assistants/${before.assistantId}/documents`
    await upload(world, path, 'a.txt', 'A cat.')
    await world.ctx.queue.idle()
    const env = { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: provider.openaiUrl }
    const db = Object.assign(Object.create(world.ctx.db), { close: async () => {} })
    await using later = await openWorld({
      db,
      env: { ...env, HOMECOURT_DEFAULT_EMBEDDING: 'openai/new:4' },
    })
    const after = await later.call('POST', '/assistants', { name: 'Later' })
    expect(after.body).toMatchObject(embeddedBy('new', 4))
    const same = await later.call('GET', `/assistants/${before.assistantId}`)
    expect(same.body).toMatchObject({ embedding_provider: 'offline' })
    const { body } = await later.call<Found>('POST', `${path}/search`, { query: 'cat' })
    expect(body.passages).toMatchObject([{ filename: 'a.txt', vector: expect.any(Number) }])
    await upload(later, path, 'b.txt', 'Another cat.')
    await later.ctx.queue.idle()
    const both2 = await later.call<Found>('POST', `${path}/search`, { query: 'cat' })
    expect(both2.body.passages).toHaveLength(2)
    expect(both2.body.passages.every(({ vector }) => vector !== null)).toBe(true)
    const { body: turn } = await later.call('POST', '/threads/messages', {
      ...{ content: 'Hi', send_to_llm: false },
    })
    const made = await later.call('GET', `/assistants/${turn.assistant_id}`)
    expect(made.body).toMatchObject(embeddedBy('new', 4))
  })

  it.each([
    ['voyage/x:3', /voyage.*not available here/],
    ['openai/new', /how many numbers/],
    ['openai/text-embedding-3-small:4000', /at most 1536/],
    ['large', /must be offline, provider\/model/],
  ])('%s stops the server, which says why', async (value, why) => {
    const env = { OPENAI_API_KEY: 'k', HOMECOURT_DEFAULT_EMBEDDING: value }
    await expect(openWorld({ env })).rejects.toThrow(why)
  })

  it('without a key for it stops the server too', async () => {
    const env = { HOMECOURT_DEFAULT_EMBEDDING: 'openai/text-embedding-3-small' }
    await expect(openWorld({ env })).rejects.toThrow(/set OPENAI_API_KEY/)
  })
})
