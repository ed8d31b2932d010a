import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Blobs, isMissing, TooLarge } from '../../src/blobs/blobs.ts'
import { blobStores, type OpenStore } from '../support/blobs.ts'

const MiB = 1024 * 1024
const inPieces = (bytes: Buffer, size = 64 * 1024) =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    ),
    { objectMode: false },
  )

describe.each(blobStores)('blobs %s', (_name, openStore) => {
  let store: Awaited<ReturnType<OpenStore>>
  let blobs: Blobs
  beforeAll(async () => {
    store = await openStore()
    blobs = store.blobs
  })
  afterAll(() => store.close())

  it.each([
    0,
    1,
    100_000,
    8 * MiB,
    21 * MiB,
  ])('gives back what it was given: %i bytes', async (size) => {
    const bytes = randomBytes(size)
    const key = `size-${size}`
    expect(await blobs.put(key, inPieces(bytes), 30 * MiB)).toBe(size)
    expect((await blobs.read(key)).equals(bytes)).toBe(true)
    expect((await buffer(blobs.open(key))).equals(bytes)).toBe(true)
  })

  it.each([
    1,
    100_000,
    20 * MiB,
  ])('keeps nothing of a stream that breaks off after %i bytes', async (size) => {
    const key = `broken-${size}`
    async function* broken() {
      yield* inPieces(randomBytes(size))
      throw new Error('the client left')
    }
    await expect(blobs.put(key, Readable.from(broken()), 30 * MiB)).rejects.toThrow(
      'the client left',
    )
    await expect(blobs.read(key)).rejects.toThrow()
    expect(await store.leftovers()).toEqual([])
  })

  it.each([10, 20 * MiB])('keeps nothing of what is larger than %i bytes', async (most) => {
    const key = `large-${most}`
    const putting = blobs.put(key, inPieces(randomBytes(most + 1)), most)
    await expect(putting).rejects.toBeInstanceOf(TooLarge)
    await expect(blobs.read(key)).rejects.toThrow()
    expect(await blobs.put(key, inPieces(randomBytes(most)), most)).toBe(most)
    expect(await store.leftovers()).toEqual([])
  })

  it('takes a key that was taken as new, and many at once', async () => {
    const keys = Array.from({ length: 10 }, (_, i) => `many-${i}`)
    await Promise.all(keys.map((key) => blobs.put(key, Readable.from([`old ${key}`]), 100)))
    await Promise.all(keys.map((key) => blobs.put(key, Readable.from([`new ${key}`]), 100)))
    const texts = await Promise.all(keys.map(async (key) => String(await blobs.read(key))))
    expect(texts).toEqual(keys.map((key) => `new ${key}`))
  })

  it('gives the same each time it is asked, and to a process that did not store it', async () => {
    await blobs.put('twice', Readable.from(['read ', 'twice']), 100)
    const texts = [await blobs.read('twice'), await blobs.read('twice')].map(String)
    expect(texts).toEqual(['read twice', 'read twice'])
    expect(String(await store.another().read('twice'))).toBe('read twice')
  })

  it('removes, and is content where there is nothing to remove', async () => {
    await blobs.put('removed', Readable.from(['x']), 10)
    await blobs.remove('removed')
    await blobs.remove('removed')
    await blobs.remove('never there')
    await expect(blobs.read('removed')).rejects.toThrow()
    await expect(buffer(blobs.open('removed'))).rejects.toThrow()
  })

  it('tells that there is nothing from what else may be wrong', async () => {
    const failure = (promise: Promise<unknown>) => promise.catch((error: unknown) => error)
    expect(isMissing(await failure(blobs.read('nothing')))).toBe(true)
    expect(isMissing(await failure(buffer(blobs.open('nothing'))))).toBe(true)
    expect(isMissing(new Error('the store is away'))).toBe(false)
  })

  it('lets a reader leave in the middle', async () => {
    await blobs.put('left', inPieces(randomBytes(9 * MiB)), 10 * MiB)
    const stream = blobs.open('left')
    for await (const _ of stream) break
    expect(stream.destroyed).toBe(true)
    expect((await blobs.read('left')).length).toBe(9 * MiB)
  })
})
