import type { Ctx } from '../context.ts'
import type { Message, MessageDraft } from '../store/messages.ts'
import { findWaitingRun, listRunMessages, type Run, settleRun } from '../store/runs.ts'
import type { Thread } from '../store/threads.ts'

/** What the model reads where a client never answered a tool call: a call without output is refused. */
const NEVER_ANSWERED = 'The tool call was cancelled before it had an output.'

/**
 * Cancels the run of this thread that waits for tool outputs, if there is one, and gives its calls
 * an output so that the thread stays usable. Returns the cancelled run, or null.
 */
export async function closeWaitingRun(ctx: Ctx, thread: Thread): Promise<Run | null> {
  const run = await findWaitingRun(ctx.db, thread.ownerId, thread.id)
  if (!run) return null
  const stub = waitingStub(await listRunMessages(ctx.db, run))
  const now = ctx.clock()
  const drafts = (stub?.toolCalls ?? []).map(
    (call): MessageDraft => ({
      id: ctx.ids(),
      role: 'tool',
      status: 'CANCELLED',
      content: NEVER_ANSWERED,
      toolCallId: call.id,
      toolName: call.name,
      createdAt: now,
    }),
  )
  const settled = await settleRun(ctx.db, run, {
    from: 'requires_action',
    to: 'cancelled',
    patch: { endedAt: now },
    drafts,
    now,
  })
  return settled?.run ?? null
}

/** The message of a waiting run that holds the calls to answer. */
export function waitingStub(messages: Message[]): Message | undefined {
  return messages.findLast((message) => message.status === 'REQUIRES_ACTION')
}
