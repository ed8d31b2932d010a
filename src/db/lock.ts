import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Sqlite from 'better-sqlite3'

/**
 * Makes this process the only server of a data folder. The lock is the operating system's, on a
 * file of its own, so it is gone with the process, however that ends.
 * Throws when another process has it.
 */
export function lockFolder(path: string): () => void {
  mkdirSync(dirname(path), { recursive: true })
  const lock = new Sqlite(path, { timeout: 0 })
  try {
    lock.exec('begin exclusive')
  } catch (error) {
    lock.close()
    throw new Error(`another Homecourt server is using ${dirname(path)}`, { cause: error })
  }
  return () => lock.close()
}
