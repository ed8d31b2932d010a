import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import type { FastifyInstance } from 'fastify'

/** Throws when a reply is not what the server's own OpenAPI document says it is. */
export type CheckReply = (
  method: string,
  path: string,
  status: number,
  body: unknown,
) => Promise<void>

type Schema = { [key: string]: unknown }
type Operation = { responses?: Record<string, { content?: Record<string, { schema: Schema }> }> }
type Document = { paths: Record<string, Record<string, Operation>> }

const ajv = new Ajv2020({
  strict: false,
  allErrors: true,
  formats: {
    uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  },
})
// Every world serves the same document, so it is written once, and a schema of it compiled once.
let operations: Promise<ReturnType<typeof operationsOf>> | undefined
const compiled = new Map<string, ValidateFunction>()
const detail: Schema = {
  type: 'object',
  required: ['detail'],
  properties: { detail: { type: 'string' } },
}

/** The OpenAPI document of a server. */
export async function describedBy(app: FastifyInstance): Promise<Document> {
  return (await app.inject('/openapi.json')).json()
}

/** A field that is not in the schema is as wrong as one that breaks it: schemas cannot lie by silence. */
export function checkReplies(app: FastifyInstance): CheckReply {
  return async (method, path, status, body) => {
    operations ??= describedBy(app).then(operationsOf)
    const plain = `/api${(path.split('?')[0] ?? '').replace(/\/+/g, '/').replace(/\/$/, '')}`
    const { template, methods } = (await operations).find((one) => one.path.test(plain)) ?? {}
    const declared = methods?.[method.toLowerCase()]?.responses?.[status]
    const schema = declared ? declared.content?.['application/json']?.schema : undefined
    if (!schema && status < 400) throw new Error(`${method} ${path}: ${status} is not documented`)
    const name = schema ? `${method} ${template} ${status}` : 'error'
    const validate = compiled.get(name) ?? ajv.compile(closed(schema ?? detail))
    compiled.set(name, validate)
    if (validate(body)) return
    throw new Error(`${name}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(body)}`)
  }
}

/** The most specific path first. */
function operationsOf({ paths }: Document) {
  return Object.entries(paths)
    .map(([template, methods]) => ({ path: pattern(template), template, methods }))
    .sort(({ template: a }, { template: b }) => {
      return a.split('{').length - b.split('{').length || b.length - a.length
    })
}

function pattern(template: string) {
  // The name of a model may have slashes.
  const open = template.replace('{model_name}', '.+').replace(/\{[^}]+\}/g, '[^/]+')
  return new RegExp(`^${open}$`)
}

function closed(schema: unknown): Schema {
  if (Array.isArray(schema)) return schema.map(closed) as unknown as Schema
  if (typeof schema !== 'object' || schema === null) return schema as unknown as Schema
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, key === 'enum' ? value : closed(value)]),
  )
  const open = 'additionalProperties' in inner || 'patternProperties' in inner
  return 'properties' in inner && !open ? { ...inner, additionalProperties: false } : inner
}
