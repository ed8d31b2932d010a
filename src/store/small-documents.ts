import type { Db } from '../db/db.ts'
import { type ChunkDraft, chunkStatements } from './chunks.ts'
import { type DocumentPatch, moveOwned } from './claims.ts'
import { type Document, scopeOf } from './documents.ts'
import { addTerms, addToScope, indexed, type Tally } from './statistics.ts'

/** All there is of a document that is stored in one step. */
export type Small = {
  document: Document
  space: string | null
  drafts: ChunkDraft[]
  tally: Tally
  about: DocumentPatch
  now: Date
}

/** So little that a dozen of its kind make a short transaction. */
const SMALL = { passages: 4, terms: 300 }

export function isSmall({ passages, terms }: Tally): boolean {
  return passages <= SMALL.passages && terms.length <= SMALL.terms
}

/**
 * Stores small documents with their passages and makes them count and be found, all as one. For each
 * whether that was done: not for those another worker has taken over.
 */
export async function addTogether(db: Db, small: Small[]): Promise<boolean[]> {
  if (await addAll(db, small)) {
    await db.mergeTerms()
    return small.map(() => true)
  }
  if (small.length === 1) return [false]
  const added: boolean[] = []
  for (const one of small) added.push(await addAll(db, [one]))
  return added
}

async function addAll(db: Db, small: Small[]): Promise<boolean> {
  const done = await db.atomic(() => [
    ...small.map(({ document, tally, about, now }) =>
      moveOwned(db.t, document, { ...about, ...indexed(now), counted: tally.terms.length }, now),
    ),
    ...chunkStatements(db.t, small),
    ...[...byScope(small)].flatMap(([scopeId, tally]) => [
      ...addToScope(db, scopeId, tally, 1),
      ...addTerms(db, scopeId, tally, { from: 0, to: tally.terms.length, sign: 1 }),
    ]),
  ])
  return done !== null
}

/** What the documents of each scope add to it, in the scopes' order. */
function byScope(small: Small[]): Map<string, Tally> {
  const tallies = new Map<string, Tally[]>()
  for (const { document, tally } of small) {
    const id = scopeOf(document)
    tallies.set(id, [...(tallies.get(id) ?? []), tally])
  }
  return new Map([...tallies.keys()].sort().map((id) => [id, sumOf(tallies.get(id) ?? [])]))
}

function sumOf(tallies: Tally[]): Tally {
  const [only] = tallies
  if (only && tallies.length === 1) return only
  const counts = new Map<string, number>()
  for (const { terms, chunks } of tallies) {
    for (const [at, term] of terms.entries()) {
      counts.set(term, (counts.get(term) ?? 0) + (chunks[at] ?? 0))
    }
  }
  const terms = [...counts.keys()].sort()
  return {
    terms,
    chunks: terms.map((term) => counts.get(term) ?? 0),
    passages: tallies.reduce((sum, { passages }) => sum + passages, 0),
    length: tallies.reduce((sum, { length }) => sum + length, 0),
    languages: tallies.reduce((set, { languages }) => set | languages, 0),
  }
}
