import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openSqlite } from '../../src/db/sqlite.ts'
import { uuidsV7 } from '../../src/ids.ts'
import { cosine } from '../../src/retrieval/scan.ts'

const ids = uuidsV7(() => new Date())
const now = new Date('2026-01-02T03:04:05.678Z')

it('finds the nearest vectors of the scopes and the space asked for, exactly, in a thread of its own', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'homecourt-vectors-'))
  const db = openSqlite({ path: join(folder, 'homecourt.sqlite'), synchronous: 'normal' })
  await db.migrate()
  const { documents, chunks, embeddings } = db.t
  const documentId = ids()
  const own = { ownerId: 'ann', documentId, text: '', tokens: 0, terms: '', titleTerms: '' }
  await db
    .insert(documents)
    .values({
      ...{ id: documentId, ownerId: 'ann', assistantId: ids(), filename: 'a', mediaType: 'b' },
      ...{ blobKey: 'c', sizeBytes: 1, status: 'indexed', attempts: 1 },
      ...{ createdAt: now, updatedAt: now },
    })
    .returning()
  // Of any length: nearness is of direction.
  const vectorOf = (key: number) =>
    Float32Array.from({ length: 5 }, (_, at) => Math.sin(key * (at + 1)) * (1 + (key % 7)))
  const scopes = ['one', 'two', 'other']
  for (let key = 1; key <= 300; key += 1) {
    const scopeId = scopes[key % 3] ?? ''
    const position = { startChar: 0, endChar: 0 }
    const chunk = { ...own, key, scopeId, ordinal: key, length: 0, position }
    await db.insert(chunks).values(chunk).returning()
    const space = key % 10 === 0 ? 'elsewhere' : 'here'
    const vector = Buffer.from(vectorOf(key).buffer)
    await db.insert(embeddings).values({ chunkKey: key, space, vector }).returning()
  }
  const query = Float32Array.from([1, -2, 0.5, 3, 1])
  const expected = Array.from({ length: 300 }, (_, at) => at + 1)
    .filter((key) => key % 3 !== 2 && key % 10 !== 0)
    .sort((a, b) => cosine(query, vectorOf(b)) - cosine(query, vectorOf(a)))
    .slice(0, 20)
  const nearest = () => db.nearestChunks(['one', 'two'], 'here', query, 20)
  expect(await Promise.all([nearest(), nearest()])).toEqual([expected, expected])
  expect(await db.nearestChunks(['none'], 'here', query, 20)).toEqual([])
  expect(await db.nearestChunks(['one'], 'here', Float32Array.from([1]), 20)).toEqual([])
  await db.close()
  rmSync(folder, { recursive: true, force: true })
})
