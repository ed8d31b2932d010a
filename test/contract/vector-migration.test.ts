import { rmSync } from 'node:fs'
import { drizzle } from 'drizzle-orm/pglite'
import { migrate } from 'drizzle-orm/pglite/migrator'
import { expect, it } from 'vitest'
import { listMemoryVectors } from '../../src/store/memory-vectors.ts'
import { listVectors } from '../../src/store/passages.ts'
import { openPglite } from '../support/databases.ts'
import { migrationsBefore } from '../support/migrations.ts'

it('vectors that were stored as bytes are there afterwards, to the last bit, and found', async () => {
  const folder = migrationsBefore('postgres', '0008_vectors')
  const { client, db } = await openPglite()
  await migrate(drizzle(client), { migrationsFolder: folder })
  rmSync(folder, { recursive: true })
  const odd = [1e-45, -1.17549435e-38, 3.4028235e38, -0, 1 / 3, 16_777_217, 0.1, -1e-40]
  const plain = Array.from({ length: 1_536 }, (_, at) => Math.sin(at * 7) / 40)
  const [passages, memories] = [new Map<number, Buffer>(), new Map<number, Buffer>()]
  await client.exec(`
    insert into assistants (id, owner_id, name, top_k, is_default, created_at) values ('a', 'ann', 'A', 1, false, now());
    insert into documents (id, owner_id, assistant_id, filename, media_type, blob_key, size_bytes, status, attempts, created_at, updated_at)
      values ('d', 'ann', 'a', 'f', 'm', 'b', 1, 'indexed', 1, now(), now());`)
  for (const [key, numbers] of [odd, plain].entries()) {
    const vector = Buffer.from(Float32Array.from(numbers).buffer)
    passages.set(key, vector)
    memories.set(key, vector)
    await client.query(
      `insert into chunks (key, owner_id, document_id, scope_id, ordinal, text, position, tokens, terms, title_terms, length)
       values ($1, 'ann', 'd', 'a', 1, '', '{}', 1, '', '', 1)`,
      [key],
    )
    await client.query(
      `insert into memories (key, id, version, owner_id, assistant_id, ordinal, status, content, hash, terms, length,
         embedded, said_at, valid_from, created_at, updated_at, event, origin, reason)
       values ($1, $2, 1, 'ann', 'a', 1, $3, '', '', '', 1, true, now(), now(), now(), now(), 'ADD', 'manual', '')`,
      [key, `m${key}`, key === 0 ? 'superseded' : 'active'],
    )
    await client.query(`insert into embeddings values ($1, 's', $2)`, [key, vector])
    await client.query(`insert into memory_vectors values ($1, 's', $2)`, [key, vector])
  }
  // No number, and no vector at all: nothing can be found by such, as nothing could before.
  await client.query(`insert into embeddings values (0, 'nan', $1)`, [
    Buffer.from('0000c07f', 'hex'),
  ])
  await client.query(`insert into embeddings values (0, 'none', $1)`, [Buffer.of()])

  await db.migrate()
  expect(await listVectors(db, [0, 1], 's')).toEqual(passages)
  expect(await listMemoryVectors(db, [0, 1], 's')).toEqual(memories)
  expect(await db.$count(db.t.embeddings)).toBe(2)
  const query = Float32Array.from(plain)
  const wanted = { scopeIds: ['a'], space: 's', query, limit: 5 }
  expect(await db.nearestChunks(wanted)).toEqual([1])
  expect(await db.nearestMemories(wanted)).toEqual([1])
  const ended = { ...wanted, query: Float32Array.from(odd) }
  expect(await db.nearestChunks(ended)).toEqual([0])
  expect(await db.nearestMemories(ended)).toEqual([])
  await client.close()
}, 60_000)
