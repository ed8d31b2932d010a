export type DocumentErrorCode =
  | 'unsupported' // no reader for this kind of file
  | 'empty'
  | 'mismatch' // the content is not what the name says
  | 'encrypted'
  | 'no_text'
  | 'damaged'
  | 'too_large'
  | 'timeout'
  | 'aborted'
  | 'unavailable' // nothing is known of the file: no process could be had to read it

/** Why a document cannot be read, worded for the person who uploaded it. */
export class DocumentError extends Error {
  readonly code: DocumentErrorCode

  constructor(code: DocumentErrorCode, message: string) {
    super(message)
    this.name = 'DocumentError'
    this.code = code
  }

  /** Whether the same file may be read later. */
  get isPassing(): boolean {
    return this.code === 'unavailable'
  }
}

/** What a format's library threw, as one sentence about the file; our own errors pass unchanged. */
export function damaged(what: string, cause: unknown): DocumentError {
  if (cause instanceof DocumentError) return cause
  if (cause instanceof RangeError && /call stack/i.test(cause.message)) {
    return new DocumentError('damaged', `The ${what} is nested too deeply to be read.`)
  }
  const detail = cause instanceof Error ? cause.message.split('\n', 1)[0]?.slice(0, 120) : ''
  const reason = detail ? ` (${detail.replace(/[.\s]+$/, '')})` : ''
  return new DocumentError('damaged', `The ${what} is damaged and cannot be read${reason}.`)
}
