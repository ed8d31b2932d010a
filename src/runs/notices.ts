/**
 * Word between processes that a run is to be cancelled. Only a short cut: the row says the same,
 * and is read whenever a lease is renewed.
 */
export interface CancelNotices {
  tell(runId: string): void
  /** Calls `heard` for every notice of every process from now on. */
  listen(heard: (runId: string) => void): void
  close(): void
}

/** For a process that hears of cancels from the rows alone. */
export const noNotices: CancelNotices = { tell() {}, listen() {}, close() {} }
