import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Blobs } from './blobs.ts'
import { count } from './count.ts'

/** Blobs as files below `root`, spread over folders by the end of their key. */
export function directoryBlobs(root: string): Blobs {
  const pathOf = (key: string) => join(root, key.slice(-2), key)
  const made = new Set<string>()
  const makeFolder = async (folder: string) => {
    if (made.has(folder)) return
    await mkdir(folder, { recursive: true })
    made.add(folder)
  }
  return {
    async put(key, content, maxBytes) {
      const path = pathOf(key)
      const part = `${path}.part`
      await makeFolder(dirname(path))
      const counted = count(maxBytes)
      try {
        // The row that names this file is committed after it: the bytes must be on disk first.
        await pipeline(content, counted.stream, createWriteStream(part, { flush: true }))
        await rename(part, path)
      } catch (error) {
        made.delete(dirname(path))
        await rm(part, { force: true })
        throw error
      }
      return counted.bytes()
    },
    read: (key) => readFile(pathOf(key)),
    open: (key) => createReadStream(pathOf(key)),
    remove: (key) => rm(pathOf(key), { force: true }),
  }
}
