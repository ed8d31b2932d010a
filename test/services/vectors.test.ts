import { describe, expect, it } from 'vitest'
import type { Db, IndexChange } from '../../src/db/db.ts'
import { openPostgres } from '../../src/db/postgres.ts'
import { type Fleet, openFleet } from '../support/fleet.ts'

const DIMS = 64
const SPACE = "made/o'up/64"
const LARGE = 12_000
const options = { atLeast: 10_000, except: ['offline/subwords-1/256'] }

/** Passages of a scope with vectors of chance, which are the hardest to index. */
async function fill(fleet: Fleet, scopeId: string, owner: string, count: number, space = SPACE) {
  const own = [scopeId, owner, count]
  await fleet.sql(
    `insert into documents (id, owner_id, assistant_id, filename, media_type, blob_key, size_bytes,
       status, counted, attempts, created_at, updated_at)
     values ($1, $2, $1, 'f', 'm', $1, 1, 'indexed', 0, 1, now(), now())`,
    [scopeId, owner],
  )
  await fleet.sql(
    `insert into chunks (key, owner_id, document_id, scope_id, ordinal, text, position, tokens, terms, title_terms, length)
     select at + (select count(*) from chunks), $2, $1, $1, at, 'text', '{}', 1, '', '', 1
     from generate_series(1, $3::int) as at`,
    own,
  )
  await fleet.sql('insert into scopes values ($1, $2, $2)', [scopeId, count])
  await fleet.sql(
    `insert into embeddings (chunk_key, space, vector)
     select key, $2, (select array_agg(random() - 0.5) from generate_series(1, $3) where key > 0)::real[]::vector
     from chunks where scope_id = $1`,
    [scopeId, space, DIMS],
  )
}

const queryOf = (seed: number) =>
  Float32Array.from({ length: DIMS }, (_, at) => Math.sin(seed * 31 + at * at))
const queries = Array.from({ length: 20 }, (_, seed) => queryOf(seed))

const nearest = (db: Db, ...scopeIds: string[]) =>
  Promise.all(
    queries.map((query) => db.nearestChunks({ scopeIds, space: SPACE, query, limit: 200 })),
  )

/** The same from the vectors themselves, whatever indexes there are. */
async function nearestExactly(fleet: Fleet, ...scopeIds: string[]) {
  const found: number[][] = []
  for (const query of queries) {
    const rows = await fleet.sql<{ key: string }>(
      `select chunk_key as key from embeddings join chunks on key = chunk_key
       where chunks.scope_id = any($1) order by (vector <=> $2::vector) + 0 limit 200`,
      [scopeIds, `[${query.join()}]`],
    )
    found.push(rows.map(({ key }) => Number(key)))
  }
  return found
}

/** Of those there are, the share of the first so many that was found. */
function recall(found: number[][], meant: number[][], first: number) {
  const hits = meant.map((keys, at) => {
    const there = new Set(found[at])
    return keys.slice(0, first).filter((key) => there.has(key)).length
  })
  return hits.reduce((sum, n) => sum + n, 0) / (meant.length * first)
}

const indexes = (fleet: Fleet) =>
  fleet.sql<{ name: string; valid: boolean; where: string }>(
    `select relname as name, indisvalid as valid, pg_get_expr(indpred, indrelid) as where
     from pg_index join pg_class on oid = indexrelid where relname like 'near\\_%' order by 3`,
  )

async function indexed(db: Db, signal = new AbortController().signal, atLeast = options.atLeast) {
  const changes: IndexChange[] = []
  const onChange = (change: IndexChange) => void changes.push(change)
  await db.indexVectors({ ...options, atLeast, onChange }, signal)
  return changes.map(({ type }) => type)
}

const building = (fleet: Fleet) =>
  fleet.sql<{ pid: number }>(
    `select pid from pg_stat_activity where datname = current_database()
     and query like 'create index concurrently near%' and state = 'active'`,
  )
