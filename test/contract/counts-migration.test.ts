import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { eq } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { migrate } from 'drizzle-orm/better-sqlite3/migrator'
import { expect, it } from 'vitest'
import { openSqlite } from '../../src/db/sqlite.ts'
import { migrationsBefore } from '../support/migrations.ts'

it('what was counted before the counts moved is there afterwards, and goes with its scope', async () => {
  const migrationsFolder = migrationsBefore('sqlite', '0009_term_counts')
  const folder = mkdtempSync(join(tmpdir(), 'homecourt-'))
  const path = join(folder, 'homecourt.sqlite')
  const client = new Sqlite(path)
  migrate(drizzle(client), { migrationsFolder })
  client.exec(`
    insert into assistants (id, owner_id, name, top_k, is_default, created_at) values ('a', 'ann', 'A', 1, false, 0);
    insert into scopes (id, chunk_count, term_total) values ('s', 1, 3), ('t', 1, 1);
    insert into term_counts values ('t', 'lamp', 1), ('s', 'sea', 2), ('s', 'lamp', 1);
    insert into memory_scopes values ('a', 1, 1, 1, 0);
    insert into memory_terms values ('a', 'sea', 1);`)
  client.close()
  // A copy that was broken off, by a full disk or kill -9, is none.
  const copy = `${path}.before-migration-10`
  writeFileSync(`${copy}.part`, 'half a copy')
  const db = openSqlite({ path, synchronous: 'normal' })
  try {
    await db.migrate()
    expect(readdirSync(folder).filter((name) => name.includes('before'))).toEqual([basename(copy)])
    const before = new Sqlite(copy, { readonly: true })
    expect(before.prepare('select count(*) from term_counts').pluck().get()).toBe(3)
    before.close()
    const { scopes, termCounts, memoryTerms, memoryScopes } = db.t
    expect(await db.select().from(termCounts)).toEqual([
      { scopeId: 's', term: 'lamp', chunks: 1 },
      { scopeId: 's', term: 'sea', chunks: 2 },
      { scopeId: 't', term: 'lamp', chunks: 1 },
    ])
    expect(await db.select().from(memoryTerms)).toEqual([
      { assistantId: 'a', term: 'sea', memories: 1 },
    ])
    await db.delete(scopes).where(eq(scopes.id, 's')).returning()
    await db.delete(memoryScopes).where(eq(memoryScopes.assistantId, 'a')).returning()
    expect(await db.select().from(termCounts)).toHaveLength(1)
    expect(await db.select().from(memoryTerms)).toEqual([])
  } finally {
    await db.close()
    for (const left of [folder, migrationsFolder]) rmSync(left, { recursive: true })
  }
})
