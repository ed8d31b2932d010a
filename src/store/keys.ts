import { createHash, randomBytes } from 'node:crypto'
import { and, desc, eq, isNull } from 'drizzle-orm'
import type { Db } from '../db/db.ts'
import type { Tables } from '../db/schema.ts'

export type ApiKey = Tables['apiKeys']['$inferSelect']

/** Keys are long and random, so one fast hash is enough: there is nothing to guess. */
const hashOf = (secret: string) => createHash('sha256').update(secret).digest('hex')

/** The owner a key stands for when it was created for nobody else: the same secret, the same owner. */
export function ownerOfSecret(secret: string): string {
  return hashOf(`owner:${secret}`).slice(0, 32)
}

/**
 * Makes a key and returns its secret, which is stored nowhere. `secret` keeps a key that is
 * already in use; `ownerId` lets several keys share one owner's data.
 */
export async function createKey(
  db: Db,
  key: { id: string; name: string; secret?: string; ownerId?: string; now: Date },
): Promise<{ row: ApiKey; secret: string }> {
  const secret = key.secret ?? `hc_${randomBytes(24).toString('base64url')}`
  const [row] = await db
    .insert(db.t.apiKeys)
    .values({
      id: key.id,
      ownerId: key.ownerId ?? ownerOfSecret(secret),
      name: key.name,
      hash: hashOf(secret),
      hint: secret.slice(-4),
      createdAt: key.now,
      revokedAt: null,
    })
    .returning()
  if (!row) throw new Error('the key was not stored')
  return { row, secret }
}

/** Every key there ever was, newest first. */
export async function listKeys(db: Db): Promise<ApiKey[]> {
  const { apiKeys } = db.t
  return db.select().from(apiKeys).orderBy(desc(apiKeys.createdAt), desc(apiKeys.id))
}

/** Returns the key, or null when it is unknown or was revoked before. */
export async function revokeKey(db: Db, id: string, now: Date): Promise<ApiKey | null> {
  const { apiKeys } = db.t
  const [row] = await db
    .update(apiKeys)
    .set({ revokedAt: now })
    .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt)))
    .returning()
  return row ?? null
}

/** The owner behind a secret, or null when no live key has it. */
export async function findOwner(db: Db, secret: string): Promise<string | null> {
  const { apiKeys } = db.t
  const [row] = await db
    .select({ ownerId: apiKeys.ownerId, revokedAt: apiKeys.revokedAt })
    .from(apiKeys)
    .where(eq(apiKeys.hash, hashOf(secret)))
  return row && !row.revokedAt ? row.ownerId : null
}

/** Whether a key was ever created, revoked ones included. */
export async function anyKey(db: Db): Promise<boolean> {
  const rows = await db.select({ id: db.t.apiKeys.id }).from(db.t.apiKeys).limit(1)
  return rows.length > 0
}
