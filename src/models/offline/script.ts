import { ModelError, type ModelErrorKind } from '../model.ts'
import { matchRegex } from './match-regex.ts'

/** What a script asks for; `call` holds the name of a tool and its arguments as JSON text. */
export type Scripted =
  | { type: 'say'; text: string }
  | { type: 'call'; name: string; arguments: string }
  | { type: 'fail'; kind: ModelErrorKind; retryAfterSeconds: number | null }

/**
 * Exact answers for tests. A system prompt may hold a block of rules, and the first that fits wins:
 *
 *     ```offline
 *     when /refund/i say I am sorry.\nLet me look.
 *     when /order (\d+)/ call get_order {"id": "$1"}
 *     when /busy/ fail rate_limit 3
 *     when output /shipped/ say It is on its way.
 *     otherwise say Pardon?
 *     ```
 *
 * `when` reads the user's message, `when output` the outputs of the tools just called; `otherwise`
 * fits any user message. `$1` to `$9` are the groups of the expression, `\n` is a new line. `fail`
 * takes a kind of ModelError and perhaps the seconds to wait. A rule that cannot be read, or an
 * expression that runs too long, fails with `bad_request`. With no rule that fits the result is
 * null, and the model answers as it would without a script.
 */
export function followScript(
  system: string | null,
  input: { text: string; isOutput: boolean },
): Scripted | null {
  for (const [index, line] of linesOf(system).entries()) {
    const groups = groupsOf(line, index, input)
    if (groups) return toScripted(line.slice(headOf(line).length).trim(), groups, index)
  }
  return null
}

/** The system prompt without its script. */
export function withoutScript(system: string | null): string {
  return (system ?? '').replace(block, '').trim()
}

const block = /^[ \t]*```offline[ \t]*\r?\n([\s\S]*?)^[ \t]*```[ \t]*$/m
const head =
  /^(?:when( output)? \/((?:\\.|[^\\])*?)\/([dimsuv]*)|otherwise)(?= (?:say|call|fail)\b)/

const linesOf = (system: string | null) =>
  (block.exec(system ?? '')?.[1] ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))

const headOf = (line: string) => head.exec(line)?.[0] ?? ''

function groupsOf(line: string, index: number, input: { text: string; isOutput: boolean }) {
  const parts = head.exec(line)
  if (!parts) throw unreadable(index, 'expected: when /…/ say … | call … | fail …, or otherwise …')
  const [, output, source, flags = ''] = parts
  if (input.isOutput !== (output !== undefined)) return null
  if (source === undefined) return [input.text]
  try {
    return matchRegex(source, flags, input.text)
  } catch (error) {
    throw unreadable(index, messageOf(error))
  }
}

function toScripted(action: string, groups: string[], index: number): Scripted {
  const [verb = '', rest = ''] = splitOnce(action)
  if (verb === 'say') return { type: 'say', text: fill(rest.replaceAll('\\n', '\n'), groups) }
  const [subject = '', detail = ''] = splitOnce(rest)
  if (verb === 'fail') return toFailure(subject, detail, index)
  const json = fill(detail || '{}', groups, (group) => JSON.stringify(group).slice(1, -1))
  if (!isObject(json)) throw unreadable(index, 'the arguments of a call are a JSON object')
  return { type: 'call', name: subject, arguments: json }
}

function toFailure(kind: string, seconds: string, index: number): Scripted {
  if (!isKind(kind)) throw unreadable(index, `fail takes one of ${kinds.join(', ')}`)
  return { type: 'fail', kind, retryAfterSeconds: /^\d+$/.test(seconds) ? Number(seconds) : null }
}

const kinds = [
  'bad_request',
  'unknown_model',
  'credentials',
  'credits',
  'rate_limit',
  'overloaded',
  'timeout',
  'unavailable',
  'malformed',
] as const satisfies ModelErrorKind[]

const isKind = (kind: string): kind is ModelErrorKind => kinds.some((known) => known === kind)

function isObject(json: string) {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

const splitOnce = (text: string) => /^(\S*)\s*([\s\S]*)$/.exec(text)?.slice(1) ?? []

const fill = (text: string, groups: string[], encode = (group: string) => group) =>
  text.replace(/\$(\d)/g, (_, digit) => encode(groups[Number(digit)] ?? ''))

/** An error of the other context is no instance of this one's Error. */
const messageOf = (error: unknown) =>
  typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message)
    : 'bad expression'

const unreadable = (index: number, why: string) =>
  new ModelError('bad_request', `Rule ${index + 1} of the offline script: ${why}`)
