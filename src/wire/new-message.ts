import { type Static, Type } from 'typebox'
import type { RunSettings } from '../db/schema.ts'
import { AppError } from '../errors.ts'
import { parseExactly } from '../exact-integers.ts'
import type { AskedSpeech } from '../models/speech.ts'
import { toInstant } from './instant.ts'
import { nullable, OpenObject, Uuid } from './schema.ts'

const Switch = (about: string) => Type.Optional(nullable(Type.Boolean({ description: about })))
const Name = Type.Optional(nullable(Type.String({ maxLength: 255 })))
/** Accepted as clients send it, in any spelling; an unknown one means off. */
const Mode = (about: string) => Type.Optional(Type.Unknown({ description: about }))

const Thinking = nullable(
  OpenObject({
    description:
      '`{effort: low|medium|high|max}` or `{budget_tokens}`; `exclude_reasoning` hides it.',
  }),
)

/** The fields of a message once `normaliseNewMessage` has made one shape of JSON and of both kinds of form. */
export const NewMessage = Type.Object(
  {
    content: Type.Optional(nullable(Type.String())),
    thread_id: Type.Optional(nullable(Uuid({ description: 'Continues this thread.' }))),
    assistant_id: Type.Optional(
      nullable(Uuid({ description: 'Assistant of a new thread; a given thread keeps its own.' })),
    ),
    system_prompt: Type.Optional(
      nullable(Type.String({ description: 'In place of the assistant’s, for this turn.' })),
    ),
    llm_provider: Name,
    model_name: Name,
    stream: Switch('Answer as server-sent events.'),
    send_to_llm: Switch('false saves the message and asks no model.'),
    json_output: Switch('Answer with one JSON object.'),
    tools: Type.Optional(
      nullable(
        Type.Array(OpenObject(), { description: 'In place of the assistant’s, for this run.' }),
      ),
    ),
    thinking: Type.Optional(Thinking),
    metadata: Type.Optional(
      nullable(OpenObject({ description: 'Kept on the message; `custom_timestamp` dates it.' })),
    ),
    openrouter: Type.Optional(
      nullable(
        OpenObject({ description: 'OpenRouter’s own fields of a request, passed on to it.' }),
      ),
    ),
    memory: Mode('Auto recalls and remembers, Readonly recalls, off does neither.'),
    memory_pro: Mode('As `memory`, with a deeper search.'),
    memory_response_citation: Switch('Answer with the numbers of the memories used.'),
    web_search: Mode('Auto or off.'),
    image_generation: Mode('auto or off.'),
    image_model_provider: Name,
    image_model_name: Name,
    voice: Mode('Speech in and out.'),
  },
  { title: 'NewMessage' },
)

export type NewMessageBody = Static<typeof NewMessage>

/** The same without `thread_id`, which the path holds. A body's own is ignored. */
export const NewThreadMessage = Type.Omit(NewMessage, ['thread_id'])

const switches = ['stream', 'send_to_llm', 'json_output', 'memory_response_citation'] as const
/** Blank in JSON too where a client has none. */
const names = ['thread_id', 'assistant_id', 'llm_provider', 'model_name', 'model_provider', 'model']
const words: Record<string, boolean> = {
  ...{ true: true, '1': true, on: true, yes: true },
  ...{ false: false, '0': false, off: false, no: false },
}

/**
 * One shape for every way clients send a message: switches in any spelling become booleans, JSON
 * inside strings becomes what it holds, blank form fields are absent, and old names of the model
 * fields stand in where the real ones are missing. What cannot be understood is left as it is,
 * for the schema to name. Throws `invalid` for metadata that is not JSON.
 */
export function normaliseNewMessage(raw: Record<string, unknown>, isForm: boolean) {
  const body = readSwitches(raw)
  if (isForm) for (const [name, value] of Object.entries(body)) if (value === '') delete body[name]
  for (const name of ['tools', 'thinking', 'openrouter', 'voice']) body[name] = fromJson(body[name])
  if (typeof body.metadata === 'string') body.metadata = metadataFromJson(body.metadata)
  for (const name of names) if (body[name] === '') delete body[name]
  body.llm_provider ??= body.model_provider ?? body.provider
  body.model_name ??= body.model
  for (const name of Object.keys(body)) if (body[name] === undefined) delete body[name]
  return body
}

