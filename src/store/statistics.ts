import { setImmediate } from 'node:timers/promises'
import { and, asc, eq, gt, lte, sql } from 'drizzle-orm'
import { type Bound, type Db, slot } from '../db/db.ts'
import type { Tables } from '../db/schema.ts'
import { type DocumentPatch, type Lease, moveOwned } from './claims.ts'
import { type Document, scopeOf } from './documents.ts'

/**
 * What a document adds to its scope: its terms in order, in how many of its passages each occurs.
 * `languages` is a set of bits, which are only ever added.
 */
export type Tally = {
  terms: string[]
  chunks: ArrayLike<number>
  passages: number
  length: number
  languages: number
}

/** Terms of one transaction, so that none holds the event loop or other writers for long. */
const TERMS_AT_ONCE = 1_000
const PASSAGES_AT_ONCE = 200

/** The tally of a document by its stored passages: the same as when it was read. */
export async function tallyOf(db: Db, document: Document): Promise<Tally> {
  const counts = new Map<string, number>()
  let passages = 0
  let length = 0
  for (let after = -1; ; await setImmediate()) {
    const rows = await listTerms(db, document, after)
    for (const { terms } of rows) {
      const words = terms === '' ? [] : terms.split(' ')
      length += words.length
      for (const term of new Set(words)) counts.set(term, (counts.get(term) ?? 0) + 1)
    }
    passages += rows.length
    after = rows.at(-1)?.ordinal ?? after
    if (rows.length < PASSAGES_AT_ONCE) break
  }
  const terms = await sorted([...counts.keys()])
  const chunks = Uint32Array.from(terms, (term) => counts.get(term) ?? 0)
  return { terms, chunks, passages, length, languages: 0 }
}

/** In the order of `sort()`, some at a time: to sort all terms of a long document takes a while. */
async function sorted(terms: string[]): Promise<string[]> {
  const byStart = new Map<string, string[]>()
  for (const term of terms) {
    const start = term.slice(0, 2)
    const others = byStart.get(start)
    if (others) others.push(term)
    else byStart.set(start, [term])
  }
  const parts: string[][] = []
  let since = terms.length
  for (const start of [...byStart.keys()].sort()) {
    const part = byStart.get(start) ?? []
    since += part.length
    if (since > TERMS_AT_ONCE) {
      await setImmediate()
      since = part.length
    }
    parts.push(part.sort())
  }
  return parts.flat()
}

async function listTerms(db: Db, document: Document, after: number) {
  const { chunks } = db.t
  return db
    .select({ ordinal: chunks.ordinal, terms: chunks.terms })
    .from(chunks)
    .where(
      and(
        eq(chunks.documentId, document.id),
        eq(chunks.ownerId, document.ownerId),
        gt(chunks.ordinal, after),
      ),
    )
    .orderBy(asc(chunks.ordinal))
    .limit(PASSAGES_AT_ONCE)
}

/**
 * Makes a document count and be found: counts it in, some terms at a time, and with the last of
 * them it is indexed. `about` and the statements `along` go with the first step. Null when another
 * worker has taken over or the lease is stopped: who takes the document up next goes on from there.
 */
export async function countIn(
  db: Db,
  document: Document,
  tally: Tally,
  lease: Lease,
  { about = {}, along = [] }: { about?: DocumentPatch; along?: Bound<unknown>[] } = {},
): Promise<Document | null> {
  let row = document
  while (!lease.signal.aborted) {
    const isFirst = row.counted === null
    const from = row.counted ?? 0
    const to = Math.min(from + TERMS_AT_ONCE, tally.terms.length)
    const isLast = to === tally.terms.length
    const state = isLast ? indexed(lease.now) : { leaseUntil: lease.leaseUntil }
    const step = { ...(isFirst ? about : {}), ...state, counted: to }
    const done = await db.atomic(() => [
      moveOwned(db.t, row, step, lease.now),
      ...(isFirst ? [...along, ...addToScope(db, scopeOf(row), tally, 1)] : []),
      ...addTerms(db, scopeOf(row), tally, { from, to, sign: 1 }),
    ])
    const moved = done?.[0]?.[0] as Document | undefined
    if (moved && isFirst && along.length > 0) await db.mergeTerms()
    if (!moved || isLast) return moved ?? null
    row = moved
    await setImmediate()
  }
  return null
}

export const indexed = (now: Date) =>
  ({ status: 'indexed', leaseUntil: null, processingCompletedAt: now }) as const

