import { createHash } from 'node:crypto'
import { ModelError, type Prompt, type ToolCall, type Turn } from '../model.ts'
import { chooseTools } from './choose-tool.ts'
import { jsonAnswer } from './json-answer.ts'
import { isQuestion, recall } from './recall.ts'
import { followScript, type Scripted, withoutScript } from './script.ts'
import { readSystem, type SystemSections } from './system-sections.ts'
import { type Output, tellOutputs } from './tell-outputs.ts'
import { clip, listed, wordsOf } from './words.ts'

/** What the model does about a prompt; `why` is the rule it followed, in a sentence. */
export type Decision = { why: string; text: string; calls: ToolCall[] }

/** Pure: the same prompt always meets the same decision. Throws what a script tells it to. */
export function decide(prompt: Prompt): Decision {
  const seen = readPrompt(prompt)
  const input = { text: seen.input, isOutput: seen.outputs.length > 0 }
  const scripted = followScript(prompt.system, input)
  if (scripted) return obey(scripted, prompt)
  if (seen.outputs.length > 0) {
    const why = 'Tools have answered, so I tell what they returned.'
    return say(why, tellOutputs(seen.outputs), seen, prompt)
  }
  return chooseCalls(prompt, seen) ?? converse(prompt, seen)
}

type Seen = {
  message: string
  /** What a script is matched against. */
  input: string
  outputs: Output[]
  said: string[]
  sections: SystemSections
  isFirstAnswer: boolean
}

function readPrompt({ turns, system }: Prompt): Seen {
  const asked = turns.findLastIndex(({ role }) => role === 'user')
  const users = turns.filter((turn) => turn.role === 'user')
  const outputs = outputsAtEnd(turns)
  const message = users.at(-1)?.text ?? ''
  return {
    message,
    outputs,
    input: outputs.length > 0 ? outputs.map(({ text }) => text).join('\n') : message,
    said: users
      .slice(0, -1)
      .slice(-200)
      .map(({ text }) => text.slice(0, 20_000)),
    sections: readSystem(withoutScript(system)),
    isFirstAnswer: !turns.slice(0, Math.max(asked, 0)).some(isAnswer),
  }
}

const isAnswer = (turn: Turn) => turn.role === 'assistant' && turn.text !== ''

function outputsAtEnd(turns: Turn[]): Output[] {
  const last = turns.findLastIndex(({ role }) => role !== 'tool')
  return turns.slice(last + 1).flatMap((turn) => (turn.role === 'tool' ? [turn] : []))
}

function obey(scripted: Scripted, prompt: Prompt): Decision {
  const why = 'A rule of the offline script fits.'
  if (scripted.type === 'say') return { why, text: scripted.text, calls: [] }
  if (scripted.type === 'call') return { why, text: '', calls: withIds(prompt, [scripted]) }
  throw new ModelError(
    scripted.kind,
    'The offline script failed on purpose.',
    scripted.retryAfterSeconds,
  )
}

function chooseCalls(prompt: Prompt, seen: Seen): Decision | null {
  if (prompt.turns.at(-1)?.role !== 'user') return null
  const choice = chooseTools(continued(prompt.turns, seen.message), prompt.tools)
  if (!choice) return null
  if (choice.type === 'ask') {
    const missing = listed(choice.missing.map((name) => wordsOf(name).join(' ')))
    const why = `The message fits the tool ${choice.name}, but not all it requires is there.`
    return say(why, `To use ${choice.name} I need the ${missing}.`, seen, prompt)
  }
  const calls = choice.calls.map(({ name, arguments: given }) => ({
    name,
    arguments: JSON.stringify(given),
  }))
  const names = listed([...new Set(calls.map(({ name }) => name))])
  const why = `The words of the message fit ${names}, so I call it with what the message tells.`
  return { why, text: '', calls: withIds(prompt, calls) }
}

/** The answer to "I need the location" belongs to the question before it. */
function continued(turns: Turn[], message: string) {
  const [before, ask] = turns.slice(-3)
  const asked = ask?.role === 'assistant' && /(?:^|\s)To use \S+ I need the /.test(ask.text)
  if (!asked || before?.role !== 'user' || message.length > 200) return message
  return `${before.text.replace(/[?.!\s]+$/, '')} for ${message}`
}

/** The whole transcript goes into an id, so the same call later in a thread has another. */
function withIds(prompt: Prompt, calls: { name: string; arguments: string }[]): ToolCall[] {
  const thread = createHash('sha256').update(JSON.stringify(prompt.turns)).digest('hex')
  return calls.map(({ name, arguments: given }, ordinal) => {
    const key = JSON.stringify([thread, ordinal, name, given])
    const id = `call_${createHash('sha256').update(key).digest('hex').slice(0, 24)}`
    return { id, name, arguments: given }
  })
}

function converse(prompt: Prompt, seen: Seen): Decision {
  const { memories, passages } = seen.sections
  const recalled = recall(seen.message.slice(0, 4_000), { said: seen.said, memories, passages })
  if (recalled) {
    return say(
      'The question fits what was said, remembered or read, so I quote it.',
      recalled,
      seen,
      prompt,
    )
  }
  const why = 'No tool and nothing known fits the message, so I say what I saw.'
  return say(why, echo(prompt, seen), seen, prompt)
}

function echo({ tools, system }: Prompt, { message, isFirstAnswer, sections }: Seen) {
  if (message.trim() === '') return 'Your message is empty.'
  const length =
    message.length > longestQuote ? ` (${message.length.toLocaleString('en')} characters)` : ''
  const quoted = `You said${length}: "${clip(message, longestQuote)}"`
  if (!isFirstAnswer) return isQuestion(message) ? `${quoted} I have no answer to that.` : quoted
  const names = tools.slice(0, 8).map(({ name }) => name)
  const more = tools.length > names.length ? [`${tools.length - names.length} more`] : []
  const words = system ? wordsOf(sections.instructions.slice(0, 100_000)).length : 0
  const offered = names.length > 0 ? ` I can call ${listed([...names, ...more])}.` : ''
  const instructed =
    words > 0 ? ` My instructions have ${words} ${words === 1 ? 'word' : 'words'}.` : ''
  return `${quoted}${instructed}${offered}`
}

const longestQuote = 400

function say(why: string, text: string, seen: Seen, { json }: Prompt): Decision {
  if (json) return { why, text: asJson(text, seen), calls: [] }
  const said = seen.isFirstAnswer ? `${introduction} ${text}` : text
  return { why, text: said, calls: [] }
}

const introduction = "This is Homecourt's offline model, answering without an LLM."

function asJson(answer: string, { message, said, outputs, sections }: Seen) {
  const memories = (sections.memories ?? []).map(({ text }) => text)
  return jsonAnswer({
    instructions: sections.instructions,
    text: message,
    earlier: [...memories, ...said.toReversed()],
    outputs: outputs.map(({ text }) => text),
    answer,
  })
}
