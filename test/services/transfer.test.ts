import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { newBucket } from '../support/blobs.ts'
import { fill, look } from '../support/contents.ts'
import { type Program, runProgram, startProgram } from '../support/program.ts'
import { newDatabase } from '../support/services.ts'

const tablesOf = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')).tables

it('from SQLite to Postgres and a bucket, and back: all is there, as it was', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'homecourt-transfer-'))
  const at = (name: string) => join(folder, name)
  const offline = { HOMECOURT_OFFLINE: 'always' }
  const amazon = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }
  const sqlite = { ...offline, HOMECOURT_DATA_DIR: at('sqlite') }
  const postgres = {
    ...{ ...offline, ...amazon, HOMECOURT_DATA_DIR: at('unused') },
    ...{ DATABASE_URL: await newDatabase(), ...(await newBucket()).env },
  }
  const started: Program[] = []
  const start = async (env: Record<string, string>) => {
    const program = await startProgram(env)
    started.push(program)
    return program
  }
  try {
    const first = await start(sqlite)
    const ids = await fill(first)
    const before = await look(first, ids)
    expect(await runProgram(['export', at('out')], sqlite)).toMatchObject({ code: 0 })

    expect(await runProgram(['import', at('out')], postgres)).toMatchObject({ code: 0 })
    const second = await start(postgres)
    expect(await look(second, ids)).toEqual(before)
    expect((await second.api.send(ids.threadId, 'And now?')).status).toBe(200)
    const after = await look(second, ids)
    expect(await runProgram(['export', at('back')], postgres)).toMatchObject({ code: 0 })
    await second.stop('SIGTERM')

    const again = { ...sqlite, HOMECOURT_DATA_DIR: at('again') }
    expect(await runProgram(['import', at('back')], again)).toMatchObject({ code: 0 })
    expect(await runProgram(['export', at('third')], again)).toMatchObject({ code: 0 })
    expect(tablesOf(at('third'))).toEqual(tablesOf(at('back')))
    expect(await look(await start(again), ids)).toEqual(after)
  } finally {
    for (const program of started) await program.stop('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}, 90_000)
