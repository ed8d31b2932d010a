import type pg from 'pg'
import { atOnce, Line } from './client.ts'
import { untilAllIndexed, upload } from './documents.ts'
import { type Figures, quantile } from './measures.ts'
import type { Server } from './processes.ts'
import { textOf, writer } from './texts.ts'

const ASSISTANTS = 10
const COPIES = 99
const CHUNKS = 1_000
const MEMORIES = 300
const SEARCHES = 300
const WARM_UP = 60
const kib = 1_024

/**
 * Searches among ten assistants, and again when there are a thousand: each of a thousand passages
 * and some hundred memories. The ten are filled by the server, the others are copies of their rows.
 */
export async function searchesAmongMany(server: Server, database: pg.Client) {
  const assistants: string[] = []
  for (let at = 0; at < ASSISTANTS; at += 1) assistants.push(await fillAssistant(server, at))
  const few = await searchBoth(server, assistants)
  await copyAssistants(database)
  const { rows } = await database.query('select count(*)::int as chunks from chunks')
  const { rows: all } = await database.query<{ id: string }>(
    'select id from assistants order by id',
  )
  const many = await searchBoth(
    server,
    all.map(({ id }) => id),
  )
  return { few, many, chunks: Number(rows[0].chunks) }
}

async function fillAssistant(server: Server, seed: number): Promise<string> {
  const line = new Line(server.port)
  const made = await line.ask('POST', '/api/assistants', { name: `Bench ${seed}` })
  line.close()
  const assistant = JSON.parse(made.body).assistant_id as string
  let chunks = 0
  for (let file = 1; chunks < CHUNKS; file += 1) {
    await upload(server, assistant, `${file}.txt`, textOf(100 * kib, seed * 1_000 + file))
    chunks = await untilAllIndexed(server, assistant)
  }
  const { paragraph } = writer(seed + 1)
  const path = `/api/assistants/${assistant}/memories`
  await atOnce(server.port, 8, Array(MEMORIES).fill(null), (line) =>
    line.ask('POST', path, { content: paragraph(8 + (seed % 17)) }),
  )
  return assistant
}

async function searchBoth(server: Server, assistants: string[]) {
  return {
    documents: await search(server, assistants, 'documents'),
    memories: await search(server, assistants, 'memories'),
  }
}

/** Questions of ten words, each to the next assistant of all. */
async function search(server: Server, assistants: string[], what: string): Promise<Figures> {
  const { question } = writer(9)
  const line = new Line(server.port)
  const ms: number[] = []
  for (let at = 0; at < SEARCHES + WARM_UP; at += 1) {
    const path = `/api/assistants/${assistants[(at * 7) % assistants.length]}/${what}/search`
    const { totalMs } = await line.ask('POST', path, { query: question(), limit: 10 })
    if (at >= WARM_UP) ms.push(totalMs)
  }
  line.close()
  return { p50Ms: quantile(ms, 0.5), p95Ms: quantile(ms, 0.95) }
}

/** A row's values in its copy `$1`, where they differ: ids are made of the old ones. */
const idOf = (column: string) => `md5(${column} || '/' || $1::text)::uuid::text`
const keyOf = (column: string) => `${column} + $1::bigint * 10000000000`
const copied: Record<string, Record<string, string>> = {
  assistants: { id: idOf('id'), is_default: 'false' },
  documents: { id: idOf('id'), assistant_id: idOf('assistant_id') },
  chunks: {
    ...{ key: keyOf('key'), document_id: idOf('document_id'), scope_id: idOf('scope_id') },
  },
  embeddings: { chunk_key: keyOf('chunk_key'), scope_id: idOf('scope_id') },
  scopes: { id: idOf('id') },
  term_counts: { scope_id: idOf('scope_id') },
  memories: { key: keyOf('key'), id: idOf('id'), assistant_id: idOf('assistant_id') },
  memory_vectors: { memory_key: keyOf('memory_key'), scope_id: idOf('scope_id') },
  memory_scopes: { assistant_id: idOf('assistant_id') },
  memory_terms: { assistant_id: idOf('assistant_id') },
}

async function copyAssistants(database: pg.Client) {
  const wordIndexes = await database.query<{ indexname: string; indexdef: string }>(
    "select indexname, indexdef from pg_indexes where indexname in ('chunks_by_term', 'memories_by_term')",
  )
  // What the copies refer to are copies.
  await database.query('set session_replication_role = replica')
  // Far quicker to build once than to add to a million times.
  for (const { indexname } of wordIndexes.rows) await database.query(`drop index ${indexname}`)
  for (const [table, changed] of Object.entries(copied)) {
    const { rows } = await database.query<{ name: string }>(
      `select column_name as name from information_schema.columns
        where table_schema = 'public' and table_name = $1 and is_generated = 'NEVER'`,
      [table],
    )
    const names = rows.map(({ name }) => `"${name}"`).join()
    const values = rows.map(({ name }) => changed[name] ?? `"${name}"`).join()
    await database.query(`create temp table source as select * from ${table}`)
    for (let copy = 1; copy <= COPIES; copy += 1) {
      await database.query(`insert into ${table} (${names}) select ${values} from source`, [copy])
    }
    await database.query('drop table source')
  }
  await database.query("set maintenance_work_mem = '1GB'")
  for (const { indexdef } of wordIndexes.rows) await database.query(indexdef)
  await database.query('vacuum analyze')
}
