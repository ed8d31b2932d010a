import { describe, expect, it } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { uuidsV7 } from '../../src/ids.ts'
import { searchMemories } from '../../src/retrieval/memory-search.ts'
import { cosine, toVector } from '../../src/retrieval/scan.ts'
import { searchPassages } from '../../src/retrieval/search.ts'
import { createAssistant } from '../../src/store/assistants.ts'
import { changeMemories, type NewVersion } from '../../src/store/memories.ts'
import { addMemoryVectors, listMemoryVectors } from '../../src/store/memory-vectors.ts'
import { listVectors } from '../../src/store/passages.ts'
import { databases } from '../support/databases.ts'

const ids = uuidsV7(() => new Date())
const now = new Date('2026-01-02T03:04:05.678Z')

/** Of any length: nearness is of direction. */
const vectorOf = (key: number, dims = 5) =>
  Float32Array.from({ length: dims }, (_, at) => Math.sin(key * (at + 1)) * (1 + (key % 7)))
const bytes = (vector: Float32Array) => Buffer.from(vector.buffer)
const query = Float32Array.from([1, -2, 0.5, 3, 1])
const nearestOf = (keys: number[]) =>
  keys.sort((a, b) => cosine(query, vectorOf(b)) - cosine(query, vectorOf(a)))
const upTo = (last: number) => Array.from({ length: last }, (_, at) => at + 1)

async function addDocument(db: Db) {
  const id = ids()
  await db
    .insert(db.t.documents)
    .values({
      ...{ id, ownerId: 'ann', assistantId: ids(), filename: 'a', mediaType: 'b' },
      ...{ blobKey: 'c', sizeBytes: 1, status: 'indexed', attempts: 1 },
      ...{ createdAt: now, updatedAt: now },
    })
    .returning()
  return id
}

async function addPassage(
  db: Db,
  key: number,
  { documentId, scopeId }: { documentId: string; scopeId: string },
  vectors: Record<string, Float32Array>,
) {
  const own = {
    ownerId: 'ann',
    documentId,
    text: `passage ${key}`,
    tokens: 0,
    terms: '',
    titleTerms: '',
  }
  const position = { startChar: 0, endChar: 0 }
  const chunk = { ...own, key, scopeId, ordinal: key, length: 0, position }
  await db.insert(db.t.chunks).values(chunk).returning()
  for (const [space, vector] of Object.entries(vectors)) {
    const row = { chunkKey: key, space, vector: bytes(vector) }
    await db.insert(db.t.embeddings).values(row).returning()
  }
}

function versionOf(key: number, vector: Float32Array | null): NewVersion {
  return {
    ...{ key, id: ids(), version: 1, ordinal: null, content: `${key}`, hash: `${key}` },
    ...{ metadata: null, terms: '', length: 0, saidAt: now, validFrom: now, createdAt: now },
    ...{ updatedAt: now, event: 'ADD', origin: 'manual', model: null, reason: '', threadId: null },
    ...{ messageId: null, session: null, operationId: null },
    ...{ vector: vector && bytes(vector), space: 'here', labels: [] },
  }
}

async function placeOf(db: Db, ownerId: string) {
  const assistant = { id: ids(), ownerId, name: 'A', topK: 10, isDefault: false }
  await createAssistant(db, { ...assistant, createdAt: now })
  return { ownerId, assistantId: assistant.id }
}

