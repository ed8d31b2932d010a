import { describe, expect, it } from 'vitest'
import type { Db, Lookup } from '../../src/db/db.ts'
import { createAssistant } from '../../src/store/assistants.ts'
import { addChunks } from '../../src/store/chunks.ts'
import { claimDocuments } from '../../src/store/claims.ts'
import { createDocuments } from '../../src/store/documents.ts'
import { databases } from '../support/databases.ts'

const now = new Date('2026-01-02T03:04:05.678Z')
const lease = { now, leaseUntil: new Date(now.getTime() + 1), signal: new AbortController().signal }
const scopes = ['018f0000-0000-7000-8000-00000000000a', '018f0000-0000-7000-8000-00000000000b']
const words = ['or', 'and', 'not', 'near', 'für', '海', '𐌰𐌱', '1945', 'x'.repeat(64)]

/** A passage for each of the terms, in a scope of its own assistant; its key is its place. */
async function plant(db: Db, scope: string, from: number, terms: string[]) {
  const place = { ownerId: 'ann', assistantId: scope, threadId: null, messageId: null }
  const assistant = { ownerId: 'ann', name: 'A', topK: 10, isDefault: false, createdAt: now }
  await createAssistant(db, { ...assistant, id: scope })
  const about = { filename: 'a.txt', mediaType: 'text/plain', blobKey: scope, sizeBytes: 1 }
  await createDocuments(db, [{ id: scope, ...place, ...about, now }])
  const [document] = await claimDocuments(db, [scope], lease)
  if (!document) throw new Error('nobody else has it')
  const drafts = terms.map((term, at) => ({
    ...{ key: from + at, ordinal: at, text: 'text', tokens: 2, titleTerms: '', length: 2 },
    ...{ position: { startChar: 0, endChar: 4 }, terms: `common ${term}`, vector: null },
  }))
  expect(await addChunks(db, document, null, drafts, lease)).toBe(true)
}

describe.each(databases)('lookups in the full-text index of %s', (_name, openDb) => {
  it('answer each by itself, none to fifty of them, and read no word as an operator', async () => {
    const db = await openDb()
    const [one = '', other = ''] = scopes
    await plant(db, one, 1, words)
    await plant(db, other, 101, words)
    const keys = async (scopeIds: string[], lookups: Lookup[]) =>
      (await db.matchChunks(scopeIds, lookups, 100)).map((found) => found.sort((a, b) => a - b))

    expect(await keys([one], [])).toEqual([])
    const each = words.map((term) => ({ any: [term] }))
    expect(await keys([one], each)).toEqual(words.map((_, at) => [at + 1]))
    expect(await keys(scopes, each)).toEqual(words.map((_, at) => [at + 1, at + 101]))
    const fifty = Array.from({ length: 50 }, (_, at) => ({ any: [at % 2 ? 'für' : 'nowhere'] }))
    const place = words.indexOf('für') + 1
    expect(await keys([one], fifty)).toEqual(fifty.map((_, at) => (at % 2 ? [place] : [])))
    const narrowed = { any: ['common'], among: ['or', 'not', '海'] }
    const among = ['or', 'not', '海'].map((word) => words.indexOf(word) + 1)
    expect(await keys([one], [narrowed])).toEqual([among])
    expect((await db.matchChunks([one], [{ any: ['common'] }], 3))[0]).toHaveLength(3)
    expect(await keys(['018f0000-0000-7000-8000-00000000000c'], each)).toEqual(words.map(() => []))
    await db.close()
  })
})
