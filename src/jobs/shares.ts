import { isLarge, readersAtOnce } from '../documents/document-reader.ts'
import type { Document } from '../store/documents.ts'

type Whose = Pick<Document, 'id' | 'ownerId' | 'sizeBytes'>

/**
 * Which documents this process works on at once, out of however many are asked for: of one owner
 * never all, and never large ones alone, so that files that take minutes keep nobody else waiting.
 */
export type Shares = {
  /** False when its owner has enough for now: `leave` will name it. */
  enter(document: Whose): boolean
  /** Whether `enter` would say so again. */
  isAside(id: string): boolean
  /**
   * Which may come now, in their order: one for the place that is free, and one for another process,
   * if there is any; the first process may have put it aside for nothing. Null leaves the place of
   * one that was named and is gone.
   */
  leave(document: Whose | null): string[]
}

const named = 2

export function openShares(atOnce = readersAtOnce): Shares {
  const busy = new Set<Whose>()
  const aside = new Map<string, Whose>()

  const hasRoom = (document: Whose) => {
    const large = [...busy].filter(({ sizeBytes }) => isLarge(sizeBytes))
    const own = (all: Iterable<Whose>) =>
      [...all].filter(({ ownerId }) => ownerId === document.ownerId).length
    if (own(busy) >= atOnce) return false
    return !isLarge(document.sizeBytes) || (large.length < atOnce && own(large) < atOnce - 1)
  }

  return {
    enter(document) {
      aside.delete(document.id)
      if (!hasRoom(document)) {
        aside.set(document.id, document)
        return false
      }
      busy.add(document)
      return true
    },
    isAside(id) {
      const document = aside.get(id)
      return document !== undefined && !hasRoom(document)
    },
    leave(document) {
      if (document) busy.delete(document)
      const next: string[] = []
      for (const other of aside.values()) {
        if (next.length === named) break
        if (hasRoom(other)) next.push(other.id)
      }
      for (const id of next) aside.delete(id)
      return next
    },
  }
}