describe.each(databases)('vectors on %s', (_name, openDb) => {
  it('are stored and read as they are, of every size and number', async () => {
    const db = await openDb()
    const [documentId, scopeId] = [await addDocument(db), 'one']
    const odd = [1e-45, -1.17549435e-38, 3.4028235e38, -0, 1 / 3, 16_777_217, 0.1, 1e-20]
    const vectors = [Float32Array.from(odd), vectorOf(7, 1), vectorOf(8, 3_072)]
    for (const [key, vector] of vectors.entries()) {
      await addPassage(db, key, { documentId, scopeId }, { here: vector, there: vectorOf(key) })
    }
    const found = await listVectors(db, [0, 1, 2, 3], 'here')
    const { embeddings } = db.t
    const rows = await db.select().from(embeddings).orderBy(embeddings.chunkKey, embeddings.space)
    for (const [key, vector] of vectors.entries()) {
      expect(found.get(key)).toEqual(bytes(vector))
      expect(rows[key * 2]).toEqual({ chunkKey: key, space: 'here', vector: bytes(vector) })
    }
    expect(found.size).toBe(3)
    await db.close()
  })

  it('of passages are found by nearness, exactly, in the scopes and the space asked for', async () => {
    const db = await openDb()
    const documentId = await addDocument(db)
    const scopes = ['one', 'two', 'other']
    for (const key of upTo(300)) {
      const scopeId = scopes[key % 3] ?? ''
      const space = key % 10 === 0 ? 'elsewhere' : 'here'
      await addPassage(db, key, { documentId, scopeId }, { [space]: vectorOf(key) })
    }
    // A row of another model's that says it is of this space.
    await addPassage(db, 301, { documentId, scopeId: 'one' }, { here: vectorOf(1, 6) })
    const expected = upTo(300).filter((key) => key % 3 !== 2 && key % 10 !== 0)
    const wanted = { scopeIds: ['one', 'two'], space: 'here', query, limit: 20 }
    const nearest = () => db.nearestChunks(wanted)
    const best = nearestOf(expected).slice(0, 20)
    expect(await Promise.all([nearest(), nearest()])).toEqual([best, best])
    expect(await db.nearestChunks({ ...wanted, scopeIds: ['none'] })).toEqual([])
    expect(await db.nearestChunks({ ...wanted, query: Float32Array.from([1]) })).toEqual([])
    expect(await db.nearestMemories(wanted)).toEqual([])
    await db.close()
  })

  it('of memories are found while they are active, in their own assistant only', async () => {
    const db = await openDb()
    const [ann, eve] = [await placeOf(db, 'ann'), await placeOf(db, 'eve')]
    const nearest = async ({ assistantId }: { assistantId: string }) =>
      db.nearestMemories({ scopeIds: [assistantId], space: 'here', query, limit: 30 })
    const own = upTo(60)
    const adds = own.map((key) => versionOf(key, key % 2 === 0 ? vectorOf(key) : null))
    const rows = await changeMemories(db, ann, { adds, ends: [] }, now)
    await changeMemories(db, eve, { adds: [versionOf(99, query)], ends: [] }, now)
    const even = own.filter((key) => key % 2 === 0)
    expect(await nearest(ann)).toEqual(nearestOf(even))
    expect(await nearest(eve)).toEqual([99])

    // A vector that comes afterwards counts too, but not that of a version that has ended.
    const ends = (rows ?? []).slice(0, 40).map((row) => {
      const why = { endEvent: 'DELETE', endOrigin: 'manual', endReason: null } as const
      return { status: 'deleted', ...why, endOperationId: null, row } as const
    })
    await changeMemories(db, ann, { adds: [], ends }, now)
    const late = [1, 3, 51, 53].map((key) => ({ key, vector: bytes(vectorOf(key)) }))
    await addMemoryVectors(db, 'here', late)
    const left = [...even.filter((key) => key > 40), 51, 53]
    expect(await nearest(ann)).toEqual(nearestOf(left))
    expect((await listMemoryVectors(db, own, 'here')).size).toBe(34)
    expect(toVector((await listMemoryVectors(db, [3], 'here')).get(3) ?? Buffer.of())).toEqual(
      vectorOf(3),
    )
    await db.close()
  })

  it('find what shares no word with the query, however much else there is', async () => {
    const db = await openDb()
    const [ann, documentId] = [await placeOf(db, 'ann'), await addDocument(db)]
    const scopeId = ann.assistantId
    const turned = Float32Array.from([1, 1, 1, -1, 1])
    const all = { 1: turned, 2: query, 3: turned }
    for (const [key, vector] of Object.entries(all)) {
      await addPassage(db, Number(key), { documentId, scopeId }, { here: vector })
    }
    const adds = Object.entries(all).map(([key, vector]) => versionOf(Number(key), vector))
    await changeMemories(db, ann, { adds, ends: [] }, now)
    const { memoryScopes, scopes } = db.t
    const size = { id: scopeId, chunkCount: 5_000_000, termTotal: 5_000_000, languages: 1 }
    await db.insert(scopes).values(size).returning()
    await db.update(memoryScopes).set({ total: 5_000_000, termTotal: 5_000_000 }).returning()

    const model = { provider: 'made', model: 'up', dims: 5, space: 'here' }
    const embedding = { ...model, embed: async () => [query] }
    const signal = new AbortController().signal
    const scope = { loose: true, owner: 'ann', scopeIds: [scopeId], embedding }
    const passages = await searchPassages(db, scope, 'anything', 3, signal)
    expect(passages[0]).toMatchObject({ text: 'passage 2', vector: expect.closeTo(1) })
    expect(await searchPassages(db, { ...scope, owner: 'eve' }, 'anything', 3, signal)).toEqual([])
    const place = { ...ann, embedding, asOf: null, now }
    const memories = await searchMemories(db, place, 'anything', 3, signal)
    expect(memories[0]).toMatchObject({ cut: null, memory: { content: '2' } })
    const eve = { ...place, ownerId: 'eve' }
    expect(await searchMemories(db, eve, 'anything', 3, signal)).toEqual([])
    await db.close()
  })
})
