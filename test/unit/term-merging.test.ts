import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { expect, it } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { openSqlite } from '../../src/db/sqlite.ts'
import { createAssistant } from '../../src/store/assistants.ts'
import { addChunks, CHUNKS_AT_ONCE, chunkStatements } from '../../src/store/chunks.ts'
import { claimDocuments } from '../../src/store/claims.ts'
import { createDocuments, type Document } from '../../src/store/documents.ts'
import { clearDocument } from '../../src/store/removals.ts'
import { countIn, tallyOf } from '../../src/store/statistics.ts'

const now = new Date('2026-01-02T03:04:05.678Z')
const lease = { now, leaseUntil: new Date(now.getTime() + 1), signal: new AbortController().signal }
const steps = 60

let key = 0
const drafts = (count: number) =>
  Array.from({ length: count }, () => {
    key += 1
    const terms = Array.from({ length: 80 }, (_, at) => `word${(key * 7919 + at * 131) % 9973}`)
    const own = { key, ordinal: key, text: 'text', tokens: 80, titleTerms: '', length: 80 }
    return { ...own, position: { startChar: 0, endChar: 4 }, terms: terms.join(' '), vector: null }
  })

/** A migrated database, and another handle on its file. */
async function openFile() {
  const folder = mkdtempSync(join(tmpdir(), 'homecourt-terms-'))
  const path = join(folder, 'homecourt.sqlite')
  const db = openSqlite({ path, synchronous: 'normal' })
  await db.migrate()
  const assistant = { id: 'a', ownerId: 'ann', name: 'A', topK: 10, isDefault: false }
  await createAssistant(db, { ...assistant, createdAt: now })
  const file = new Sqlite(path, { readonly: true })
  return {
    ...{ db, file },
    async [Symbol.asyncDispose]() {
      file.close()
      await db.close()
      rmSync(folder, { recursive: true })
    },
  }
}

async function claimNew(db: Db, id: string): Promise<Document> {
  const place = { ownerId: 'ann', assistantId: 'a', threadId: null, messageId: null }
  const about = { filename: 'a.txt', mediaType: 'text/plain', blobKey: 'b', sizeBytes: 1 }
  await createDocuments(db, [{ id, ...place, ...about, now }])
  const [document] = await claimDocuments(db, [id], lease)
  if (!document) throw new Error('nobody else has it')
  return document
}

it('nothing of a document is left in the full-text index once its passages are removed', async () => {
  await using place = await openFile()
  const { db, file } = place
  const bytes = file.prepare('select sum(length(block)) from chunk_terms_data').pluck()
  const document = await claimNew(db, 'd')
  for (let step = 0; step < steps; step += 1) {
    expect(await addChunks(db, document, null, drafts(CHUNKS_AT_ONCE), lease)).toBe(true)
  }
  const full = bytes.get() as number
  expect(await clearDocument(db, document, lease)).toBe(true)
  expect(bytes.get()).toBeLessThan(full / 100)
}, 30_000)

it('documents of few passages do not wait for a commit that merges them all', async () => {
  await using place = await openFile()
  const { db, file } = place
  // A row of the index is numbered by its segment, in the upper bits.
  const segments = file.prepare(
    'select count(distinct id >> 37) from chunk_terms_data where id > 10',
  )
  const document = await claimNew(db, 'first')
  await addChunks(db, document, null, drafts(20), lease)
  const tally = await tallyOf(db, document)
  expect(await countIn(db, document, tally, lease)).toMatchObject({ status: 'indexed' })
  for (let at = 0; at < 14; at += 1) {
    const other = await claimNew(db, `d${at}`)
    const along = chunkStatements(db.t, [{ document: other, space: null, drafts: drafts(20) }])
    await countIn(db, other, tally, lease, { along })
  }
  expect(segments.pluck().get()).toBeLessThan(8)
}, 30_000)
