import type { Ctx } from '../context.ts'
import type { ToolCall, ToolSpec } from '../models/model.ts'
import { type Passage, searchPassages } from '../retrieval/search.ts'
import { type Assistant, getAssistant } from '../store/assistants.ts'
import type { Document } from '../store/documents.ts'
import { hasPassages } from '../store/passages.ts'
import type { Run } from '../store/runs.ts'
import type { Thread } from '../store/threads.ts'
import { traceSearch } from '../tracing/search.ts'
import type { WebSource } from '../web/web-search.ts'
import { GENERATE_IMAGE, imageTool } from './image-tool.ts'
import { WEB_SEARCH, webTool } from './web-tool.ts'

/** A tool that this server runs itself; the client never sees its calls among those to answer. */
export type OwnTool = {
  spec: ToolSpec
  /** What the model reads. Finds go to `finds` as well. */
  run(call: ToolCall, finds: Finds, signal: AbortSignal): Promise<string>
}

/** What the server's own tools found or made for an answer. */
export type Finds = { passages: Passage[]; sources: WebSource[]; media: Document[] }

/** Where a run is, and what its message asked for. */
export type Place = { thread: Thread; assistant: Assistant; run: Run; messageId: string }

export const SEARCH = 'search_documents'

const searchSpec: ToolSpec = {
  name: SEARCH,
  description:
    'Search the uploaded documents of this conversation and get the passages that fit best. ' +
    'Search again with other words when the passages do not answer the question.',
  parameters: {
    type: 'object',
    properties: { query: { type: 'string', description: 'What to look for, in full words.' } },
    required: ['query'],
  },
}

/** The tools this server adds to a run: each where it was asked for and there is anything behind it. */
export async function openOwnTools(ctx: Ctx, place: Place): Promise<Map<string, OwnTool>> {
  const tools = new Map<string, OwnTool>()
  if (await hasPassages(ctx.db, scopesOf(place))) {
    tools.set(SEARCH, {
      spec: searchSpec,
      async run(call, finds, signal) {
        const passages = await searchFor(ctx, place, argumentOf(call, 'query'), signal)
        finds.passages.push(...passages)
        return passages.length > 0 ? passages.map(toLine).join('\n\n') : 'Nothing fits.'
      },
    })
  }
  const { webSearch, images } = place.run.settings
  if (webSearch && ctx.web) tools.set(WEB_SEARCH, webTool(ctx.web))
  if (images && ctx.images.configured.length > 0) {
    tools.set(GENERATE_IMAGE, imageTool(ctx, place, images))
  }
  return tools
}

/** The passages that answer a question best, of the thread's documents and its assistant's. */
export async function searchFor(
  ctx: Ctx,
  place: Pick<Place, 'thread' | 'assistant'>,
  query: string,
  signal: AbortSignal,
): Promise<Passage[]> {
  // Read anew: the assistant may have been moved to other vectors since the run began.
  const { ownerId, id } = place.assistant
  const embedding = await ctx.embeddings.of(await getAssistant(ctx.db, ownerId, id))
  const scope = { owner: place.thread.ownerId, scopeIds: scopesOf(place), embedding, loose: false }
  const search = () => searchPassages(ctx.db, scope, query, place.assistant.topK, signal)
  return traceSearch(ctx.tracer, 'documents', search, signal)
}

/** Passages as the system prompt of a model without tools holds them; the offline model reads these. */
export function passagesSection(passages: Passage[]): string {
  return ['## Passages from the documents', ...passages.map(toLine)].join('\n\n')
}

function toLine({ filename, text }: Passage): string {
  // A line break could look like the start of another passage.
  return `[${filename}] ${text.replace(/\s*\n\s*/g, ' ')}`
}

function scopesOf({ thread, assistant }: Pick<Place, 'thread' | 'assistant'>) {
  return [thread.id, assistant.id]
}

/** One argument of a call as text. */
export function argumentOf(call: ToolCall, name: string): string {
  try {
    const args: unknown = JSON.parse(call.arguments)
    if (typeof args === 'object' && args && name in args) {
      return String((args as Record<string, unknown>)[name])
    }
  } catch {
    // A model's broken JSON still says what it looks for.
  }
  return call.arguments
}
