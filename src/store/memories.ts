import { and, asc, eq, inArray, sql } from 'drizzle-orm'
import type { Db, Queries, Statement } from '../db/db.ts'
import type { Tables } from '../db/schema.ts'
import { notFound } from '../errors.ts'
import { type MemoryView, seenIn } from './memory-views.ts'

/** One version of a memory. */
export type Memory = Tables['memories']['$inferSelect']

export type MemoryPlace = { ownerId: string; assistantId: string }

/**
 * A version on its way in. `ordinal` null takes the next place of its assistant. `labels` are the
 * values its metadata can be filtered by; `vector` is little-endian float32, in `space`.
 */
export type NewVersion = Omit<
  Memory,
  | 'ownerId'
  | 'assistantId'
  | 'ordinal'
  | 'status'
  | 'embedded'
  | 'validTo'
  | 'endEvent'
  | 'endOrigin'
  | 'endReason'
  | 'endOperationId'
> & {
  ordinal: number | null
  vector: Buffer | null
  space: string
  labels: [path: string, value: string][]
}

/** The end of a version that is active. */
export type VersionEnd = Pick<
  Memory,
  'status' | 'endEvent' | 'endOrigin' | 'endReason' | 'endOperationId'
> & { row: Memory }

export type MemoryChanges = { adds: NewVersion[]; ends: VersionEnd[] }

/**
 * Ends versions and adds others, as one, together with `before`. Null, and nothing is changed, when
 * a version to end is not active any more or a statement of `before` touches no row.
 */
export async function changeMemories(
  db: Db,
  place: MemoryPlace,
  { adds, ends }: MemoryChanges,
  now: Date,
  before: (q: Queries) => Statement<unknown>[] = () => [],
): Promise<Memory[] | null> {
  const fresh = adds.filter(({ ordinal }) => ordinal === null).length
  const touched = adds.length + ends.length > 0
  let at = 0
  const done = await db.atomic((q) => {
    const first = [
      ...before(q),
      ...(touched ? [touchScope(q, db.t, place, { adds, ends, fresh, now })] : []),
      ...ends.map((end) => endVersion(q, db.t, place, end, now)),
    ]
    at = first.length
    const added = addVersions(q, db.t, place, adds, fresh)
    return [...first, ...added, ...countTerms(q, db.t, place, { adds, ends })]
  })
  if (!done) return null
  return adds.length > 0 ? (done[at] as Memory[]) : []
}

/** First of all, so that two writers of one assistant wait here and not across each other. */
function touchScope(
  q: Queries,
  { memoryScopes }: Tables,
  { assistantId }: MemoryPlace,
  { adds, ends, fresh, now }: MemoryChanges & { fresh: number; now: Date },
) {
  const total = adds.length - ends.length
  const terms = lengthOf(adds) - lengthOf(ends.map(({ row }) => row))
  return q
    .insert(memoryScopes)
    .values({ assistantId, total, termTotal: terms, lastOrdinal: fresh, updatedAt: now })
    .onConflictDoUpdate({
      target: memoryScopes.assistantId,
      set: {
        total: sql`${memoryScopes.total} + ${total}`,
        termTotal: sql`${memoryScopes.termTotal} + ${terms}`,
        lastOrdinal: sql`${memoryScopes.lastOrdinal} + ${fresh}`,
        updatedAt: now,
      },
    })
    .returning({ assistantId: memoryScopes.assistantId })
}

const lengthOf = (versions: { length: number }[]) =>
  versions.reduce((sum, { length }) => sum + length, 0)

function endVersion(
  q: Queries,
  { memories }: Tables,
  { ownerId, assistantId }: MemoryPlace,
  { row, ...end }: VersionEnd,
  now: Date,
) {
  return q
    .update(memories)
    .set({ ...end, validTo: now })
    .where(
      and(
        eq(memories.key, row.key),
        eq(memories.ownerId, ownerId),
        eq(memories.assistantId, assistantId),
        sql`${memories.status} = 'active'`,
      ),
    )
    .returning()
}

function addVersions(
  q: Queries,
  { memories, memoryVectors, memoryLabels }: Tables,
  place: MemoryPlace,
  adds: NewVersion[],
  fresh: number,
): Statement<unknown>[] {
  if (adds.length === 0) return []
  const last = sql`(select last_ordinal from memory_scopes where assistant_id = ${place.assistantId})`
  let given = 0
  const rows = adds.map(({ vector, space: _, labels: __, ordinal, ...version }) => ({
    ...version,
    ...place,
    status: 'active' as const,
    embedded: vector !== null,
    ordinal: ordinal ?? sql`${last} - ${sql.raw(String(fresh - ++given))}`,
  }))
  const vectors = adds.flatMap(({ key, vector, space }) =>
    vector ? [{ memoryKey: key, space, vector }] : [],
  )
  const labels = adds.flatMap(({ key, labels }) =>
    labels.map(([path, value]) => ({
      memoryKey: key,
      assistantId: place.assistantId,
      path,
      value,
    })),
  )
  return [
    q.insert(memories).values(rows).returning(),
    ...(vectors.length > 0
      ? [q.insert(memoryVectors).values(vectors).returning({ key: memoryVectors.memoryKey })]
      : []),
    ...inBatches(labels).map((some) =>
      q.insert(memoryLabels).values(some).returning({ key: memoryLabels.memoryKey }),
    ),
  ]
}

