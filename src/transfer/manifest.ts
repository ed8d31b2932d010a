import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TableName } from '../store/transfer.ts'
import type { TallyResult } from './rows.ts'

/** What is in an exported folder; it is written last, so a folder without it is not complete. */
export type Manifest = {
  format: 1
  program: string
  /** Whose data it is; null is everybody's. */
  owner: string | null
  tables: Record<TableName, TallyResult>
  files: { count: number; bytes: number; missing: string[] }
}

/** A file of the folder, as `files.jsonl` has it, a line each. */
export type FileLine = { key: string; bytes: number; sha256: string }

export const manifestPath = (folder: string) => join(folder, 'manifest.json')
export const tablePath = (folder: string, name: string) => join(folder, 'tables', `${name}.jsonl`)
export const filesPath = (folder: string) => join(folder, 'files.jsonl')
export const filePath = (folder: string, key: string) => join(folder, 'files', key.slice(-2), key)

export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(manifestPath(folder), 'utf8').catch(() => {
    throw new Error(`${folder} holds no complete export: it has no manifest.json`)
  })
  const manifest = JSON.parse(text) as Manifest
  if (manifest.format !== 1) throw new Error('this export was made by a newer program')
  return manifest
}
