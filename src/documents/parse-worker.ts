import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { offlineEmbedding } from '../models/offline/embedding.ts'
import { estimateTokens } from '../models/tokens.ts'
import { detectLanguage, languageBit } from '../retrieval/language.ts'
import { chunkDocument } from './chunk.ts'
import { type DigestedChunk, digestChunk, embedTextOf, emptyTally } from './digest.ts'
import { DocumentError, damaged } from './document-error.ts'
import { parseDocument } from './parse.ts'
import type { Image, ParseLimits, Recording } from './parsed.ts'

/** The program of the reading processes: like the main program it wires rooms that do not know each other. */

export type Chunking = { targetTokens?: number; overlapTokens?: number }
export type ReadRequest = {
  type: 'read'
  /** How many bytes there are, of which more pieces follow. */
  size: number
  piece: Uint8Array
  filename: string
  limits: ParseLimits
  chunking: Chunking
  /** Also make the built-in embedding of every passage. */
  embedOffline: boolean
}
export type ToWorker = ReadRequest | { type: 'bytes'; piece: Uint8Array } | { type: 'more' }
export type About = {
  title?: string
  warnings?: string[]
  image?: Image
  recording?: Recording
  characters: number
  /** Its terms in order and in how many passages each occurs; how many terms and tokens there are. */
  counts: { terms: string[]; chunks: Uint32Array }
  terms: number
  tokens: number
  /** Its language, as a set of languages. */
  languages: number
}
export type FromWorker =
  | { type: 'ready' }
  | { type: 'chunks'; chunks: DigestedChunk[] }
  | ({ type: 'done'; about: About; chunks: DigestedChunk[] } & Grown)
  | ({ type: 'failed'; code: DocumentError['code']; message: string } & Grown)
/** By how much this process is larger than when it began. */
type Grown = { grownMb: number }

/** So few that unpacking them is a matter of a millisecond to the receiving thread. */
const chunksPerMessage = 192

const builtIn = offlineEmbedding()
let sendMore: () => void = () => {}
/** Resolves when the passages that were sent have been taken. */
let taken = Promise.resolve()
let order: (ReadRequest & { bytes: Uint8Array; held: number }) | null = null

const parent = process.ppid
const bytesAtFirst = process.memoryUsage.rss()
const watch = new Worker(new URL('./parse-watch.js', import.meta.url), {
  workerData: { memoryMb: Number(process.argv[2]), parent },
  execArgv: [],
})
// From here on it is the file that ends this process; before, the system had no room for it.
const watched = once(watch, 'online').then(() => post({ type: 'ready' }))
watch.unref()

// Who stops the server may signal all its processes, but this one ends when its channel closes.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

process.on('message', (message: ToWorker) => {
  if (message.type === 'more') return sendMore()
  if (message.type === 'read') order = { ...message, bytes: new Uint8Array(message.size), held: 0 }
  if (!order) return
  order.bytes.set(message.piece, order.held)
  order.held += message.piece.length
  if (order.held === order.size) void takeUp()
})

/** The bytes are held by nobody else while they are read. */
async function takeUp() {
  if (!order) return
  const { bytes, held: _, ...request } = order
  order = null
  await watched
  await read(bytes, request)
}

async function read(bytes: Uint8Array, { filename, limits, chunking, embedOffline }: ReadRequest) {
  try {
    const { blocks, ...about } = await parseDocument(bytes, filename, limits)
    const chunks = chunkDocument({ blocks }, { ...chunking, estimateTokens })
    if (chunks.length > limits.chunks) throw tooManyChunks(chunks.length, limits.chunks)
    const tally = emptyTally()
    const whole = { filename, language: detectLanguage(openingOf(chunks)) }
    let digested: DigestedChunk[] = []
    for (let at = 0; at < chunks.length; at += chunksPerMessage) {
      if (at > 0) await handOver(digested)
      const some = chunks.slice(at, at + chunksPerMessage)
      digested = some.map((chunk) => digestChunk(chunk, whole, tally))
      if (embedOffline) await embed(digested)
    }
    await taken
    const characters = blocks.reduce((total, block) => total + block.text.length, 0)
    const { counts, terms, tokens } = tally
    const sorted = inOrder(counts)
    const languages = chunks.length > 0 ? languageBit(whole.language) : 0
    const made = { characters, counts: sorted, terms, tokens, languages }
    await post({ type: 'done', about: { ...about, ...made }, chunks: digested, grownMb: grownMb() })
  } catch (error) {
    const { code, message } = damaged('file', error)
    await post({ type: 'failed', code, message, grownMb: grownMb() })
  }
}

/** Sends passages when those before have been taken, and goes on with the next meanwhile. */
async function handOver(chunks: DigestedChunk[]): Promise<void> {
  await taken
  taken = new Promise((resolve) => {
    sendMore = resolve
  })
  await post({ type: 'chunks', chunks })
}

function inOrder(counts: Map<string, number>) {
  const terms = [...counts.keys()].sort()
  return { terms, chunks: Uint32Array.from(terms, (term) => counts.get(term) ?? 0) }
}

/** Enough of a document to tell its language. */
function openingOf(chunks: { text: string }[]) {
  return chunks
    .slice(0, 8)
    .map((chunk) => chunk.text)
    .join('\n')
}

async function embed(chunks: DigestedChunk[]) {
  const texts = chunks.map(embedTextOf)
  const vectors = await builtIn.embed(texts, 'document', new AbortController().signal)
  for (const [i, chunk] of chunks.entries()) chunk.vector = vectors[i] ?? null
}

function grownMb() {
  return (process.memoryUsage.rss() - bytesAtFirst) / (1024 * 1024)
}

/** Resolves when it has left: what is still here would wait for this thread, which is busy. */
function post(message: FromWorker): Promise<void> {
  return new Promise((resolve) => process.send?.(message, () => resolve()))
}

function tooManyChunks(count: number, limit: number) {
  const [has, most] = [count.toLocaleString('en'), limit.toLocaleString('en')]
  return new DocumentError(
    'too_large',
    `The file makes ${has} passages; at most ${most} are kept. Split it and upload the parts.`,
  )
}