const waited = { timeout: 60_000, interval: 20 }

describe('an index of vectors', () => {
  it('comes to a large scope, finds nearly all that a scan does, and goes with the scope', async () => {
    await using fleet = await openFleet()
    const server = await fleet.server()
    const { body } = await server.api.call('POST', '/assistants', { name: 'A' })
    const large = String(body.assistant_id)
    const [{ owner } = { owner: '' }] = await fleet.sql<{ owner: string }>(
      'select owner_id as owner from assistants',
    )
    await fill(fleet, large, owner, LARGE)
    await fill(fleet, 'other', 'eve', 300)
    const db = openPostgres(fleet.env.DATABASE_URL ?? '')
    const meant = await nearestExactly(fleet, large)
    expect(await nearest(db, large)).toEqual(meant)

    await fleet.worker()
    await fleet.worker()
    await expect.poll(() => indexes(fleet), waited).toMatchObject([{ valid: true }])
    const found = await nearest(db, large)
    expect(recall(found, meant, 10)).toBeGreaterThanOrEqual(0.98)
    expect(recall(found, meant, 200)).toBeGreaterThanOrEqual(0.95)
    expect(found.every((keys) => keys.length === 200)).toBe(true)

    // Of other owners' scopes neither holds anything, alone or together.
    const others = await nearestExactly(fleet, 'other')
    expect(await nearest(db, 'other')).toEqual(others)
    const both = await nearest(db, 'other', large)
    expect(recall(both, await nearestExactly(fleet, large, 'other'), 200)).toBeGreaterThan(0.95)
    expect(both.flat().filter((key) => key > LARGE).length).toBeGreaterThan(0)
    expect(found.flat().filter((key) => key > LARGE)).toEqual([])
    await db.close()
    const used = () =>
      fleet.sql(
        "select idx_scan::int as n from pg_stat_user_indexes where indexrelname like 'near%'",
      )
    await expect.poll(used, waited).toEqual([{ n: queries.length * 2 }])

    expect((await server.api.call('DELETE', `/assistants/${large}`)).status).toBe(200)
    const left = () => fleet.sql('select id from scopes')
    await expect.poll(left, waited).toEqual([{ id: 'other' }])
    const again = openPostgres(fleet.env.DATABASE_URL ?? '')
    expect(await indexed(again)).toEqual(['dropped'])
    expect(await indexes(fleet)).toEqual([])
    expect(await nearest(again, large, 'other')).toEqual(others)
    await again.close()
  }, 180_000)

  it('is built once, however many find it missing, and kept while its scope is not much smaller', async () => {
    await using fleet = await openFleet()
    await fill(fleet, 'large', 'ann', LARGE)
    await fill(fleet, 'built-in', 'ann', LARGE, options.except[0])
    const dbs = Array.from({ length: 3 }, () => openPostgres(fleet.env.DATABASE_URL ?? ''))
    const changes = await Promise.all(dbs.map((db) => indexed(db)))
    expect(changes.flat()).toEqual(['built'])
    const [db] = dbs as [Db]
    expect(await indexed(db)).toEqual([])
    expect(await indexes(fleet)).toMatchObject([{ where: expect.stringContaining("'large'") }])

    await fleet.sql("update scopes set chunk_count = 6000 where id = 'large'")
    expect(await indexed(db)).toEqual([])
    await fleet.sql("update scopes set chunk_count = 4000 where id = 'large'")
    expect(await indexed(db)).toEqual(['dropped'])
    // The scope is large, and this space of it is not: it is being moved to another model.
    await fleet.sql("update scopes set chunk_count = 12000 where id = 'large'")
    await fleet.sql('delete from embeddings where space = $1 and chunk_key % 4 = 0', [SPACE])
    expect(await indexed(db)).toEqual([])
    for (const one of dbs) await one.close()
  }, 180_000)

  it('holds the memories that are active', async () => {
    await using fleet = await openFleet()
    await fleet.sql(`insert into assistants (id, owner_id, name, top_k, is_default, created_at)
      values ('a', 'ann', 'A', 1, false, now())`)
    await fleet.sql(
      `insert into memories (key, id, version, owner_id, assistant_id, ordinal, status, content, hash, terms,
         length, embedded, said_at, valid_from, created_at, updated_at, event, origin, reason)
       select at, at, 1, 'ann', 'a', at, 'active', '', '', '', 1, true, now(), now(), now(), now(), 'ADD', 'manual', ''
       from generate_series(1, 3000) as at`,
    )
    await fleet.sql(
      `insert into memory_vectors (memory_key, space, vector)
       select key, $1, (select array_agg(random() - 0.5) from generate_series(1, $2) where key > 0)::real[]::vector
       from memories`,
      [SPACE, DIMS],
    )
    await fleet.sql("insert into memory_scopes values ('a', 3000, 0, 3000, now())")
    const db = openPostgres(fleet.env.DATABASE_URL ?? '')
    const nearestMemories = () =>
      Promise.all(
        queries.map((query) =>
          db.nearestMemories({ scopeIds: ['a'], space: SPACE, query, limit: 60 }),
        ),
      )
    expect(await indexed(db, undefined, 2_000)).toEqual(['built'])
    await fleet.sql("update memories set status = 'superseded' where key % 2 = 0")
    const meant: number[][] = []
    for (const query of queries) {
      const rows = await fleet.sql<{ key: string }>(
        `select memory_key as key from memory_vectors join memories on key = memory_key
         where status = 'active' order by (vector <=> $1::vector) + 0 limit 60`,
        [`[${query.join()}]`],
      )
      meant.push(rows.map(({ key }) => Number(key)))
    }
    const found = await nearestMemories()
    expect(recall(found, meant, 60)).toBeGreaterThanOrEqual(0.98)
    expect(found.flat().filter((key) => key % 2 === 0)).toEqual([])
    await db.close()
  }, 180_000)

  it('whose building is cut off is not used, and built anew', async () => {
    await using fleet = await openFleet()
    await fill(fleet, 'large', 'ann', LARGE)
    const db = openPostgres(fleet.env.DATABASE_URL ?? '')
    const meant = await nearestExactly(fleet, 'large')
    const lost = indexed(db)
    lost.catch(() => {})
    await expect.poll(() => building(fleet), waited).toHaveLength(1)
    expect(await nearest(db, 'large')).toEqual(meant)
    await fleet.sql(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()
       and query like 'create index concurrently near%'`,
    )
    await expect(lost).rejects.toThrow()
    expect(await indexes(fleet)).toMatchObject([{ valid: false }])
    expect(await nearest(db, 'large')).toEqual(meant)
    expect(await indexed(db)).toEqual(['dropped', 'built'])
    expect(await indexes(fleet)).toMatchObject([{ valid: true }])
    await db.close()
  }, 180_000)

  it('is finished by the database when its process stops or is killed', async () => {
    await using fleet = await openFleet()
    await fill(fleet, 'large', 'ann', LARGE)
    const db = openPostgres(fleet.env.DATABASE_URL ?? '')
    const stop = new AbortController()
    const stopped = indexed(db, stop.signal)
    await expect.poll(() => building(fleet), waited).toHaveLength(1)
    stop.abort()
    expect(await stopped).toEqual([])
    await expect.poll(() => indexes(fleet), waited).toMatchObject([{ valid: true }])

    await fill(fleet, 'another', 'ann', LARGE)
    const worker = await fleet.worker()
    await expect.poll(() => building(fleet), waited).toHaveLength(1)
    await worker.stop('SIGKILL')
    const both = [{ valid: true }, { valid: true }]
    await expect.poll(() => indexes(fleet), waited).toMatchObject(both)
    expect(await indexed(db)).toEqual([])
    await db.close()
  }, 180_000)
})
