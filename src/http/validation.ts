import { Ajv, type AnySchema, type ValidateFunction } from 'ajv'
import type { FastifySchemaCompiler, FastifyServerOptions } from 'fastify'
import { checkText } from './body.ts'
import { badInput } from './errors.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

const options = {
  allErrors: true,
  strict: false,
  // A test holds ours to be schemas; the first request does not wait for the schema of schemas.
  meta: false,
  validateSchema: false,
  useDefaults: true,
  formats: { uuid, 'date-time': true },
} as const

type SchemaController = NonNullable<FastifyServerOptions['schemaController']>

/**
 * Compiles a route's schemas when its first request comes, which a start would otherwise wait for.
 * What comes in a URL is text and is read as the type it should have; a body's values are taken as
 * they are. Replies are made by our own code and are not validated a second time.
 */
export function compiledLazily(): SchemaController {
  const url = new Ajv({ ...options, coerceTypes: true })
  const body = new Ajv(options)
  const compiler: FastifySchemaCompiler<AnySchema> = ({ schema, httpPart }) => {
    const ajv = httpPart === 'body' ? body : url
    const read = readerOf(httpPart, schema)
    let compiled: ValidateFunction | undefined
    const validate = (data: unknown) => {
      compiled ??= ajv.compile(schema)
      read(data)
      const valid = compiled(data)
      validate.errors = compiled.errors ?? null
      return valid
    }
    validate.errors = null as ValidateFunction['errors'] | null
    return validate as ReturnType<FastifySchemaCompiler<AnySchema>>
  }
  const compilersFactory = {
    buildValidator: () => compiler,
    buildSerializer: () => () => (data: unknown) => JSON.stringify(data),
  }
  // Its type has a compiler take the schema alone, and not what Fastify gives it.
  return { compilersFactory } as unknown as SchemaController
}

/** Checks what comes by no route as a route's body is checked. Throws `unprocessable`. */
export function bodyChecker(schema: AnySchema): (body: unknown) => void {
  let compiled: ValidateFunction | undefined
  return (body) => {
    compiled ??= new Ajv(options).compile(schema)
    if (!compiled(body)) throw badInput(compiled.errors ?? [], 'body')
  }
}

const words = new Map([
  ...['true', '1', 'on', 'yes'].map((word) => [word, 'true'] as const),
  ...['false', '0', 'off', 'no'].map((word) => [word, 'false'] as const),
])

/**
 * Reads the text of a URL in place, as the API's clients write it: the last of a repeated parameter
 * counts, and Python's `True` is true. Throws `unprocessable` for text no database can hold.
 */
function readerOf(httpPart: string | undefined, schema: unknown): (data: unknown) => void {
  if (httpPart !== 'querystring' && httpPart !== 'params') return () => {}
  const { properties = {} } = schema as { properties?: Record<string, { type?: string }> }
  const where = httpPart === 'params' ? 'path' : 'query'
  return (data) => {
    const fields = (data ?? {}) as Record<string, unknown>
    for (const [name, { type }] of Object.entries(properties)) {
      const given = fields[name]
      const text = Array.isArray(given) ? given.at(-1) : given
      if (typeof text !== 'string') continue
      fields[name] = checkText(
        type === 'boolean' ? (words.get(text.toLowerCase()) ?? text) : text,
        [where, name],
      )
    }
  }
}
