import type { SseEvent } from '../support/world.ts'
import * as models from './python-models.ts'
import { PythonWire } from './python-wire.ts'

export type Turn = {
  message: string
  thread_id: string
  assistant_id: string
  run_id: string
  content: string | null
  status: string
  tool_calls: { id: string; function: { name: string; arguments: string } }[] | null
  memory_operation_id: string | null
  model_name: string
}
type Assistant = { assistant_id: string; name: string; tools: object[]; system_prompt: string }
type Message = {
  role: string
  content: string | null
  created_at: string
  metadata_: Record<string, unknown>
}
type Thread = { thread_id: string; messages: Message[] }
type Fields = Record<string, unknown>
type Outputs = { tool_call_id: string; output: string }[]
type Paging = { skip?: number; limit?: number }

/**
 * The newest official Python SDK, request by request, with answers read as strictly as it reads
 * them. Names are its own in camel case; options are its keyword arguments.
 */
export class PythonClient {
  readonly #wire: PythonWire

  constructor(options: { apiKey: string; baseUrl: string; userAgent?: string }) {
    this.#wire = new PythonWire(options)
  }

  createAssistant(name: string, options: Fields = {}): Promise<Assistant> {
    return this.#read(models.assistant, 'POST', '/assistants', { json: { name, ...options } })
  }

  listAssistants(page: Paging = {}): Promise<Assistant[]> {
    return this.#read(models.assistants, 'GET', '/assistants', { params: clamped(page) })
  }

  getAssistant(id: string): Promise<Assistant> {
    return this.#read(models.assistant, 'GET', `/assistants/${id}`)
  }

  updateAssistant(id: string, options: Fields): Promise<Assistant> {
    return this.#read(models.assistant, 'PUT', `/assistants/${id}`, { json: options })
  }

  deleteAssistant(id: string): Promise<Fields> {
    return this.#read(models.done, 'DELETE', `/assistants/${id}`)
  }

  cloneAssistant(id: string, options: Fields = {}): Promise<{ assistant: Assistant }> {
    const json = { copy_documents: true, copy_memories: true, ...options }
    return this.#read(models.clone, 'POST', `/assistants/${id}/clone`, { json })
  }

  createThread(assistantId: string): Promise<Thread> {
    return this.#read(models.thread, 'POST', `/assistants/${assistantId}/threads`, { json: {} })
  }

  listThreadsForAssistant(assistantId: string, page: Paging = {}): Promise<Thread[]> {
    const path = `/assistants/${assistantId}/threads`
    return this.#read(models.threads, 'GET', path, { params: clamped(page) })
  }

  listThreads(page: Paging = {}): Promise<Thread[]> {
    return this.#read(models.threads, 'GET', '/threads', { params: clamped(page) })
  }

  getThread(id: string): Promise<Thread> {
    return this.#read(models.thread, 'GET', `/threads/${id}`)
  }

  deleteThread(id: string): Promise<Fields> {
    return this.#read(models.done, 'DELETE', `/threads/${id}`)
  }

  addMessage(threadId: string, content: string, options: Fields = {}): Promise<Turn> {
    return this.#turn('/threads/messages', addMessageBody(threadId, content, false, options))
  }

  addMessageStreamed(threadId: string, content: string, options: Fields = {}) {
    return this.#wire.stream('/threads/messages', addMessageBody(threadId, content, true, options))
  }

  sendMessage(content: string, options: Fields = {}): Promise<Turn> {
    return this.#turn('/threads/messages', { json: { content, stream: false, ...options } })
  }

  sendMessageStreamed(content: string, options: Fields = {}): AsyncGenerator<SseEvent> {
    const json = { content, stream: true, ...options }
    return this.#wire.stream('/threads/messages', { json })
  }

  submitToolOutputsSimple(threadId: string, outputs: Outputs): Promise<Turn> {
    const json = { thread_id: threadId, tool_outputs: outputs, stream: false }
    return this.#turn('/threads/tool-outputs', { json })
  }

  submitToolOutputsSimpleStreamed(threadId: string, outputs: Outputs): AsyncGenerator<SseEvent> {
    const json = { thread_id: threadId, tool_outputs: outputs, stream: true }
    return this.#wire.stream('/threads/tool-outputs', { json })
  }

  submitToolOutputs(threadId: string, runId: string, outputs: Outputs): Promise<Turn> {
    const request = { json: { tool_outputs: outputs }, params: { stream: 'false' } }
    return this.#read(models.outputsTurn, 'POST', submitPath(threadId, runId), request)
  }

  submitToolOutputsStreamed(threadId: string, runId: string, outputs: Outputs) {
    const request = { json: { tool_outputs: outputs }, params: { stream: 'true' } }
    return this.#wire.stream(submitPath(threadId, runId), request)
  }

  cancelRun(threadId: string, runId: string): Promise<{ cancelled: boolean }> {
    return this.#read(models.cancelled, 'POST', `/threads/${threadId}/runs/${runId}/cancel`)
  }

  uploadDocumentToAssistant(id: string, file: File): Promise<{ document_id: string }> {
    return this.#read(models.document, 'POST', `/assistants/${id}/documents`, upload(file))
  }

