import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { expect, it } from 'vitest'
import { type Program, startProgram } from '../support/program.ts'

type Doc = { document_id: string; status: string; chunk_count: number | null }

/** About 500 KB in 1,200 distinct paragraphs. */
const text = Array.from({ length: 1_200 }, (_, i) =>
  `Entry ${i}: the ${i}th keeper of the lighthouse wrote about storm ${i * 7}. `.repeat(6),
).join('\n\n')

const LOG_COPIED_BYTES = 16.5 * 1024 * 1024

async function upload({ api }: Program, assistantId: string) {
  const form = new FormData()
  form.append('file', new Blob([text]), 'log.txt')
  const { body } = await api.call<Doc>('POST', `/assistants/${assistantId}/documents`, form)
  return body.document_id
}

type Stored = { status: string; passages: number }

/** Kills the program once what it has stored of a document is so far. Returns how far that was. */
async function killWhen(
  program: Program,
  folder: string,
  id: string,
  isSoFar: (stored: Stored) => boolean,
): Promise<Stored> {
  const file = new Sqlite(join(folder, 'homecourt.sqlite'), { readonly: true })
  const query = file.prepare(
    'select status, (select count(*) from chunks where document_id = documents.id) as passages from documents where id = ?',
  )
  const look = () => query.get(id) as Stored
  while (!isSoFar(look())) await wait(1)
  await program.stop('SIGKILL')
  const stored = look()
  file.close()
  return stored
}

async function untilIndexed({ api }: Program, id: string): Promise<Doc> {
  for (;;) {
    const { body } = await api.call<Doc>('GET', `/documents/${id}/status`)
    if (body.status === 'indexed' || body.status === 'failed') return body
    await wait(50)
  }
}

