import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Blobs } from './blobs.ts'
import { count } from './count.ts'

/** Blobs as files below `root`, spread over folders by the end of their key. */
export function directoryBlobs(root: string): Blobs {
  const pathOf = (key: string) => join(root, key.slice(-2), key)
  return {
    async put(key, content, maxBytes) {
      const path = pathOf(key)
      const part = `${path}.part`
      await mkdir(dirname(path), { recursive: true })
      const counted = count(maxBytes)
      try {
        await pipeline(content, counted.stream, createWriteStream(part))
        await flush(part)
        await rename(part, path)
      } catch (error) {
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

/** The row that names this file is committed after it: the bytes must be on disk first. */
async function flush(path: string) {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
