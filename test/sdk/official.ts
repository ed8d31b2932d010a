import type { SseEvent, World } from '../support/world.ts'

/** Every version of the official `backboard-sdk` the tests hold, oldest first. */
export const versions = ['1.4.6', '1.4.7', '1.4.12', '1.5.0'] as const
export type Version = (typeof versions)[number]

type Page = { skip?: number; limit?: number }
type Deleted = { message: string; deleted_at: string }
export type SdkTool = { type: 'function'; function: { name: string; parameters: object } }

export type SdkAssistant = {
  assistantId: string
  name: string
  description: string | null
  tools: SdkTool[] | null
  createdAt: Date
}

export type SdkMessage = {
  messageId: string
  role: string
  content: string | null
  status: string
  metadata: Record<string, unknown> | null
  createdAt: Date
}

export type SdkThread = {
  threadId: string
  createdAt: Date
  messages: SdkMessage[]
  metadata: Record<string, unknown> | null
}

export type SdkCall = { id: string; function: { name: string; arguments: string } }

export type SdkTurn = {
  message: string
  threadId: string
  runId: string
  content: string | null
  status: string
  toolCalls: SdkCall[] | null
  modelProvider: string
  modelName: string
  totalTokens: number
  createdAt: Date
  timestamp: Date
  toString(): string
}

type NewMessage = {
  content?: string
  files?: string[]
  llm_provider?: string
  model_name?: string
  modelName?: string
  memory?: string
}
type NewAssistant = {
  name: string
  description?: string
  system_prompt?: string
  tools?: object[]
  embedding_provider?: string
  embedding_model_name?: string
  embedding_dims?: number
}
type Output = { tool_call_id: string; output: string }
type NewMemory = { content: string; metadata?: object }
type Memory = { id: string; content: string; metadata: object | null }

/** What the tests use of `BackboardClient`; the versions differ in `listThreadsForAssistant` alone. */
export type SdkClient = {
  createAssistant(options: NewAssistant): Promise<SdkAssistant>
  listAssistants(page?: Page): Promise<SdkAssistant[]>
  getAssistant(id: string): Promise<SdkAssistant>
  updateAssistant(id: string, options: Partial<NewAssistant>): Promise<SdkAssistant>
  deleteAssistant(id: string): Promise<Deleted & { assistant_id: string }>
  createThread(assistantId: string): Promise<SdkThread>
  listThreads(page?: Page): Promise<SdkThread[]>
  listThreadsForAssistant?(assistantId: string, page?: Page): Promise<SdkThread[]>
  getThread(id: string): Promise<SdkThread>
  deleteThread(id: string): Promise<Deleted & { thread_id: string }>
  addMessage(
    threadId: string,
    options: NewMessage & { stream: true },
  ): Promise<AsyncGenerator<SseEvent>>
  addMessage(threadId: string, options?: NewMessage & { stream?: false }): Promise<SdkTurn>
  submitToolOutputs(
    threadId: string,
    runId: string,
    outputs: Output[],
    stream: true,
  ): Promise<AsyncGenerator<SseEvent>>
  submitToolOutputs(
    threadId: string,
    runId: string,
    outputs: Output[],
    stream?: false,
  ): Promise<SdkTurn>
  uploadDocumentToAssistant(assistantId: string, file: string): Promise<{ documentId: string }>
  uploadDocumentToThread(threadId: string, file: string): Promise<{ documentId: string }>
  listAssistantDocuments(assistantId: string): Promise<unknown[]>
  listThreadDocuments(threadId: string): Promise<unknown[]>
  getDocumentStatus(id: string): Promise<{ documentId: string; status: string }>
  deleteDocument(id: string): Promise<Deleted>
  getMemories(assistantId: string): Promise<{ memories: Memory[]; totalCount: number }>
  addMemory(assistantId: string, memory: NewMemory): Promise<{ memory_id: string }>
  getMemory(assistantId: string, id: string): Promise<Memory>
  updateMemory(assistantId: string, id: string, memory: NewMemory): Promise<Memory>
  deleteMemory(assistantId: string, id: string): Promise<{ success: boolean }>
  getMemoryStats(assistantId: string): Promise<{ totalMemories: number }>
}

type SdkError = Error & { statusCode: number }
type ErrorClass = new (...args: never[]) => SdkError

export type Sdk = {
  BackboardClient: new (options: { apiKey: string; baseUrl: string }) => SdkClient
  BackboardAPIError: ErrorClass
  BackboardValidationError: ErrorClass
  BackboardNotFoundError: ErrorClass
  BackboardRateLimitError: ErrorClass
  BackboardServerError: ErrorClass
}

export async function loadSdk(version: Version): Promise<Sdk> {
  return (await import(`backboard-sdk-${version}`)) as Sdk
}

/** The SDK's own client of a running world. */
export async function openClient(version: Version, { url, key }: World): Promise<SdkClient> {
  const { BackboardClient } = await loadSdk(version)
  return new BackboardClient({ apiKey: key, baseUrl: url })
}

/** The public methods of a version's client, as the package itself has them. */
export async function methodsOf(version: Version): Promise<string[]> {
  const { BackboardClient } = await loadSdk(version)
  return Object.getOwnPropertyNames(BackboardClient.prototype).filter(
    (name) => name !== 'constructor' && !name.startsWith('_'),
  )
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** The text a client shows of a stream: every delta, one after the other. */
export function textOf(events: SseEvent[]): string {
  return events
    .filter((event) => event.type === 'content_streaming')
    .map((event) => event.content)
    .join('')
}

/** What a promise was rejected with. Throws when it was not. */
export async function rejection(promise: Promise<unknown>): Promise<SdkError> {
  try {
    await promise
  } catch (error) {
    return error as SdkError
  }
  throw new Error('nothing was thrown')
}
