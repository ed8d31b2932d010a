import { eq, sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { type Db, driverCode } from '../../src/db/db.ts'
import { openPostgres } from '../../src/db/postgres.ts'
import { uuidsV7 } from '../../src/ids.ts'
import { createAssistant } from '../../src/store/assistants.ts'
import { newDatabase } from '../support/services.ts'

const ids = uuidsV7(() => new Date())

async function makeAssistant(db: Db): Promise<string> {
  const row = { id: ids(), ownerId: 'ann', name: 'A', topK: 10, isDefault: false }
  await createAssistant(db, { ...row, createdAt: new Date() })
  return row.id
}

/** Takes its time, with the row locked. */
const append = (q: Pick<Db, 'update'>, { t }: Db, id: string, text: string) =>
  q
    .update(t.assistants)
    .set({ name: sql`name || ${text} || coalesce((select '' from pg_sleep(0.3)), '')` })
    .where(eq(t.assistants.id, id))
    .returning({ name: t.assistants.name })

it('two transactions that wait for each other are both done in the end, each once', async () => {
  const db = openPostgres(await newDatabase())
  const [one, two] = [await makeAssistant(db), await makeAssistant(db)]
  await Promise.all([
    db.atomic((q) => [append(q, db, one, 'x'), append(q, db, two, 'x')]),
    db.atomic((q) => [append(q, db, two, 'y'), append(q, db, one, 'y')]),
  ])
  const rows = await db.select({ name: db.t.assistants.name }).from(db.t.assistants)
  expect(rows.map(({ name }) => [...name].toSorted().join(''))).toEqual(['Axy', 'Axy'])
  await db.close()
})

it('a statement that takes too long is stopped, and the connection goes on', async () => {
  const db = openPostgres(await newDatabase(), { connections: 1, statementMs: 200 })
  const id = await makeAssistant(db)
  const slow = db.atomic((q) => [append(q, db, id, 'x')])
  await expect(slow).rejects.toSatisfy((error) => driverCode(error) === '57014')
  const rows = await db.select({ name: db.t.assistants.name }).from(db.t.assistants)
  expect(rows).toEqual([{ name: 'A' }])
  await db.migrate()
  await db.close()
})

it('opens no more connections than it may, and every query gets its turn', async () => {
  const url = await newDatabase()
  const db = openPostgres(url, { connections: 2 })
  const other = openPostgres(url)
  const id = await makeAssistant(db)
  const all = Promise.all(Array.from({ length: 6 }, () => append(db, db, id, 'x')))
  const [open] = await other
    .select({ n: sql<number>`count(*)::int` })
    .from(sql`pg_stat_activity`)
    .where(sql`datname = current_database() and pid <> pg_backend_pid()`)
  expect(open?.n).toBeLessThanOrEqual(2)
  await all
  const rows = await db.select({ name: db.t.assistants.name }).from(db.t.assistants)
  expect(rows).toEqual([{ name: 'Axxxxxx' }])
  await db.close()
  await other.close()
})
