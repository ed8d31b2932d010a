import type { Ctx } from '../context.ts'
import { checkValue } from '../http/body.ts'
import type { ResolvedModel } from '../models/catalog.ts'
import { documentsReady } from '../runs/attachments.ts'
import type { RunEvent } from '../runs/events.ts'
import { type Heard, withSpeech } from '../runs/speech.ts'
import { saveOnly, startRun } from '../runs/start.ts'
import type { Document } from '../store/documents.ts'
import type { Thread } from '../store/threads.ts'
import {
  type NewMessageBody,
  toMemorySettings,
  toSettings,
  toVoice,
  toWrittenAt,
} from '../wire/new-message.ts'
import { attachmentsOf, findPlace, orUndo, type Place, takeBack } from './place.ts'

/** A message that was checked, whichever way it came. */
export type SentMessage = {
  owner: string
  body: NewMessageBody
  /** What was said in its recording; its text is the message, or goes on with it. */
  heard: Heard | null
  /** Who answers, by `modelOf`; null where nobody is to. */
  model: ResolvedModel | null
  /** False where the reply is made of the ending alone. */
  stream: boolean
  /** Stores the files that came with it; null where none did. */
  attach: ((thread: Thread, messageId: string) => Promise<Document[]>) | null
}

/** The model a message asks for; null where it asks none. Throws `invalid` for one nobody has. */
export function modelOf({ models }: Ctx, body: NewMessageBody): ResolvedModel | null {
  if (body.send_to_llm === false) return null
  return models.resolve(body.llm_provider ?? undefined, body.model_name ?? undefined)
}

/** What was JSON inside a text has not been looked into when a body was read. Throws `invalid`. */
export function checkNested(fields: Record<string, unknown>, jsonDepth: number): void {
  for (const name of ['tools', 'thinking', 'metadata', 'openrouter', 'voice'])
    checkValue(fields[name], jsonDepth)
}

/**
 * Finds a message its place, stores what came with it, and returns the events of its run, with
 * those of speech around them. One that is refused on the way leaves nothing behind.
 */
export async function openTurn(
  ctx: Ctx,
  sent: SentMessage,
  left: AbortSignal,
): Promise<AsyncIterable<RunEvent>> {
  const { body, heard } = sent
  const said = [body.content, heard?.transcript].filter((text) => text?.trim())
  const turn = {
    messageId: ctx.ids(),
    content: said.length > 0 ? said.join('\n\n') : (body.content ?? null),
    metadata: body.metadata ?? null,
    writtenAt: toWrittenAt(body.metadata),
  }
  const place = await findPlace(ctx, sent.owner, body)
  const events = await eventsOf(ctx, sent, { ...turn, ...place }, left)
  const { tts } = toVoice(body.voice)
  if (!heard && !tts) return events
  return withSpeech(ctx, events, { heard, tts, whole: !sent.stream }, left)
}

type Placed = Place &
  Pick<Parameters<typeof saveOnly>[1], 'messageId' | 'content' | 'metadata' | 'writtenAt'>

async function eventsOf(
  ctx: Ctx,
  { body, model, attach }: SentMessage,
  turn: Placed,
  left: AbortSignal,
): Promise<AsyncIterable<RunEvent>> {
  const { thread, messageId } = turn
  const undo = () => takeBack(ctx, turn, messageId)
  try {
    const stored = (await attach?.(thread, messageId)) ?? []
    if (!model) {
      const saved = { ...turn, attachments: stored, remember: remembererOf(body) }
      return orUndo(saveOnly(ctx, saved, left), undo)
    }
    await documentsReady(ctx, thread, stored.length > 0, left)
    const attachments = attach ? await attachmentsOf(ctx, thread, messageId) : []
    const settings = toSettings(body)
    return orUndo(startRun(ctx, { ...turn, attachments, model, settings }, left), undo)
  } catch (error) {
    await undo()
    throw error
  }
}

/** Who makes memories of a message that nobody answers; null where none are to be made. */
function remembererOf(body: NewMessageBody) {
  if (toMemorySettings(body).memory?.mode !== 'auto') return null
  return { provider: body.llm_provider ?? null, model: body.model_name ?? null }
}
