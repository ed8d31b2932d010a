import { expect, it } from 'vitest'
import { isLegalMove, legalMoves } from '../../src/store/run-status.ts'

const states = Object.keys(legalMoves) as (keyof typeof legalMoves)[]
const legal = new Set([
  ...['in_progress -> requires_action', 'in_progress -> completed', 'in_progress -> failed'],
  ...['in_progress -> cancelled', 'requires_action -> in_progress'],
  ...['requires_action -> cancelled', 'requires_action -> expired'],
])

it.each(
  states.flatMap((from) => states.map((to) => [from, to] as const)),
)('a run in %s may move to %s only where the table says so', (from, to) => {
  expect(isLegalMove(from, to)).toBe(legal.has(`${from} -> ${to}`))
})

it('a run that has ended never moves again', () => {
  for (const state of ['completed', 'failed', 'cancelled', 'expired'] as const) {
    expect(legalMoves[state]).toEqual([])
  }
})
