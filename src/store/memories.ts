import { and, asc, eq, inArray, notExists, sql } from 'drizzle-orm'
import { type Bound, type Db, type Queries, type Statement, slot, slots } from '../db/db.ts'
import type { Tables } from '../db/schema.ts'
import { notFound } from '../errors.ts'
import { addLabels, addVectors, addVersions, countTerms } from './memory-inserts.ts'
import { type MemoryView, seenIn, unindexed } from './memory-views.ts'

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

export type MemoryChanges = {
  adds: NewVersion[]
  ends: VersionEnd[]
  /** Of which there may be no active memory yet. */
  unlessStored?: Pick<NewVersion, 'hash' | 'content'>
}

/**
 * Ends versions and adds others, as one, together with `before`. Null, and nothing is changed, when
 * a version to end is not active any more, what `unlessStored` names is there, or a statement of
 * `before` touches no row.
 */
export async function changeMemories(
  db: Db,
  place: MemoryPlace,
  { adds, ends, unlessStored }: MemoryChanges,
  now: Date,
  before: (q: Queries) => Statement<unknown>[] = () => [],
): Promise<Memory[] | null> {
  const fresh = adds.filter(({ ordinal }) => ordinal === null).length
  const touched = adds.length + ends.length > 0
  let at = 0
  const done = await db.atomic((q) => {
    const first = [
      ...before(q),
      ...(touched ? [touchScope(db.t, place, { adds, ends, fresh, now })] : []),
      ...(unlessStored ? [refuseSame(q, db.t, place, unlessStored, now)] : []),
      ...ends.map((end) => endVersion(q, db.t, place, end, now)),
    ]
    at = first.length
    return [
      ...first,
      ...addVersions(db.t, place, adds, fresh),
      ...addVectors(db.t, adds),
      ...addLabels(db.t, place, adds),
      ...countTerms(db.t, place, { adds, ends }),
    ]
  })
  return done && (done.slice(at, at + adds.length).flat() as Memory[])
}

/** First of all, so that two writers of one assistant wait here and not across each other. */
function touchScope(
  { memoryScopes }: Tables,
  { assistantId }: MemoryPlace,
  { adds, ends, fresh, now }: MemoryChanges & { fresh: number; now: Date },
): Bound<{ assistantId: string }> {
  const values = {
    assistantId,
    total: adds.length - ends.length,
    termTotal: lengthOf(adds) - lengthOf(ends.map(({ row }) => row)),
    lastOrdinal: fresh,
    updatedAt: now,
  }
  const more = (name: 'total' | 'termTotal' | 'lastOrdinal') =>
    sql`${memoryScopes[name]} + ${slot(memoryScopes[name], name)}`
  return {
    name: 'touch_memory_scope',
    values,
    build: (q) =>
      q
        .insert(memoryScopes)
        .values(slots(memoryScopes, values).filled())
        .onConflictDoUpdate({
          target: memoryScopes.assistantId,
          set: {
            ...{ total: more('total'), termTotal: more('termTotal') },
            lastOrdinal: more('lastOrdinal'),
            updatedAt: slot(memoryScopes.updatedAt, 'updatedAt'),
          },
        })
        .returning({ assistantId: memoryScopes.assistantId }),
  }
}

const lengthOf = (versions: { length: number }[]) =>
  versions.reduce((sum, { length }) => sum + length, 0)

/** Touches the scope, which is locked by now, unless the content is among its active memories. */
function refuseSame(
  q: Queries,
  { memories, memoryScopes }: Tables,
  { assistantId }: MemoryPlace,
  { hash, content }: Pick<NewVersion, 'hash' | 'content'>,
  now: Date,
) {
  const same = q
    .select({ key: memories.key })
    .from(memories)
    .where(
      and(
        eq(memories.assistantId, assistantId),
        eq(memories.hash, hash),
        sql`${memories.status} = 'active'`,
        eq(memories.content, content),
      ),
    )
  return q
    .update(memoryScopes)
    .set({ updatedAt: now })
    .where(and(eq(memoryScopes.assistantId, assistantId), notExists(same)))
    .returning({ assistantId: memoryScopes.assistantId })
}

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
  { ownerId, assistantId }: MemoryPlace,
  keys: number[],
  view: MemoryView,
): Promise<Memory[]> {
  const { memories } = db.t
  if (keys.length === 0) return []
  return db
    .select()
    .from(memories)
    .where(
      and(
        inArray(memories.key, keys),
        eq(memories.ownerId, ownerId),
        sql`${unindexed(memories.assistantId)} = ${assistantId}`,
        seenIn(db, view),
      ),
    )
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
