import { expect, it } from 'vitest'
import { type Fleet, openFleet } from '../support/fleet.ts'
import type { Program } from '../support/program.ts'
import { holdAt, type Stage } from '../support/stages.ts'

type Doc = { document_id: string; status: string; chunk_count: number | null }

/** Some hundred passages of distinct terms: several steps of every kind. */
const text = Array.from({ length: 900 }, (_, i) =>
  `Entry ${i}: keeper${i} of lighthouse${i} wrote about storm${i * 7}. `.repeat(6),
).join('\n\n')

/** The statements of an ingest in their order, each as what it does first; and those of a deletion. */
const ingestStages: Stage[] = [
  ['the claim', 'documents', 'update', "new.status = 'processing' and old.status = 'pending'"],
  ['the first passages', 'chunks', 'insert', 'new.ordinal = 0'],
  ['the vectors', 'embeddings', 'insert', 'true'],
  ['passages in the middle', 'chunks', 'insert', 'new.ordinal = 128'],
  ['the scope', 'scopes', 'insert', 'true'],
  ['the terms', 'term_counts', 'insert', 'true'],
  ['terms in the middle', 'documents', 'update', 'new.counted > 1000 and old.counted = 1000'],
  ['the end', 'documents', 'update', "new.status = 'indexed'"],
]
const removalStages: Stage[] = [
  ['counting out', 'documents', 'update', "new.status = 'deleting' and new.counted < old.counted"],
  ['passages going', 'chunks', 'delete', 'true'],
  ['the row going', 'documents', 'delete', 'true'],
]

async function upload({ api }: Program, assistantId: string, name: string) {
  const form = new FormData()
  form.append('file', new Blob([text]), name)
  const { body } = await api.call<Doc>('POST', `/assistants/${assistantId}/documents`, form)
  return body.document_id
}

const look = async ({ api }: Program, id: string) =>
  (await api.call<Doc>('GET', `/documents/${id}/status`)).body

/** What the statistics of search say, against what is there. */
async function expectCounted(fleet: Fleet) {
  const [there] = await fleet.sql(
    'select count(*)::int as chunks, coalesce(sum(length), 0)::int as terms from chunks',
  )
  const [said] = await fleet.sql(
    'select coalesce(sum(chunk_count), 0)::int as chunks, coalesce(sum(term_total), 0)::int as terms from scopes',
  )
  expect(said).toEqual(there)
  const wrong = await fleet.sql(`
    with real as (
      select scope_id, term, count(*)::int as chunks
      from (select distinct key, scope_id, unnest(string_to_array(terms, ' ')) as term from chunks) each
      where term <> '' group by scope_id, term)
    select term from real full join (select * from term_counts where chunks <> 0) said
      using (scope_id, term)
    where real.chunks is distinct from said.chunks limit 5`)
  expect(wrong).toEqual([])
  const [lost] = await fleet.sql(
    'select count(*)::int as n from chunks c left join embeddings e on e.chunk_key = c.key where e.space is null',
  )
  expect(lost).toEqual({ n: 0 })
}

it('kill -9 of a worker in any stage of ingest: every document is indexed, and counted once', async () => {
  await using fleet = await openFleet()
  const server = await fleet.server()
  const { assistantId } = await server.api.thread()
  const ids: string[] = []
  for (const stage of ingestStages) {
    const held = await holdAt(fleet, stage)
    const worker = await fleet.worker()
    ids.push(await upload(server, assistantId, `${ids.length}.txt`))
    await held.reached()
    await worker.stop('SIGKILL')
    await held.letGo()
  }
  await fleet.worker()
  for (const id of ids) {
    const indexed = async () => (await look(server, id)).status
    await expect.poll(indexed, { timeout: 90_000, interval: 250 }).toBe('indexed')
  }
  const docs = await Promise.all(ids.map((id) => look(server, id)))
  const [first] = docs
  expect(first?.chunk_count).toBeGreaterThan(200)
  expect(docs.map((doc) => doc.chunk_count)).toEqual(ids.map(() => first?.chunk_count))
  const rows = await fleet.sql(
    'select count(*)::int as n from chunks group by document_id, ordinal having count(*) > 1',
  )
  expect(rows).toEqual([])
  await expectCounted(fleet)

  const { body } = await server.api.call<{ passages: { document_id: string; text: string }[] }>(
    'POST',
    `/assistants/${assistantId}/documents/search`,
    { query: 'keeper222 storm1554', limit: 20 },
  )
  const exact = body.passages.filter((passage) => passage.text.includes('Entry 222:'))
  expect(exact.map((passage) => passage.document_id).toSorted()).toEqual(ids.toSorted())
}, 240_000)

it('kill -9 of a worker in any stage of a deletion: nothing is left of the document', async () => {
  await using fleet = await openFleet()
  const server = await fleet.server()
  const { assistantId } = await server.api.thread()
  let worker = await fleet.worker()
  const ids = await Promise.all(
    ['kept', ...removalStages].map((_, i) => upload(server, assistantId, `${i}.txt`)),
  )
  for (const id of ids) {
    const indexed = async () => (await look(server, id)).status
    await expect.poll(indexed, { timeout: 60_000, interval: 250 }).toBe('indexed')
  }
  for (const [i, stage] of removalStages.entries()) {
    const held = await holdAt(fleet, stage)
    const gone = await server.api.call('DELETE', `/documents/${ids[i + 1]}`)
    expect(gone.status).toBe(200)
    await held.reached()
    await worker.stop('SIGKILL')
    await held.letGo()
    worker = await fleet.worker()
  }
  const left = async () => (await fleet.sql('select id from documents')).map(({ id }) => id)
  await expect.poll(left, { timeout: 60_000, interval: 250 }).toEqual([ids[0]])
  await expectCounted(fleet)
}, 240_000)
