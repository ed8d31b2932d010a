import { workerData } from 'node:worker_threads'
import { tooHungrySignal } from './parsed.ts'

/**
 * The program of a thread beside the one that reads, which may hear nothing for minutes: it ends
 * the process when that takes more memory than it may, or is left behind by the server.
 */

const everyMs = 100
const mebibyte = 1024 * 1024

const { memoryMb, parent } = workerData as { memoryMb: number; parent: number }
const most = process.memoryUsage.rss() + memoryMb * mebibyte

setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL')
  if (process.memoryUsage.rss() > most) process.kill(process.pid, tooHungrySignal)
}, everyMs)
