import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Program, type ProgramOptions, runProgram, startProgram } from '../support/program.ts'
import { openaiText, openProvider, paced, type Reply } from '../support/provider.ts'
import { parseSse } from '../support/world.ts'

type Message = { role: string; content: string | null; status: string; metadata_: object }

let folder = ''
let env: Record<string, string> = {}
const started: Program[] = []

const start = async (more: Record<string, string> = {}, options: ProgramOptions = {}) => {
  const program = await startProgram({ ...env, ...more }, options)
  started.push(program)
  return program
}
const messages = async ({ api }: Program, threadId: string) =>
  (await api.call<Message[]>('GET', `/threads/${threadId}/messages`)).body

/** The answer breaks off in silence after its first words. */
const silentAfterWords = (reply: Reply): Reply => ({
  ...reply,
  pieces: [...reply.pieces.slice(0, 3), 'hang'],
})

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'homecourt-'))
  env = { HOMECOURT_DATA_DIR: folder, HOMECOURT_LOG_LEVEL: 'silent' }
})
afterEach(async () => {
  for (const program of started.splice(0)) await program.stop('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

describe('kill -9', () => {
  it('loses nothing that was acknowledged', async () => {
    const first = await start()
    const { threadId, assistantId } = await first.api.thread({ name: 'Kept' })
    await first.api.send(threadId, 'Saved', { send_to_llm: false })
    const { body } = await first.api.send(threadId, 'Answered')
    await first.stop('SIGKILL')
    const second = await start()
    expect((await second.api.call('GET', `/assistants/${assistantId}`)).body.name).toBe('Kept')
    const contents = (await messages(second, threadId)).map(({ content }) => content)
    expect(contents).toEqual(['Saved', 'Answered', body.content])

    const renamed = await second.api.call('PUT', `/assistants/${assistantId}`, { name: 'New' })
    expect(renamed.status).toBe(200)
    await second.api.call('DELETE', `/threads/${threadId}`)
    await second.stop('SIGKILL')
    const third = await start()
    expect((await third.api.call('GET', `/assistants/${assistantId}`)).body.name).toBe('New')
    expect((await third.api.call('GET', `/threads/${threadId}`)).status).toBe(404)
  })

  it('in the middle of an answer leaves it FAILED with a reason, and the thread free', async () => {
    await using provider = await openProvider(silentAfterWords(openaiText('Half of an answer')))
    const cloud = { OPENAI_API_KEY: 'key', OPENAI_BASE_URL: provider.openaiUrl }
    const first = await start(cloud)
    const { threadId } = await first.api.thread()
    const response = await first.api.raw('POST', `/threads/${threadId}/messages`, {
      ...{ content: 'Hi', stream: true },
    })
    await response.body?.getReader().read()
    await first.stop('SIGKILL')

    const second = await start(cloud)
    expect(await messages(second, threadId)).toMatchObject([
      { role: 'user', content: 'Hi' },
      {
        ...{ role: 'assistant', status: 'FAILED', content: null },
        metadata_: { error: expect.stringMatching(/server stopped before the answer/) },
      },
    ])
    provider.script(openaiText('Fine again'))
    const next = await second.api.send(threadId, 'And now?')
    expect(next).toMatchObject({ status: 200, body: { content: 'Fine again' } })
    expect(provider.requests[1]?.body.messages).toEqual([{ role: 'user', content: 'And now?' }])
  })
})

describe('SIGTERM', () => {
  it('lets a running answer end, takes nothing new, and exits with 0', async () => {
    await using provider = await openProvider(paced(openaiText('one two three four five'), 60))
    const cloud = { OPENAI_API_KEY: 'key', OPENAI_BASE_URL: provider.openaiUrl }
    const program = await start(cloud)
    const { threadId } = await program.api.thread()
    const response = await program.api.raw('POST', `/threads/${threadId}/messages`, {
      ...{ content: 'Hi', stream: true },
    })
    const gone = program.stop('SIGTERM')
    const events = parseSse(await response.text())
    expect(events.at(-1)).toMatchObject({
      ...{ type: 'run_ended', status: 'completed', final_content: 'one two three four five' },
    })
    expect(await gone).toBe(0)
    await expect(program.api.call('GET', '/threads')).rejects.toThrow()
    const after = await start(cloud)
    expect(await messages(after, threadId)).toMatchObject([{}, { status: 'COMPLETED' }])
  })

  it.each([
    'SIGTERM',
    'SIGINT',
  ] as const)('ends an answer with run_failed when the grace period is over (%s)', async (signal) => {
    await using provider = await openProvider(silentAfterWords(openaiText('Half of an answer')))
    const cloud = { OPENAI_API_KEY: 'key', OPENAI_BASE_URL: provider.openaiUrl }
    const program = await start({ ...cloud, HOMECOURT_GRACE_SECONDS: '1' })
    const { threadId } = await program.api.thread()
    const response = await program.api.raw('POST', `/threads/${threadId}/messages`, {
      ...{ content: 'Hi', stream: true },
    })
    const gone = program.stop(signal)
    const events = parseSse(await response.text())
    expect(events.at(-1)).toMatchObject({
      ...{ type: 'run_failed', error: expect.stringMatching(/server stopped before/) },
    })
    expect(await gone).toBe(0)
    const after = await start(cloud)
    expect(await messages(after, threadId)).toMatchObject([
      { content: 'Hi' },
      { status: 'FAILED', content: 'Half of ' },
    ])
  })

  it('ends an idle server at once, open connections or not', async () => {
    const program = await start()
    await program.api.call('GET', '/threads')
    expect(await program.stop('SIGTERM')).toBe(0)
  })
})

describe('a full disk', () => {
  it('500 for what cannot be written, which changes nothing; reading goes on', async () => {
    const program = await start({ HOMECOURT_OFFLINE: 'always' }, { fileKib: 600 })
    const { threadId } = await program.api.thread()
    const content = 'x'.repeat(50_000)
    let written = 0
    let refused = await program.api.send(threadId, content, { send_to_llm: false })
    while (refused.status === 200 && written < 50) {
      written += 1
      refused = await program.api.send(threadId, content, { send_to_llm: false })
    }
    expect(written).toBeGreaterThan(2)
    const clean = { status: 500, body: { detail: 'Internal Server Error' } }
    expect(refused).toMatchObject(clean)
    for (const more of [{}, { stream: true }]) {
      expect(await program.api.send(threadId, content, more)).toMatchObject(clean)
    }
    const { status, body } = await program.api.call<{ messages: [] }>('GET', `/threads/${threadId}`)
    expect({ status, body }).toMatchObject({ status: 200, body: { message_count: written } })
    expect(body.messages).toHaveLength(written)
    expect((await fetch(program.url.replace('/api', '/health'))).status).toBe(200)
    await program.stop('SIGKILL')

    const roomy = await start({ HOMECOURT_OFFLINE: 'always' })
    expect((await roomy.api.call('GET', `/threads/${threadId}`)).body).toEqual(body)
    expect((await roomy.api.send(threadId, 'Hi')).status).toBe(200)
  })
})

describe('a newer program', () => {
  it('copies the database before it migrates it, and only then', async () => {
    const first = await start()
    const { threadId } = await first.api.thread({ name: 'Old' })
    await first.stop('SIGTERM')
    const database = join(folder, 'homecourt.sqlite')
    const newer = newerProgram()
    try {
      const migrated = await runProgram(['migrate'], env, { main: newer.main })
      expect(migrated).toMatchObject({ code: 0, out: 'The database is up to date.\n' })
      const copy = `${database}.before-migration-${newer.migrations}`
      expect(tables(copy)).not.toContain('newer')
      expect(tables(copy)).toContain('threads')
      expect(tables(database)).toContain('newer')
      const second = await start({}, { main: newer.main })
      expect((await second.api.call('GET', `/threads/${threadId}`)).status).toBe(200)
      await second.stop('SIGTERM')
      expect(existsSync(`${database}.before-migration-${newer.migrations + 1}`)).toBe(false)
    } finally {
      rmSync(newer.folder, { recursive: true, force: true })
    }
  })

  it('migrates once, however many are started on the same file at once', async () => {
    const made = await Promise.all([1, 2, 3, 4].map(() => runProgram(['keys', 'create'], env)))
    for (const { code, complaints } of made) {
      expect([code, complaints]).toEqual([0, expect.stringContaining('It is shown only now')])
    }
    expect(count('__drizzle_migrations')).toBe(readdirSync('migrations/sqlite').length - 1)
    expect(count('api_keys')).toBe(4)
  })

  it('makes no copy of a database it has just created', async () => {
    await runProgram(['migrate'], env)
    expect(existsSync(join(folder, 'homecourt.sqlite'))).toBe(true)
    expect(existsSync(join(folder, 'homecourt.sqlite.before-migration-1'))).toBe(false)
  })
})

/** This program with one migration more, in a folder from where it finds its dependencies. */
function newerProgram() {
  const home = join('node_modules', '.cache', 'homecourt')
  mkdirSync(home, { recursive: true })
  const folder = mkdtempSync(join(home, 'newer-'))
  cpSync('dist', join(folder, 'dist'), { recursive: true })
  cpSync('migrations', join(folder, 'migrations'), { recursive: true })
  const path = join(folder, 'migrations', 'sqlite', 'meta', '_journal.json')
  const journal = JSON.parse(readFileSync(path, 'utf8'))
  const last = journal.entries.at(-1)
  journal.entries.push({ ...last, idx: last.idx + 1, when: last.when + 1, tag: '9999_newer' })
  writeFileSync(path, JSON.stringify(journal))
  writeFileSync(join(folder, 'migrations', 'sqlite', '9999_newer.sql'), 'CREATE TABLE newer (a)')
  return { folder, main: join(folder, 'dist', 'main.js'), migrations: journal.entries.length }
}

function count(table: string): number {
  const db = new Sqlite(join(folder, 'homecourt.sqlite'), { readonly: true })
  const rows = db.prepare(`select count(*) from ${table}`).pluck().get() as number
  db.close()
  return rows
}

function tables(path: string): string[] {
  const db = new Sqlite(path, { readonly: true })
  const rows = db.prepare('select name from sqlite_master').all() as { name: string }[]
  db.close()
  return rows.map(({ name }) => name)
}