  uploadDocumentToThread(id: string, file: File): Promise<{ document_id: string }> {
    return this.#read(models.document, 'POST', `/threads/${id}/documents`, upload(file))
  }

  listAssistantDocuments(id: string): Promise<Fields[]> {
    return this.#read(models.documents, 'GET', `/assistants/${id}/documents`)
  }

  listThreadDocuments(id: string): Promise<Fields[]> {
    return this.#read(models.documents, 'GET', `/threads/${id}/documents`)
  }

  getDocumentStatus(id: string): Promise<{ status: string }> {
    return this.#read(models.document, 'GET', `/documents/${id}/status`)
  }

  deleteDocument(id: string): Promise<Fields> {
    return this.#read(models.done, 'DELETE', `/documents/${id}`)
  }

  getMemories(
    id: string,
    params: { page?: number; page_size?: number } = {},
  ): Promise<{ total_count: number }> {
    return this.#read(models.memories, 'GET', `/assistants/${id}/memories`, { params })
  }

  addMemory(id: string, content: string, metadata?: Fields): Promise<{ memory_id: string }> {
    const json = { content, ...(metadata ? { metadata } : {}) }
    return this.#read(models.anything, 'POST', `/assistants/${id}/memories`, { json })
  }

  getMemory(id: string, memoryId: string): Promise<{ content: string }> {
    return this.#read(models.memory, 'GET', `/assistants/${id}/memories/${memoryId}`)
  }

  updateMemory(id: string, memoryId: string, content: string): Promise<{ content: string }> {
    const path = `/assistants/${id}/memories/${memoryId}`
    return this.#read(models.memory, 'PUT', path, { json: { content } })
  }

  deleteMemory(id: string, memoryId: string): Promise<Fields> {
    return this.#read(models.anything, 'DELETE', `/assistants/${id}/memories/${memoryId}`)
  }

  getMemoryStats(id: string): Promise<{ total_memories: number }> {
    return this.#read(models.memoryStats, 'GET', `/assistants/${id}/memories/stats`)
  }

  resetMemories(id: string): Promise<Fields> {
    return this.#read(models.anything, 'DELETE', `/assistants/${id}/memories`)
  }

  searchMemories(id: string, query: string, limit = 5): Promise<{ total_count: number }> {
    const json = { query, limit }
    return this.#read(models.memories, 'POST', `/assistants/${id}/memories/search`, { json })
  }

  getMemoryOperationStatus(id: string): Promise<{ status: string }> {
    return this.#read(models.operation, 'GET', `/assistants/memories/operations/${id}`)
  }

  listModels(filter: Record<string, string | number | boolean> = {}): Promise<{ total: number }> {
    const params = { skip: 0, limit: 100, ...filter }
    return this.#read(models.models, 'GET', '/models', { params })
  }

  getModel(name: string): Promise<{ name: string }> {
    return this.#read(models.model, 'GET', `/models/${name}`)
  }

  listModelsByProvider(provider: string): Promise<{ total: number }> {
    const params = { skip: 0, limit: 100 }
    return this.#read(models.models, 'GET', `/models/provider/${provider}`, { params })
  }

  listProviders(): Promise<{ providers: string[] }> {
    return this.#read(models.providers, 'GET', '/models/providers')
  }

  listEmbeddingModels(): Promise<{ total: number }> {
    const params = { skip: 0, limit: 100 }
    return this.#read(models.embeddings, 'GET', '/models/embedding/all', { params })
  }

  listEmbeddingProviders(): Promise<{ providers: string[] }> {
    return this.#read(models.providers, 'GET', '/models/embedding/providers')
  }

  getEmbeddingModel(name: string): Promise<{ name: string }> {
    return this.#read(models.embedding, 'GET', `/models/embedding/${name}`)
  }

  async #turn(path: string, request: Parameters<PythonWire['call']>[2]) {
    return this.#read<Turn>(models.turn, 'POST', path, request)
  }

  async #read<T>(model: models.Model, ...request: Parameters<PythonWire['call']>): Promise<T> {
    const answer = await this.#wire.call(...request)
    model(answer, '')
    return answer as T
  }
}

/** A form, unless it says how to think: then JSON. With files, a form of many parts. */
function addMessageBody(
  threadId: string,
  content: string,
  stream: boolean,
  { thinking, files, ...options }: Fields,
) {
  const given = { thread_id: threadId, ...(content ? { content } : {}), ...options }
  if (thinking !== undefined && !files) return { json: { stream, ...given, thinking } }
  const data = Object.fromEntries(
    Object.entries({ stream, ...given, ...(thinking ? { thinking } : {}) }).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  )
  const parts = (files as File[] | undefined)?.map((file): [string, File] => ['files', file])
  return { data, ...(parts ? { files: parts } : {}) }
}

const upload = (file: File) => ({ files: [['file', file]] as [string, File][] })
const submitPath = (threadId: string, runId: string) =>
  `/threads/${threadId}/runs/${runId}/submit-tool-outputs`

/** The SDK never asks for more than it believes the service gives. */
function clamped({ skip = 0, limit = 100 }: Paging) {
  return { skip: Math.max(0, Math.min(skip, 10_000)), limit: Math.max(1, Math.min(limit, 200)) }
}
