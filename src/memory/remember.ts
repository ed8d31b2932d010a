import type { Ctx } from '../context.ts'
import { AppError, notFound } from '../errors.ts'
import type { Assistant } from '../store/assistants.ts'
import {
  changeMemories,
  getMemory,
  listByHash,
  listVersions,
  type Memory,
  type MemoryChanges,
} from '../store/memories.ts'
import {
  byClient,
  checkWords,
  endOf,
  hashOf,
  type Provenance,
  vectorAtOnce,
  versionOf,
  type Words,
} from './versions.ts'

/** Times a change is tried whose memory another writer was changing at that moment. */
const TRIES = 5

/**
 * Stores a memory as the client wrote it. With `dedupe`, an active memory of the same content is
 * returned in its place. Throws `invalid` or `too_large` for what cannot be stored.
 */
export async function addMemory(
  ctx: Ctx,
  assistant: Assistant,
  words: Words,
  { dedupe }: { dedupe: boolean },
): Promise<{ memory: Memory; duplicate: boolean }> {
  checkWords(words, ctx.limits)
  const why = byClient('ADD', 'Added by a client')
  let duplicate = false
  const memory = await again(async () => {
    const same = dedupe ? await findSame(ctx, assistant, words.content) : undefined
    duplicate = same !== undefined
    return same ?? put(ctx, assistant, null, words, why, { distinct: dedupe })
  })
  return { memory, duplicate }
}

async function findSame(ctx: Ctx, assistant: Assistant, content: string) {
  const same = await listByHash(ctx.db, placeOf(assistant), [hashOf(content)])
  return same.find((one) => one.content === content)
}

/** A new version in place of the active one; metadata that is not given stays. Throws `not_found`. */
export async function rewriteMemory(
  ctx: Ctx,
  assistant: Assistant,
  id: string,
  { content, metadata }: { content: string; metadata: Words['metadata'] | undefined },
): Promise<Memory> {
  return again(async () => {
    const before = await getMemory(ctx.db, placeOf(assistant), id)
    const words = { content, metadata: metadata === undefined ? metadataOf(before) : metadata }
    checkWords(words, ctx.limits)
    return put(ctx, assistant, before, words, byClient('UPDATE', 'Changed by a client'))
  })
}

/** Takes a memory out of recall; its versions stay, and `restoreMemory` brings it back. */
export async function forgetMemory(ctx: Ctx, assistant: Assistant, id: string): Promise<Memory> {
  return again(async () => {
    const row = await getMemory(ctx.db, placeOf(assistant), id)
    const by = { event: 'DELETE', origin: 'manual', reason: 'Deleted by a client' } as const
    const done = await change(ctx, assistant, { adds: [], ends: [endOf(row, by)] })
    return done && row
  })
}

/**
 * Makes an older version, or the last one of a memory that was forgotten, the active one again, as
 * a version of its own. Throws `not_found`, and `invalid` when there is nothing to bring back.
 */
export async function restoreMemory(
  ctx: Ctx,
  assistant: Assistant,
  id: string,
  version: number | null,
): Promise<Memory> {
  return again(async () => {
    const versions = await listVersions(ctx.db, placeOf(assistant), id)
    const active = versions.find(({ status }) => status === 'active') ?? null
    const wanted =
      version === null
        ? versions.findLast(({ status }) => status !== 'active')
        : versions.find((one) => one.version === version)
    if (!wanted) {
      if (version !== null) throw notFound('Version')
      throw new AppError('invalid', 'The memory has no earlier version to restore')
    }
    if (wanted.status === 'active') {
      throw new AppError('invalid', `Version ${wanted.version} is the active one already`)
    }
    const words = { content: wanted.content, metadata: metadataOf(wanted) }
    const why = byClient('RESTORE', `Version ${wanted.version} restored by a client`)
    const before = versions.at(-1) ?? wanted
    return put(ctx, assistant, before, words, { ...why, saidAt: wanted.saidAt }, { active })
  })
}

export function metadataOf({ metadata }: Memory): Record<string, unknown> | null {
  return metadata === null ? null : JSON.parse(metadata)
}

export function placeOf({ ownerId, id }: Assistant) {
  return { ownerId, assistantId: id }
}

/**
 * Nothing when `active`, which the new version ends, was changed by another meanwhile, or another
 * stored the content that is to be `distinct`.
 */
async function put(
  ctx: Ctx,
  assistant: Assistant,
  before: Memory | null,
  words: Words,
  why: Provenance,
  { active = before, distinct = false }: { active?: Memory | null; distinct?: boolean } = {},
): Promise<Memory | undefined> {
  const model = await ctx.embeddings.of(assistant)
  const vector = await vectorAtOnce(model, words.content)
  const now = ctx.clock()
  const version = versionOf(ctx, words, why, { before, vector, space: model.space, now })
  const ends = active ? [endOf(active, why)] : []
  const only = distinct ? { unlessStored: version } : {}
  const rows = await change(ctx, assistant, { adds: [version], ends, ...only })
  return rows?.[0]
}

/** Null where another writer, here or in another process, came first. */
async function change(ctx: Ctx, assistant: Assistant, changes: MemoryChanges) {
  try {
    return await changeMemories(ctx.db, placeOf(assistant), changes, ctx.clock())
  } catch (error) {
    if (ctx.db.isConflict(error)) return null
    throw error
  }
}

/** Reads anew and tries again what met another writer: the last to come wins, and is told so. */
async function again(work: () => Promise<Memory | null | undefined>): Promise<Memory> {
  for (let left = TRIES; left > 0; left -= 1) {
    const done = await work()
    if (done) return done
  }
  throw new AppError('conflict', 'The memory is being changed by others; try again')
}
