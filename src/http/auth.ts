import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Ctx } from '../context.ts'
import { AppError } from '../errors.ts'
import { anyKey, findOwner, ownerOfSecret } from '../store/keys.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose data this request sees and changes. */
    owner: string
  }
}

/** Longest time a revoked key is still believed, and a first key still goes unnoticed. */
const BELIEVED_MS = 500
const REMEMBERED_KEYS = 10_000
/** No key is longer, so what is remembered of strangers stays small. */
const KEY_CHARS = 500

/** Whose key this is. Throws `unauthorized` for what is none. */
export type OwnerOf = (secret: unknown) => Promise<string>

/**
 * Tells the owners of keys. While the server is `open` and no key was ever created, any key will
 * do, and each is its own owner.
 */
export function knowOwners(ctx: Ctx, { open }: { open: boolean }): OwnerOf {
  const remembered = rememberOwners(ctx, open)
  return async (secret) => {
    const owner = isKey(secret) ? await remembered(secret) : null
    if (owner === null) throw new AppError('unauthorized', 'Invalid or missing API key')
    return owner
  }
}

/** Every request of `app` needs an `X-API-Key`. */
export function requireKey(app: FastifyInstance, ownerOf: OwnerOf): void {
  app.decorateRequest('owner', '')
  app.addHook('onRequest', async (request: FastifyRequest) => {
    request.owner = await ownerOf(request.headers['x-api-key'])
  })
}

function isKey(secret: unknown): secret is string {
  return typeof secret === 'string' && secret !== '' && secret.length <= KEY_CHARS
}

function rememberOwners(ctx: Ctx, open: boolean) {
  const owners = new Map<string, { owner: string | null; until: number }>()
  return async (secret: string): Promise<string | null> => {
    const now = performance.now()
    const known = owners.get(secret)
    if (known && known.until > now) return known.owner
    const owner =
      open && !(await anyKey(ctx.db)) ? ownerOfSecret(secret) : await findOwner(ctx.db, secret)
    if (owners.size >= REMEMBERED_KEYS) owners.clear()
    owners.set(secret, { owner, until: now + BELIEVED_MS })
    return owner
  }
}
