import { describe, expect, it } from 'vitest'
import { bestCovered, lookupsOf } from '../../../src/retrieval/coverage.ts'
import { prepareQuery } from '../../../src/retrieval/query.ts'

const stats = {
  chunks: 100_000,
  frequencies: new Map([
    ['zebra', 3],
    ['river', 2_000],
    ['hous', 90_000],
  ]),
}

describe('lookupsOf', () => {
  it('asks for the rarest first, and for what would drag in the scope only among those', () => {
    const lookups = lookupsOf(prepareQuery('river house zebra quux'), stats, 3_000)
    expect(lookups.map(({ any, among }) => ({ any, among }))).toEqual([
      { any: ['zebra'], among: undefined },
      { any: ['river'], among: undefined },
      { any: ['hous'], among: ['zebra', 'river'] },
    ])
    const [zebra = 0, river = 0, house = 0] = lookups.map(({ worth }) => worth)
    expect(zebra).toBeGreaterThan(river)
    expect(river).toBeGreaterThan(house)
  })

  it('asks for the only word there is, however common', () => {
    expect(lookupsOf(prepareQuery('house'), stats, 3_000)).toMatchObject([{ any: ['hous'] }])
    expect(lookupsOf(prepareQuery('quux'), stats, 3_000)).toEqual([])
  })
})

describe('bestCovered', () => {
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)
  const rare = { any: ['rare'], worth: 5 }
  const common = { any: ['common'], worth: 1 }

  it('keeps all where there are few', () => {
    expect(
      bestCovered(
        [rare, common],
        [
          [1, 2],
          [2, 3],
        ],
        150,
      ),
    ).toEqual([1, 2, 3])
  })

  it('keeps those that hold the most, and no more than are worth reading', () => {
    const best = bestCovered([rare, common], [range(0, 120), range(100, 3_000)], 150)
    expect(best).toEqual(expect.arrayContaining(range(0, 120)))
    expect(best).toHaveLength(150)
  })

  it('keeps more where too few stand out', () => {
    const best = bestCovered([rare, common], [[7], range(100, 3_000)], 150)
    expect(best[0]).toBe(7)
    expect(best).toHaveLength(300)
  })
})
