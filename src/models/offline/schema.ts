import { matchRegex } from './match-regex.ts'

export type Schema = Record<string, unknown>

export type JsonType = 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object' | 'null'

/** Anything that is not a schema object reads as the schema which allows everything. */
export function asSchema(value: unknown): Schema {
  return isObject(value) ? value : {}
}

/** The schema itself behind `$ref`, and the first choice of anyOf or oneOf that is not null. */
export function resolve(schema: unknown, root: Schema, depth = 0): Schema {
  const here = asSchema(schema)
  if (depth > 8) return {}
  if (typeof here.$ref === 'string') return resolve(behind(here.$ref, root), root, depth + 1)
  const { anyOf, oneOf, allOf, ...rest } = here
  const choices = [anyOf, oneOf].find(Array.isArray)?.map((one) => resolve(one, root, depth + 1))
  const chosen = choices?.find((one) => typeOf(one) !== 'null')
  const all = Array.isArray(allOf) ? allOf.map((one) => resolve(one, root, depth + 1)) : []
  return Object.assign({}, ...all, chosen, rest)
}

/** The type a value should have: said by the schema, or seen in its other keywords. */
export function typeOf(schema: Schema): JsonType {
  const named = Array.isArray(schema.type)
    ? schema.type.find((type) => type !== 'null')
    : schema.type
  const known = types.find((type) => type === named)
  if (known) return known
  if (isObject(schema.properties)) return 'object'
  if (schema.items !== undefined) return 'array'
  const sample = [schema.const, schema.default, ...listOf(schema.enum)].find((one) => one != null)
  return sample === undefined ? 'string' : jsonTypeOf(sample)
}

/** The properties of an object schema, resolved, in their order. */
export function propertiesOf(schema: Schema, root: Schema): [name: string, Schema][] {
  const entries = Object.entries(asSchema(schema.properties))
  return entries.map(([name, property]) => [name, resolve(property, root)])
}

export function requiredOf(schema: Schema): string[] {
  return listOf(schema.required).filter((name) => typeof name === 'string')
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

/** Whether a scalar is valid: type, enum, const, bounds and pattern. */
export function fits(value: unknown, schema: Schema): boolean {
  const type = typeOf(schema)
  if (!(jsonTypeOf(value) === type || (type === 'number' && typeof value === 'number')))
    return false
  if (schema.enum !== undefined && !listOf(schema.enum).includes(value)) return false
  if (schema.const !== undefined && schema.const !== value) return false
  if (typeof value === 'number') return within(value, schema.minimum, schema.maximum)
  if (typeof value !== 'string') return true
  return within(value.length, schema.minLength, schema.maxLength) && matches(value, schema.pattern)
}

const types = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null'] as const

function jsonTypeOf(value: unknown): JsonType {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return types.find((type) => type === typeof value) ?? 'string'
}

function behind(ref: string, root: Schema) {
  let at: unknown = root
  for (const part of ref.split('/').slice(1)) {
    at = asSchema(at)[decodeURIComponentSafe(part).replaceAll('~1', '/').replaceAll('~0', '~')]
  }
  return at
}

function decodeURIComponentSafe(part: string) {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

const within = (value: number, least: unknown, most: unknown) =>
  !(typeof least === 'number' && value < least) && !(typeof most === 'number' && value > most)

function matches(value: string, pattern: unknown) {
  if (typeof pattern !== 'string') return true
  try {
    return matchRegex(pattern, 'u', value) !== null
  } catch {
    return true // a pattern we cannot run says nothing about the value
  }
}

function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
