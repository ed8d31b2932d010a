import type { RunStatus } from '../db/schema.ts'

/** Which moves a run may make. The store's compare-and-set enforces them, one row at a time. */
export const legalMoves = {
  in_progress: ['requires_action', 'completed', 'failed', 'cancelled'],
  requires_action: ['in_progress', 'cancelled', 'expired'],
  completed: [],
  failed: [],
  cancelled: [],
  expired: [],
} as const satisfies Record<RunStatus, readonly RunStatus[]>

export function isLegalMove(from: RunStatus, to: RunStatus): boolean {
  return (legalMoves[from] as readonly RunStatus[]).includes(to)
}
