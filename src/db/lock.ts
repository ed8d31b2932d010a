import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Sqlite from 'better-sqlite3'

/** Makes this process the only server of a data folder. Throws when another process is. */
export function lockFolder(path: string): () => void {
  try {
    return lockFile(path, 0)
  } catch (error) {
    throw new Error(`another Homecourt server is using ${dirname(path)}`, { cause: error })
  }
}

/**
 * A lock of the operating system's, on a file of its own, so it is gone with the process, however
 * that ends. Throws when another process has it, and still does after `waitMs`.
 */
export function lockFile(path: string, waitMs: number): () => void {
  mkdirSync(dirname(path), { recursive: true })
  const lock = new Sqlite(path, { timeout: waitMs })
  try {
    lock.exec('begin exclusive')
  } catch (error) {
    lock.close()
    throw error
  }
  return () => lock.close()
}
