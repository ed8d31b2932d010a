import { expect, it } from 'vitest'
import { localRates } from '../../src/http/rate-counter.ts'

it('a key’s minute begins with its first request, and is forgotten when it is over', async () => {
  let now = 0
  const rates = localRates(() => new Date(now))
  expect(await rates.count('k')).toEqual({ count: 1, resetSeconds: 60 })
  now = 59_999
  expect((await rates.count('k')).count).toBe(2)
  now = 60_000
  expect(await rates.count('k')).toEqual({ count: 1, resetSeconds: 60 })
  expect((await rates.count('other')).count).toBe(1)
})
