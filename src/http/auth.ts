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

/**
 * Every request of `app` needs an `X-API-Key`. While the server is `open` and no key was ever
 * created, any key will do, and each is its own owner.
 */
export function requireKey(app: FastifyInstance, ctx: Ctx, { open }: { open: boolean }): void {
  const ownerOf = rememberOwners(ctx, open)
  app.decorateRequest('owner', '')
  app.addHook('onRequest', async (request: FastifyRequest) => {
    const secret = request.headers['x-api-key']
    const owner = isKey(secret) ? await ownerOf(secret) : null
    if (owner === null) throw new AppError('unauthorized', 'Invalid or missing API key')
    request.owner = owner
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
