import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { uuidsV7 } from '../../src/ids.ts'
import { createAssistant } from '../../src/store/assistants.ts'
import { backlog } from '../../src/store/backlog.ts'
import {
  type DocumentPatch,
  listDeleting,
  listDueDocuments,
  releaseDocuments,
} from '../../src/store/claims.ts'
import { createDocuments } from '../../src/store/documents.ts'
import { databases } from '../support/databases.ts'

const ids = uuidsV7(() => new Date())
const now = new Date('2026-01-02T03:04:05.678Z')
const later = (seconds: number) => new Date(now.getTime() + seconds * 1_000)

/** Uploads, each a second after the other and each then changed in its own way. */
async function queue(db: Db, patches: DocumentPatch[]): Promise<string[]> {
  const assistant = { id: ids(), ownerId: 'ann', name: 'A', topK: 10, isDefault: false }
  await createAssistant(db, { ...assistant, createdAt: now })
  const drafts = patches.map((_, at) => ({
    ...{ id: ids(), ownerId: 'ann', assistantId: assistant.id, threadId: null, messageId: null },
    ...{ filename: 'a.txt', mediaType: 'text/plain', blobKey: ids(), sizeBytes: 1, now: later(at) },
  }))
  await createDocuments(db, drafts)
  const { documents } = db.t
  for (const [at, patch] of patches.entries()) {
    const { id } = drafts[at] as { id: string }
    if (Object.keys(patch).length === 0) continue
    await db.update(documents).set(patch).where(eq(documents.id, id)).returning()
  }
  return drafts.map(({ id }) => id)
}

describe.each(databases)('the queue of documents on %s', (_name, openDb) => {
  it('offers what is new, due again or given up, the oldest first, and nothing else', async () => {
    const db = await openDb()
    const at = await queue(db, [
      { status: 'processing', leaseUntil: later(-1) },
      { retryAt: later(60) },
      { retryAt: later(-2) },
      {},
      { status: 'processing', leaseUntil: later(60) },
      { retryAt: later(-3) },
      { status: 'deleting' },
      { status: 'indexed' },
      { status: 'failed' },
      {},
    ])
    const due = (await listDueDocuments(db, now, 100)).map(({ id }) => id)
    expect(due).toEqual([0, 2, 3, 5, 9].map((i) => at[i]))
    const first = (await listDueDocuments(db, now, 2)).map(({ id }) => id)
    expect(first).toEqual([0, 2].map((i) => at[i]))
    await db.close()
  })

  it('offers for removal what nobody is at', async () => {
    const db = await openDb()
    const at = await queue(db, [
      { status: 'deleting', leaseUntil: later(60) },
      {},
      { status: 'deleting' },
      { status: 'deleting', leaseUntil: later(-1) },
    ])
    expect(await listDeleting(db, now, 10)).toEqual([at[2], at[3]])
    await releaseDocuments(db)
    expect(await listDeleting(db, now, 10)).toEqual([at[0], at[2], at[3]])
    await db.close()
  })

  it('tells how many wait in it, and since when', async () => {
    const db = await openDb()
    expect(await backlog(db)).toContainEqual({ kind: 'documents', waiting: 0, oldest: null })
    await queue(db, [
      { status: 'indexed' },
      { retryAt: later(60) },
      {},
      { status: 'processing', leaseUntil: later(60) },
      { status: 'deleting' },
    ])
    const told = { kind: 'documents', waiting: 4, oldest: later(1) }
    expect(await backlog(db)).toContainEqual(told)
    await db.close()
  })
})
