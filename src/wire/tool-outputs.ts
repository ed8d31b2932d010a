import { type Static, Type } from 'typebox'
import type { RunSettings } from '../db/schema.ts'
import type { ToolOutput } from '../runs/resume.ts'
import { toThinking } from './new-message.ts'
import { nullable, OpenObject, Uuid } from './schema.ts'

const fields = {
  tool_outputs: Type.Array(
    Type.Object({
      tool_call_id: Type.String(),
      output: Type.Unknown({
        description: 'Text; anything else is sent to the model as JSON text.',
      }),
    }),
  ),
  stream: Type.Optional(nullable(Type.Boolean())),
  tools: Type.Optional(
    nullable(Type.Array(OpenObject(), { description: 'In place of the run’s, from here on.' })),
  ),
  thinking: Type.Optional(nullable(OpenObject())),
}

/** Outputs for the run that the path names. */
export const ToolOutputs = Type.Object(fields, { title: 'ToolOutputs' })

/** Outputs for the run of a thread that waits for them. */
export const ThreadToolOutputs = Type.Object(
  { thread_id: Uuid(), run_id: Type.Optional(nullable(Type.String())), ...fields },
  { title: 'ThreadToolOutputs' },
)

export const RunPath = Type.Object({ thread_id: Uuid(), run_id: Type.String() })

export const StreamQuery = Type.Object({
  stream: Type.Optional(Type.Boolean({ description: 'The same as `stream` in the body.' })),
})

export const CancelReply = Type.Object(
  { thread_id: Uuid(), run_id: Type.String(), cancelled: Type.Boolean() },
  { title: 'CancelReply' },
)

export function toOutputs(body: Static<typeof ToolOutputs>): ToolOutput[] {
  return body.tool_outputs.map(({ tool_call_id: callId, output }) => ({
    callId,
    text: typeof output === 'string' ? output : JSON.stringify(output),
  }))
}

/** What the client wants changed for the rest of the run. */
export function toOverrides(
  body: Static<typeof ToolOutputs>,
): Pick<RunSettings, 'tools' | 'thinking'> {
  const thinking = toThinking(body.thinking ?? null)
  return { ...(body.tools ? { tools: body.tools } : {}), ...(thinking ? { thinking } : {}) }
}
