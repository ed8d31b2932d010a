import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { collect } from './official.ts'
import type { PythonClient } from './python-client.ts'
import { expectAnswer, type Place, script, tool, type Walk } from './walk.ts'

async function pythonCall(client: PythonClient, { threadId }: Place) {
  const paused = await client.addMessage(threadId, 'The weather?')
  expect(paused.status).toBe('REQUIRES_ACTION')
  return {
    ...{ thread: threadId, run: paused.run_id },
    outputs: [{ tool_call_id: paused.tool_calls?.[0]?.id ?? '', output: '-3 C' }],
  }
}

export const pythonWalk: Walk<PythonClient> = {
  async create_assistant(client, place) {
    const made = await client.createAssistant('A', { system_prompt: script, tools: [tool] })
    expect(made.tools).toMatchObject([tool])
    place.assistantId = made.assistant_id
  },
  async list_assistants(client, { assistantId }) {
    expect(await client.listAssistants()).toMatchObject([{ assistant_id: assistantId }])
  },
  async get_assistant(client, { assistantId }) {
    expect((await client.getAssistant(assistantId)).name).toBe('A')
  },
  async update_assistant(client, { assistantId }) {
    expect((await client.updateAssistant(assistantId, { name: 'B' })).name).toBe('B')
  },
  async clone_assistant(client, { assistantId }) {
    const { assistant } = await client.cloneAssistant(assistantId, { name: 'C' })
    await client.deleteAssistant(assistant.assistant_id)
    expect(assistant.name).toBe('C')
  },
  async create_thread(client, place) {
    place.threadId = (await client.createThread(place.assistantId)).thread_id
  },
  async list_threads(client, { threadId }) {
    expect(await client.listThreads()).toMatchObject([{ thread_id: threadId }])
  },
  async list_threads_for_assistant(client, { assistantId, threadId }) {
    const threads = await client.listThreadsForAssistant(assistantId)
    expect(threads).toMatchObject([{ thread_id: threadId }])
  },
  async add_message(client, { threadId }) {
    expect((await client.addMessage(threadId, 'Hi')).content).toBe('Hello')
  },
  async 'add_message, streamed'(client, { threadId }) {
    expectAnswer(await collect(client.addMessageStreamed(threadId, 'Hi')), 'Hello')
  },
  async 'add_message, with files'(client, { threadId, file }) {
    const answer = await client.addMessage(threadId, 'Read this', { files: [file] })
    expect(answer).toMatchObject({ attachments: [{ filename: 'note.txt' }] })
  },
  async send_message(client, { threadId: thread_id }) {
    expect((await client.sendMessage('Hi', { thread_id })).content).toBe('Hello')
  },
  async 'send_message, streamed'(client, { threadId: thread_id }) {
    expectAnswer(await collect(client.sendMessageStreamed('Hi', { thread_id })), 'Hello')
  },
  async get_thread(client, { threadId }) {
    const { messages } = await client.getThread(threadId)
    expect(messages[1]).toMatchObject({ role: 'assistant', content: 'Hello' })
  },
  async submit_tool_outputs(client, place) {
    const { thread, run, outputs } = await pythonCall(client, place)
    expect((await client.submitToolOutputs(thread, run, outputs)).content).toBe('It is cold.')
  },
  async 'submit_tool_outputs, streamed'(client, place) {
    const { thread, run, outputs } = await pythonCall(client, place)
    const events = await collect(client.submitToolOutputsStreamed(thread, run, outputs))
    expectAnswer(events, 'It is cold.')
  },
  async submit_tool_outputs_simple(client, place) {
    const { thread, outputs } = await pythonCall(client, place)
    expect((await client.submitToolOutputsSimple(thread, outputs)).content).toBe('It is cold.')
  },
  async 'submit_tool_outputs_simple, streamed'(client, place) {
    const { thread, outputs } = await pythonCall(client, place)
    const events = await collect(client.submitToolOutputsSimpleStreamed(thread, outputs))
    expectAnswer(events, 'It is cold.')
  },
  async cancel_run(client, place) {
    const { thread, run } = await pythonCall(client, place)
    expect((await client.cancelRun(thread, run)).cancelled).toBe(true)
  },
  async upload_document_to_assistant(client, place) {
    const { document_id } = await client.uploadDocumentToAssistant(place.assistantId, place.file)
    place.documentId = document_id
  },
  async upload_document_to_thread(client, { threadId, file }) {
    const document = await client.uploadDocumentToThread(threadId, file)
    expect(document).toMatchObject({ filename: 'note.txt' })
  },
  async list_assistant_documents(client, { assistantId, documentId }) {
    const documents = await client.listAssistantDocuments(assistantId)
    expect(documents).toMatchObject([{ document_id: documentId }])
  },
  async list_thread_documents(client, { threadId }) {
    const documents = await client.listThreadDocuments(threadId)
    expect(documents).toContainEqual(expect.objectContaining({ filename: 'note.txt' }))
  },
  async get_document_status(client, { documentId }) {
    expect(await client.getDocumentStatus(documentId)).toHaveProperty('status')
  },
  async delete_document(client, { documentId }) {
    expect(await client.deleteDocument(documentId)).toHaveProperty('deleted_at')
  },
  async add_memory(client, place) {
    place.memoryId = (await client.addMemory(place.assistantId, 'Likes tea')).memory_id
  },
  async get_memories(client, { assistantId }) {
    expect((await client.getMemories(assistantId, { page_size: 10 })).total_count).toBe(1)
  },
  async search_memories(client, { assistantId }) {
    expect((await client.searchMemories(assistantId, 'tea')).total_count).toBe(1)
  },
  async get_memory(client, { assistantId, memoryId }) {
    expect((await client.getMemory(assistantId, memoryId)).content).toBe('Likes tea')
  },
  async update_memory(client, { assistantId, memoryId }) {
    const changed = await client.updateMemory(assistantId, memoryId, 'Likes coffee')
    expect(changed.content).toBe('Likes coffee')
  },
  async get_memory_stats(client, { assistantId }) {
    expect((await client.getMemoryStats(assistantId)).total_memories).toBe(1)
  },
  async delete_memory(client, { assistantId, memoryId }) {
    expect(await client.deleteMemory(assistantId, memoryId)).toMatchObject({ success: true })
  },
  async reset_memories(client, { assistantId }) {
    expect(await client.resetMemories(assistantId)).toMatchObject({ success: true })
  },
  async get_memory_operation_status(client, { threadId: thread_id }) {
    const turn = await client.sendMessage('I like tea', { thread_id, memory: 'Auto' })
    const id = turn.memory_operation_id ?? randomUUID()
    expect(await client.getMemoryOperationStatus(id)).toHaveProperty('status')
  },
  async list_models(client) {
    const { total } = await client.listModels({ model_type: 'llm', supports_tools: true })
    expect(total).toBeGreaterThan(0)
  },
  async get_model(client) {
    expect((await client.getModel('gpt-4o')).name).toBe('gpt-4o')
  },
  async list_models_by_provider(client) {
    expect((await client.listModelsByProvider('openai')).total).toBeGreaterThan(0)
  },
  async list_providers(client) {
    expect((await client.listProviders()).providers).toContain('openai')
  },
  async list_embedding_models(client) {
    expect((await client.listEmbeddingModels()).total).toBeGreaterThan(0)
  },
  async list_embedding_providers(client) {
    expect((await client.listEmbeddingProviders()).providers).toContain('openai')
  },
  async get_embedding_model(client) {
    const name = 'text-embedding-3-large'
    expect((await client.getEmbeddingModel(name)).name).toBe(name)
  },
  async delete_thread(client, { threadId }) {
    expect(await client.deleteThread(threadId)).toMatchObject({ thread_id: threadId })
  },
  async delete_assistant(client, { assistantId }) {
    expect(await client.deleteAssistant(assistantId)).toHaveProperty('deleted_at')
  },
}
