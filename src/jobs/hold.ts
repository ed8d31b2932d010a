/** A claim that is being kept: its work stops by `signal`, when told to or when the claim is lost. */
export type Hold = { signal: AbortSignal; end(): Promise<void> }

/**
 * Renews a claim for as long as its work goes on, so that its lease may be short: what a killed
 * process had is taken up within seconds. `renew` says whether the claim is still its own; while the
 * database cannot say, the work goes on, and what it writes asks for itself.
 */
export function hold(renew: () => Promise<boolean>, everyMs: number, stop: AbortSignal): Hold {
  const lost = new AbortController()
  let renewing = Promise.resolve()
  const beat = async () => {
    try {
      if (!(await renew())) lost.abort(new Error('another worker has taken over'))
    } catch {
      // Asked again at the next beat.
    }
  }
  const timer = setInterval(() => {
    renewing = renewing.then(beat)
  }, everyMs)
  return {
    signal: AbortSignal.any([stop, lost.signal]),
    async end() {
      clearInterval(timer)
      await renewing
    },
  }
}
