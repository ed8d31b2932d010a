/** One side of an exchange that may hold something worth remembering. */
export type Turn = {
  role: 'user' | 'assistant'
  content: string
  /** When it was said: its own date, which may be backdated. */
  at: Date
  /** The clock on the writer's wall, as if it were UTC, where that is another: their "yesterday". */
  local?: Date
}

/** What is already known, as far as a new fact could touch it. */
export type KnownMemory = { id: string; content: string; at: Date }

/** What to do about one fact. `reason` is for whoever asks why; an UPDATE supersedes what was known. */
export type FactDecision =
  | { event: 'ADD'; content: string; reason: string }
  | { event: 'UPDATE'; id: string; content: string; reason: string }
  | { event: 'DELETE'; id: string; reason: string }
  | { event: 'NONE'; id?: string; content?: string; reason: string }
