import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openSideThread } from '../../src/db/side-thread.ts'
import { openSqlite } from '../../src/db/sqlite.ts'

const scan = {
  ...{ of: 'chunks' as const, scopeIds: ['a'], space: 's' },
  ...{ query: Float32Array.of(1), limit: 1 },
}

it('a scan goes on where the thread before it has just broken', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'homecourt-scan-'))
  const [path, made] = [join(folder, 'one.db'), join(folder, 'made.db')]
  const db = openSqlite({ path: made, synchronous: 'normal' })
  await db.migrate()
  await db.close()
  const thread = openSideThread(path)
  // There is no such file yet: the thread ends by an error, and exits when the next has begun.
  await expect(thread.nearest(scan)).rejects.toThrow()
  renameSync(made, path)
  await expect(thread.nearest(scan)).resolves.toEqual([])
  await thread.close()
  rmSync(folder, { recursive: true })
})

it('the log is copied ahead of the scans that wait, also for the second time', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'homecourt-scan-'))
  const path = join(folder, 'one.db')
  const db = openSqlite({ path, synchronous: 'normal' })
  await db.migrate()
  const thread = openSideThread(path)
  const done: string[] = []
  const note = (what: string) => () => done.push(what)
  const copies = async () => {
    await thread.copyLog(() => {}).then(note('copy'))
    await thread.copyLog(() => {}).then(note('copy'))
  }
  const scans = [1, 2].map((at) => thread.nearest(scan).then(note(`scan ${at}`)))
  await Promise.all([...scans, copies()])
  expect(done).toEqual(['scan 1', 'copy', 'copy', 'scan 2'])
  await thread.close()
  await db.close()
  rmSync(folder, { recursive: true })
})

it('a task that cannot be handed over keeps none behind it waiting', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'homecourt-scan-'))
  const path = join(folder, 'one.db')
  const db = openSqlite({ path, synchronous: 'normal' })
  await db.migrate()
  const thread = openSideThread(path)
  // As where the system has no room for a thread, what starts one or writes to it throws at once.
  const unsendable = { ...scan, query: (() => 1) as unknown as Float32Array }
  const refused = expect(thread.nearest(unsendable)).rejects.toThrow(/cloned/)
  const behind = [thread.nearest(scan), thread.copyLog(() => {})]
  await refused
  expect(await Promise.all(behind)).toEqual([[], undefined])
  await thread.close()
  await db.close()
  rmSync(folder, { recursive: true })
})
