import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { DeleteObjectCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import type { Blobs } from './blobs.ts'
import { count } from './count.ts'

export type S3Options = {
  bucket: string
  /** What keys begin with inside the bucket; may be empty. */
  prefix: string
  /** Of a store that is not Amazon’s; empty for theirs. */
  endpoint: string
  region: string
  /** How long a connection may say nothing. */
  silentMs?: number
}

/** What is held in memory of one upload: as many parts as are on their way at once. */
const PART_BYTES = 8 * 1024 * 1024
const PARTS_AT_ONCE = 2
const CONNECT_MS = 10_000
const SILENT_MS = 60_000

/**
 * Blobs in a bucket of any store that speaks S3. Credentials are found where Amazon’s own tools
 * find them: the environment, a profile, the machine’s role.
 */
export function s3Blobs(options: S3Options): Blobs {
  const { bucket, prefix, endpoint, region, silentMs = SILENT_MS } = options
  const client = new S3Client({
    region,
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    // Without bounds, a connection that died silently holds its document, and a server that stops.
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: silentMs },
    // Not every store knows the checksums that Amazon’s client sends of its own accord.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  const at = (key: string) => ({ Bucket: bucket, Key: prefix + key })

  const get = async (key: string) => {
    const { Body } = await client.send(new GetObjectCommand(at(key)))
    if (!Body) throw new Error(`there is no blob ${key}`)
    return Body
  }

  async function* stream(key: string): AsyncGenerator<Uint8Array> {
    yield* (await get(key)) as Readable
  }

  return {
    async put(key, content, maxBytes) {
      const counted = count(maxBytes)
      const upload = new Upload({
        client,
        params: { ...at(key), Body: counted.stream },
        partSize: PART_BYTES,
        queueSize: PARTS_AT_ONCE,
      })
      const fed = pipeline(content, counted.stream)
      const stored = upload.done()
      stored.catch(() => content.destroy())
      // Where the stream breaks off, `stored` ends when the parts that have arrived are thrown away.
      for (const end of await Promise.allSettled([fed, stored])) {
        if (end.status === 'rejected') throw end.reason
      }
      return counted.bytes()
    },
    async read(key) {
      return Buffer.from(await (await get(key)).transformToByteArray())
    },
    open: (key) => Readable.from(stream(key), { objectMode: false }),
    async remove(key) {
      await client.send(new DeleteObjectCommand(at(key)))
    },
  }
}
