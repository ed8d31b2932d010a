import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { eq } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Db } from '../../src/db/db.ts'
import { keepLogShort } from '../../src/db/log-copying.ts'
import { openSqlite } from '../../src/db/sqlite.ts'
import { createKey } from '../../src/store/keys.ts'

const mib = 1024 * 1024
let folder = ''
let db: Db
const path = () => join(folder, 'homecourt.sqlite')
const logBytes = () => statSync(`${path()}-wal`).size

/** Writes a row of half a megabyte again and again, and says how long the log was at most. */
async function write(megabytes: number): Promise<number> {
  const { apiKeys } = db.t
  let most = 0
  for (let at = 0; at < megabytes * 2; at += 1) {
    const name = String(at % 10).repeat(mib / 2)
    await db.atomic((q) => [
      q.update(apiKeys).set({ name }).where(eq(apiKeys.id, 'one')).returning(),
    ])
    most = Math.max(most, logBytes())
    await setImmediate()
  }
  return most
}

describe('the log of SQLite', () => {
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'homecourt-log-'))
    db = openSqlite({ path: path(), synchronous: 'normal' })
    await db.migrate()
    await createKey(db, { id: 'one', name: 'one', now: new Date() })
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('stays short under constant writing, and closing leaves the file alone', async () => {
    expect(await write(200)).toBeLessThan(64 * mib)
    await db.close()
    expect(readdirSync(folder)).toEqual(['homecourt.sqlite', 'migration.lock'])
    const file = new Sqlite(path())
    expect(file.pragma('integrity_check', { simple: true })).toBe('ok')
    file.close()
  }, 60_000)

  it('is copied beside those who write rows one by one, too', async () => {
    const { apiKeys } = db.t
    for (let at = 0; at < 60; at += 1) {
      await db.update(apiKeys).set({ name: String(at % 10).repeat(mib / 2) })
    }
    // So far, no commit copies it.
    expect(logBytes()).toBeLessThan(40 * mib)
    const beside = new Sqlite(path())
    const copied = () => {
      const [state] = beside.pragma('wal_checkpoint(noop)') as { checkpointed: number }[]
      return state?.checkpointed
    }
    await expect.poll(copied, { timeout: 20_000 }).toBeGreaterThan(0)
    beside.close()
    await db.close()
  }, 60_000)

  it('grows for as long as somebody reads, and is short again afterwards', async () => {
    const reader = new Sqlite(path(), { readonly: true })
    reader.exec('begin')
    reader.prepare('select count(*) from api_keys').get()
    expect(await write(100)).toBeGreaterThan(90 * mib)
    reader.exec('commit')
    await write(60)
    expect(logBytes()).toBeLessThanOrEqual(64 * mib)
    reader.close()
    await db.close()
    expect(readdirSync(folder)).toEqual(['homecourt.sqlite', 'migration.lock'])
  }, 60_000)
})

describe('copying', () => {
  /** A log of so many pages, whose copying ends when the test says so. */
  function openLog(log: number) {
    const state = { log, checkpointed: 0, copiesFrom: 0, begun: 0, looks: 0, isScanning: false }
    const begins: (() => void)[] = []
    const ends: { resolve(): void; reject(error: Error): void }[] = []
    const copying = keepLogShort({
      pages: () => {
        state.looks += 1
        return state
      },
      copyInCommitsFrom: (pages) => {
        state.copiesFrom = pages
      },
      copy: (onBegin) => {
        state.begun += 1
        begins.push(onBegin)
        if (!state.isScanning) onBegin()
        return new Promise((resolve, reject) => ends.push({ resolve, reject }))
      },
    })
    const end = async (checkpointed: number) => {
      state.checkpointed = checkpointed
      ends.shift()?.resolve()
      await setImmediate()
    }
    const fail = async () => {
      ends.shift()?.reject(new Error('no thread'))
      await setImmediate()
    }
    const lookAt = async (log: number) => {
      state.log = log
      for (const { looks } = state; state.looks === looks; await setImmediate()) copying.look()
    }
    return { state, copying, begins, end, fail, lookAt }
  }

  it('begins when the log has grown, and lets writers wait for its end only', async () => {
    const { state, copying, end } = openLog(3_999)
    copying.look()
    expect(state.begun).toBe(0)
    const next = openLog(4_000)
    next.copying.look()
    expect(next.copying.held()).toBe(null)
    next.state.log = 4_100
    await next.end(4_000)
    const held = next.copying.held()
    expect(held).not.toBe(null)
    await next.end(4_100)
    await held
    expect(next.copying.held()).toBe(null)
    expect(next.state.begun).toBe(2)
    await end(0)
  })

  it('that is slower than the writers makes them wait', async () => {
    const { state, copying, end } = openLog(4_000)
    copying.look()
    state.log = 8_000
    while (copying.held() === null) {
      copying.look()
      await setImmediate()
    }
    await end(8_000)
    expect(copying.held()).toBe(null)
  })

  it('that waits for a scan lets writers go on, however long the log gets', async () => {
    const { state, copying, begins, end, lookAt } = openLog(0)
    state.isScanning = true
    await lookAt(4_000)
    await lookAt(100_000)
    expect(copying.held()).toBe(null)
    begins[0]?.()
    await lookAt(100_001)
    expect(copying.held()).not.toBe(null)
    await end(100_001)
    expect(copying.held()).toBe(null)
  })

  it('that fails is left to the commits, and tried again', async () => {
    const { state, copying, fail } = openLog(4_000)
    expect(state.copiesFrom).toBe(16_000)
    copying.look()
    await fail()
    expect(state.copiesFrom).toBe(4_000)
    expect(copying.held()).toBe(null)
    while (state.begun < 2) {
      copying.look()
      await setImmediate()
    }
  })

  it('waits for as much again as a reader keeps, until somebody else has copied that', async () => {
    const { state, end, lookAt } = openLog(0)
    await lookAt(100_000)
    await end(0)
    await end(0)
    await lookAt(103_000)
    expect(state.begun).toBe(2)
    // Another process has copied all, and the log is written from its beginning again.
    await lookAt(1)
    await lookAt(4_001)
    expect(state.begun).toBe(3)
    await end(4_001)
  })
})
