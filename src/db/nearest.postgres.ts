import { createHash } from 'node:crypto'
import { type Column, inArray, type SQL, sql } from 'drizzle-orm'
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'
import type { Nearness } from './db.ts'

/**
 * The tables of vectors and what their keys are called. Here each row has its scope and its
 * dimensions beside it, kept by the database itself (migration 0008).
 */
export const vectorTables = { embeddings: 'chunk_key', memory_vectors: 'memory_key' } as const
export type VectorTable = keyof typeof vectorTables

/** What one index holds: the vectors of a scope in a space. */
export type Indexed = { table: VectorTable; scopeId: string; space: string; dims: number }

/**
 * How many of an index's vectors are looked at more closely: at 40, its own default, it missed one
 * in five of the nearest, and it returns no more than this many.
 */
const EF_SEARCH = 400

/** Keys of the vectors nearest to the query, the nearest first: exactly, or by index where a scope has one. */
export async function nearestKeys(
  orm: PgDatabase<PgQueryResultHKT>,
  table: VectorTable,
  wanted: Nearness,
): Promise<number[]> {
  const { scopeIds, space, query, limit } = wanted
  const dims = query.length
  const names = new Map(scopeIds.map((id) => [indexName({ table, scopeId: id, space, dims }), id]))
  const ready = await validAmong(orm, [...names.keys()])
  const indexed = ready.flatMap((name) => names.get(name) ?? [])
  const away = sql`vector <=> ${vectorOf(query)}`
  const exact = (ids: string[]) => found(table, wanted, inArray(sql`scope_id`, ids), away)
  if (indexed.length === 0) return keysOf(orm, exact(scopeIds))

  const near = sql`${halved(sql`vector`, dims)} <=> ${halved(vectorOf(query), dims)}`
  const others = scopeIds.filter((id) => !indexed.includes(id))
  const parts = [
    ...indexed.map((id) => found(table, wanted, sql`scope_id = ${id}`, near)),
    ...(others.length > 0 ? [exact(others)] : []),
  ]
  return orm.transaction(async (q) => {
    // Postgres thinks little of what it costs to read a vector, and would rather sort them all; told
    // that sorts are dear, it would compile those that are left, which takes longer than the search.
    await q.execute(
      sql`select set_config('hnsw.ef_search', ${String(EF_SEARCH)}, true),
        set_config('enable_sort', 'off', true), set_config('jit', 'off', true)`,
    )
    const all = sql.join(parts, sql` union all `)
    return keysOf(q, sql`(select key from (${all}) as parts order by ${away} limit ${limit})`)
  })
}

const vectorOf = (query: Float32Array) => sql`${`[${query.join()}]`}::vector`

function found(table: VectorTable, { space, query, limit }: Nearness, where: SQL, distance: SQL) {
  return sql`(select ${sql.raw(vectorTables[table])} as key, vector from ${sql.raw(table)}
    where ${where} and space = ${space} and dims = ${query.length}
    order by ${distance} limit ${limit})`
}

async function keysOf(q: Pick<PgDatabase<PgQueryResultHKT>, 'select'>, query: SQL) {
  const key = sql<number>`key`.mapWith(Number)
  const rows = await q.select({ key }).from(sql`${query} as nearest`)
  return rows.map((row) => row.key)
}

/** Which of the indexes there are, whole and in use. */
async function validAmong(orm: PgDatabase<PgQueryResultHKT>, names: string[]): Promise<string[]> {
  const rows = await orm
    .select({ name: sql<string>`relname` })
    .from(sql`pg_class join pg_index on indexrelid = pg_class.oid`)
    .where(sql`${inArray(sql`relname`, names)} and indisvalid and pg_table_is_visible(indrelid)`)
  return rows.map((row) => row.name)
}

/** An index is known by its name alone, wherever it is looked for. */
export function indexName({ table, scopeId, space, dims }: Indexed): string {
  const what = JSON.stringify([table, scopeId, space, dims])
  return INDEX_PREFIX + createHash('sha256').update(what).digest('hex').slice(0, 40)
}
export const INDEX_PREFIX = 'near_'

/** A vector as the indexes have it. At length one, no number of it is too large or small for a half. */
function halved(vector: SQL, dims: number): SQL {
  return sql`(l2_normalize(${vector})::halfvec(${sql.raw(String(dims))}))`
}

/** The bytes of a vector, where many are read: as text, each would cost many times more. */
export function bytesOf(column: Column): SQL<Buffer> {
  return sql<Buffer>`vector_send(${column})`.mapWith(fromWire)
}

/** What goes before the numbers: how many there are. */
const WIRE_HEAD_BYTES = 4

/** Big-endian float32 behind a head, as it comes; little-endian, as it is kept everywhere else. */
function fromWire(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.subarray(WIRE_HEAD_BYTES)).swap32()
}
