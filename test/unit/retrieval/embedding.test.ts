import { describe, expect, it } from 'vitest'
import { offlineEmbedding } from '../../../src/models/offline/embedding.ts'
import { cosine } from '../../../src/retrieval/scan.ts'

const model = offlineEmbedding()
const { signal } = new AbortController()
const none = new Float32Array()

async function likeness(one: string, other: string) {
  const [a = none, b = none] = await model.embed([one, other], 'document', signal)
  return cosine(a, b)
}

describe('the built-in embedding', () => {
  it('gives the same numbers each time, at length one', async () => {
    const [one = none] = await model.embed(['A ferry runs to the island.'], 'document', signal)
    const [same] = await offlineEmbedding().embed(['A ferry runs to the island.'], 'query', signal)
    expect(one).toEqual(same)
    expect(cosine(one, one)).toBeCloseTo(1)
    expect(Math.hypot(...one)).toBeCloseTo(1)
  })

  it.each([
    ['receive the parcel', 'recieve the parcle', 'reduce the tariff'],
    ['Krankenversicherung', 'Versicherung', 'Erinnerung'],
    ['fotosíntesis', 'fotosintetico', 'forasteros'],
    ['университетами', 'университет', 'универсал'],
    ['北京大学图书馆', '北京图书馆', '南京的天气'],
    ['kitaplarımızdan', 'kitap', 'kibar'],
  ])('puts "%s" nearer to "%s" than to "%s"', async (text, near, far) => {
    expect(await likeness(text, near)).toBeGreaterThan((await likeness(text, far)) + 0.05)
  })

  it('gives zeros for nothing, has the dimensions asked for, and stops when told', async () => {
    const [nothing] = await offlineEmbedding(64).embed([' …'], 'document', signal)
    expect(nothing).toEqual(new Float32Array(64))
    await expect(model.embed(['a'], 'query', AbortSignal.abort())).rejects.toThrow()
  })

  it('embeds a thousand texts of 1 KB within seconds', async () => {
    const words = Array.from({ length: 3_000 }, (_, at) => `word${at.toString(36)}`)
    const texts = Array.from({ length: 1_000 }, (_, at) =>
      Array.from({ length: 150 }, (_, place) => words[(at * 31 + place * 17) % 3_000]).join(' '),
    )
    const started = performance.now()
    await model.embed(texts, 'document', signal)
    expect(performance.now() - started).toBeLessThan(3_000)
  })
})
