import { ModelError, type ModelErrorKind, type ProviderSettings } from './model.ts'

const maxSaidChars = 300

// Clients decide by these words that trying again is pointless, so a passing failure never says them.
const finalWords =
  /abort|cancelled|malformed|invalid request|unauthorized|forbidden|authentication|api key|credit balance|insufficient credits|quota|rate limit/i

const creditWords =
  /credit balance|insufficient (credits|funds|balance)|exceeded your current quota/i

const keyLike = /\b(?:sk|pk|rk|gsk|xai|AIza|key)[-_][\w*.-]{4,}/g

const opening: Record<ModelErrorKind, string> = {
  bad_request: 'refused the request',
  unknown_model: 'has no such model',
  credentials: "does not accept this server's API key",
  credits: "says that this server's account is out of credits",
  rate_limit: 'asks to slow down (rate limit)',
  overloaded: 'is overloaded, service unavailable',
  timeout: 'took too long, operation timed out',
  unavailable: 'failed, service unavailable',
  malformed: 'broke off its answer, stream closed unexpectedly',
}

const transient = new Set<ModelErrorKind>(['overloaded', 'timeout', 'unavailable', 'malformed'])

const openingOfStatus: Record<number, string> = {
  502: 'failed, bad gateway',
  504: 'failed, gateway timeout',
}

const kindOfStatus: Record<number, ModelErrorKind> = {
  401: 'credentials',
  402: 'credits',
  403: 'credentials',
  404: 'unknown_model',
  408: 'timeout',
  409: 'unavailable',
  429: 'rate_limit',
  503: 'overloaded',
  529: 'overloaded',
}

const kindOfCode: Record<string, ModelErrorKind> = {
  insufficient_quota: 'credits',
  billing_error: 'credits',
  billing_not_active: 'credits',
  model_not_found: 'unknown_model',
  not_found_error: 'unknown_model',
  invalid_api_key: 'credentials',
  authentication_error: 'credentials',
  permission_error: 'credentials',
  context_length_exceeded: 'bad_request',
  invalid_request_error: 'bad_request',
  request_too_large: 'bad_request',
  rate_limit_exceeded: 'rate_limit',
  rate_limit_error: 'rate_limit',
  overloaded_error: 'overloaded',
  timeout_error: 'timeout',
  api_error: 'unavailable',
  server_error: 'unavailable',
}

type SdkError = { status?: unknown; headers?: Headers; error?: unknown; message?: string }

/** What a vendor SDK threw before the first byte of a reply, in our words. */
export function requestFailed(settings: ProviderSettings, error: unknown): ModelError {
  if (error instanceof ModelError) return error
  const { status, headers, error: body, message = '' } = error as SdkError
  if (typeof status !== 'number') return connectionFailed(settings, error)
  // Without a body the SDK's own message is all there is: the status and the text that came.
  const answer = body ?? message.replace(/^\d{3} (status code \(no body\))?/, '')
  return answered(settings, status, answer, retryAfterSeconds(headers))
}

/** An error object inside a stream, or in the body of a reply that claims to be a success. */
export function replyFailed(settings: ProviderSettings, body: unknown): ModelError {
  return answered(settings, Number(read(detailOf(body), 'code')) || null, body, null)
}

/** The network failed, before the reply or in its middle. */
export function connectionFailed(settings: ProviderSettings, error: unknown): ModelError {
  const code = codeOfCause(error)
  const text = error instanceof Error ? error.message : ''
  if (/timed? ?out/i.test(`${text} ${code}`)) return timedOut(settings, error)
  const reset = code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_SOCKET'
  const how = reset ? 'broke the line, connection reset' : 'cannot be reached, service unavailable'
  return failure(settings, 'unavailable', how, code, null, error)
}

/** The provider said nothing for longer than we wait. */
export function timedOut(settings: ProviderSettings, cause?: unknown): ModelError {
  return failure(settings, 'timeout', opening.timeout, '', null, cause)
}

/** The stream ended early, or said something that is not its protocol. */
export function brokeOff(settings: ProviderSettings, cause?: unknown): ModelError {
  return failure(settings, 'malformed', opening.malformed, '', null, cause)
}

/** The seconds a provider asks us to wait, rounded up, or null. */
export function retryAfterSeconds(headers: Headers | undefined): number | null {
  const millis = Number.parseFloat(headers?.get('retry-after-ms') ?? '')
  if (millis >= 0) return Math.ceil(millis / 1000)
  const after = headers?.get('retry-after')
  if (!after) return null
  const seconds = Number.isNaN(Number(after)) ? (Date.parse(after) - Date.now()) / 1000 : +after
  return seconds >= 0 ? Math.ceil(seconds) : null
}

function answered(
  settings: ProviderSettings,
  status: number | null,
  body: unknown,
  retryAfter: number | null,
): ModelError {
  const said = saidIn(body)
  const kind = kindOf(status, body, said)
  const how = (kind === 'unavailable' && status && openingOfStatus[status]) || opening[kind]
  return failure(settings, kind, how, said, retryAfter)
}

function kindOf(status: number | null, body: unknown, said: string): ModelErrorKind {
  const detail = detailOf(body)
  const byCode = kindOfCode[String(read(detail, 'code'))]
  if (byCode) return byCode
  if (creditWords.test(said)) return 'credits'
  // A type is for streams, which have no status: OpenAI's is `invalid_request_error` for every 4xx.
  if (status === null) return kindOfCode[String(read(detail, 'type'))] ?? 'unavailable'
  return kindOfStatus[status] ?? (status < 500 ? 'bad_request' : 'unavailable')
}

function failure(
  settings: ProviderSettings,
  kind: ModelErrorKind,
  how: string,
  said: string,
  retryAfter: number | null,
  cause?: unknown,
): ModelError {
  const quote = transient.has(kind) && finalWords.test(said) ? '' : tidy(said, settings.apiKey)
  const message = `${settings.name} ${how}${quote && `: ${quote}`}`
  const error = new ModelError(kind, message, retryAfter)
  return cause === undefined ? error : Object.assign(error, { cause })
}

function tidy(said: string, apiKey: string): string {
  const hidden = apiKey ? said.replaceAll(apiKey, '***') : said
  const line = hidden.replace(keyLike, '***').replace(/\s+/g, ' ').trim()
  return line.length > maxSaidChars ? `${line.slice(0, maxSaidChars - 1)}…` : line
}

function saidIn(body: unknown): string {
  // A proxy's HTML page says nothing that its status does not.
  if (typeof body === 'string') return body.trimStart().startsWith('<') ? '' : body
  const detail = detailOf(body)
  if (typeof detail === 'string') return detail
  const message = read(detail, 'message') ?? read(detail, 'detail') ?? ''
  const upstream = read(read(detail, 'metadata'), 'raw')
  const said = typeof message === 'string' ? message : JSON.stringify(message)
  return typeof upstream === 'string' ? `${said}: ${upstream}` : said
}

/** `{ error: … }` and the bare error are both in use. */
function detailOf(body: unknown): unknown {
  return read(body, 'error') ?? body
}

function read(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[key]
    : undefined
}

function codeOfCause(error: unknown): string {
  let code = ''
  for (let at = error; at instanceof Error; at = at.cause) code = String(read(at, 'code') ?? code)
  return code
}
