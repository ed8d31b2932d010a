import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { openSqlite } from '../../src/db/sqlite.ts'
import { createAssistant } from '../../src/store/assistants.ts'
import { createThread } from '../../src/store/threads.ts'

const now = new Date('2026-01-02T03:04:05.678Z')
let folder = ''
let db: Db

describe('a prepared query on SQLite', () => {
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'homecourt-rows-'))
    db = openSqlite({ path: join(folder, 'homecourt.sqlite'), synchronous: 'normal' })
    await db.migrate()
    const assistant = { ownerId: 'ann', name: 'A', topK: 10, createdAt: now }
    await createAssistant(db, { ...assistant, id: 'a', isDefault: true })
    await createAssistant(db, { ...assistant, id: 'b', isDefault: false })
    const thread = { id: 't', ownerId: 'ann', assistantId: 'a', metadata: { deep: [1, null] }, now }
    await createThread(db, thread)
  })
  afterEach(async () => {
    await db.close()
    rmSync(folder, { recursive: true })
  })

  it('gives the rows that drizzle makes of one that is not', async () => {
    const { assistants, threads } = db.t
    const { id, name, ownerId } = assistants
    const queries = {
      all: () => db.select().from(assistants).orderBy(id),
      json: () => db.select().from(threads),
      joined: () =>
        db
          .select({ thread: threads.id, id, name, again: id, ownerId })
          .from(threads)
          .innerJoin(assistants, eq(id, threads.assistantId)),
      nested: () =>
        db.select().from(assistants).leftJoin(threads, eq(threads.assistantId, id)).orderBy(id),
    }
    for (const [name, build] of Object.entries(queries)) {
      const rows: unknown[] = await build()
      expect(rows.length).toBeGreaterThan(0)
      expect(await db.prepared<unknown[]>(name, build).execute({})).toEqual(rows)
    }
  })

  it('has them read by the reader it was given, which drizzle may not know any more', async () => {
    const query = db.prepared('names', () =>
      db.select({ name: db.t.assistants.name }).from(db.t.assistants),
    )
    const given = query as unknown as { customResultMapper?: unknown }
    expect(given.customResultMapper).toBeTypeOf('function')
    given.customResultMapper = (rows: unknown[][]) => rows.flat()
    expect(await query.execute({})).toEqual(['A', 'A'])
  })
})
