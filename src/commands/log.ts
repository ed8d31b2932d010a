import { type Logger, pino } from 'pino'
import type { Config } from '../config.ts'

/** Lines of JSON on standard output. */
export function openLog(
  level: Config['HOMECOURT_LOG_LEVEL'],
  destination?: { write(line: string): void },
): Logger {
  return pino({ level, serializers: { err: tellError } }, destination ?? pino.destination(1))
}

/**
 * What broke and where, without what anybody said: the message of a query that failed holds its
 * parameters, and Postgres’ own detail the row. What lies beneath says why it failed.
 */
function tellError(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error }
  if ('query' in error && 'params' in error) {
    return { ...asObject(tellError(error.cause)), query: error.query }
  }
  const code = 'code' in error ? { code: error.code } : {}
  const cause = error.cause instanceof Error ? { cause: tellError(error.cause) } : {}
  return { type: error.name, message: error.message, ...code, stack: error.stack, ...cause }
}

function asObject(value: unknown) {
  return typeof value === 'object' ? value : {}
}
