import { setImmediate } from 'node:timers/promises'
import type { Ctx } from '../context.ts'
import type { Memory, MemoryPlace } from '../store/memories.ts'
import { countMemories, listMemories, type MemoryPage } from '../store/memory-lists.ts'
import { memoryTotals } from '../store/memory-views.ts'
import { toLabel } from './labels.ts'

type Filter = Omit<MemoryPage, 'skip' | 'limit'>

/** Rows read at once, so that a long list holds nobody up. */
const ROWS_AT_ONCE = 1_000
/** No page begins behind so many rows. */
const LAST_ROW = 1_000_000_000

/** Every memory that fits, newest first. */
export async function listAll(ctx: Ctx, place: MemoryPlace, filter: Filter): Promise<Memory[]> {
  const found: Memory[] = []
  for (;;) {
    const page = { ...compared(filter), skip: found.length, limit: ROWS_AT_ONCE }
    const rows = await listMemories(ctx.db, place, page)
    found.push(...rows)
    if (rows.length < ROWS_AT_ONCE) return found
    await setImmediate()
  }
}

/** A page of them, from 1, and how many there are in all. */
export async function listPage(
  ctx: Ctx,
  place: MemoryPlace,
  filter: Filter,
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
function compared(filter: Filter): Filter {
  return { ...filter, labels: filter.labels.map(([path, value]) => toLabel(path, value)) }
}
