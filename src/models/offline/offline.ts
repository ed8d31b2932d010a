import type { ChatModel, Delta, Prompt, Usage } from '../model.ts'
import { countTokens } from '../tokens.ts'
import { type Decision, decide } from './decide.ts'

/**
 * A stand-in for a language model: no key, no network, and the same answer to the same prompt.
 * It follows scripts (see `followScript`), calls the tools whose words fit a message, tells what
 * they returned, and quotes what was said, remembered or read. It knows nothing else, and says so.
 */
export function offlineModel(): ChatModel {
  return {
    async *stream(prompt, signal) {
      signal.throwIfAborted()
      const decision = decide(prompt)
      const thoughts = prompt.thinking === null ? [] : [opening, decision.why]
      for (const delta of deltasOf(decision, thoughts)) {
        signal.throwIfAborted()
        yield delta
      }
      const usage = await count(prompt, decision, thoughts)
      signal.throwIfAborted()
      yield { type: 'end', reason: decision.calls.length > 0 ? 'calls' : 'stop', usage }
    },
  }
}

const opening = 'I am a set of rules, not a language model. '

function* deltasOf({ text, calls }: Decision, thoughts: string[]): Iterable<Delta> {
  for (const thought of thoughts) yield { type: 'reasoning', text: thought }
  if (thoughts.length > 0) yield { type: 'reasoning_end', kept: [] }
  for (const word of text.match(/\s*\S+\s*/g) ?? []) yield { type: 'text', text: word }
  for (const call of calls) {
    yield { type: 'call_start', id: call.id, name: call.name }
    yield { type: 'call', call }
  }
}

async function count(
  prompt: Prompt,
  { text, calls }: Decision,
  thoughts: string[],
): Promise<Usage> {
  const spoken = [...thoughts, text, ...calls.map((call) => call.name + call.arguments)].join('')
  return {
    inputTokens: await countTokens(textOf(prompt)),
    outputTokens: await countTokens(spoken),
    cachedInputTokens: 0,
    cacheWriteInputTokens: 0,
  }
}

/** What the model reads: every role and text on lines of their own, and the tools as JSON. */
function textOf({ system, turns, tools }: Prompt) {
  const lines = turns.map((turn) => {
    const calls =
      turn.role === 'assistant' && turn.calls.length > 0 ? JSON.stringify(turn.calls) : ''
    return `${turn.role}: ${turn.text}${calls}`
  })
  const offered = tools.length > 0 ? [JSON.stringify(tools)] : []
  return [...(system ? [system] : []), ...offered, ...lines].join('\n')
}
