import { monitorEventLoopDelay } from 'node:perf_hooks'

const RESOLUTION_MS = 5

/**
 * Loaded into a server before its program: tells the bench, when it asks, by how much the event
 * loop was late since it last asked, in milliseconds.
 */
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
delay.enable()

process.on('message', () => {
  // The histogram counts the time it meant to sleep as well.
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS)
  process.send?.({ p99Ms: late(delay.percentile(99)), maxMs: late(delay.max) })
  delay.reset()
})
process.channel?.unref()