/** Rows of one statement: both databases bound the number of values they take. */
const ROWS_AT_ONCE = 500

/** Always in the same order, so that no two writers wait for each other. */
function countTerms(
  q: Queries,
  { memoryTerms }: Tables,
  { assistantId }: MemoryPlace,
  { adds, ends }: MemoryChanges,
) {
  const counts = new Map<string, number>()
  const count = (terms: string, by: number) => {
    for (const term of new Set(terms.split(' '))) {
      if (term !== '') counts.set(term, (counts.get(term) ?? 0) + by)
    }
  }
  for (const { terms } of adds) count(terms, 1)
  for (const { row } of ends) count(row.terms, -1)
  const changed = [...counts]
    .filter(([, by]) => by !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([term, by]) => ({ assistantId, term, memories: by }))
  return inBatches(changed).map((rows) =>
    q
      .insert(memoryTerms)
      .values(rows)
      .onConflictDoUpdate({
        target: [memoryTerms.assistantId, memoryTerms.term],
        set: { memories: sql`${memoryTerms.memories} + excluded.memories` },
      })
      .returning({ term: memoryTerms.term }),
  )
}

function inBatches<T>(rows: T[]): T[][] {
  const batches: T[][] = []
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    batches.push(rows.slice(at, at + ROWS_AT_ONCE))
  }
  return batches
}

/** The active version. Throws `not_found`, for another owner's or assistant's memory too. */
export async function getMemory(db: Db, place: MemoryPlace, id: string): Promise<Memory> {
  const { memories } = db.t
  const query = db.prepared('get_memory', () =>
    db
      .select()
      .from(memories)
      .where(
        and(
          eq(memories.id, sql.placeholder('id')),
          sql`${memories.status} = 'active'`,
          eq(memories.ownerId, sql.placeholder('ownerId')),
          eq(memories.assistantId, sql.placeholder('assistantId')),
        ),
      ),
  )
  const [row] = await query.execute({ id, ...place })
  if (!row) throw notFound('Memory')
  return row
}

/** Every version, oldest first. Throws `not_found` where there never was one. */
export async function listVersions(db: Db, place: MemoryPlace, id: string): Promise<Memory[]> {
  const { memories } = db.t
  const rows = await db
    .select()
    .from(memories)
    .where(and(eq(memories.id, id), inPlace(db, place)))
    .orderBy(asc(memories.version))
  if (rows.length === 0) throw notFound('Memory')
  return rows
}

/** The active memories whose content has one of these hashes. */
export async function listByHash(
  db: Db,
  { ownerId, assistantId }: MemoryPlace,
  hashes: string[],
): Promise<Memory[]> {
  const { memories } = db.t
  if (hashes.length === 0) return []
  return db
    .select()
    .from(memories)
    .where(
      and(
        eq(memories.assistantId, assistantId),
        eq(memories.ownerId, ownerId),
        inArray(memories.hash, hashes),
        sql`${memories.status} = 'active'`,
      ),
    )
    .orderBy(asc(memories.key))
}

/** The versions with these keys that a view shows. */
export async function listMemoriesByKey(
  db: Db,
  place: MemoryPlace,
  keys: number[],
  view: MemoryView,
): Promise<Memory[]> {
  const { memories } = db.t
  if (keys.length === 0) return []
  return db
    .select()
    .from(memories)
    .where(and(inArray(memories.key, keys), inPlace(db, place), seenIn(db, view)))
}

/** The versions that are an owner's and an assistant's. */
export function inPlace(db: Db, { ownerId, assistantId }: MemoryPlace) {
  const { memories } = db.t
  return and(eq(memories.assistantId, assistantId), eq(memories.ownerId, ownerId))
}

/** Deletes every version of a memory, for good. Throws `not_found`. */
export async function purgeMemory(
  db: Db,
  place: MemoryPlace,
  id: string,
  now: Date,
): Promise<void> {
  const { memories } = db.t
  const versions = await listVersions(db, place, id)
  const active = versions.filter(({ status }) => status === 'active')
  const end = { status: 'deleted', endEvent: 'DELETE', endOrigin: 'manual' } as const
  const ends = active.map((row) => ({ ...end, row, endReason: null, endOperationId: null }))
  await changeMemories(db, place, { adds: [], ends }, now)
  await db
    .delete(memories)
    .where(and(eq(memories.id, id), inPlace(db, place)))
    .returning({ key: memories.key })
}
