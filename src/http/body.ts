import { parse as parseForm } from 'node:querystring'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AppError, unprocessable } from '../errors.ts'
import { parseExactly, writeExactly } from '../exact-integers.ts'

/** More fields than any client sends; the rest is cut off. */
const FORM_FIELDS = 1_000

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route also takes its fields as a form, urlencoded or multipart. */
    form?: boolean
  }
  interface FastifyRequest {
    /** Whether the body came as a form, where every value is text. */
    isForm: boolean
  }
}

/**
 * How bodies are read, on every route: JSON, urlencoded where a route takes forms, nothing else. What
 * was read exactly is written so.
 */
export function readBodies(app: FastifyInstance, { jsonDepth }: { jsonDepth: number }): void {
  app.decorateRequest('isForm', false)
  app.removeAllContentTypeParsers()
  const parse = async (request: FastifyRequest, text: string | Buffer) =>
    parseBody(request, text.toString(), jsonDepth)
  app.addContentTypeParser('application/json', { parseAs: 'string' }, parse)
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, parse)
  // No type at all is what some clients send with a body that is JSON.
  app.addContentTypeParser('*', { parseAs: 'string' }, parse)
  app.addHook('onSend', (_request, _reply, payload, done) => {
    done(null, typeof payload === 'string' ? writeExactly(payload) : payload)
  })
}

function parseBody(request: FastifyRequest, text: string, jsonDepth: number): unknown {
  if (text.trim() === '') return undefined
  const type = (request.headers['content-type'] ?? 'application/json')
    .split(';')[0]
    ?.trim()
    .toLowerCase()
  const takesForms = request.routeOptions.config.form === true
  if (type === 'application/x-www-form-urlencoded') {
    if (takesForms) return formFields(request, text)
  } else if (type === 'application/json' || type?.endsWith('+json')) {
    const value = tryJson(text)
    if (value !== undefined) return checked(withExactMetadata(value, text), text, jsonDepth)
    // An old SDK labels its forms as JSON.
    if (takesForms && /^[\w.-]+=/.test(text)) return formFields(request, text)
    throw unprocessable(['body'], 'JSON decode error', 'json_invalid')
  }
  throw unprocessable(
    ['body'],
    'Input should be a valid dictionary or object to extract fields from',
    'model_attributes_type',
  )
}

/** Metadata is what a client gets back as it was; the rest of a body is for us to understand. */
function withExactMetadata(value: unknown, text: string): unknown {
  const held = typeof value === 'object' && value !== null && Object.hasOwn(value, 'metadata')
  if (!held || typeof (value as { metadata: unknown }).metadata !== 'object') return value
  return Object.assign(value, { metadata: (parseExactly(text) as { metadata: unknown }).metadata })
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function formFields(request: FastifyRequest, text: string) {
  request.isForm = true
  const fields: Record<string, unknown> = Object.create(null)
  for (const [name, value] of Object.entries(parseForm(text, '&', '=', { maxKeys: FORM_FIELDS }))) {
    fields[name] = checkText(Array.isArray(value) ? (value.at(-1) ?? '') : (value ?? ''))
  }
  return fields
}

/**
 * Databases and clients disagree on NUL and on halves of surrogate pairs, so neither gets in.
 * Throws `unprocessable`.
 */
export function checkText(text: string, loc: string[] = ['body']): string {
  if (!text.includes('\0') && text.isWellFormed()) return text
  throw unprocessable(
    loc,
    'Input should be a valid string, without NUL characters or unpaired surrogates',
    'string_unicode',
  )
}

/** Text can only be bad in JSON where it was written as an escape, which most bodies have none of. */
const suspicious = /\\u(0000|d[89a-f])/i

function checked(value: unknown, source: string, jsonDepth: number): unknown {
  const texts = suspicious.test(source)
  if (texts || mayBeDeep(source, jsonDepth)) walk(value, jsonDepth, texts)
  return value
}

function mayBeDeep(source: string, depth: number) {
  let brackets = 0
  for (let i = 0; i < source.length && brackets <= depth; i += 1) {
    const code = source.charCodeAt(i)
    if (code === 0x5b || code === 0x7b) brackets += 1
  }
  return brackets > depth
}

/** Checks what JSON text inside a field became. Throws as the body's own reader does. */
export function checkValue(value: unknown, jsonDepth: number): void {
  walk(value, jsonDepth, true)
}

function walk(value: unknown, depthLeft: number, texts: boolean): void {
  if (typeof value === 'string') {
    if (texts) checkText(value)
    return
  }
  if (typeof value !== 'object' || value === null) return
  if (depthLeft === 0) throw new AppError('invalid', 'The JSON is nested too deeply')
  for (const [name, inner] of Object.entries(value)) {
    if (texts) checkText(name)
    walk(inner, depthLeft - 1, texts)
  }
}
