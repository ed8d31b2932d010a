import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3'
import type { Blobs } from '../../src/blobs/blobs.ts'
import { directoryBlobs } from '../../src/blobs/directory.ts'
import { openBlobs } from '../../src/blobs/open.ts'
import { readConfig } from '../../src/config.ts'
import { services, theServices } from './services.ts'

/** Opens an empty store; `leftovers` names what broken-off uploads have left in it. */
export type OpenStore = () => Promise<{
  blobs: Blobs
  /** The same store, as another process opens it. */
  another(): Blobs
  leftovers(): Promise<string[]>
  close(): void
}>

/** Every store the contract runs on. */
export const blobStores: [name: string, open: OpenStore][] = [
  ['in a folder', openFolder],
  ...(services ? [['over S3', openBucket] as [string, OpenStore]] : []),
]

async function openFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'homecourt-blobs-'))
  const files = () => readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return {
    blobs: directoryBlobs(folder),
    another: () => directoryBlobs(folder),
    leftovers: async () => files().filter((name) => name.endsWith('.part')),
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}

async function openBucket() {
  const { bucket, env } = await newBucket()
  return {
    blobs: openBlobs(readConfig(env)),
    another: () => openBlobs(readConfig(env)),
    leftovers: async () => {
      const pending = await client().send(new ListMultipartUploadsCommand({ Bucket: bucket }))
      return (pending.Uploads ?? []).map(({ Key = '' }) => Key)
    },
    close() {},
  }
}

/** Makes a bucket. Returns the settings by which the program uses it. */
export async function newBucket(): Promise<{ bucket: string; env: Record<string, string> }> {
  const bucket = `homecourt-${randomBytes(6).toString('hex')}`
  // Amazon’s client reads its credentials from the environment, in this process as in any other.
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' })
  await client().send(new CreateBucketCommand({ Bucket: bucket }))
  const env = {
    HOMECOURT_S3_BUCKET: bucket,
    HOMECOURT_S3_ENDPOINT: theServices().s3,
    HOMECOURT_S3_PREFIX: 'files/',
  }
  return { bucket, env }
}

function client() {
  return new S3Client({ region: 'us-east-1', endpoint: theServices().s3, forcePathStyle: true })
}
