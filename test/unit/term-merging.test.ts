import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { expect, it } from 'vitest'
import { openSqlite } from '../../src/db/sqlite.ts'
import { createAssistant } from '../../src/store/assistants.ts'
import { addChunks, CHUNKS_AT_ONCE } from '../../src/store/chunks.ts'
import { claimDocuments } from '../../src/store/claims.ts'
import { createDocuments } from '../../src/store/documents.ts'
import { clearDocument } from '../../src/store/removals.ts'

const now = new Date('2026-01-02T03:04:05.678Z')
const lease = { now, leaseUntil: new Date(now.getTime() + 1), signal: new AbortController().signal }
const steps = 60

it('nothing of a document is left in the full-text index once its passages are removed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'homecourt-terms-'))
  const path = join(folder, 'homecourt.sqlite')
  const db = openSqlite({ path, synchronous: 'normal' })
  await db.migrate()
  const file = new Sqlite(path, { readonly: true })
  const bytes = file.prepare('select sum(length(block)) from chunk_terms_data').pluck()

  const place = { ownerId: 'ann', assistantId: 'a', threadId: null, messageId: null }
  const assistant = { id: 'a', ownerId: 'ann', name: 'A', topK: 10, isDefault: false }
  await createAssistant(db, { ...assistant, createdAt: now })
  const about = { filename: 'a.txt', mediaType: 'text/plain', blobKey: 'b', sizeBytes: 1 }
  await createDocuments(db, [{ id: 'd', ...place, ...about, now }])
  const [document] = await claimDocuments(db, ['d'], lease)
  if (!document) throw new Error('nobody else has it')
  let key = 0
  for (let step = 0; step < steps; step += 1) {
    const drafts = Array.from({ length: CHUNKS_AT_ONCE }, () => {
      key += 1
      const terms = Array.from({ length: 80 }, (_, at) => `word${(key * 7919 + at * 131) % 9973}`)
      const own = { key, ordinal: key, text: 'text', tokens: 80, titleTerms: '', length: 80 }
      return {
        ...own,
        position: { startChar: 0, endChar: 4 },
        terms: terms.join(' '),
        vector: null,
      }
    })
    expect(await addChunks(db, document, null, drafts, lease)).toBe(true)
  }
  const full = bytes.get() as number
  expect(await clearDocument(db, document, lease)).toBe(true)
  expect(bytes.get()).toBeLessThan(full / 100)
  file.close()
  await db.close()
  rmSync(folder, { recursive: true })
}, 30_000)
