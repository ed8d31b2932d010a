import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { AppError, type ErrorCode, type Issue, unprocessable } from '../errors.ts'
import { ModelError, type ModelErrorKind } from '../models/model.ts'

/** The API is a FastAPI at heart: `{detail: [...]}` for validation, `{detail: "..."}` for the rest. */
export const statusOf: Record<ErrorCode, number> = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  too_large: 413,
  unprocessable: 422,
  rate_limited: 429,
  upstream: 502,
  busy: 503,
  upstream_timeout: 504,
}

/** What a provider's failure is to our own client. Wrong credentials are the server's, not the caller's. */
const codeOf: Record<ModelErrorKind, ErrorCode> = {
  bad_request: 'invalid',
  unknown_model: 'invalid',
  credentials: 'upstream',
  credits: 'upstream',
  rate_limit: 'rate_limited',
  overloaded: 'busy',
  timeout: 'upstream_timeout',
  unavailable: 'upstream',
  malformed: 'upstream',
}

/** The error a provider's failure becomes when it is told as an HTTP status. */
export function fromModel(
  kind: ModelErrorKind,
  message: string,
  retryAfterSeconds: number | null,
): AppError {
  return new AppError(codeOf[kind], message, { retryAfterSeconds })
}

export function sendError(
  error: FastifyError | AppError | ModelError,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const known = knownError(error) ?? ofFastify(error as FastifyError, request)
  if (!known) {
    // A client that has left broke it off itself.
    const level = reply.raw.destroyed ? 'debug' : 'error'
    request.log[level]({ err: error }, 'request failed')
    return reply.code(500).send({ detail: 'Internal Server Error' })
  }
  if (known.retryAfterSeconds !== null) {
    reply.header('retry-after', String(Math.ceil(known.retryAfterSeconds)))
  }
  return reply.code(statusOf[known.code]).send({ detail: known.issues ?? known.message })
}

/** Answers, on the bare socket, what is no HTTP request or has more header than one may have. */
export function refuseBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const status = brokenRequests[error.code ?? ''] ?? 400
  const body = JSON.stringify({ detail: STATUS_CODES[status] })
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${body.length}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

const brokenRequests: Record<string, number> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

/** What the caller may know of an error; null for what only the log may. */
export function knownError(error: unknown): AppError | null {
  if (error instanceof AppError) return error
  if (!(error instanceof ModelError)) return null
  return fromModel(error.kind, error.message, error.retryAfterSeconds)
}

/** What a schema complained of, in the words of pydantic. */
export function badInput(complaints: readonly Complaint[], context: string): AppError {
  const issues = complaints.map((complaint) => toIssue(complaint, context))
  return new AppError('unprocessable', 'invalid input', { issues: distinct(issues) })
}

function ofFastify(error: FastifyError, request: FastifyRequest): AppError | null {
  if (error.validation) {
    const context = error.validationContext ?? 'body'
    if (context === 'body' && (request.body ?? null) === null) {
      return unprocessable(['body'], 'Field required', 'missing')
    }
    return badInput(error.validation, context)
  }
  if (error.code === 'FST_ERR_BAD_URL') return new AppError('invalid', 'The URL is malformed')
  if (error.code === 'FST_ERR_MAX_PARAM_LENGTH') return new AppError('not_found', 'Not Found')
  const status = error.statusCode ?? 500
  if (status === 413) return new AppError('too_large', 'The request is too large')
  if (status >= 400 && status < 500) return new AppError('invalid', error.message)
  return null
}

type Complaint = {
  keyword: string
  instancePath: string
  params: Record<string, unknown>
  message?: string
}

/** An ajv complaint in the words of pydantic, which clients know. */
function toIssue(complaint: Complaint, context: string): Issue {
  const where = context === 'querystring' ? 'query' : context === 'params' ? 'path' : context
  const steps = complaint.instancePath.split('/').slice(1).map(unescapePointer)
  const loc = [where, ...steps]
  const { params } = complaint
  const plural = (n: unknown) => `${n} character${n === 1 ? '' : 's'}`
  switch (complaint.keyword) {
    case 'required':
      return {
        loc: [...loc, String(params.missingProperty)],
        msg: 'Field required',
        type: 'missing',
      }
    case 'type':
      return { loc, ...wrongType(params.type, where === 'body') }
    case 'minLength':
      return {
        loc,
        msg: `String should have at least ${plural(params.limit)}`,
        type: 'string_too_short',
      }
    case 'maxLength':
      return {
        loc,
        msg: `String should have at most ${plural(params.limit)}`,
        type: 'string_too_long',
      }
    case 'minimum':
      return {
        loc,
        msg: `Input should be greater than or equal to ${params.limit}`,
        type: 'greater_than_equal',
      }
    case 'maximum':
      return {
        loc,
        msg: `Input should be less than or equal to ${params.limit}`,
        type: 'less_than_equal',
      }
    case 'format':
      return {
        loc,
        msg: `Input should be a valid ${String(params.format).toUpperCase()}`,
        type: `${params.format}_parsing`,
      }
    case 'enum':
      return { loc, msg: `Input should be ${listed(params.allowedValues)}`, type: 'literal_error' }
    default:
      return { loc, msg: complaint.message ?? 'Invalid input', type: 'value_error' }
  }
}

/** In a body a value has a type of its own; in a URL there is only text that can or cannot be read as one. */
function wrongType(type: unknown, inBody: boolean) {
  const names = (Array.isArray(type) ? type : [type]).filter((name) => name !== 'null')
  switch (names[0]) {
    case 'integer':
      return inBody
        ? { msg: 'Input should be a valid integer', type: 'int_type' }
        : {
            msg: 'Input should be a valid integer, unable to parse string as an integer',
            type: 'int_parsing',
          }
    case 'boolean':
      return {
        msg: 'Input should be a valid boolean, unable to interpret input',
        type: 'bool_parsing',
      }
    case 'array':
      return { msg: 'Input should be a valid list', type: 'list_type' }
    case 'object':
      return { msg: 'Input should be a valid dictionary', type: 'dict_type' }
    case 'string':
      return { msg: 'Input should be a valid string', type: 'string_type' }
    default:
      return { msg: `Input should be a valid ${names[0]}`, type: `${names[0]}_type` }
  }
}

function listed(values: unknown) {
  const all = (Array.isArray(values) ? values : []).filter((value) => value !== null)
  return all.map((value) => `'${value}'`).join(' or ')
}

function unescapePointer(step: string): string | number {
  const text = step.replaceAll('~1', '/').replaceAll('~0', '~')
  return /^\d+$/.test(text) ? Number(text) : text
}

function distinct(issues: Issue[]): Issue[] {
  const seen = new Set<string>()
  return issues.filter((issue) => {
    const key = JSON.stringify(issue)
    return !seen.has(key) && seen.add(key)
  })
}
