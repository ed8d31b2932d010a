import { Ajv, type AnySchema, type ValidateFunction } from 'ajv'
import type { FastifyInstance, FastifySchemaCompiler } from 'fastify'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

const options = {
  allErrors: true,
  strict: false,
  useDefaults: true,
  formats: { uuid, 'date-time': true },
} as const

/**
 * Compiles a route's schemas when its first request comes, which a start would otherwise wait for.
 * What comes in a URL is text and is read as the type it should have; a body's values are taken as
 * they are. Replies are made by our own code and are not validated a second time.
 */
export function compileLazily(app: FastifyInstance): void {
  const url = new Ajv({ ...options, coerceTypes: true })
  const body = new Ajv(options)
  app.setValidatorCompiler<AnySchema>(({ schema, httpPart }) => {
    const ajv = httpPart === 'body' ? body : url
    let compiled: ValidateFunction | undefined
    const validate = (data: unknown) => {
      compiled ??= ajv.compile(schema)
      const valid = compiled(data)
      validate.errors = compiled.errors ?? null
      return valid
    }
    validate.errors = null as ValidateFunction['errors'] | null
    return validate as ReturnType<FastifySchemaCompiler<AnySchema>>
  })
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
}