it('kill -9 in the middle of ingest: every document is indexed once, after a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'homecourt-ingest-'))
  const env = { HOMECOURT_DATA_DIR: folder, HOMECOURT_OFFLINE: 'always' }
  let program = await startProgram(env)
  try {
    const { assistantId } = await program.api.thread()
    const whole = await untilIndexed(program, await upload(program, assistantId))
    expect(whole.status).toBe('indexed')
    const all = whole.chunk_count ?? 0
    for (const some of [0, 1, all / 2]) {
      const id = await upload(program, assistantId)
      const left = await killWhen(program, folder, id, ({ passages }) => passages >= some)
      expect(left.status).toMatch(some > 0 ? /^processing$/ : /^(pending|processing)$/)
      expect(left.passages).toBeLessThan(all)
      program = await startProgram(env)
      const again = await untilIndexed(program, id)
      expect(again).toMatchObject({ status: 'indexed', chunk_count: whole.chunk_count })
    }
    const { body } = await program.api.call<{ passages: { document_id: string; text: string }[] }>(
      'POST',
      `/assistants/${assistantId}/documents/search`,
      { query: 'keeper 1111 storm 7777', limit: 20 },
    )
    const exact = body.passages.filter((passage) => passage.text.includes('Entry 1111:'))
    expect(exact.map((passage) => passage.document_id)).toHaveLength(4)
    expect(new Set(exact.map((passage) => passage.document_id)).size).toBe(4)
  } finally {
    await program.stop('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  }
}, 60_000)

it('kill -9 while the log is copied: the database is whole, and a stop leaves it in one file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'homecourt-log-'))
  const env = { HOMECOURT_DATA_DIR: folder, HOMECOURT_OFFLINE: 'always' }
  const file = join(folder, 'homecourt.sqlite')
  let program = await startProgram(env)
  try {
    const { assistantId } = await program.api.thread()
    const ids: string[] = []
    for (let times = 0; times < 5; times += 1) ids.push(await upload(program, assistantId))
    // From here on it is copied, beside the writing.
    while (statSync(`${file}-wal`).size < LOG_COPIED_BYTES) await wait(20)
    await program.stop('SIGKILL')
    program = await startProgram(env)
    for (const id of ids) {
      expect(await untilIndexed(program, id)).toMatchObject({ status: 'indexed' })
    }
    await program.stop('SIGTERM')
    const left = readdirSync(folder).filter((name) => name.startsWith('homecourt.sqlite'))
    expect(left).toEqual(['homecourt.sqlite'])
    const database = new Sqlite(file, { readonly: true })
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok')
    database.close()
  } finally {
    await program.stop('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}, 60_000)

it('kill -9 while notes come in: every one that was acknowledged is indexed with its own bytes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'homecourt-notes-'))
  const env = { HOMECOURT_DATA_DIR: folder, HOMECOURT_OFFLINE: 'always' }
  let program = await startProgram(env)
  try {
    const { assistantId } = await program.api.thread()
    const path = `/assistants/${assistantId}/documents`
    const notes = new Map<string, string>()
    const send = async (at: number) => {
      const note = `Note ${at}: the keeper of lamp ${at * 7} was away.`
      const form = new FormData()
      form.append('file', new Blob([note]), `note-${at}.txt`)
      const { body } = await program.api.call<Doc>('POST', path, form)
      notes.set(body.document_id, note)
    }
    for (const from of [0, 40]) {
      await Promise.all(Array.from({ length: 40 }, (_, at) => send(from + at)))
      await program.stop('SIGKILL')
      program = await startProgram(env)
    }
    expect(notes.size).toBe(80)
    for (const [id, note] of notes) {
      expect(await untilIndexed(program, id)).toMatchObject({ status: 'indexed', chunk_count: 1 })
      const stored = await program.api.raw('GET', `/documents/${id}/content`)
      expect(await stored.text()).toBe(note)
    }
    const query = { query: 'keeper of lamp 539', limit: 5 }
    const { body } = await program.api.call<{ passages: { text: string }[] }>(
      ...(['POST', `${path}/search`, query] as const),
    )
    expect(body.passages[0]?.text).toMatch(/^Note 77:/)
  } finally {
    await program.stop('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  }
}, 60_000)

it('kill -9 in the middle of a deletion: what was deleted stays so, and is cleared away later', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'homecourt-delete-'))
  const env = { HOMECOURT_DATA_DIR: folder, HOMECOURT_OFFLINE: 'always' }
  let program = await startProgram(env)
  const search = (path: string) =>
    program.api.call<{ passages: unknown[] }>('POST', `${path}/search`, { query: 'keeper storm' })
  try {
    const { assistantId, threadId } = await program.api.thread()
    const path = `/assistants/${assistantId}/documents`
    const kept = await untilIndexed(program, await upload(program, assistantId))
    const all = kept.chunk_count ?? 0
    for (const some of [all, all - 1, all / 2]) {
      const id = await upload(program, assistantId)
      await untilIndexed(program, id)
      expect((await program.api.call('DELETE', `/documents/${id}`)).status).toBe(200)
      const left = await killWhen(program, folder, id, ({ passages }) => passages <= some)
      expect(left.status).toBe('deleting')
      expect(left.passages).toBeGreaterThan(0)
      program = await startProgram(env)
      expect((await program.api.call('GET', `/documents/${id}/status`)).status).toBe(404)
      expect((await program.api.raw('GET', `/documents/${id}/content`)).status).toBe(404)
      expect((await program.api.call<Doc[]>('GET', path)).body).toMatchObject([
        { document_id: kept.document_id },
      ])
      const { body } = await search(path)
      expect(body.passages).not.toEqual([])
      for (const passage of body.passages) {
        expect(passage).toMatchObject({ document_id: kept.document_id })
      }
    }
    const form = new FormData()
    form.append('file', new Blob([text]), 'log.txt')
    const sent = await program.api.call<Doc>('POST', `/threads/${threadId}/documents`, form)
    await untilIndexed(program, sent.body.document_id)
    expect((await program.api.call('DELETE', `/assistants/${assistantId}`)).status).toBe(200)
    await program.stop('SIGKILL')
    program = await startProgram(env)
    for (const id of [kept.document_id, sent.body.document_id]) {
      expect((await program.api.call('GET', `/documents/${id}/status`)).status).toBe(404)
    }
    // Of the bytes nothing stays; the rest of what there was goes with them.
    const files = () =>
      readdirSync(join(folder, 'files'), { recursive: true, withFileTypes: true }).filter((entry) =>
        entry.isFile(),
      )
    while (files().length > 0) await wait(50)
  } finally {
    await program.stop('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  }
}, 60_000)
