/** Why a live run was stopped from outside; the loop tells it apart from a provider's failure. */
export type StopReason = 'cancelled' | 'shutdown' | 'timeout'

export class Stopped extends Error {
  readonly reason: StopReason

  constructor(reason: StopReason) {
    super(`the run was stopped: ${reason}`)
    this.name = 'Stopped'
    this.reason = reason
  }
}

/** The runs this process is executing right now. */
export class LiveRuns {
  readonly #stops = new Map<string, AbortController>()
  readonly #ends = new Map<string, (() => void)[]>()
  #idle: (() => void)[] = []

  add(runId: string): AbortSignal {
    const controller = new AbortController()
    this.#stops.set(runId, controller)
    return controller.signal
  }

  remove(runId: string): void {
    this.#stops.delete(runId)
    for (const resolve of this.#ends.get(runId) ?? []) resolve()
    this.#ends.delete(runId)
    if (this.#stops.size > 0) return
    for (const resolve of this.#idle) resolve()
    this.#idle = []
  }

  /** False when the run is not executing here. */
  stop(runId: string, reason: StopReason): boolean {
    const controller = this.#stops.get(runId)
    controller?.abort(new Stopped(reason))
    return controller !== undefined
  }

  /** Resolves once the run does not execute here any more. */
  ended(runId: string): Promise<void> {
    if (!this.#stops.has(runId)) return Promise.resolve()
    return new Promise((resolve) => {
      this.#ends.set(runId, [...(this.#ends.get(runId) ?? []), resolve])
    })
  }

  stopAll(reason: StopReason): void {
    for (const id of this.ids()) this.stop(id, reason)
  }

  ids(): string[] {
    return [...this.#stops.keys()]
  }

  /** Resolves once no run is left. */
  idle(): Promise<void> {
    if (this.#stops.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }
}
