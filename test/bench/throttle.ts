import { readdirSync, readFileSync } from 'node:fs'

/**
 * A process of its own that gives each of the processes it is told of the same share of one core,
 * by stopping it whenever it is ahead: `throttle.js 0.3 PID PID`. So a machine of two cores can
 * tell what more processes on more cores would do. Linux only.
 */
const [share = 1, ...pids] = process.argv.slice(2).map(Number)
const STEP_MS = 2
/** A process that had nothing to do does not save its share up for later. */
const MOST_SAVED_MS = 20

const started = new Map(
  pids.map((pid) => [pid, { at: performance.now(), cpu: cpuMs(pid), on: true }]),
)
const timer = setInterval(() => {
  for (const [pid, one] of started) hold(pid, one)
}, STEP_MS)

process.once('SIGTERM', () => {
  clearInterval(timer)
  for (const pid of pids) process.kill(pid, 'SIGCONT')
  process.exit(0)
})
process.stdout.write('holding\n')

function hold(pid: number, one: { at: number; cpu: number; on: boolean }) {
  const now = performance.now()
  const saved = (now - one.at) * share - (cpuMs(pid) - one.cpu)
  if (saved > MOST_SAVED_MS) one.at += (saved - MOST_SAVED_MS) / share
  const on = saved > 0
  if (on !== one.on) process.kill(pid, on ? 'SIGCONT' : 'SIGSTOP')
  one.on = on
}

/** To the nanosecond, of all its threads: what `stat` tells comes in steps of ten milliseconds. */
function cpuMs(pid: number): number {
  let nanoseconds = 0
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    try {
      const told = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8')
      nanoseconds += Number(told.split(' ')[0])
    } catch {
      // A thread that has just ended.
    }
  }
  return nanoseconds / 1e6
}