/** Takes what was counted of a document out again, some terms at a time. Null as for `countIn`. */
export async function countOut(db: Db, document: Document, lease: Lease): Promise<Document | null> {
  if (document.counted === null) return document
  const tally = await tallyOf(db, document)
  let row = document
  while (row.counted !== null) {
    if (lease.signal.aborted) return null
    const to = Math.min(row.counted, tally.terms.length)
    const from = Math.max(0, to - TERMS_AT_ONCE)
    const step = { leaseUntil: lease.leaseUntil, counted: from === 0 ? null : from }
    const done = await db.atomic(() => [
      moveOwned(db.t, row, step, lease.now),
      ...(from === 0 ? addToScope(db, scopeOf(row), tally, -1) : []),
      ...addTerms(db, scopeOf(row), tally, { from, to, sign: -1 }),
    ])
    const moved = done?.[0]?.[0] as Document | undefined
    if (!moved) return null
    await dropUnused(db, row, pairsOf(tally, { from, to, sign: 1 }))
    row = moved
    await setImmediate()
  }
  return row
}

/** Removes a scope that nothing is counted in any more, and the terms left in it. */
export async function dropEmptyScope(db: Db, id: string): Promise<void> {
  const { scopes } = db.t
  await db
    .delete(scopes)
    .where(and(eq(scopes.id, id), lte(scopes.chunkCount, 0)))
    .returning({ id: scopes.id })
}

export function addToScope({ t }: Db, id: string, tally: Tally, sign: 1 | -1): Bound<unknown>[] {
  if (tally.passages === 0) return []
  const { scopes } = t
  const [chunkCount, termTotal] = [sign * tally.passages, sign * tally.length]
  const more = (name: 'chunkCount' | 'termTotal') =>
    sql`${scopes[name]} + ${slot(scopes[name], name)}`
  const statement: Bound<unknown> = {
    name: 'add_to_scope',
    values: { id, chunkCount, termTotal, languages: tally.languages },
    build: (q) =>
      q
        .insert(scopes)
        .values({
          id: slot(scopes.id, 'id'),
          chunkCount: slot(scopes.chunkCount, 'chunkCount'),
          termTotal: slot(scopes.termTotal, 'termTotal'),
          languages: slot(scopes.languages, 'languages'),
        } as unknown as Tables['scopes']['$inferInsert'])
        .onConflictDoUpdate({
          target: scopes.id,
          set: {
            chunkCount: more('chunkCount'),
            termTotal: more('termTotal'),
            languages: sql`${scopes.languages} | ${slot(scopes.languages, 'languages')}`,
          },
        })
        .returning({ id: scopes.id }),
  }
  return [statement]
}

type Stretch = { from: number; to: number; sign: 1 | -1 }

/** The statement for however many terms. Always in the same order: two writers never wait for each other. */
export function addTerms(
  db: Db,
  scopeId: string,
  tally: Tally,
  stretch: Stretch,
): Bound<unknown>[] {
  if (stretch.to <= stretch.from) return []
  const { termCounts } = db.t
  const statement: Bound<unknown> = {
    name: 'add_terms',
    blind: true,
    values: { scopeId, pairs: pairsOf(tally, stretch) },
    build: (q) =>
      q
        .insert(termCounts)
        .select(
          sql`select cast(${sql.placeholder('scopeId')} as text), key, cast(value as integer) from ${db.pairs(sql.placeholder('pairs'))} where true order by key`,
        )
        .onConflictDoUpdate({
          target: [termCounts.scopeId, termCounts.term],
          set: { chunks: sql`${termCounts.chunks} + excluded.chunks` },
        }),
  }
  return [statement]
}

function pairsOf({ terms, chunks }: Tally, { from, to, sign }: Stretch): string {
  const pair = (term: string, at: number) =>
    `${JSON.stringify(term)}:${sign * (chunks[from + at] ?? 0)}`
  // Written by hand: an object of so many names takes longer to make than the statement to run.
  return `{${terms.slice(from, to).map(pair).join()}}`
}

async function dropUnused(db: Db, document: Document, pairs: string) {
  if (pairs === '{}') return
  const { termCounts } = db.t
  const query = db.prepared('drop_unused_terms', () =>
    db
      .delete(termCounts)
      .where(
        and(
          eq(termCounts.scopeId, sql.placeholder('scopeId')),
          lte(termCounts.chunks, 0),
          sql`${termCounts.term} in (select key from ${db.pairs(sql.placeholder('pairs'))})`,
        ),
      )
      .returning({ term: termCounts.term }),
  )
  await query.execute({ scopeId: scopeOf(document), pairs })
}
