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
  /** For one that was named and is not there any more, before `leave` is told. */
  forget(id: string): void
  /**
   * Which may come now, one owner after the other and each one's in their order: one for the place
   * that is free, and one for another process, if there is any; the first process may have put it
   * aside for nothing. Those that do not come are named again. Null had no place.
   */
  leave(document: Whose | null): string[]
}

const named = 2

export function openShares(atOnce = readersAtOnce): Shares {
  const busy = new Set<Whose>()
  const aside = new Map<string, Whose>()
  /** The ids of those aside, by what decides on room: however many there are, few are looked at. */
  const alike = new Map<string, Set<string>>()

  const hasRoom = (document: Whose) => {
    const large = [...busy].filter(({ sizeBytes }) => isLarge(sizeBytes))
    const own = (all: Iterable<Whose>) =>
      [...all].filter(({ ownerId }) => ownerId === document.ownerId).length
    if (own(busy) >= atOnce) return false
    return !isLarge(document.sizeBytes) || (large.length < atOnce && own(large) < atOnce - 1)
  }

  const kindOf = ({ ownerId, sizeBytes }: Whose) => `${isLarge(sizeBytes)} ${ownerId}`

  const putAside = ({ id, ownerId, sizeBytes }: Whose) => {
    const document = { id, ownerId, sizeBytes }
    const kind = kindOf(document)
    aside.set(id, document)
    alike.set(kind, (alike.get(kind) ?? new Set()).add(id))
  }

  const forget = (id: string) => {
    const document = aside.get(id)
    if (!document) return
    aside.delete(id)
    const ids = alike.get(kindOf(document))
    ids?.delete(id)
    if (ids?.size === 0) alike.delete(kindOf(document))
  }

  /** Of those that have room the first of each kind, and then the second. */
  const next = () => {
    const ready = [...alike].filter(([, ids]) => {
      const [id = ''] = ids
      const document = aside.get(id)
      return document !== undefined && hasRoom(document)
    })
    const [turn] = ready
    // Whose turn it was comes after the others.
    if (turn) alike.delete(turn[0])
    if (turn) alike.set(...turn)
    const pairs = ready.map(([, [one, two]]) => [one, two])
    return [0, 1].flatMap((at) => pairs.flatMap((pair) => pair[at] ?? [])).slice(0, named)
  }

  return {
    enter(document) {
      if (!hasRoom(document)) {
        putAside(document)
        return false
      }
      forget(document.id)
      busy.add(document)
      return true
    },
    isAside(id) {
      const document = aside.get(id)
      return document !== undefined && !hasRoom(document)
    },
    forget,
    leave(document) {
      if (document) busy.delete(document)
      return next()
    },
  }
}
