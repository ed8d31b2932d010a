/** Checks a value as the Python SDK's pydantic models do, and throws where they would. */
export type Model = (value: unknown, at: string) => void

const fail = (at: string, wanted: string): never => {
  throw new Error(`the Python SDK cannot read ${at || 'the answer'}: it must be ${wanted}`)
}

const matching =
  (wanted: string, fits: (value: unknown) => boolean): Model =>
  (value, at) => {
    if (!fits(value)) fail(at, wanted)
  }
const isText = (pattern: RegExp) => (value: unknown) =>
  typeof value === 'string' && pattern.test(value)

const text = matching('a string', (value) => typeof value === 'string')
const whole = matching('an integer', Number.isInteger)
const number = matching('a number', (value) => typeof value === 'number')
const dict = matching('a dictionary', isDict)
const flag = matching('a boolean', (value) => typeof value === 'boolean')
const uuid = matching('a UUID', isText(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/))
/** Up to 3.10, Python reads a fraction of a second only when it has three digits or six. */
const instant = matching(
  'UTC with milliseconds',
  isText(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
)
const oneOf = (...words: string[]) =>
  matching(words.join(' or '), (value) => words.includes(value as string))

const optional =
  (model: Model): Model =>
  (value, at) => {
    if (value !== undefined && value !== null) model(value, at)
  }

const listOf =
  (model: Model): Model =>
  (value, at) => {
    if (!Array.isArray(value)) return fail(at, 'a list')
    for (const [i, item] of value.entries()) model(item, `${at}[${i}]`)
  }

const dictOf =
  (model: Model): Model =>
  (value, at) => {
    if (!isDict(value)) return fail(at, 'a dictionary')
    for (const [name, item] of Object.entries(value)) model(item, `${at}.${name}`)
  }

/** Fields beyond these are ignored, as pydantic ignores them. */
const object =
  (fields: Record<string, Model>): Model =>
  (value, at) => {
    if (!isDict(value)) return fail(at, 'an object')
    for (const [name, model] of Object.entries(fields)) model(value[name], `${at}.${name}`)
  }

function isDict(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const all = (names: string, model: Model) =>
  Object.fromEntries(names.split(' ').map((name) => [name, model]))

const property = object({
  type: text,
  description: optional(text),
  enum: optional(listOf(text)),
  ...all('properties items', optional(dict)),
})
const parameters = object({
  type: optional(text),
  properties: dictOf(property),
  required: optional(listOf(text)),
})
const tool = object({
  type: text,
  function: object({ name: text, description: optional(text), parameters }),
})

export const assistant = object({
  assistant_id: uuid,
  name: text,
  tools: optional(listOf(tool)),
  ...all('description system_prompt embedding_provider embedding_model_name', optional(text)),
  ...all('custom_fact_extraction_prompt custom_update_memory_prompt', optional(text)),
  ...all('tok_k embedding_dims', optional(whole)),
  created_at: instant,
})
export const assistants = listOf(assistant)
export const clone = object({ assistant, documents_cloned: whole, memories_cloned: whole })

const attachment = object({
  document_id: uuid,
  filename: text,
  status: text,
  file_size_bytes: optional(whole),
  summary: optional(text),
})
const role = oneOf('user', 'assistant', 'system', 'tool')
const message = object({
  message_id: uuid,
  role,
  created_at: instant,
  ...all('content status', optional(text)),
  metadata_: optional(dict),
  attachments: optional(listOf(attachment)),
})
export const thread = object({
  thread_id: uuid,
  created_at: instant,
  messages: listOf(message),
  metadata_: optional(dict),
})
export const threads = listOf(thread)

const call = object({ id: text, type: text, function: object({ name: text, arguments: text }) })
const context = object({
  percent: number,
  ...all('used_tokens context_limit summary_tokens', whole),
  model: text,
})
/** `MessageResponse`, with what the newest SDK reads of a turn beside it. */
export const turn = object({
  ...all('message status', text),
  ...all('thread_id assistant_id', uuid),
  timestamp: instant,
  created_at: optional(instant),
  message_id: optional(uuid),
  role: optional(role),
  ...all('content run_id memory_operation_id reasoning', optional(text)),
  ...all('model_provider model_name', optional(text)),
  tool_calls: optional(listOf(call)),
  retrieved_memories: optional(listOf(dict)),
  retrieved_files: optional(listOf(text)),
  ...all('input_tokens output_tokens total_tokens', optional(whole)),
  attachments: optional(listOf(attachment)),
  context_usage: optional(context),
  voice_records: optional(dict),
})
/** `ToolOutputsResponse`: the same, but a run must be named. */
export const outputsTurn: Model = (value, at) => {
  turn(value, at)
  object({ run_id: text })(value, at)
}
export const cancelled = object({ thread_id: uuid, run_id: text, cancelled: flag })

export const document = object({
  document_id: uuid,
  filename: text,
  status: oneOf('pending', 'processing', 'indexed', 'failed'),
  created_at: instant,
  ...all('updated_at processing_started_at processing_completed_at', optional(instant)),
  ...all('status_message summary document_type', optional(text)),
  ...all('file_size_bytes total_tokens chunk_count', optional(whole)),
  metadata_: optional(dict),
})
export const documents = listOf(document)

export const memory = object({
  ...all('id content', text),
  ...all('created_at updated_at', optional(text)),
  score: optional(number),
  metadata: optional(dict),
})
export const memories = object({
  memories: listOf(memory),
  total_count: whole,
  ...all('page page_size total_pages', optional(whole)),
})
export const memoryStats = object({
  total_memories: whole,
  last_updated: optional(text),
  limits: optional(dict),
})
export const operation = object({
  ...all('operation_id status', text),
  memory_ids: optional(listOf(() => {})),
  result_count: optional(whole),
})

const model = object({ ...all('name provider model_type', text), context_limit: whole })
const embedding = object({
  ...all('name provider', text),
  ...all('embedding_dimensions context_limit', whole),
})
export const models = object({ models: listOf(model), total: whole })
export const embeddings = object({ models: listOf(embedding), total: whole })
export const providers = object({ providers: listOf(text), total: whole })
export { embedding, model }

export const done = object({ message: text })
export const anything: Model = dict
