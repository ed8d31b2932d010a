import { expect } from 'vitest'
import { collect, type SdkClient } from './official.ts'
import { expectAnswer, type Place, script, tool, type Walk } from './walk.ts'

type Submission = [threadId: string, runId: string, [{ tool_call_id: string; output: string }]]

async function npmCall(client: SdkClient, { threadId }: Place): Promise<Submission> {
  const paused = await client.addMessage(threadId, { content: 'The weather?' })
  expect(paused.status).toBe('REQUIRES_ACTION')
  const output = { tool_call_id: paused.toolCalls?.[0]?.id ?? '', output: '-3 C' }
  return [threadId, paused.runId, [output]]
}

export const npmWalk: Walk<SdkClient> = {
  async createAssistant(client, place) {
    const made = await client.createAssistant({ name: 'A', description: script, tools: [tool] })
    expect(made.tools).toMatchObject([tool])
    place.assistantId = made.assistantId
  },
  async listAssistants(client, { assistantId }) {
    expect(await client.listAssistants()).toMatchObject([{ assistantId }])
  },
  async getAssistant(client, { assistantId }) {
    expect((await client.getAssistant(assistantId)).name).toBe('A')
  },
  async updateAssistant(client, { assistantId }) {
    expect((await client.updateAssistant(assistantId, { name: 'B' })).name).toBe('B')
  },
  async createThread(client, place) {
    const thread = await client.createThread(place.assistantId)
    expect(thread.messages).toEqual([])
    place.threadId = thread.threadId
  },
  async listThreads(client, { threadId }) {
    expect(await client.listThreads()).toMatchObject([{ threadId }])
  },
  async listThreadsForAssistant(client, { assistantId, threadId }) {
    expect(await client.listThreadsForAssistant?.(assistantId)).toMatchObject([{ threadId }])
  },
  async addMessage(client, { threadId }) {
    const answer = await client.addMessage(threadId, { content: 'Hi' })
    expect(answer).toMatchObject({ content: 'Hello', status: 'COMPLETED' })
  },
  async 'addMessage, streamed'(client, { threadId }) {
    const stream = await client.addMessage(threadId, { content: 'Hi', stream: true })
    expectAnswer(await collect(stream), 'Hello')
  },
  async 'addMessage, with files'(client, { threadId, path }) {
    const answer = await client.addMessage(threadId, { content: 'Read this', files: [path] })
    expect(answer).toMatchObject({ attachments: [{ filename: 'note.txt' }] })
  },
  async getThread(client, { threadId }) {
    const { messages } = await client.getThread(threadId)
    expect(messages[0]).toMatchObject({ role: 'user', content: 'Hi' })
    expect(messages[1]).toMatchObject({ role: 'assistant', content: 'Hello' })
  },
  async submitToolOutputs(client, place) {
    const done = await client.submitToolOutputs(...(await npmCall(client, place)))
    expect(done).toMatchObject({ content: 'It is cold.', status: 'COMPLETED' })
  },
  async 'submitToolOutputs, streamed'(client, place) {
    const stream = await client.submitToolOutputs(...(await npmCall(client, place)), true)
    expectAnswer(await collect(stream), 'It is cold.')
  },
  async uploadDocumentToAssistant(client, place) {
    const { documentId } = await client.uploadDocumentToAssistant(place.assistantId, place.path)
    place.documentId = documentId
  },
  async uploadDocumentToThread(client, { threadId, path }) {
    const document = await client.uploadDocumentToThread(threadId, path)
    expect(document).toMatchObject({ filename: 'note.txt' })
  },
  async listAssistantDocuments(client, { assistantId, documentId }) {
    expect(await client.listAssistantDocuments(assistantId)).toMatchObject([{ documentId }])
  },
  async listThreadDocuments(client, { threadId }) {
    const documents = await client.listThreadDocuments(threadId)
    expect(documents).toContainEqual(expect.objectContaining({ filename: 'note.txt' }))
  },
  async getDocumentStatus(client, { documentId }) {
    expect(await client.getDocumentStatus(documentId)).toMatchObject({ documentId })
  },
  async deleteDocument(client, { documentId }) {
    expect(await client.deleteDocument(documentId)).toHaveProperty('deleted_at')
  },
  async addMemory(client, place) {
    const added = await client.addMemory(place.assistantId, { content: 'Likes tea' })
    place.memoryId = added.memory_id
  },
  async getMemories(client, { assistantId, memoryId }) {
    const memories = [{ id: memoryId, content: 'Likes tea' }]
    expect(await client.getMemories(assistantId)).toMatchObject({ memories, totalCount: 1 })
  },
  async getMemory(client, { assistantId, memoryId }) {
    expect((await client.getMemory(assistantId, memoryId)).content).toBe('Likes tea')
  },
  async updateMemory(client, { assistantId, memoryId }) {
    const changed = await client.updateMemory(assistantId, memoryId, { content: 'Likes coffee' })
    expect(changed.content).toBe('Likes coffee')
  },
  async getMemoryStats(client, { assistantId }) {
    expect((await client.getMemoryStats(assistantId)).totalMemories).toBe(1)
  },
  async deleteMemory(client, { assistantId, memoryId }) {
    expect(await client.deleteMemory(assistantId, memoryId)).toMatchObject({ success: true })
  },
  async deleteThread(client, { threadId }) {
    expect((await client.deleteThread(threadId)).thread_id).toBe(threadId)
  },
  async deleteAssistant(client, { assistantId }) {
    expect((await client.deleteAssistant(assistantId)).assistant_id).toBe(assistantId)
  },
}
