import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { SseEvent } from '../support/world.ts'
import { openWorld } from '../support/world.ts'
import { collect, openClient, textOf, versions } from './official.ts'
import { PythonClient } from './python-client.ts'

/** Made by LibreOffice: how is in `test/files/make.sh`. */
const guide = fileURLToPath(new URL('../files/guide.pdf', import.meta.url))
const question = 'How much does the Kestrel weather station weigh?'
const other = 'Where was the Kestrel made?'

const ended = new Set(['indexed', 'failed'])

/** The two oldest versions drop the names of the files in a plain answer; their streams have them. */
const named = (version: string) =>
  ['1.4.6', '1.4.7'].includes(version) ? {} : { retrievedFiles: ['guide.pdf'] }

/** Polls as the quickstart does. */
async function untilIndexed(status: () => Promise<{ status: string }>) {
  for (let asked = 0; asked < 200; asked += 1) {
    const document = await status()
    if (ended.has(document.status)) return document
    await wait(50)
  }
  throw new Error('the document was not indexed in time')
}

function expectStreamed(events: SseEvent[]) {
  expect(textOf(events)).toContain('Tampere')
  const done = events.find(({ type }) => type === 'run_ended')
  expect(done).toMatchObject({ status: 'completed', retrieved_files: ['guide.pdf'] })
}

describe.each(versions)('the documents quickstart by npm backboard-sdk %s', (version) => {
  it('200 a PDF is uploaded, polled until indexed, asked about, and named', async () => {
    await using world = await openWorld()
    const client = await openClient(version, world)
    const { assistantId } = await client.createAssistant({
      ...{ name: 'Document Assistant', description: 'You read documents.' },
    })
    const uploaded = await client.uploadDocumentToAssistant(assistantId, guide)
    const document = await untilIndexed(() => client.getDocumentStatus(uploaded.documentId))
    expect(document).toMatchObject({ status: 'indexed', filename: 'guide.pdf' })
    const { threadId } = await client.createThread(assistantId)
    const answer = await client.addMessage(threadId, { content: question })
    expect(answer).toMatchObject({ status: 'COMPLETED', ...named(version) })
    expect(answer.content).toContain('412 grams')
    const stream = await client.addMessage(threadId, { content: other, stream: true })
    expectStreamed(await collect(stream))
  })

  it('200 the same with a document of the thread, and with one that comes with the message', async () => {
    await using world = await openWorld()
    const client = await openClient(version, world)
    const { assistantId } = await client.createAssistant({ name: 'A' })
    const { threadId } = await client.createThread(assistantId)
    const { documentId } = await client.uploadDocumentToThread(threadId, guide)
    await untilIndexed(() => client.getDocumentStatus(documentId))
    const stream = await client.addMessage(threadId, { content: other, stream: true })
    expectStreamed(await collect(stream))
    const second = await client.createThread(assistantId)
    const answer = await client.addMessage(second.threadId, { content: question, files: [guide] })
    expect(answer.content).toContain('412 grams')
    expect(answer).toMatchObject({ ...named(version), attachments: [{ filename: 'guide.pdf' }] })
  })
})

describe('the documents quickstart by the Python SDK', () => {
  const file = () => new File([new Uint8Array(readFileSync(guide))], 'guide.pdf')

  it('200 a PDF is uploaded, polled until indexed, asked about, and named', async () => {
    await using world = await openWorld()
    const client = new PythonClient({ apiKey: world.key, baseUrl: world.url })
    const { assistant_id } = await client.createAssistant('Document Assistant', {
      system_prompt: 'You read documents.',
    })
    const { document_id } = await client.uploadDocumentToAssistant(assistant_id, file())
    const document = await untilIndexed(() => client.getDocumentStatus(document_id))
    expect(document).toMatchObject({ status: 'indexed', filename: 'guide.pdf' })
    const { thread_id } = await client.createThread(assistant_id)
    const answer = await client.addMessage(thread_id, question)
    expect(answer).toMatchObject({ status: 'COMPLETED', retrieved_files: ['guide.pdf'] })
    expect(answer.content).toContain('412 grams')
    expectStreamed(await collect(client.addMessageStreamed(thread_id, other)))
  })

  it('200 the same with a document that comes with the first message', async () => {
    await using world = await openWorld()
    const client = new PythonClient({ apiKey: world.key, baseUrl: world.url })
    const { thread_id } = await client.createThread(
      (await client.createAssistant('A')).assistant_id,
    )
    const answer = await client.addMessage(thread_id, question, { files: [file()] })
    expect(answer).toMatchObject({
      ...{ retrieved_files: ['guide.pdf'], attachments: [{ filename: 'guide.pdf' }] },
    })
    expect(answer.content).toContain('412 grams')
    expectStreamed(await collect(client.sendMessageStreamed(other, { thread_id })))
  })
})
