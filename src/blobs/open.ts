import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Config } from '../config.ts'
import type { Blobs } from './blobs.ts'
import { directoryBlobs } from './directory.ts'

/** The store the configuration names: a bucket, or the data folder. */
export function openBlobs(config: Config): Blobs {
  const bucket = config.HOMECOURT_S3_BUCKET
  if (bucket === '') return directoryBlobs(join(config.HOMECOURT_DATA_DIR, 'files'))
  return loadedLater(async () => {
    const { s3Blobs } = await import('./s3.ts')
    return s3Blobs({
      bucket,
      prefix: config.HOMECOURT_S3_PREFIX,
      endpoint: config.HOMECOURT_S3_ENDPOINT,
      region: config.HOMECOURT_S3_REGION,
    })
  })
}

/** The client is large, and a start need not wait for it. */
function loadedLater(load: () => Promise<Blobs>): Blobs {
  let loaded: Promise<Blobs> | undefined
  const blobs = () => {
    loaded ??= load()
    return loaded
  }
  async function* stream(key: string) {
    yield* (await blobs()).open(key)
  }
  return {
    put: async (key, content, maxBytes) => (await blobs()).put(key, content, maxBytes),
    read: async (key) => (await blobs()).read(key),
    open: (key) => Readable.from(stream(key), { objectMode: false }),
    remove: async (key) => (await blobs()).remove(key),
  }
}