function fromJson(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

function metadataFromJson(text: string): unknown {
  try {
    return text.trim() === '' ? null : parseExactly(text)
  } catch {
    throw new AppError('invalid', 'metadata must be a JSON object')
  }
}

/** Switches in any of the spellings clients use become booleans; what is none is left to the schema. */
export function readSwitches(raw: object): Record<string, unknown> {
  const body: Record<string, unknown> = { ...raw }
  for (const name of switches) {
    const value = body[name]
    if (typeof value === 'string') body[name] = words[value.trim().toLowerCase()] ?? value
    if (value === 0 || value === 1) body[name] = value === 1
  }
  return body
}

/** What the run has to remember of its message. */
export function toSettings(body: NewMessageBody): RunSettings {
  const thinking = toThinking(body.thinking ?? null)
  return {
    ...(body.system_prompt ? { systemPrompt: body.system_prompt } : {}),
    ...(body.tools ? { tools: body.tools } : {}),
    ...(body.json_output ? { json: true } : {}),
    ...(isAuto(body.web_search) ? { webSearch: true as const } : {}),
    ...(isAuto(body.image_generation) ? { images: imagesOf(body) } : {}),
    ...(body.openrouter ? { openrouter: body.openrouter } : {}),
    ...(thinking ? { thinking } : {}),
    ...(isOn(body.thinking?.exclude_reasoning) ? { hideReasoning: true } : {}),
    ...toMemorySettings(body),
  }
}

const modes: Record<string, 'auto' | 'readonly'> = {
  ...{ auto: 'auto', on: 'auto', true: 'auto', '1': 'auto' },
  ...{ readonly: 'readonly', 'read-only': 'readonly', read_only: 'readonly' },
}

/** `memory_pro` wins over `memory` where both are on; what is no mode is off. */
export function toMemorySettings(body: NewMessageBody): Pick<RunSettings, 'memory'> {
  const pro = toMode(body.memory_pro)
  const mode = pro ?? toMode(body.memory)
  const cite = body.memory_response_citation === true
  return mode ? { memory: { mode, pro: pro !== undefined, cite } } : {}
}

function toMode(value: unknown) {
  const word = String(value).trim().toLowerCase()
  return Object.hasOwn(modes, word) ? modes[word] : undefined
}

/** `Auto` in any spelling, or a plain yes; whatever else is off, never an error. */
function isAuto(mode: unknown) {
  return isOn(mode) || (typeof mode === 'string' && mode.trim().toLowerCase() === 'auto')
}

function imagesOf({ image_model_provider: provider, image_model_name: model }: NewMessageBody) {
  return { ...(provider ? { provider } : {}), ...(model ? { model } : {}) }
}

/** The two directions of `voice`; null where one is not asked for. Names that are no texts are none. */
export function toVoice(voice: unknown): { stt: AskedSpeech | null; tts: AskedSpeech | null } {
  const { stt, tts } = (isObject(voice) ? voice : {}) as { stt?: unknown; tts?: unknown }
  const asked = (given: unknown): AskedSpeech | null => {
    if (!isObject(given)) return isOn(given) ? {} : null
    const { provider, model, voice: name, voice_id, language, output_format } = given
    const texts = { provider, model, voice: name ?? voice_id, language, format: output_format }
    const known = Object.entries(texts).filter(([, value]) => typeof value === 'string' && value)
    return Object.fromEntries(known) as AskedSpeech
  }
  return { stt: asked(stt), tts: asked(tts) }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const efforts = new Map([
  ['minimal', 'low'],
  ['low', 'low'],
  ['medium', 'medium'],
  ['high', 'high'],
  ['xhigh', 'max'],
  ['max', 'max'],
] as const)

/** `{}` is on with the model's defaults; an effort of `none` is off; an unknown one is the default. */
export function toThinking(given: Record<string, unknown> | null): RunSettings['thinking'] | null {
  if (!given) return null
  const effort = typeof given.effort === 'string' ? given.effort.toLowerCase() : undefined
  if (effort === 'none' || effort === 'off') return null
  const known = efforts.get(effort as 'low')
  const budget = given.budget_tokens ?? given.max_tokens
  return {
    ...(known ? { effort: known } : {}),
    ...(typeof budget === 'number' && budget > 0 ? { budgetTokens: Math.floor(budget) } : {}),
  }
}

function isOn(value: unknown) {
  return value === true || (typeof value === 'string' && words[value.toLowerCase()] === true)
}

/** When the message says it was written, or null. Throws `invalid` for a date that is none. */
export function toWrittenAt(metadata: Record<string, unknown> | null | undefined): Date | null {
  const given = metadata?.custom_timestamp
  if (given === undefined || given === null) return null
  const at = toInstant(String(given))
  if (at) return at
  throw new AppError('invalid', 'metadata.custom_timestamp must be an ISO 8601 date')
}
