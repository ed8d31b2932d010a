import { expect, it } from 'vitest'
import { gather } from '../../src/jobs/gather.ts'

it('does at once what is asked for in a short while, and answers each its own', async () => {
  const groups: number[][] = []
  const double = gather(
    async (items: number[]) => {
      groups.push(items)
      return items.map((item) => item * 2)
    },
    { most: 3, lingerMs: 5, coming: () => 10 },
  )
  expect(await Promise.all([1, 2, 3, 4, 5].map(double))).toEqual([2, 4, 6, 8, 10])
  expect(groups).toEqual([
    [1, 2, 3],
    [4, 5],
  ])
  expect(await double(6)).toBe(12)
  expect(groups).toHaveLength(3)
})

it('fails nobody for another of the group', async () => {
  const work = gather(
    async (items: string[]) => {
      if (items.includes('bad')) throw new Error('bad')
      return items
    },
    { most: 10, lingerMs: 1, coming: () => 10 },
  )
  const results = await Promise.allSettled(['a', 'bad', 'b'].map(work))
  expect(results).toMatchObject([{ value: 'a' }, { reason: { message: 'bad' } }, { value: 'b' }])
})

it('tells all of a group that their work failed, and goes on with the next', async () => {
  let broken = true
  const work = gather(
    async (items: string[]) => {
      if (broken) throw new Error('down')
      return items
    },
    { most: 10, lingerMs: 1, coming: () => 10 },
  )
  const results = await Promise.allSettled(['a', 'b'].map(work))
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  broken = false
  expect(await work('c')).toBe('c')
})

it('waits for nobody once all who are coming have asked', async () => {
  const groups: string[][] = []
  let coming = 1
  const work = gather(
    async (items: string[]) => {
      groups.push(items)
      return items
    },
    { most: 10, lingerMs: 60_000, coming: () => coming },
  )
  expect(await work('alone')).toBe('alone')
  coming = 2
  expect(await Promise.all([work('first'), work('last')])).toEqual(['first', 'last'])
  expect(groups).toEqual([['alone'], ['first', 'last']])
})
