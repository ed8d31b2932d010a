import { describe, expect, it } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { growingNumbers, uuidsV7 } from '../../src/ids.ts'
import { createAssistant, deleteAssistant } from '../../src/store/assistants.ts'
import { addChunks, type ChunkDraft, chunkStatements } from '../../src/store/chunks.ts'
import {
  claimDocuments,
  type Lease,
  listDeleting,
  listDueDocuments,
} from '../../src/store/claims.ts'
import {
  createDocuments,
  type Document,
  findDocument,
  getDocument,
  listAssistantDocuments,
  listThreadDocuments,
} from '../../src/store/documents.ts'
import {
  clearDocument,
  endRemoval,
  forgetDocument,
  listRemovals,
  markDeleting,
  takeLeftBehind,
} from '../../src/store/removals.ts'
import { countIn, type Tally, tallyOf } from '../../src/store/statistics.ts'
import { createThread, deleteThread } from '../../src/store/threads.ts'
import { databases } from '../support/databases.ts'

const ids = uuidsV7(() => new Date())
const keys = growingNumbers(() => new Date())
const now = new Date('2026-01-02T03:04:05.678Z')

/** The same numbers for the same seed, from 0 up to 1. */
function generator(seed: number) {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** A lease that stops its worker after so many looks at it, as a kill between two steps would. */
function leaseOf(steps = Number.POSITIVE_INFINITY): Lease {
  let left = steps
  const signal = {
    get aborted() {
      left -= 1
      return left < 0
    },
  } as AbortSignal
  return { now, leaseUntil: new Date(now.getTime() - 1), signal }
}

async function place(db: Db) {
  const assistant = { id: ids(), ownerId: 'ann', name: 'A', topK: 10, isDefault: false }
  await createAssistant(db, { ...assistant, createdAt: now })
  const thread = { id: ids(), ownerId: 'ann', assistantId: assistant.id, metadata: null, now }
  await createThread(db, thread)
  return { assistantId: assistant.id, threadId: thread.id }
}

async function upload(db: Db, at: { assistantId: string; threadId: string | null }) {
  const [document] = await createDocuments(db, [
    {
      ...{ id: ids(), ownerId: 'ann', ...at, messageId: null, filename: 'a.txt' },
      ...{ mediaType: 'text/plain', blobKey: ids(), sizeBytes: 1, now },
    },
  ])
  return document as Document
}

/** Passages of a document, so many that their terms take several steps to count. */
function draftsFor(random: () => number, passages: number): ChunkDraft[] {
  return Array.from({ length: passages }, (_, ordinal) => {
    const words = Array.from({ length: 60 }, () => `w${Math.floor(random() ** 3 * 6_000)}`)
    const own = { key: keys(), ordinal, text: 'text', tokens: 60, titleTerms: '' }
    const position = { startChar: 0, endChar: 4 }
    const vector = Buffer.from(new Float32Array([1, 0]).buffer)
    return { ...own, position, terms: words.join(' '), length: words.length, vector }
  })
}

function tallyFor(drafts: ChunkDraft[]): Tally {
  const counts = new Map<string, number>()
  for (const { terms } of drafts) {
    for (const term of new Set(terms.split(' '))) counts.set(term, (counts.get(term) ?? 0) + 1)
  }
  const terms = [...counts.keys()].sort()
  const length = drafts.reduce((sum, draft) => sum + draft.length, 0)
  const chunks = terms.map((term) => counts.get(term) ?? 0)
  return { terms, chunks, passages: drafts.length, length, languages: 1 }
}

/** What a worker does with a document, as far as `lease` lets it. */
async function ingest(db: Db, id: string, drafts: ChunkDraft[], lease: Lease) {
  const [document] = await claimDocuments(db, [id], lease)
  if (!document) return
  if (document.counted !== null) {
    await countIn(db, document, await tallyOf(db, document), lease)
    return
  }
  if (!(await clearDocument(db, document, lease))) return
  let from = 0
  for (; from + 50 < drafts.length; from += 50) {
    if (lease.signal.aborted) return
    if (!(await addChunks(db, document, 's', drafts.slice(from, from + 50), lease))) return
  }
  const along = chunkStatements(db.t, [{ document, space: 's', drafts: drafts.slice(from) }])
  await countIn(db, document, tallyFor(drafts), lease, {
    along,
    about: { chunkCount: drafts.length },
  })
}

async function remove(db: Db, document: Document, lease: Lease) {
  if (await clearDocument(db, document, lease)) await forgetDocument(db, document)
}

/** What the sweep finds to do is done, to its end. */
async function settle(db: Db, drafts: Map<string, ChunkDraft[]>) {
  for (const id of await listRemovals(db, 100)) {
    for (const document of await takeLeftBehind(db, id, 100, now)) {
      await remove(db, document, leaseOf())
    }
    await endRemoval(db, id)
  }
  for (const id of await listDeleting(db, now, 100)) {
    const document = await findDocument(db, id)
    if (document) await remove(db, document, leaseOf())
  }
  for (const { id } of await listDueDocuments(db, now, 100)) {
    await ingest(db, id, drafts.get(id) ?? [], leaseOf())
  }
}

/** Statistics as they stand, and as they should by the passages of what is indexed. */
async function statistics(db: Db) {
  const { chunks, documents, scopes, termCounts } = db.t
  const indexed = new Set(
    (await db.select().from(documents)).flatMap((row) => (row.status === 'indexed' ? row.id : [])),
  )
  const expected = new Map<string, number>()
  const add = (key: string, n: number) => expected.set(key, (expected.get(key) ?? 0) + n)
  for (const { documentId, scopeId, terms } of await db.select().from(chunks)) {
    if (!indexed.has(documentId)) continue
    add(`${scopeId} passages`, 1)
    add(`${scopeId} length`, terms.split(' ').length)
    for (const term of new Set(terms.split(' '))) add(`${scopeId} ${term}`, 1)
  }
  const stored = new Map<string, number>()
  for (const { id, chunkCount, termTotal } of await db.select().from(scopes)) {
    stored.set(`${id} passages`, chunkCount)
    stored.set(`${id} length`, termTotal)
  }
  for (const { scopeId, term, chunks: n } of await db.select().from(termCounts)) {
    stored.set(`${scopeId} ${term}`, n)
  }
  return { expected, stored }
}

describe.each(databases)('documents in the store on %s', (_name, openDb) => {
  it('count as many passages and terms as there are, whatever is broken off when', async () => {
    for (let seed = 1; seed <= 3; seed += 1) {
      const db = await openDb()
      const random = generator(seed)
      const at = await place(db)
      const drafts = new Map<string, ChunkDraft[]>()
      const live: string[] = []
      const gone: Document[] = []
      for (let step = 0; step < 25; step += 1) {
        const dice = random()
        const steps = Math.floor(random() * 8)
        const id = live[Math.floor(random() * live.length)]
        if (dice < 0.35) {
          const threadId = random() < 0.5 ? at.threadId : null
          const document = await upload(db, { ...at, threadId })
          drafts.set(document.id, draftsFor(random, Math.floor(random() * 130)))
          live.push(document.id)
        } else if (dice < 0.75 && id) await ingest(db, id, drafts.get(id) ?? [], leaseOf(steps))
        else if (dice < 0.85 && id) {
          const document = await markDeleting(db, 'ann', id, now)
          live.splice(live.indexOf(id), 1)
          gone.push(document)
          await expect(getDocument(db, 'ann', id)).rejects.toThrow('not found')
        } else {
          for (const { id: other } of gone) {
            const document = await findDocument(db, other)
            if (document) await remove(db, document, leaseOf(steps))
          }
        }
      }
      await settle(db, drafts)
      const { expected, stored } = await statistics(db)
      expect(stored).toEqual(expected)
      for (const id of live) {
        const document = await getDocument(db, 'ann', id)
        const passages = drafts.get(id)?.length
        expect(document).toMatchObject({ status: 'indexed', chunkCount: passages })
      }
      expect(await db.$count(db.t.documents)).toBe(live.length)
      const passages = live.reduce((sum, id) => sum + (drafts.get(id)?.length ?? 0), 0)
      expect(await db.$count(db.t.chunks)).toBe(passages)
      expect(await db.$count(db.t.embeddings)).toBe(passages)
      await db.close()
    }
  }, 60_000)

  it('go with their thread and assistant, out of reach at once and cleared away in steps', async () => {
    const db = await openDb()
    const [one, two] = [await place(db), await place(db)]
    const drafts = new Map<string, ChunkDraft[]>()
    const make = async (at: { assistantId: string; threadId: string | null }) => {
      const { id } = await upload(db, at)
      drafts.set(id, draftsFor(generator(1), 70))
      await ingest(db, id, drafts.get(id) ?? [], leaseOf())
      return id
    }
    const own = await make({ ...one, threadId: null })
    const threads = await make(one)
    const others = await make(two)
    await deleteThread(db, 'ann', one.threadId, now)
    await expect(getDocument(db, 'ann', threads)).rejects.toThrow('not found')
    expect(await getDocument(db, 'ann', own)).toMatchObject({ status: 'indexed' })
    await expect(upload(db, one)).rejects.toThrow('Thread not found')

    const [taken] = await takeLeftBehind(db, one.threadId, 10, now)
    expect(taken).toMatchObject({ id: threads, status: 'deleting' })
    await remove(db, taken as Document, leaseOf(3))
    await endRemoval(db, one.threadId)
    expect(await listRemovals(db, 10)).toEqual([one.threadId])
    await settle(db, drafts)
    expect(await listRemovals(db, 10)).toEqual([])
    expect(await findDocument(db, threads)).toBeNull()

    await deleteAssistant(db, 'ann', one.assistantId, now)
    await expect(getDocument(db, 'ann', own)).rejects.toThrow('not found')
    await expect(upload(db, { ...one, threadId: null })).rejects.toThrow('Assistant not found')
    await settle(db, drafts)
    expect(await db.$count(db.t.documents)).toBe(1)
    expect(await db.$count(db.t.chunks)).toBe(70)
    const { expected, stored } = await statistics(db)
    expect(stored).toEqual(expected)
    expect(await getDocument(db, 'ann', others)).toMatchObject({ status: 'indexed' })
    await db.close()
  })

  it('are nowhere to be seen while they are being deleted', async () => {
    const db = await openDb()
    const at = await place(db)
    const [own, threads] = [await upload(db, { ...at, threadId: null }), await upload(db, at)]
    await expect(markDeleting(db, 'eve', own.id, now)).rejects.toThrow('not found')
    for (const { id } of [own, threads]) await markDeleting(db, 'ann', id, now)
    await expect(markDeleting(db, 'ann', own.id, now)).rejects.toThrow('not found')
    expect(await listAssistantDocuments(db, 'ann', at.assistantId)).toEqual([])
    expect(await listThreadDocuments(db, 'ann', at.threadId)).toEqual([])
    expect(await listDueDocuments(db, now, 10)).toEqual([])
    expect(await claimDocuments(db, [own.id], leaseOf())).toEqual([])
    await db.close()
  })
})
