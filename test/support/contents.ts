import { expect } from 'vitest'
import type { Program } from './program.ts'

type Doc = { document_id: string; status: string }

/** Something of everything, made through the API; what is read of it again is `look`'s. */
export async function fill({ api }: Program) {
  const { assistantId, threadId } = await api.thread({
    name: 'Ünïcode ✓',
    system_prompt: 'Be kind.',
  })
  await api.call('POST', `/assistants/${assistantId}/memories`, {
    ...{ content: 'Ann keeps bees', metadata: { tags: ['a', 'b'], deep: { z: 1, a: 2.5 } } },
  })
  await api.send(threadId, 'I live in Lisbon.', { memory: 'Auto' })
  await api.send(threadId, 'Saved', { send_to_llm: false, metadata: { z: 1, a: [null, 1e21] } })
  const form = new FormData()
  form.append('file', new Blob(['# Birds\n\nThe heron waits in the shallow water.']), 'birds.md')
  const { body } = await api.call<Doc>('POST', `/assistants/${assistantId}/documents`, form)
  const status = async () =>
    (await api.call<Doc>('GET', `/documents/${body.document_id}/status`)).body.status
  await expect.poll(status, { timeout: 20_000 }).toBe('indexed')
  const memories = async () =>
    (await api.call<{ memories: [] }>('GET', `/assistants/${assistantId}/memories`)).body.memories
  await expect.poll(async () => (await memories()).length, { timeout: 20_000 }).toBe(2)
  return { assistantId, threadId, documentId: body.document_id }
}

/** What the API tells of it, byte for byte. */
export async function look(
  { api }: Program,
  { assistantId, threadId, documentId }: Awaited<ReturnType<typeof fill>>,
) {
  const read = async (method: string, path: string, body?: unknown) => {
    const response = await api.raw(method, path, body)
    return `${response.status} ${await response.text()}`
  }
  return Promise.all([
    read('GET', `/assistants/${assistantId}`),
    read('GET', `/threads/${threadId}`),
    read('GET', `/documents/${documentId}/status`),
    read('GET', `/documents/${documentId}/content`),
    read('GET', `/assistants/${assistantId}/memories`),
    read('POST', `/assistants/${assistantId}/documents/search`, { query: 'Where does it wait?' }),
  ])
}
