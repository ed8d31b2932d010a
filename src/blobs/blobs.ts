import type { Readable } from 'node:stream'

/** Uploaded bytes, kept outside the database under a key of our own making. */
export interface Blobs {
  /**
   * Stores a stream under `key` and returns its size in bytes. When the stream breaks off or
   * exceeds `maxBytes`, nothing is left behind; the latter throws `TooLarge`.
   */
  put(key: string, content: Readable, maxBytes: number): Promise<number>
  /** The whole content. Throws when there is none. */
  read(key: string): Promise<Buffer>
  open(key: string): Readable
  /** No error when there is nothing to remove. */
  remove(key: string): Promise<void>
}

export class TooLarge extends Error {}

/** Whether what `read` or `open` has thrown will not pass: there is nothing under that key. */
export function isMissing(error: unknown): boolean {
  const { code, name } = error as { code?: unknown; name?: unknown }
  return code === 'ENOENT' || name === 'NoSuchKey'
}
