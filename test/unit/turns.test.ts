import { describe, expect, it } from 'vitest'
import { AppError } from '../../src/errors.ts'
import { Turns } from '../../src/runs/turns.ts'

const never = () => new AbortController().signal
const settled = async (promise: Promise<unknown>) => {
  const pending = Symbol('pending')
  await new Promise(setImmediate)
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending
}

describe('turns', () => {
  it('come one at a time, in the order they were asked for', async () => {
    const turns = new Turns()
    const order: number[] = []
    const waiting = Array.from({ length: 20 }, async (_, i) => {
      const release = await turns.take('t', 1_000, never())
      order.push(i)
      await new Promise(setImmediate)
      expect(order.at(-1)).toBe(i)
      release()
    })
    await Promise.all(waiting)
    expect(order).toEqual(Array.from({ length: 20 }, (_, i) => i))
  })

  it('of different threads do not wait for each other', async () => {
    const turns = new Turns()
    await turns.take('a', 1_000, never())
    expect(await settled(turns.take('b', 1_000, never()))).toBe(true)
    expect(await settled(turns.take('a', 1_000, never()))).toBe(false)
  })

  it('may be released twice without harm', async () => {
    const turns = new Turns()
    const first = await turns.take('t', 1_000, never())
    const second = turns.take('t', 1_000, never())
    first()
    first()
    await second
    expect(await settled(turns.take('t', 1_000, never()))).toBe(false)
  })

  it('that come too late are busy, and whoever waits behind them still comes', async () => {
    const turns = new Turns()
    const first = await turns.take('t', 1_000, never())
    const late = turns.take('t', 5, never())
    const patient = turns.take('t', 1_000, never())
    await expect(late).rejects.toThrow(AppError)
    await expect(late).rejects.toMatchObject({ code: 'busy' })
    expect(await settled(patient)).toBe(false)
    first()
    expect(await settled(patient)).toBe(true)
  })

  it('are given up by a caller that leaves, or has left before', async () => {
    const turns = new Turns()
    const first = await turns.take('t', 1_000, never())
    const leaving = new AbortController()
    const left = turns.take('t', 1_000, leaving.signal)
    const behind = turns.take('t', 1_000, never())
    leaving.abort(new Error('gone'))
    await expect(left).rejects.toThrow('gone')
    await expect(turns.take('t', 1_000, leaving.signal)).rejects.toThrow('gone')
    first()
    expect(await settled(behind)).toBe(true)
  })
})
