import type { RunStatus } from '../db/schema.ts'

/** Which moves a run may make; the store's compare-and-set sees that each is made once. */
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
