import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openSqlite } from '../../src/db/sqlite.ts'
import { createKey, revokeKey } from '../../src/store/keys.ts'
import { databases } from '../support/databases.ts'
import { says, scripted } from '../support/model.ts'
import { openWorld, type World } from '../support/world.ts'

const refused = { status: 401, body: { detail: 'Invalid or missing API key' } }
const makeKey = (world: World, more: { ownerId?: string; secret?: string } = {}) =>
  createKey(world.ctx.db, { id: world.ctx.ids(), name: 'test', now: new Date(), ...more })
const statusWith = async (world: World, key: string) =>
  (await world.as(key).call('GET', '/assistants')).status

describe.each(databases)('API keys on %s', (_name, openDb) => {
  it('401 without a key, with an empty one, on every route', async () => {
    await using world = await openWorld({ db: await openDb(), model: scripted() })
    const { threadId, assistantId } = await world.thread()
    const requests: [string, string, unknown?][] = [
      ['GET', '/assistants'],
      ['POST', '/assistants', { name: 'x' }],
      ['POST', '/assistants', '{broken'],
      ['GET', `/assistants/${assistantId}`],
      ['DELETE', `/assistants/${assistantId}`],
      ['GET', `/threads/${threadId}`],
      ['POST', `/threads/${threadId}/messages`, { content: 'Hi', stream: true }],
      ['POST', '/threads/messages', new FormData()],
      ['GET', '/models'],
      ['GET', '/nope'],
      ['PATCH', '/threads'],
    ]
    for (const [method, path, body] of requests) {
      expect(await world.as('').call(method, path, body)).toMatchObject(refused)
      const { status } = await fetch(world.url + path, { method })
      expect(status).toBe(401)
    }
    const bearer = await fetch(`${world.url}/threads`, { headers: { authorization: 'Bearer k' } })
    expect(bearer.status).toBe(401)
    expect((await world.call<[]>('GET', '/threads')).body).toHaveLength(1)
  })

  it('200 an open server takes any key, and each is an owner of its own', async () => {
    await using world = await openWorld({ db: await openDb(), model: scripted(says('ok')) })
    const keys = ['a', 'A', 'espr_x', 'a b', 'k'.repeat(500)]
    for (const key of keys) {
      expect((await world.as(key).call<[]>('GET', '/assistants')).body).toEqual([])
      await world.as(key).thread({ name: key.slice(0, 9) })
    }
    for (const key of keys) {
      expect((await world.as(key).call<[]>('GET', '/assistants')).body).toHaveLength(1)
    }
  })

  it('200 an open server is open no more once a key was created, and stays so', async () => {
    await using world = await openWorld({ db: await openDb() })
    await world.thread()
    expect(await statusWith(world, 'stranger')).toBe(200)
    const { secret, row } = await makeKey(world)
    await expect.poll(() => statusWith(world, 'stranger'), { timeout: 1_000 }).toBe(401)
    expect(await statusWith(world, secret)).toBe(200)
    expect(await statusWith(world, `${secret}x`)).toBe(401)
    expect(await statusWith(world, secret.toLowerCase())).toBe(401)
    expect(await statusWith(world, 'x'.repeat(5_000))).toBe(401)

    await revokeKey(world.ctx.db, row.id, new Date())
    await expect.poll(() => statusWith(world, secret), { timeout: 1_000 }).toBe(401)
    expect(await statusWith(world, 'another')).toBe(401)
  })

  it('401 from the start where a server is not open', async () => {
    await using world = await openWorld({ db: await openDb(), open: false })
    expect(await statusWith(world, 'any')).toBe(401)
    const { secret } = await makeKey(world)
    expect(await statusWith(world, secret)).toBe(200)
  })

  it('200 a key created from one in use keeps its data, and keys of one owner share theirs', async () => {
    await using world = await openWorld({ db: await openDb() })
    const { threadId } = await world.as('old key').thread()
    const kept = await makeKey(world, { secret: 'old key' })
    const { secret } = await makeKey(world, { ownerId: kept.row.ownerId })
    const other = await makeKey(world)
    const path = `/threads/${threadId}`
    await expect.poll(() => statusWith(world, 'old key'), { timeout: 1_000 }).toBe(200)
    for (const key of ['old key', secret]) {
      expect((await world.as(key).call('GET', path)).status).toBe(200)
    }
    expect((await world.as(other.secret).call('GET', path)).status).toBe(404)
  })

  it('keys are not stored in clear', async () => {
    await using world = await openWorld({ db: await openDb() })
    const { secret } = await makeKey(world)
    expect(await statusWith(world, secret)).toBe(200)
    const { apiKeys, assistants } = world.ctx.db.t
    await world.as(secret).call('POST', '/assistants', { name: 'x' })
    const rows = [
      ...(await world.ctx.db.select().from(apiKeys)),
      ...(await world.ctx.db.select().from(assistants)),
    ]
    expect(rows).toHaveLength(2)
    expect(JSON.stringify(rows)).not.toContain(secret.slice(0, -4))
  })
})

describe('keys on disk', () => {
  it('are in none of the files of the database', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'homecourt-')), 'keys.sqlite')
    const db = openSqlite({ path, synchronous: 'normal' })
    await db.migrate()
    await using world = await openWorld({ db })
    await world.as('a key that an open server took').thread()
    const { secret } = await makeKey(world)
    const bytes = readdirSync(dirname(path)).map((name) => readFileSync(join(dirname(path), name)))
    const all = Buffer.concat(bytes).toString('latin1')
    expect(all).toContain(secret.slice(-4))
    expect(all).not.toContain(secret.slice(0, -4))
    expect(all).not.toContain('a key that an open server took')
    rmSync(dirname(path), { recursive: true, force: true })
  })
})
