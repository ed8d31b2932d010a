import type { Ctx } from '../context.ts'

/**
 * Work that is done behind the client's back. What is to be done stands in a row; a job is only
 * told the row's id, claims it by compare-and-set, and may be told the same id twice.
 */
export type Job = {
  name: string
  /** How many run at once in one process. */
  concurrency: number
  run(ctx: Ctx, id: string, signal: AbortSignal): Promise<void>
}

/** A doorbell: it may ring twice and it may be lost; the sweep rings again for rows left behind. */
export interface Queue {
  /** Returns at once; the job runs after `delayMs`, here or in another process. */
  ring(job: Job, id: string, delayMs?: number): void
  /** Resolves when nothing is waiting or running here. */
  idle(): Promise<void>
  /** Lets running jobs know, waits for them, and takes no more. */
  close(): Promise<void>
}
