import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { type Blobs, TooLarge } from './blobs.ts'

/** Blobs of the size of a note that were put last: most are read once, right away, and then no more. */
const FRESH_BYTES = 16 * 1024
const FRESH_BLOBS = 256

/** Blobs as files below `root`, spread over folders by the end of their key. */
export function directoryBlobs(root: string): Blobs {
  const pathOf = (key: string) => join(root, key.slice(-2), key)
  const fresh = new Map<string, Buffer>()
  const made = new Set<string>()
  const create = async (path: string) => {
    const folder = dirname(path)
    if (!made.has(folder)) await mkdir(folder, { recursive: true })
    made.add(folder)
    return open(path, 'w')
  }
  const keepFresh = (key: string, bytes: Buffer) => {
    fresh.set(key, bytes)
    const [oldest] = fresh.keys()
    if (fresh.size > FRESH_BLOBS && oldest !== undefined) fresh.delete(oldest)
  }
  return {
    async put(key, content, maxBytes) {
      const path = pathOf(key)
      const part = `${path}.part`
      fresh.delete(key)
      try {
        const { bytes, start } = await write(content, () => create(part), maxBytes)
        await rename(part, path)
        if (bytes === start.length) keepFresh(key, start)
        return bytes
      } catch (error) {
        made.delete(dirname(path))
        await rm(part, { force: true })
        throw error
      }
    },
    async read(key) {
      const bytes = fresh.get(key)
      fresh.delete(key)
      return bytes ?? readFile(pathOf(key))
    },
    open: (key) => createReadStream(pathOf(key)),
    async remove(key) {
      fresh.delete(key)
      await rm(pathOf(key), { force: true })
    },
  }
}

/**
 * Writes a stream piece by piece into the file that `create` opens. Returns how much it was, and its
 * start. The row that names the file is committed after it: the bytes must be on disk first.
 */
async function write(content: Readable, create: () => Promise<FileHandle>, maxBytes: number) {
  let file: FileHandle | undefined
  let bytes = 0
  let start = Buffer.alloc(0)
  try {
    for await (const piece of content as AsyncIterable<Buffer | string>) {
      const more = typeof piece === 'string' ? Buffer.from(piece) : piece
      if (bytes === start.length && bytes + more.length <= FRESH_BYTES) {
        start = Buffer.concat([start, more])
      }
      bytes += more.length
      if (bytes > maxBytes) throw new TooLarge(`more than ${maxBytes} bytes`)
      file ??= await create()
      await file.appendFile(more)
    }
    file ??= await create()
    await file.sync()
    return { bytes, start }
  } finally {
    await file?.close()
  }
}
