import type { Ctx } from '../context.ts'
import { renewLeases } from '../store/runs.ts'

/**
 * Keeps the leases of this process's runs alive, and stops those that another process cancelled
 * or took away. Returns the function that ends it.
 */
export function keepLeases(ctx: Ctx): () => void {
  let busy = false
  const renew = async () => {
    const ids = ctx.live.ids()
    if (busy || ids.length === 0) return
    busy = true
    try {
      const until = new Date(ctx.clock().getTime() + ctx.limits.leaseMs)
      const kept = await renewLeases(ctx.db, ids, until)
      for (const id of ids) if (!kept.has(id)) ctx.live.stop(id, 'cancelled')
    } catch (error) {
      ctx.log.error({ err: error }, 'leases were not renewed')
    } finally {
      busy = false
    }
  }
  const timer = setInterval(renew, ctx.limits.leaseRenewMs)
  timer.unref()
  return () => clearInterval(timer)
}
