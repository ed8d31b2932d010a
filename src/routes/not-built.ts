import type { FastifyInstance } from 'fastify'
import { AppError } from '../errors.ts'

/** Routes of the API this server knows of and does not serve yet, by method. */
export const notBuilt = {
  POST: ['/assistants/:assistant_id/clone'],
} as const

/** A plain 501 for each: a client learns that the route exists, and that it is not there yet. */
export function notBuiltRoutes(app: FastifyInstance): void {
  for (const [method, urls] of Object.entries(notBuilt)) {
    for (const url of urls) {
      app.route({
        method,
        url,
        // Uploads too are read to their end, or the client would not live to see the answer.
        config: { form: true },
        schema: { hide: true },
        handler: async () => {
          throw new AppError('not_built', `${method} ${url} is not built yet on this server`)
        },
      })
    }
  }
}
