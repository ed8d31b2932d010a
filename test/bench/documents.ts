import { setTimeout as wait } from 'node:timers/promises'
import { makePdf } from '../support/pdf.ts'
import { Line } from './client.ts'
import { type Figures, quantile } from './measures.ts'
import type { Server } from './processes.ts'
import { textOf, writer } from './texts.ts'

const POLL_MS = 20
/** A little more than there are, so that the last upload makes a scope full. */
const BYTES_A_PASSAGE = 560
const kib = 1_024
const mib = kib * kib

/** Small files, eight uploads at once, from the first byte sent to the last file found. */
export async function smallFiles(server: Server): Promise<Figures> {
  const files = 1_500
  const rates: number[] = []
  const alone: number[] = []
  for (let round = 0; round < 3; round += 1) {
    const assistant = await openAssistant(server)
    const texts = Array.from({ length: files }, (_, at) => textOf(kib, round * files + at + 1))
    const started = performance.now()
    const ids: string[] = []
    let next = 0
    const sender = async () => {
      for (let at = next++; at < files; at = next++) {
        ids.push(await upload(server, assistant, `note-${at}.txt`, texts[at] ?? ''))
      }
    }
    await Promise.all(Array.from({ length: 8 }, sender))
    const sent = performance.now()
    const left = (await listDocuments(server, assistant)).filter(isWaiting).length
    // They are taken in their order; asking for all of them again and again would be work too.
    await untilIndexed(server, ids.at(-1) ?? '')
    await untilAllIndexed(server, assistant)
    if (round === 0) continue
    rates.push(files / ((performance.now() - started) / 1_000))
    alone.push(left / ((performance.now() - sent) / 1_000))
  }
  return { perSecond: quantile(rates, 0.5), alonePerSecond: quantile(alone, 0.5) }
}

/** One text of 10 MB, until it is indexed; and its deletion: how long the loop was late in each. */
export async function largeText(server: Server): Promise<Figures> {
  const assistant = await openAssistant(server)
  const text = textOf(10 * mib, 1)
  await server.loopDelay()
  const started = performance.now()
  const id = await upload(server, assistant, 'large.txt', text)
  await untilAllIndexed(server, assistant)
  const seconds = (performance.now() - started) / 1_000
  const ingest = await server.loopDelay()
  const deleteMs = await timed(() => ask(server, 'DELETE', `/api/documents/${id}`))
  await wait(2_000)
  const removal = await server.loopDelay()
  return { seconds, deleteMs, ingestMaxMs: ingest.maxMs, removalMaxMs: removal.maxMs }
}

/** A PDF of 500 pages: how late the event loop is while it is read. */
export async function longPdf(server: Server): Promise<Figures> {
  const assistant = await openAssistant(server)
  const { paragraph } = writer(5)
  const pdf = makePdf(500, () => pageOf(paragraph(400)))
  await server.loopDelay()
  const started = performance.now()
  await upload(server, assistant, 'long.pdf', pdf)
  await untilAllIndexed(server, assistant)
  const seconds = (performance.now() - started) / 1_000
  return { seconds, ...(await server.loopDelay()) }
}

/** A paragraph in lines of a page's width. */
function pageOf(text: string): string {
  const lines = text.match(/.{1,90}(?: |$)/g) ?? []
  return `BT /F1 10 Tf 72 720 Td 12 TL ${lines.map((line) => `(${line}) Tj T*`).join('\n')} ET`
}

/** Questions of ten words against a scope of at least so many passages. */
export async function searches(server: Server, passages: number): Promise<Figures> {
  const assistant = await openAssistant(server)
  let chunks = 0
  for (let seed = 100; chunks < passages; seed += 1) {
    const size = Math.min(5 * mib, ((passages - chunks) * BYTES_A_PASSAGE) | 0)
    await upload(server, assistant, `${seed}.txt`, textOf(size, seed))
    chunks = await untilAllIndexed(server, assistant)
  }
  const { question } = writer(9)
  const line = new Line(server.port)
  const path = `/api/assistants/${assistant}/documents/search`
  const ms: number[] = []
  for (let at = 0; at < 400; at += 1) {
    const { totalMs } = await line.ask('POST', path, { query: question(), limit: 10 })
    if (at >= 100) ms.push(totalMs)
  }
  line.close()
  return { p50Ms: quantile(ms, 0.5), p95Ms: quantile(ms, 0.95), chunks }
}

async function openAssistant(server: Server): Promise<string> {
  return (await ask(server, 'POST', '/api/assistants', { name: 'Bench' })).assistant_id as string
}

/** A connection each: the server closes one that carried a form. */
export async function upload(
  server: Server,
  assistant: string,
  name: string,
  content: string | Uint8Array,
) {
  const line = new Line(server.port)
  const { body } = await line.upload(`/api/assistants/${assistant}/documents`, name, content)
  line.close()
  return JSON.parse(body).document_id as string
}

/** Waits for all documents of an assistant, and returns how many passages they have. */
export async function untilAllIndexed(server: Server, assistant: string): Promise<number> {
  for (;;) {
    const rows = await listDocuments(server, assistant)
    const failed = rows.find(({ status }) => status === 'failed')
    if (failed) throw new Error(JSON.stringify(failed))
    if (!rows.some(isWaiting)) {
      return rows.reduce((sum, { chunk_count }) => sum + chunk_count, 0)
    }
    await wait(POLL_MS + rows.length / 10)
  }
}

type Listed = { status: string; chunk_count: number }

async function listDocuments(server: Server, assistant: string): Promise<Listed[]> {
  const listed = await ask(server, 'GET', `/api/assistants/${assistant}/documents`)
  return listed as unknown as Listed[]
}

const isWaiting = ({ status }: Listed) => status !== 'indexed'

async function untilIndexed(server: Server, id: string): Promise<void> {
  while ((await ask(server, 'GET', `/api/documents/${id}/status`)).status !== 'indexed') {
    await wait(POLL_MS)
  }
}

async function ask({ port }: Server, method: string, path: string, body?: object) {
  const line = new Line(port)
  const answer = await line.ask(method, path, body)
  line.close()
  return JSON.parse(answer.body) as Record<string, unknown>
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}
