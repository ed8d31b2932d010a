import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databases } from '../support/databases.ts'
import { type Client, openWorld, type World } from '../support/world.ts'

describe.each(databases)('lists of assistants on %s', (_name, openDb) => {
  let world: World
  let owners = 0
  /** A new owner, who sees nothing yet. */
  const someone = (): Client => world.as(`owner ${++owners}`)
  const create = (as: Client, body: { name: string }) => as.call('POST', '/assistants', body)
  const names = async (as: Client, query = '') =>
    (await as.call<{ name: string }[]>('GET', `/assistants${query}`)).body.map(({ name }) => name)

  beforeAll(async () => {
    world = await openWorld({ db: await openDb() })
  })
  afterAll(() => world[Symbol.asyncDispose]())

  it('200 lists newest first, pages, filters by exact name', async () => {
    const ann = someone()
    for (const name of ['one', 'two', 'three', 'two']) await create(ann, { name })
    expect(await names(ann)).toEqual(['two', 'three', 'two', 'one'])
    expect(await names(ann, '?limit=2')).toEqual(['two', 'three'])
    expect(await names(ann, '?skip=1&limit=2')).toEqual(['three', 'two'])
    expect(await names(ann, '?skip=3&limit=200')).toEqual(['one'])
    expect(await names(ann, '?name=two')).toEqual(['two', 'two'])
    expect(await names(ann, '?name=two&skip=1')).toEqual(['two'])
    expect(await names(ann, '?name=TWO')).toEqual([])
    expect(await names(ann, '?name=tw_')).toEqual([])
    expect(await names(ann, '?name=')).toEqual([])
    expect(await names(ann, "?name=%27%20or%20'1'='1")).toEqual([])
  })

  it('200 an empty list, and clamped pages: at most 200, at least 1, any skip', async () => {
    const ann = someone()
    expect(await names(ann)).toEqual([])
    for (let i = 0; i < 201; i += 10) {
      const some = Array.from({ length: Math.min(10, 201 - i) }, (_, n) => ({ name: `${i + n}` }))
      await Promise.all(some.map((body) => create(ann, body)))
    }
    expect(await names(ann)).toHaveLength(100)
    for (const limit of ['200', '201', '999999999999999999999999', '1e9']) {
      expect(await names(ann, `?limit=${limit}`)).toHaveLength(200)
    }
    expect(await names(ann, '?skip=200&limit=200')).toHaveLength(1)
    expect(await names(ann, '?limit=0')).toHaveLength(1)
    for (const skip of ['201', '10001', '9007199254740993', '1e300']) {
      expect(await names(ann, `?skip=${skip}`)).toEqual([])
    }
    expect(await names(ann, '?limit=5&limit=2')).toHaveLength(2)
  })

  it.each([
    ['skip=-1', 'skip', 'Input should be greater than or equal to 0', 'greater_than_equal'],
    ['limit=-5', 'limit', 'Input should be greater than or equal to 0', 'greater_than_equal'],
    ['limit=ten', 'limit', undefined, 'int_parsing'],
    ['limit=', 'limit', undefined, 'int_parsing'],
    ['skip=1.5', 'skip', undefined, 'int_parsing'],
    ['skip=null', 'skip', undefined, 'int_parsing'],
    ['skip=NaN', 'skip', undefined, 'int_parsing'],
    [
      'name=%00',
      'name',
      'Input should be a valid string, without NUL characters or unpaired surrogates',
      'string_unicode',
    ],
  ])('422 for a list with ?%s', async (query, field, msg, type) => {
    const integer = 'Input should be a valid integer, unable to parse string as an integer'
    const { status, body } = await someone().call('GET', `/assistants?${query}`)
    expect({ status, body }).toEqual({
      status: 422,
      body: { detail: [{ loc: ['query', field], msg: msg ?? integer, type }] },
    })
  })
})
