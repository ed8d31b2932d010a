import type { Ctx } from '../context.ts'
import { claimDocuments, type Lease } from '../store/claims.ts'
import type { Document } from '../store/documents.ts'
import { addTogether, type Small } from '../store/small-documents.ts'
import { gather } from './gather.ts'

/** What the ingest of many small documents does for several of them at once. */
export type Together = {
  /** Claims a document, and works on it if it was to be had. */
  take(id: string, lease: Lease, work: (document: Document) => Promise<void>): Promise<void>
  /** Stores all of a document and makes it found. False when another worker has taken over. */
  add(small: Small): Promise<boolean>
}

export function openTogether(db: Ctx['db']): Together {
  type Claim = { id: string; lease: Lease }
  let inHand = 0
  const coming = () => inHand
  const claim = gather<Claim, Document | null>(
    async (claims) => {
      const rows = await claimDocuments(
        db,
        claims.map(({ id }) => id),
        claims[0]?.lease as Lease,
      )
      return claims.map(({ id }) => rows.find((row) => row.id === id) ?? null)
    },
    { most: 16, lingerMs: 20, coming },
  )
  const add = gather((small: Small[]) => addTogether(db, small), {
    ...{ most: 16, lingerMs: 50, coming },
  })
  return {
    async take(id, lease, work) {
      inHand += 1
      try {
        const document = await claim({ id, lease })
        if (document) await work(document)
      } finally {
        inHand -= 1
      }
    },
    add,
  }
}
