import type { IndexChange, VectorIndexing } from './db.ts'
import {
  INDEX_PREFIX,
  type Indexed,
  indexName,
  type VectorTable,
  vectorTables,
} from './nearest.postgres.ts'

/** Runs a statement on a connection that is nobody else's, outside any transaction. */
export type Run = (text: string, values?: unknown[]) => Promise<{ rows: unknown[] }>

/** Any fixed number: it only has to be the same in every process of this program. */
const INDEX_LOCK = 5_032_027
/** What an index may hold: numbers of a vector at half precision. */
const MOST_DIMS = 4_000
/** An index goes when its scope has shrunk to this share of what it takes to get one. */
const KEPT_FROM = 0.5
/** While its graph fits into this memory, an index is built many times faster. */
const MEMORY_KB = { least: 64 * 1024, most: 1024 * 1024, vector: 1.5 }

/** Where the tables' scopes are counted. */
const counted = {
  embeddings: 'select id, chunk_count as size from scopes',
  memory_vectors: 'select assistant_id as id, total as size from memory_scopes',
} satisfies Record<VectorTable, string>

/**
 * Gives every large scope its index and takes away those nobody needs, as well as what is left of
 * one whose building was broken off. Of several processes one does it; the others find it busy.
 */
export async function keepIndexes(
  run: Run,
  { atLeast, except, onChange }: VectorIndexing,
): Promise<void> {
  // Not waited for: a building waits until every statement that began before it has ended.
  const { rows } = await run('select pg_try_advisory_lock($1) as mine', [INDEX_LOCK])
  if (!(rows[0] as { mine: boolean }).mine) return
  // In this process of the server alone: memory that is shared between several may be very short.
  await run('set max_parallel_maintenance_workers = 0')
  for (const table of Object.keys(vectorTables) as VectorTable[]) {
    const found = await spacesOf(run, table, { atLeast, except })
    const kept = new Map(found.map((one) => [indexName(one), one]))
    for (const { name, valid } of await listIndexes(run, table)) {
      if (valid && kept.delete(name)) continue
      await run(`drop index concurrently if exists ${name}`)
      onChange({ type: 'dropped', name })
    }
    for (const [name, one] of kept) {
      if (one.size >= atLeast) await build(run, name, one, { atLeast, onChange })
    }
  }
}

async function build(
  run: Run,
  name: string,
  { table, scopeId, space, dims, size }: Indexed & { size: number },
  { atLeast, onChange }: { atLeast: number; onChange(change: IndexChange): void },
) {
  const where = 'scope_id = $1 and space = $2 and dims = $3'
  const some = await run(
    `select count(*)::int as n from (select from ${table} where ${where} limit $4) as few`,
    [scopeId, space, dims, atLeast],
  )
  if ((some.rows[0] as { n: number }).n < atLeast) return
  const kilobytes = Math.ceil(size * (MEMORY_KB.vector + (dims * 2) / 1024))
  const memory = Math.min(Math.max(kilobytes, MEMORY_KB.least), MEMORY_KB.most)
  await run(`set maintenance_work_mem = ${memory}`)
  const started = performance.now()
  // Written by the database, which knows how to quote.
  const text = await run(
    `select format('create index concurrently ${name} on ${table}
      using hnsw ((l2_normalize(vector)::halfvec(${dims})) halfvec_cosine_ops)
      where scope_id = %L and space = %L and dims = ${dims}', $1::text, $2::text) as text`,
    [scopeId, space],
  )
  await run((text.rows[0] as { text: string }).text)
  onChange({ type: 'built', name, scopeId, space, ms: Math.round(performance.now() - started) })
}

/** The spaces in which large scopes have vectors, found without going through these. */
async function spacesOf(
  run: Run,
  table: VectorTable,
  { atLeast, except }: Pick<VectorIndexing, 'atLeast' | 'except'>,
): Promise<(Indexed & { size: number })[]> {
  const next = (scope: string, more = '') =>
    `cross join lateral (select space, dims from ${table}
      where scope_id = ${scope} ${more} order by space, dims limit 1) as next`
  const { rows } = await run(
    `with recursive found as (
      select large.id, large.size, next.space, next.dims
      from (${counted[table]}) as large ${next('large.id')} where large.size >= $1
      union all
      select found.id, found.size, next.space, next.dims
      from found ${next('found.id', 'and (space, dims) > (found.space, found.dims)')}
    )
    select id as "scopeId", size, space, dims from found
    where dims <= ${MOST_DIMS} and space <> all($2::text[])`,
    [atLeast * KEPT_FROM, except],
  )
  return (rows as (Omit<Indexed, 'table'> & { size: number })[]).map((row) => ({ ...row, table }))
}

async function listIndexes(run: Run, table: VectorTable) {
  const { rows } = await run(
    `select relname as name, indisvalid as valid from pg_index join pg_class on oid = indexrelid
    where indrelid = $1::regclass and starts_with(relname, $2)`,
    [table, INDEX_PREFIX],
  )
  return rows as { name: string; valid: boolean }[]
}
