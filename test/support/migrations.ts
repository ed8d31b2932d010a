import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrationsFolder } from '../../src/db/migrations.ts'

/** A folder with the migrations of an earlier program: those before the one of this name. */
export function migrationsBefore(dialect: 'sqlite' | 'postgres', tag: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'homecourt-migrations-'))
  cpSync(migrationsFolder(dialect), folder, { recursive: true })
  const path = join(folder, 'meta', '_journal.json')
  const journal = JSON.parse(readFileSync(path, 'utf8'))
  const at = journal.entries.findIndex((entry: { tag: string }) => entry.tag === tag)
  journal.entries.splice(at)
  writeFileSync(path, JSON.stringify(journal))
  return folder
}
