export type ErrorCode =
  | 'invalid' // a domain rule says no
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'conflict'
  | 'too_large'
  | 'unprocessable' // the body or a parameter does not fit its schema
  | 'rate_limited'
  | 'upstream'
  | 'busy'
  | 'upstream_timeout'

/** One complaint about an input, in the shape the API's clients know. */
export type Issue = { loc: (string | number)[]; msg: string; type: string }

type Options = { issues?: Issue[]; retryAfterSeconds?: number | null }

/** An error worded for the caller. `http/errors.ts` alone knows which status each code has. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly issues: Issue[] | null
  readonly retryAfterSeconds: number | null

  constructor(code: ErrorCode, message: string, { issues, retryAfterSeconds }: Options = {}) {
    super(message)
    this.name = 'AppError'
    this.code = code
    this.issues = issues ?? null
    this.retryAfterSeconds = retryAfterSeconds ?? null
  }
}

/** The same sentence for an unknown id, a deleted one, and another owner's: nobody learns which. */
export function notFound(what: string): AppError {
  return new AppError('not_found', `${what} not found`)
}

/** A single schema complaint; `loc` starts with `body`, `query` or `path`. */
export function unprocessable(loc: (string | number)[], msg: string, type: string): AppError {
  return new AppError('unprocessable', msg, { issues: [{ loc, msg, type }] })
}
