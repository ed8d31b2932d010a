/** Differences below this are the network’s, not the clocks’. */
const TOLERATED_MS = 100

/**
 * The one clock of all processes: the database’s. Leases and retries are instants that one process
 * writes and another compares, so a machine whose own clock is wrong must not matter.
 */
export class SharedClock {
  #ahead = 0

  readonly now = (): Date => new Date(Date.now() + this.#ahead)

  /** Asks `database` for its time, and goes by it from now on. */
  async follow(database: { now(): Promise<Date> }): Promise<void> {
    const before = Date.now()
    const theirs = (await database.now()).getTime()
    const ours = (before + Date.now()) / 2
    if (Math.abs(theirs - ours - this.#ahead) > TOLERATED_MS) {
      this.#ahead = Math.round(theirs - ours)
    }
  }
}
