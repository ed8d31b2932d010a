import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openFleet } from '../support/fleet.ts'
import { startProgram } from '../support/program.ts'

/** This program with one migration more, in a folder from where it finds its dependencies. */
function newerProgram() {
  const home = join('node_modules', '.cache', 'homecourt')
  mkdirSync(home, { recursive: true })
  const folder = mkdtempSync(join(home, 'newer-'))
  cpSync('dist', join(folder, 'dist'), { recursive: true })
  cpSync('migrations', join(folder, 'migrations'), { recursive: true })
  const path = join(folder, 'migrations', 'postgres', 'meta', '_journal.json')
  const journal = JSON.parse(readFileSync(path, 'utf8'))
  const last = journal.entries.at(-1)
  journal.entries.push({ ...last, idx: last.idx + 1, when: last.when + 1, tag: '9999_newer' })
  writeFileSync(path, JSON.stringify(journal))
  const sql = 'ALTER TABLE "threads" ADD COLUMN "newer" text;'
  writeFileSync(join(folder, 'migrations', 'postgres', '9999_newer.sql'), sql)
  return { folder, main: join(folder, 'dist', 'main.js') }
}

it('old and new run side by side while processes are replaced one after the other', async () => {
  await using fleet = await openFleet()
  const newer = newerProgram()
  const old = await fleet.server()
  await fleet.worker()
  const { threadId, assistantId } = await old.api.thread()
  // Statements that the old one has prepared must outlive the change of the table.
  for (const content of ['one', 'two']) await old.api.send(threadId, content)
  const fresh = await startProgram(fleet.env, { main: newer.main })
  try {
    for (let round = 0; round < 5; round += 1) {
      for (const { api } of [old, fresh]) {
        const sent = await api.send(threadId, `round ${round}`)
        expect(sent).toMatchObject({ status: 200, body: { status: 'COMPLETED' } })
        expect((await api.call('GET', `/threads/${threadId}`)).status).toBe(200)
        expect((await api.call('GET', `/assistants/${assistantId}/threads`)).status).toBe(200)
      }
    }
    const ready = await fetch(old.url.replace('/api', '/ready'))
    expect(ready.status).toBe(200)
    const { body } = await old.api.call<{ role: string }[]>('GET', `/threads/${threadId}/messages`)
    expect(body).toHaveLength(24)
    expect(await old.stop('SIGTERM')).toBe(0)
    expect((await fresh.api.send(threadId, 'Alone')).status).toBe(200)
  } finally {
    await fresh.stop('SIGKILL')
    rmSync(newer.folder, { recursive: true, force: true })
  }
}, 60_000)
