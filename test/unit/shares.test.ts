import { expect, it } from 'vitest'
import { openShares } from '../../src/jobs/shares.ts'

const large = (ownerId: string, id: string) => ({ ownerId, id, sizeBytes: 1_000_000 })

it('who has many aside is not named before others who came later', () => {
  const shares = openShares(2)
  const [ann, bob] = [large('ann', 'a0'), large('bob', 'b0')]
  expect([shares.enter(ann), shares.enter(bob)]).toEqual([true, true])
  for (let at = 1; at < 100; at += 1) {
    shares.enter(large('ann', `a${at}`))
    shares.enter(large('bob', `b${at}`))
  }
  expect(shares.enter(large('eve', 'e0'))).toBe(false)
  const next = large('ann', 'a1')
  expect(shares.leave(ann)).toContain('a1')
  expect(shares.enter(next)).toBe(true)
  expect(shares.leave(next)[0]).toBe('e0')
})

it('whoever is named and finds no room keeps its place', () => {
  const shares = openShares(2)
  let busy = large('ann', 'a0')
  shares.enter(busy)
  for (let at = 1; at < 5; at += 1) shares.enter(large('ann', `a${at}`))
  const order: string[] = []
  for (let ids = shares.leave(busy); ids.length > 0; ids = shares.leave(busy)) {
    for (const id of ids) {
      const document = large('ann', id)
      if (!shares.enter(document)) continue
      order.push(id)
      busy = document
    }
  }
  expect(order).toEqual(['a1', 'a2', 'a3', 'a4'])
})

it('what is gone is not named again', () => {
  const shares = openShares(2)
  const busy = large('ann', 'a0')
  shares.enter(busy)
  for (const id of ['a1', 'a2', 'a3']) shares.enter(large('ann', id))
  expect(shares.leave(busy)).toEqual(['a1', 'a2'])
  shares.forget('a1')
  expect(shares.leave(null)).toEqual(['a2', 'a3'])
})
