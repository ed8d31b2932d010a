import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Program, runProgram, startProgram } from '../support/program.ts'

let folder = ''
let env: Record<string, string> = {}
const started: Program[] = []

const start = async (more: Record<string, string> = {}) => {
  const program = await startProgram({ ...env, ...more })
  started.push(program)
  return program
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'homecourt-'))
  env = { HOMECOURT_DATA_DIR: folder, HOMECOURT_OFFLINE: 'always' }
})
afterEach(async () => {
  for (const program of started.splice(0)) await program.stop('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

describe('a start', () => {
  it('prints where it listens, where its data is, its models, its docs and a first request', async () => {
    const program = await start()
    const base = program.url.replace('/api', '')
    await expect.poll(() => program.printed.length).toBe(7)
    expect(program.printed).toEqual([
      expect.stringMatching(/^Homecourt \d+\.\d+\.\d+ speaks the Backboard API at http:\S+\/api$/),
      `  data    ${join(folder, 'homecourt.sqlite')}`,
      expect.stringMatching(/^ {2}models {2}the offline model/),
      expect.stringMatching(/^ {2}web {5}no search \(set HOMECOURT_SEARXNG_URL/),
      expect.stringMatching(/^ {2}images {2}none \(set OPENAI_API_KEY/),
      `  docs    ${base}/docs`,
      `  try     curl -H 'X-API-Key: any' -F content=Hello ${program.url}/threads/messages`,
    ])
    const form = new FormData()
    form.set('content', 'Hello')
    const hello = await program.api.call('POST', '/threads/messages', form)
    expect(hello).toMatchObject({ status: 200, body: { status: 'COMPLETED' } })
    expect(hello.body.content).toContain('Hello')
    for (const path of ['/health', '/ready', '/docs', '/openapi.json']) {
      expect([path, (await fetch(base + path)).status]).toEqual([path, 200])
    }
    expect(await program.stop('SIGTERM')).toBe(0)
  })

  it('listens beyond loopback only once there is a key, and then wants it', async () => {
    for (const HOST of ['0.0.0.0', '::']) {
      const refused = await runProgram([], { ...env, HOST })
      expect(refused).toMatchObject({ code: 2, out: '' })
      expect(refused.complaints).toBe(
        `homecourt: HOST is ${HOST}, which others can reach, and there is no API key yet. Make one first: homecourt keys create\n`,
      )
    }
    const created = await runProgram(['keys', 'create'], env)
    const program = await start({ HOST: '0.0.0.0' })
    const url = program.url.replace(/\/\/[^:]+/, '//127.0.0.1')
    const ask = (key: string) => fetch(`${url}/threads`, { headers: { 'X-API-Key': key } })
    expect((await ask(created.out.trim())).status).toBe(200)
    expect((await ask('any')).status).toBe(401)
    expect(program.printed.at(-1)).toContain("'X-API-Key: <your key>'")
  })

  it('names every wrong variable with what it may be, and does nothing', async () => {
    const wrong = { PORT: '70000', HOMECOURT_OFFLINE: 'maybe', DATABASE_URL: 'mysql://x' }
    const { code, out, complaints } = await runProgram([], { ...env, ...wrong })
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(complaints.trim().split('\n')).toEqual([
      'homecourt: PORT is "70000"; it must be a whole number from 0 to 65535',
      'DATABASE_URL is "mysql://x"; it must be a URL starting with postgres:// or postgresql://',
      'HOMECOURT_OFFLINE is "maybe"; it must be always, auto, never',
    ])
    expect(existsSync(join(folder, 'homecourt.sqlite'))).toBe(false)
  })

  it('is refused a data folder that another server uses, and gets it once that is gone', async () => {
    const first = await start()
    const second = await runProgram([], env)
    expect(second).toEqual({
      ...{ code: 2, out: '' },
      complaints: `homecourt: another Homecourt server is using ${folder}\n`,
    })
    expect((await first.api.call('GET', '/threads')).status).toBe(200)
    await first.stop('SIGKILL')
    const third = await start()
    expect((await third.api.call('GET', '/threads')).status).toBe(200)
  })

  it('ends with a clear word where its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as { port: number }
    const { code, complaints } = await runProgram([], { ...env, PORT: String(port) })
    other.close()
    expect(code).toBe(2)
    expect(complaints).toMatch(new RegExp(`^homecourt: .*EADDRINUSE.*${port}\n$`))
  })

  it('ends with a clear word where its data folder cannot be one', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    const refused = await runProgram([], { ...env, HOMECOURT_DATA_DIR: join(file, 'data') })
    expect(refused.code).toBe(2)
    expect(refused.complaints).toMatch(/^homecourt: .*file.*\n$/)
  })
})

describe('the command line', () => {
  it('tells its version and its commands, whatever the environment', async () => {
    const broken = { ...env, PORT: 'x' }
    for (const flag of ['--version', '-v']) {
      expect(await runProgram([flag], broken)).toMatchObject({
        ...{ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), complaints: '' },
      })
    }
    for (const flag of ['--help', '-h']) {
      const help = await runProgram([flag], broken)
      expect(help).toMatchObject({ code: 0, out: expect.stringContaining('keys create') })
    }
  })

  it.each([
    ['dance'],
    ['keys'],
    ['keys', 'dance'],
    ['keys', 'revoke'],
    ['--dance'],
    ['serve', '-x'],
  ])('refuses %s %s with exit code 2', async (...args) => {
    const { code, out, complaints } = await runProgram(args, env)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(complaints).not.toMatch(/\n\s+at /)
  })

  it('creates, lists and revokes keys while the server runs', async () => {
    const program = await start()
    const { threadId } = await program.api.thread()
    const status = async (key: string) => {
      const response = await fetch(`${program.url}/threads`, { headers: { 'X-API-Key': key } })
      return response.status
    }
    expect((await runProgram(['keys', 'list'], env)).out).toBe('No key was ever created.\n')
    const created = await runProgram(['keys', 'create', '--name', 'laptop'], env)
    expect(created).toMatchObject({ code: 0, out: expect.stringMatching(/^hc_[\w-]{32}\n$/) })
    const key = created.out.trim()
    await expect.poll(() => status('test-key'), { timeout: 1_500 }).toBe(401)
    expect(await status(key)).toBe(200)

    await runProgram(['keys', 'create', '--key', 'test-key', '--name', 'the old one'], env)
    await expect.poll(() => status('test-key'), { timeout: 1_500 }).toBe(200)
    expect((await program.api.call('GET', `/threads/${threadId}`)).status).toBe(200)
    const again = await runProgram(['keys', 'create', '--key', 'test-key'], env)
    expect(again).toMatchObject({ code: 2, complaints: 'homecourt: this key exists already\n' })

    const list = (await runProgram(['keys', 'list'], env)).out
    const [old = '', laptop = ''] = list.trim().split('\n')
    expect(laptop).toMatch(new RegExp(`^[0-9a-f-]{36} {2}…${key.slice(-4)} {2}.* live {2}laptop$`))
    expect(old).toMatch(/ live {2}the old one$/)
    expect(list).not.toContain(key)

    const id = laptop.split('  ')[0] ?? ''
    const revoked = await runProgram(['keys', 'revoke', id], env)
    expect(revoked).toMatchObject({ code: 0, out: `Key ${id} is refused from now on.\n` })
    await expect.poll(() => status(key), { timeout: 1_500 }).toBe(401)
    expect(await status('test-key')).toBe(200)
    expect((await runProgram(['keys', 'revoke', id], env)).code).toBe(2)
    expect((await runProgram(['keys', 'list'], env)).out).toMatch(/ revoked \d{4}-.* {2}laptop\n/)
  })
})
