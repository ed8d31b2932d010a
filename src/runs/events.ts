import type { ModelErrorKind, ToolCall } from '../models/model.ts'
import type { FoundMemory } from '../retrieval/memory-search.ts'
import type { Passage } from '../retrieval/search.ts'
import type { Document } from '../store/documents.ts'
import type { Message } from '../store/messages.ts'
import type { Run } from '../store/runs.ts'
import type { Thread } from '../store/threads.ts'
import type { WebSource } from '../web/web-search.ts'
import type { VoiceRecords } from './speech.ts'

export type ContextUsage = {
  usedTokens: number
  contextLimit: number
  summaryTokens: number
  model: string
}

/** How a leg of a run ended, with everything an answer to it needs. */
export type Outcome = {
  thread: Thread
  run: Run
  /** The assistant's message: the answer, the stub that holds the calls, or what was left of one. */
  message: Message
  context: ContextUsage | null
  /** What was found in documents for this answer. */
  passages: Passage[]
  /** Pages that a search of the web found for it. */
  sources: WebSource[]
  /** Images that were made for it. */
  media: Document[]
  /** What was remembered for this answer; null where memory is off. */
  memories: FoundMemory[] | null
  /** The operation that remembers this exchange. */
  memoryOperationId: string | null
  /** Files that came with the message. */
  attachments: Document[]
}

/** What was heard and said aloud around an ending; absent where there was no speech. */
type Voiced = { voice?: VoiceRecords }

export type Ending = Voiced & Silent

type Silent =
  | ({ type: 'paused' } & Outcome)
  | ({ type: 'completed' } & Outcome)
  | ({ type: 'failed'; failure: Failure } & Outcome)
  | ({ type: 'cancelled' } & Outcome)
  | {
      type: 'saved'
      thread: Thread
      message: Message
      attachments: Document[]
      memoryOperationId: string | null
    }

/** `early` = nothing of an answer existed yet, so an HTTP error can still tell the whole story. */
export type Failure = {
  kind: ModelErrorKind | 'internal'
  error: string
  early: boolean
  retryAfterSeconds: number | null
}

/** What happens in a run, in the order it happens; of a run itself an `Ending` is always last. */
export type RunEvent =
  | { type: 'started'; thread: Thread; run: Run; userMessage: Message; messageId: string }
  | { type: 'continuing'; thread: Thread; run: Run }
  | { type: 'recalled'; memories: FoundMemory[] }
  | { type: 'message_start'; run: Run; messageId: string }
  | { type: 'text'; text: string }
  | { type: 'reasoning'; text: string }
  | { type: 'reasoning_ended' }
  | { type: 'call_start'; id: string; name: string }
  | { type: 'call_ready'; run: Run; call: ToolCall }
  | { type: 'media'; media: Document }
  /** Of speech, by its name on the wire; before the run's events or after its ending. */
  | { type: 'voice'; name: string; fields: Record<string, unknown> }
  | Ending

export function isEnding(event: RunEvent): event is Ending {
  return ['paused', 'completed', 'failed', 'cancelled', 'saved'].includes(event.type)
}
