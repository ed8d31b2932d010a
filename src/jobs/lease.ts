import type { Ctx } from '../context.ts'
import type { Lease } from '../store/claims.ts'

/** The lease of a document as it is whenever it is looked at: a worker’s steps may take long. */
export function documentLease(ctx: Ctx, signal: AbortSignal): Lease {
  return {
    signal,
    get now() {
      return ctx.clock()
    },
    get leaseUntil() {
      return new Date(ctx.clock().getTime() + ctx.limits.ingestLeaseMs)
    },
  }
}
