import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import * as tables from '../../src/db/schema.sqlite.ts'
import { tableNames } from '../../src/store/transfer.ts'
import { fill, look } from '../support/contents.ts'
import { type Program, runProgram, startProgram } from '../support/program.ts'

let folder = ''
const started: Program[] = []
const at = (name: string) => join(folder, name)
const env = (name: string) => ({ HOMECOURT_DATA_DIR: at(name), HOMECOURT_OFFLINE: 'always' })
const start = async (name: string) => {
  const program = await startProgram(env(name))
  started.push(program)
  return program
}
const run = (name: string, ...args: string[]) => runProgram(args, env(name))

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'homecourt-transfer-'))
})
afterEach(async () => {
  for (const program of started.splice(0)) await program.stop('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

it('carries every table there is', () => {
  expect(tableNames.toSorted()).toEqual(Object.keys(tables).toSorted())
})

it('export beside a running server, import elsewhere: all is there, as it was; and again', async () => {
  const first = await start('one')
  const ids = await fill(first)
  const before = await look(first, ids)
  expect(before.map((text) => text.slice(0, 3))).toEqual(before.map(() => '200'))
  expect(await run('one', 'export', at('out'))).toMatchObject({ code: 0, out: '' })
  for (let times = 0; times < 2; times += 1) {
    const imported = await run('two', 'import', at('out'))
    expect(imported.complaints).toMatch(/Everything is there, as it was\.\n$/)
    expect(imported.code).toBe(0)
  }
  const second = await start('two')
  expect(await look(second, ids)).toEqual(before)
  expect((await second.api.send(ids.threadId, 'And now?')).status).toBe(200)
  const refused = await run('one', 'import', at('out'))
  expect(refused).toMatchObject({ code: 2, complaints: expect.stringMatching(/another Homecourt/) })
}, 60_000)

it('export of one owner leaves out the others; import puts it beside them', async () => {
  const first = await start('one')
  const mine = await fill(first)
  const other = await fetch(`${first.url}/assistants`, {
    ...{ method: 'POST', headers: { 'X-API-Key': 'other', 'content-type': 'application/json' } },
    body: JSON.stringify({ name: 'Not mine' }),
  })
  expect(other.status).toBe(200)
  const before = await look(first, mine)
  const { ownerOfSecret } = await import('../../src/store/keys.ts')
  const owner = ownerOfSecret('test-key')
  expect(await run('one', 'export', at('out'), '--owner', owner)).toMatchObject({ code: 0 })
  expect(readFileSync(join(at('out'), 'tables', 'assistants.jsonl'), 'utf8')).not.toContain(
    'Not mine',
  )
  const second = await start('two')
  await second.api.call('POST', '/assistants', { name: 'Here before' })
  await second.stop('SIGTERM')
  // The same key is the same owner, whose data here is not from the export.
  expect((await run('two', 'import', at('out'))).code).toBe(2)
  const third = await start('three')
  await fetch(`${third.url}/assistants`, {
    ...{ method: 'POST', headers: { 'X-API-Key': 'other', 'content-type': 'application/json' } },
    body: JSON.stringify({ name: 'Of another' }),
  })
  await third.stop('SIGTERM')
  expect(await run('three', 'import', at('out'))).toMatchObject({ code: 0 })
  expect(await look(await start('three'), mine)).toEqual(before)
}, 60_000)

it('import refuses what is not complete, and what is not what it was', async () => {
  const first = await start('one')
  await fill(first)
  await run('one', 'export', at('out'))
  const spoilt = (spoil: (out: string) => void) => {
    const name = `spoilt-${readdirSync(folder).length}`
    cpSync(at('out'), at(name), { recursive: true })
    spoil(at(name))
    return run(`to-${name}`, 'import', at(name))
  }
  const file = (out: string) => {
    const names = readdirSync(join(out, 'files'), { recursive: true, encoding: 'utf8' })
    return join(out, 'files', names.findLast((name) => name.includes('/')) ?? '')
  }
  const refusals = [
    await spoilt((out) => rmSync(join(out, 'manifest.json'))),
    await spoilt((out) => appendFileSync(file(out), 'x')),
    await spoilt((out) => rmSync(file(out))),
    await spoilt((out) => rmSync(join(out, 'tables', 'messages.jsonl'))),
    await spoilt((out) => {
      const lines = readFileSync(join(out, 'tables', 'messages.jsonl'), 'utf8')
      rmSync(join(out, 'tables', 'messages.jsonl'))
      appendFileSync(join(out, 'tables', 'messages.jsonl'), lines.replace('Lisbon', 'Madrid'))
    }),
  ]
  expect(refusals.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2])
  for (const { complaints } of refusals) expect(complaints).not.toMatch(/Everything is there/)
  expect(refusals[0]?.complaints).toMatch(/no complete export/)
  expect(refusals[4]?.complaints).toMatch(/messages differs from the export/)
}, 60_000)

it('backup beside a running server is a data folder to start from, and can be brought up to date', async () => {
  const first = await start('one')
  const ids = await fill(first)
  expect(await run('one', 'backup', at('copy'))).toMatchObject({ code: 0, out: '' })
  const before = await look(first, ids)
  const second = await start('copy')
  expect(await look(second, ids)).toEqual(before)
  await second.stop('SIGKILL')
  await first.api.send(ids.threadId, 'Later')
  const more = await fill(first)
  expect(await run('one', 'backup', at('copy'))).toMatchObject({ code: 0 })
  const after = [await look(first, ids), await look(first, more)]
  const third = await start('copy')
  expect([await look(third, ids), await look(third, more)]).toEqual(after)
}, 60_000)

it('say where to and where from', async () => {
  for (const command of ['export', 'import', 'backup']) {
    expect(await run('one', command)).toMatchObject({
      ...{ code: 2, out: '', complaints: expect.stringMatching(/^homecourt: say where/) },
    })
  }
})
