import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { uuidsV7 } from '../../src/ids.ts'
import { createAssistant, deleteAssistant, getAssistant } from '../../src/store/assistants.ts'
import { createKey, findOwner, listKeys, revokeKey } from '../../src/store/keys.ts'
import {
  findMessage,
  listHistory,
  listMessages,
  type MessageDraft,
  saveMessage,
} from '../../src/store/messages.ts'
import {
  beginRun,
  findLatestRun,
  findWaitingRun,
  getRun,
  listOrphans,
  listRunMessages,
  type Run,
  renewLeases,
  requestCancel,
  settleRun,
} from '../../src/store/runs.ts'
import { createThread, getThread, type Thread } from '../../src/store/threads.ts'
import { databases } from '../support/databases.ts'

const ids = uuidsV7(() => new Date())
const now = new Date('2026-01-02T03:04:05.678Z')

async function makeThread(db: Db, owner = 'ann'): Promise<Thread> {
  const assistant = { id: ids(), ownerId: owner, name: 'A', topK: 10, isDefault: false }
  await createAssistant(db, { ...assistant, createdAt: now })
  const thread = { id: ids(), ownerId: owner, assistantId: assistant.id, metadata: null, now }
  return createThread(db, thread)
}

const draft = (role: 'user' | 'assistant' | 'tool', more: Partial<MessageDraft> = {}) => {
  const own = { id: ids(), status: 'COMPLETED', createdAt: now } as const
  return { ...own, role, content: role, ...more }
}

const begin = (db: Db, thread: Thread, leaseUntil = now) =>
  beginRun(
    db,
    {
      ...{ id: ids(), ownerId: thread.ownerId, threadId: thread.id, provider: 'openai' },
      ...{ model: 'gpt-4o', settings: {}, leaseUntil, createdAt: now },
    },
    draft('user'),
  )

/** A live run, of a thread that has no other. */
async function beginAlone(db: Db, thread: Thread, leaseUntil = now): Promise<Run> {
  const begun = await begin(db, thread, leaseUntil)
  if (!begun) throw new Error('the thread was busy')
  return begun.run
}

const end = (db: Db, run: Run, to: 'completed' | 'requires_action' | 'cancelled' = 'completed') =>
  settleRun(db, run, { from: 'in_progress', to, patch: {}, now, drafts: [draft('assistant')] })

