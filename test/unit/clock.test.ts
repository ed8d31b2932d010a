import { expect, it } from 'vitest'
import { SharedClock } from '../../src/clock.ts'

const showing = (aheadMs: number) => ({ now: async () => new Date(Date.now() + aheadMs) })
const aheadOf = (clock: SharedClock) => clock.now().getTime() - Date.now()

it('goes by the database’s time, and back again', async () => {
  const clock = new SharedClock()
  expect(Math.abs(aheadOf(clock))).toBeLessThan(5)
  await clock.follow(showing(60_000))
  expect(Math.abs(aheadOf(clock) - 60_000)).toBeLessThan(50)
  await clock.follow(showing(-60_000))
  expect(Math.abs(aheadOf(clock) + 60_000)).toBeLessThan(50)
  await clock.follow(showing(0))
  expect(Math.abs(aheadOf(clock))).toBeLessThan(50)
})

it('does not follow what is only the way to the database and back', async () => {
  const clock = new SharedClock()
  await clock.follow(showing(60))
  expect(Math.abs(aheadOf(clock))).toBeLessThan(5)
})
