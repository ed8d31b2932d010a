import type { Ctx } from '../context.ts'
import type { OperationResult } from '../db/schema-memories.ts'
import type { Memory, MemoryChanges } from '../store/memories.ts'
import type { FactDecision } from './facts.ts'
import { metadataOf } from './remember.ts'
import { holdsSecret } from './rules/secrets.ts'
import { endOf, hashOf, type Provenance, versionOf } from './versions.ts'

/** Where the decisions come from, and what they may need. */
export type Source = {
  why: Omit<Provenance, 'event' | 'reason'>
  /** The memories decisions may name, by their ids. */
  known: ReadonlyMap<string, Memory>
  /** Active memories that say exactly the same, by the hash of their content. */
  same: ReadonlyMap<string, Memory>
  vectorOf(content: string): Promise<Float32Array | null>
  space: string
  now: Date
}

export type Settled = MemoryChanges & { results: OperationResult[] }

/**
 * Decisions as changes to the store, with what is told of each. The last guard: secrets, doubles,
 * and decisions about memories that are unknown or decided already change nothing or only add.
 */
export async function settleDecisions(
  ctx: Ctx,
  decisions: readonly FactDecision[],
  source: Source,
): Promise<Settled> {
  const settled: Settled = { adds: [], ends: [], results: [] }
  const taken = new Set<string>()
  const said = new Set<string>()
  for (const decision of decisions) {
    const { reason } = decision
    const told = holdsSecret(reason) ? { ...decision, reason: '(withheld)' } : decision
    const allowed = allow(told, source, taken, said)
    if ('content' in allowed && allowed.content) said.add(hashOf(allowed.content))
    if ('id' in allowed && allowed.id && allowed.event !== 'NONE') taken.add(allowed.id)
    await note(ctx, allowed, source, settled)
  }
  return settled
}

function allow(
  decision: FactDecision,
  { known, same }: Source,
  taken: ReadonlySet<string>,
  said: ReadonlySet<string>,
): FactDecision {
  if (decision.event === 'NONE') return decision
  if (decision.event === 'DELETE') {
    const gone = taken.has(decision.id) || !known.has(decision.id)
    return gone ? { event: 'NONE', reason: 'There is nothing left to forget' } : decision
  }
  const { content, reason } = decision
  if (holdsSecret(content)) {
    return { event: 'NONE', content: '(withheld)', reason: 'It holds a secret' }
  }
  const hash = hashOf(content)
  if (same.has(hash) || said.has(hash)) {
    const id = same.get(hash)?.id
    return { event: 'NONE', content, reason: 'It is known already', ...(id ? { id } : {}) }
  }
  const mayUpdate = decision.event === 'UPDATE' && known.has(decision.id) && !taken.has(decision.id)
  return decision.event === 'ADD' || mayUpdate ? decision : { event: 'ADD', content, reason }
}

async function note(ctx: Ctx, decision: FactDecision, source: Source, settled: Settled) {
  const { known, why, now, space } = source
  const { event, reason } = decision
  if (event === 'NONE') {
    const memory = decision.content ?? known.get(decision.id ?? '')?.content ?? ''
    settled.results.push({ id: decision.id ?? null, memory, event, reason })
    return
  }
  const before = event === 'ADD' ? null : (known.get(decision.id) ?? null)
  if (before) settled.ends.push(endOf(before, { ...why, event, reason }))
  if (event === 'DELETE') {
    const told = { id: before?.id ?? null, memory: before?.content ?? '', event, reason }
    settled.results.push(told)
    return
  }
  const { content } = decision
  const words = { content, metadata: before && metadataOf(before) }
  const vector = await source.vectorOf(content)
  const version = versionOf(ctx, words, { ...why, event, reason }, { before, vector, space, now })
  // What was said last is the newest, whatever it replaces.
  settled.adds.push({ ...version, ordinal: null })
  const previous = before ? { previousMemory: before.content } : {}
  settled.results.push({ id: version.id, memory: content, event, reason, ...previous })
}