describe.each(databases)('the store on %s', (_name, openDb) => {
  it('atomic runs all statements as one, or none when any touches no row or fails', async () => {
    const db = await openDb()
    const thread = await makeThread(db)
    const { threads } = db.t
    const rename = (q: Pick<Db, 'update'>, id: string, title: string) =>
      q.update(threads).set({ title }).where(eq(threads.id, id)).returning()
    const title = async () => (await getThread(db, 'ann', thread.id)).title

    const both = await db.atomic((q) => [rename(q, thread.id, 'a'), rename(q, thread.id, 'b')])
    expect(both?.map((rows) => rows.map((row) => row.title))).toEqual([['a'], ['b']])
    expect(await db.atomic((q) => [rename(q, thread.id, 'c'), rename(q, ids(), 'c')])).toBeNull()
    expect(await title()).toBe('b')
    const twice = { ...thread, title: 'd' }
    const failing = db.atomic((q) => [
      rename(q, thread.id, 'd'),
      q.insert(threads).values(twice).returning(),
    ])
    await expect(failing).rejects.toSatisfy((error) => db.isConflict(error))
    expect(await title()).toBe('b')
    await db.close()
  })

  it('keeps queries apart whose long names differ only at the end', async () => {
    const db = await openDb()
    const { threads } = db.t
    const thread = await makeThread(db)
    const long = 'x'.repeat(100)
    const only = (column: 'id' | 'ownerId') =>
      db.prepared(`${long}_${column}`, () =>
        db.select({ value: threads[column] }).from(threads).where(eq(threads.id, thread.id)),
      )
    expect(await only('id').execute({})).toEqual([{ value: thread.id }])
    expect(await only('ownerId').execute({})).toEqual([{ value: 'ann' }])
    const bound = (title: string) => ({
      ...{ name: `${long}_${title}`, values: {} },
      build: (q: Pick<Db, 'update'>) =>
        q.update(threads).set({ title }).where(eq(threads.id, thread.id)).returning(),
    })
    const both = await db.atomic(() => [bound('a'), bound('b')])
    expect(both?.map(([row]) => row?.title)).toEqual(['a', 'b'])
    await db.close()
  })

  it('a bystander’s write survives the undoing of another’s', async () => {
    const db = await openDb()
    const thread = await makeThread(db)
    const { threads } = db.t
    const [undone] = await Promise.all([
      db.atomic((q) => [
        q.update(threads).set({ title: 'x' }).where(eq(threads.id, thread.id)).returning(),
        q.update(threads).set({ title: 'x' }).where(eq(threads.id, ids())).returning(),
      ]),
      saveMessage(db, thread, draft('user'), now),
    ])
    expect(undone).toBeNull()
    expect(await getThread(db, 'ann', thread.id)).toMatchObject({ title: null, messageCount: 1 })
    expect(await listMessages(db, 'ann', thread.id)).toHaveLength(1)
    await db.close()
  })

  it('gives back what it was given: text, JSON in its order, instants to the millisecond', async () => {
    const db = await openDb()
    const thread = await makeThread(db)
    const json = '{"z":1,"a":[1.5,1e+21,null,{"ü":"🙂 \\""}],"":{},"__proto__":{"x":1}}'
    const given = draft('user', {
      ...{ content: '🙂 \u2028 \' " \\ % _ $1 ?', metadata: JSON.parse(json) },
      ...{ createdAt: new Date('1999-12-31T23:59:59.999Z'), inputTokens: 2_000_000_000 },
      ...{ costUsd: 0.123456789, toolCalls: [{ id: 'c', name: 'f', arguments: '{"b":1, "a":2}' }] },
    })
    const saved = await saveMessage(db, thread, given, now)
    const read = await findMessage(db, 'ann', thread.id, saved.id)
    for (const row of [saved, read]) {
      expect(row).toMatchObject({ ...given, metadata: expect.anything() })
      expect(JSON.stringify(row?.metadata)).toBe(json)
    }
    expect((await getThread(db, 'ann', thread.id)).updatedAt).toEqual(now)
    await db.close()
  })

  it('puts messages in their place, also ten saved at once', async () => {
    const db = await openDb()
    const thread = await makeThread(db)
    const texts = Array.from({ length: 10 }, (_, i) => `${i}`)
    await Promise.all(
      texts.map((content) => saveMessage(db, thread, draft('user', { content }), now)),
    )
    const stored = await listHistory(db, 'ann', thread.id, 0)
    expect(stored.map(({ position }) => position)).toEqual(texts.map((_, i) => i + 1))
    expect(stored.map(({ content }) => content).sort()).toEqual(texts)
    expect(await getThread(db, 'ann', thread.id)).toMatchObject({ messageCount: 10 })
    await db.close()
  })

  it('lets one live run begin per thread, and stores nothing of the other', async () => {
    const db = await openDb()
    const [one, two] = [await makeThread(db), await makeThread(db)]
    const begun = await Promise.all([begin(db, one), begin(db, one), begin(db, two)])
    expect(begun.filter(Boolean)).toHaveLength(2)
    expect(await listMessages(db, 'ann', one.id)).toHaveLength(1)
    const first = begun.find((each) => each?.run.threadId === one.id)?.run
    await end(db, first as Run)
    expect(await begin(db, one)).not.toBeNull()
    await db.close()
  })

  it('moves a run once: of two callers one gets the row, the other null and nothing stored', async () => {
    const db = await openDb()
    const thread = await makeThread(db)
    const run = await beginAlone(db, thread)
    const moves = await Promise.all([end(db, run), end(db, run, 'cancelled'), end(db, run)])
    expect(moves.filter(Boolean)).toHaveLength(1)
    expect(await listMessages(db, 'ann', thread.id)).toHaveLength(2)
    expect(await getThread(db, 'ann', thread.id)).toMatchObject({ messageCount: 2 })
    expect(await getRun(db, 'ann', thread.id, run.id)).toMatchObject({ leaseUntil: null })
    expect(await end(db, { ...run, ownerId: 'eve' })).toBeNull()
    await db.close()
  })

  it('finds the run that waits, the latest, and what a run has stored', async () => {
    const db = await openDb()
    const thread = await makeThread(db)
    expect(await findWaitingRun(db, 'ann', thread.id)).toBeNull()
    expect(await findLatestRun(db, 'ann', thread.id)).toBeNull()
    const first = await beginAlone(db, thread)
    await end(db, first)
    const run = await beginAlone(db, thread)
    const drafts = [draft('assistant', { status: 'REQUIRES_ACTION' })]
    const move = { from: 'in_progress', to: 'requires_action', patch: {}, now, drafts } as const
    await settleRun(db, run, move)
    expect(await findWaitingRun(db, 'ann', thread.id)).toMatchObject({ id: run.id })
    expect(await findWaitingRun(db, 'eve', thread.id)).toBeNull()
    expect(await findLatestRun(db, 'ann', thread.id)).toMatchObject({ id: run.id })
    expect((await listRunMessages(db, run)).map(({ role }) => role)).toEqual(['user', 'assistant'])

    const outputs = { ...move, from: 'requires_action', to: 'in_progress' } as const
    const tool = [draft('tool', { toolCallId: 'c' })]
    expect(await settleRun(db, run, { ...outputs, drafts: tool })).not.toBeNull()
    const stored = await listRunMessages(db, run)
    expect(stored.map(({ status }) => status)).toEqual(['COMPLETED', 'COMPLETED', 'COMPLETED'])
    await db.close()
  })

  it('renews the leases of live runs, tells of those cancelled, and finds those that lapsed', async () => {
    const db = await openDb()
    const [one, two, three] = [await makeThread(db), await makeThread(db), await makeThread(db)]
    const later = new Date(now.getTime() + 60_000)
    const live = await beginAlone(db, one)
    const cancelled = await beginAlone(db, two)
    const ended = await beginAlone(db, three)
    await end(db, ended)
    expect(await requestCancel(db, cancelled)).toBe(true)
    expect(await requestCancel(db, ended)).toBe(false)
    expect(await requestCancel(db, { ...live, ownerId: 'eve' })).toBe(false)
    const all = [live.id, cancelled.id, ended.id]
    expect(await renewLeases(db, all, later)).toEqual(new Set([live.id]))

    const orphans = async (at: Date, every = false) =>
      (await listOrphans(db, { now: at, all: every, limit: 10 })).map(({ id }) => id).sort()
    expect(await orphans(now)).toEqual([])
    expect(await orphans(new Date(now.getTime() + 1))).toEqual([cancelled.id])
    expect(await orphans(new Date(later.getTime() + 1))).toEqual([live.id, cancelled.id].sort())
    expect(await orphans(now, true)).toEqual([live.id, cancelled.id].sort())
    expect(await listOrphans(db, { now, all: true, limit: 1 })).toHaveLength(1)
    await db.close()
  })

  it('deletes an assistant with all it has, and nothing of another', async () => {
    const db = await openDb()
    const [one, two] = [await makeThread(db), await makeThread(db)]
    for (const thread of [one, two]) await end(db, await beginAlone(db, thread))
    await expect(deleteAssistant(db, 'eve', one.assistantId, now)).rejects.toThrow('not found')
    await deleteAssistant(db, 'ann', one.assistantId, now)
    await expect(getAssistant(db, 'ann', one.assistantId)).rejects.toThrow('not found')
    const { threads, runs, messages } = db.t
    for (const [table, left] of [
      [threads, 1],
      [runs, 1],
      [messages, 2],
    ] as const) {
      expect(await db.$count(table)).toBe(left)
    }
    await expect(begin(db, one)).rejects.toThrow('Thread not found')
    await expect(saveMessage(db, one, draft('user'), now)).rejects.toThrow('Thread not found')
    await db.close()
  })

  it('keys are found by their secret until they are revoked, and made once', async () => {
    const db = await openDb()
    const { row, secret } = await createKey(db, { id: ids(), name: 'k', now })
    expect(await findOwner(db, secret)).toBe(row.ownerId)
    expect(await findOwner(db, `${secret} `)).toBeNull()
    const twice = createKey(db, { id: ids(), name: 'k', secret, now })
    await expect(twice).rejects.toSatisfy((error) => db.isConflict(error))
    expect(await revokeKey(db, row.id, now)).toMatchObject({ revokedAt: now })
    expect(await revokeKey(db, row.id, now)).toBeNull()
    expect(await findOwner(db, secret)).toBeNull()
    expect(await listKeys(db)).toMatchObject([{ id: row.id, hint: secret.slice(-4) }])
    expect(JSON.stringify(await listKeys(db))).not.toContain(secret)
    await db.close()
  })

  it('is migrated twice without harm, and checks itself', async () => {
    const db = await openDb()
    await makeThread(db)
    await db.migrate()
    await db.check()
    expect(await db.$count(db.t.threads)).toBe(1)
    expect(db.isConflict(new Error('UNIQUE constraint failed'))).toBe(false)
    await db.close()
  })
})
