import type { DigestedChunk } from './digest.ts'

/** Stores passages of a document, in their order, while others of it are still being made. */
export type Take = (chunks: DigestedChunk[]) => Promise<void>

/** Some megabytes: a process seldom waits for a slow taker, and no long document is held whole. */
const mostHeld = 2_000
const takenAtOnce = 192

/** Passages on their way from the process that makes them to whoever takes them. */
export type Handover = {
  /** Resolves when there is room for more. Throws what taking them has thrown. */
  add(chunks: DigestedChunk[]): Promise<void>
  /** Resolves, when nothing is being taken any more, to what was not. Throws as `add` does. */
  end(): Promise<DigestedChunk[]>
  /** Whether any were taken: they would be there twice if they came again. */
  hasTaken(): boolean
}

/** Without `take`, all are held. */
export function openHandover(take: Take | null): Handover {
  const held: DigestedChunk[] = []
  let taking: Promise<void> | null = null
  let hasTaken = false
  let ended = false
  let failure: { error: unknown } | null = null
  let onRoom = () => {}

  async function takeOn(take: Take) {
    try {
      while (held.length > 0 && !ended) {
        hasTaken = true
        await take(held.splice(0, takenAtOnce))
        if (held.length < mostHeld) onRoom()
      }
    } catch (error) {
      failure = { error }
      onRoom()
    }
    taking = null
  }

  return {
    async add(chunks) {
      held.push(...chunks)
      if (!take) return
      if (!failure) taking ??= takeOn(take)
      if (!failure && held.length >= mostHeld) {
        await new Promise<void>((resolve) => {
          onRoom = resolve
        })
      }
      if (failure) throw failure.error
    },
    async end() {
      ended = true
      await taking
      if (failure) throw failure.error
      return held.splice(0)
    },
    hasTaken: () => hasTaken,
  }
}
