import { setImmediate } from 'node:timers/promises'
import type { Ctx } from '../context.ts'
import type { Memory, MemoryPlace } from '../store/memories.ts'
import { countMemories, listMemories, type MemoryFilter } from '../store/memory-lists.ts'
import { memoryTotals } from '../store/memory-views.ts'
import { toLabel } from './labels.ts'

/** No page begins behind so many rows. */
const LAST_ROW = 1_000_000_000

/**
 * Every memory that fits, newest first. Each reading goes on behind the last memory and not behind
 * so many: others that come and go meanwhile make none appear twice or be left out.
 */
export async function listAll(
  ctx: Ctx,
  place: MemoryPlace,
  filter: MemoryFilter,
): Promise<Memory[]> {
  const found: Memory[] = []
  const limit = ctx.limits.memoryRowsAtOnce
  for (;;) {
    const behind = found.at(-1)
    const page = { ...compared(filter), skip: 0, limit }
    const rows = await listMemories(ctx.db, place, behind ? { ...page, behind } : page)
    found.push(...rows)
    if (rows.length < limit) return found
    await setImmediate()
  }
}

/** A page of them, from 1, and how many there are in all. */
export async function listPage(
  ctx: Ctx,
  place: MemoryPlace,
  filter: MemoryFilter,
  { page, size }: { page: number; size: number },
): Promise<{ rows: Memory[]; total: number }> {
  const asked = compared(filter)
  const skip = Math.min((page - 1) * size, LAST_ROW)
  const rows = await listMemories(ctx.db, place, { ...asked, skip, limit: size })
  const plain = filter.labels.length === 0 && filter.asOf === null
  const total = plain
    ? (await memoryTotals(ctx.db, place.assistantId, [])).total
    : await countMemories(ctx.db, place, asked)
  return { rows, total }
}

/** Labels are kept up to a length, and compared up to it. */
function compared(filter: MemoryFilter): MemoryFilter {
  return { ...filter, labels: filter.labels.map(([path, value]) => toLabel(path, value)) }
}
