import { describe, expect, it } from 'vitest'
import { uuidsV7 } from '../../src/ids.ts'

const form = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const sorted = (ids: string[]) => ids.every((id, i) => i === 0 || id > (ids[i - 1] as string))
const msOf = (id: string) => Number.parseInt(id.slice(0, 13).replace('-', ''), 16)

describe('ids', () => {
  it('are UUIDs of version 7 that hold the time', () => {
    const now = new Date('2026-11-22T20:00:00.123Z')
    const id = uuidsV7(() => now)()
    expect(id).toMatch(form)
    expect(msOf(id)).toBe(now.getTime())
  })

  it('sort in the order they were made, many in one millisecond, and none twice', () => {
    const ids = uuidsV7(() => new Date(1_000_000_000_000))
    const made = Array.from({ length: 20_000 }, ids)
    expect(sorted(made)).toBe(true)
    expect(new Set(made).size).toBe(made.length)
    expect(made.every((id) => form.test(id))).toBe(true)
    expect(msOf(made.at(-1) as string) - 1_000_000_000_000).toBeLessThan(10)
  })

  it('go on in order when the clock is set back', () => {
    let now = 1_000_000_000_000
    const ids = uuidsV7(() => new Date(now))
    const made = [ids(), ids()]
    now -= 60_000
    made.push(ids(), ids())
    now += 120_000
    made.push(ids())
    expect(sorted(made)).toBe(true)
    expect(msOf(made.at(-1) as string)).toBe(now)
  })

  it('differ between processes in the same millisecond', () => {
    const clock = () => new Date(1_000_000_000_000)
    const made = Array.from({ length: 1_000 }, () => uuidsV7(clock)())
    expect(new Set(made).size).toBe(made.length)
  })
})
