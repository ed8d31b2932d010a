import { randomUUID } from 'node:crypto'

export type Ids = () => string

/**
 * UUIDs of version 7 (RFC 9562): 48 bits of milliseconds, then a counter that starts at random
 * and steps on within a millisecond, so ids made by one process sort in the order they were made.
 */
export function uuidsV7(clock: () => Date): Ids {
  let lastMs = 0
  let counter = 0
  return () => {
    const ms = Math.max(clock().getTime(), lastMs)
    // Node keeps random UUIDs in store; bytes of one's own are a system call each time.
    const random = randomUUID()
    const start = Number.parseInt(random.slice(0, 3), 16) & 0x3ff
    counter = ms === lastMs ? counter + 1 : start
    // The counter has 12 bits; past them the id borrows the next millisecond.
    lastMs = counter > 0xfff ? ms + 1 : ms
    counter &= 0xfff
    const time = lastMs.toString(16).padStart(12, '0')
    const step = counter.toString(16).padStart(3, '0')
    return `${time.slice(0, 8)}-${time.slice(8)}-7${step}-${random.slice(19)}`
  }
}

/**
 * Whole numbers below 2^53 that grow: the milliseconds since 2020 times 4,096, counted on from
 * there. Two processes may meet on one, and the database refuses the second.
 */
export function growingNumbers(clock: () => Date): () => number {
  let last = 0
  // Processes start their milliseconds at places of their own.
  const offset = Math.floor(Math.random() * 4_096)
  return () => {
    last = Math.max(last + 1, (clock().getTime() - EPOCH) * 4_096 + offset)
    return last
  }
}

const EPOCH = Date.UTC(2020, 0, 1)
