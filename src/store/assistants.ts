import { and, desc, eq, isNull, notExists, sql } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import type { Tables } from '../db/schema.ts'
import { notFound } from '../errors.ts'
import { beginRemoval } from './removals.ts'

export type Assistant = Tables['assistants']['$inferSelect']
export type NewAssistant = Tables['assistants']['$inferInsert']
export type AssistantPatch = Partial<
  Pick<
    Assistant,
    'name' | 'description' | 'systemPrompt' | 'tools' | 'topK' | 'factPrompt' | 'mergePrompt'
  >
>

export type Page = { skip: number; limit: number }

export async function createAssistant(db: Db, assistant: NewAssistant): Promise<Assistant> {
  const [row] = await db.insert(db.t.assistants).values(assistant).returning()
  if (!row) throw new Error('the assistant was not stored')
  return row
}

/** Throws `not_found`, for another owner's assistant too. */
export async function getAssistant(db: Db, owner: string, id: string): Promise<Assistant> {
  const { assistants } = db.t
  const query = db.prepared('get_assistant', () =>
    db
      .select()
      .from(assistants)
      .where(
        and(
          eq(assistants.id, sql.placeholder('id')),
          eq(assistants.ownerId, sql.placeholder('owner')),
          isNull(assistants.cloningUntil),
        ),
      ),
  )
  const [row] = await query.execute({ id, owner })
  if (!row) throw notFound('Assistant')
  return row
}

/** For work that nobody asked for in person. Null when it is gone. */
export async function findAssistant(db: Db, id: string): Promise<Assistant | null> {
  const { assistants } = db.t
  const [row] = await db.select().from(assistants).where(eq(assistants.id, id))
  return row ?? null
}

/** Newest first; `name` keeps exact matches only. */
export async function listAssistants(
  db: Db,
  owner: string,
  { skip, limit, name }: Page & { name?: string | undefined },
): Promise<Assistant[]> {
  const { assistants } = db.t
  const query = db.prepared(
    name === undefined ? 'list_assistants' : 'list_assistants_named',
    () => {
      const mine = eq(assistants.ownerId, sql.placeholder('owner'))
      const named = eq(assistants.name, sql.placeholder('name'))
      return db
        .select()
        .from(assistants)
        .where(and(mine, isNull(assistants.cloningUntil), name === undefined ? undefined : named))
        .orderBy(desc(assistants.createdAt), desc(assistants.id))
        .limit(sql.placeholder('limit'))
        .offset(sql.placeholder('skip'))
    },
  )
  return query.execute({ owner, name, limit, skip })
}

/** Throws `not_found`. An empty patch changes nothing and returns the row. */
export async function updateAssistant(
  db: Db,
  owner: string,
  id: string,
  patch: AssistantPatch,
): Promise<Assistant> {
  if (Object.keys(patch).length === 0) return getAssistant(db, owner, id)
  const { assistants } = db.t
  const [row] = await db
    .update(assistants)
    .set(patch)
    .where(and(eq(assistants.id, id), eq(assistants.ownerId, owner)))
    .returning()
  if (!row) throw notFound('Assistant')
  return row
}

/**
 * Deletes it with its threads, runs and messages; documents as with a thread's. Throws `not_found`.
 */
export async function deleteAssistant(db: Db, owner: string, id: string, now: Date): Promise<void> {
  const { assistants } = db.t
  const deleted = await db.atomic((q) => [
    q
      .delete(assistants)
      .where(and(eq(assistants.id, id), eq(assistants.ownerId, owner)))
      .returning({ id: assistants.id }),
    beginRemoval(q, db.t, id, now),
  ])
  if (!deleted) throw notFound('Assistant')
}

/** The owner's assistant for threads that name none; the first caller's `draft` becomes it. */
export async function ensureDefaultAssistant(
  db: Db,
  owner: string,
  draft: () => NewAssistant,
): Promise<Assistant> {
  const found = await findDefault(db, owner)
  if (found) return found
  try {
    return await createAssistant(db, draft())
  } catch (error) {
    if (!db.isConflict(error)) throw error
  }
  const other = await findDefault(db, owner)
  if (!other) throw new Error('the default assistant came and went')
  return other
}

/** Deletes an assistant that has nothing yet; one that has is left as it is. */
export async function deleteUnusedAssistant(db: Db, { id, ownerId }: Assistant): Promise<void> {
  const { assistants, documents, memories, threads } = db.t
  const one = { one: sql`1` }
  await db
    .delete(assistants)
    .where(
      and(
        eq(assistants.id, id),
        eq(assistants.ownerId, ownerId),
        notExists(db.select(one).from(threads).where(eq(threads.assistantId, id))),
        notExists(db.select(one).from(memories).where(eq(memories.assistantId, id))),
        notExists(
          db
            .select(one)
            .from(documents)
            .where(and(eq(documents.assistantId, id), isNull(documents.threadId))),
        ),
      ),
    )
    .returning({ id: assistants.id })
}

async function findDefault(db: Db, owner: string): Promise<Assistant | undefined> {
  const { assistants } = db.t
  const [row] = await db
    .select()
    .from(assistants)
    .where(and(eq(assistants.ownerId, owner), assistants.isDefault))
  return row
}
