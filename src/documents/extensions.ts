import { DocumentError } from './document-error.ts'

export type Format =
  | ('pdf' | 'docx' | 'doc' | 'pptx' | 'ppt' | 'xlsx' | 'xls' | 'csv' | 'json' | 'jsonl' | 'xml')
  | ('html' | 'markdown' | 'text' | 'code' | 'image')

export type FileType = { extension: string; mediaType: string; format: Format }

const office = 'application/vnd.openxmlformats-officedocument'

/** Every accepted extension, with its media type and who reads it. */
export const fileTypes: readonly FileType[] = [
  type('pdf', 'application/pdf', 'pdf'),
  type('doc', 'application/msword', 'doc'),
  type('docx', `${office}.wordprocessingml.document`, 'docx'),
  type('ppt', 'application/vnd.ms-powerpoint', 'ppt'),
  type('pptx', `${office}.presentationml.presentation`, 'pptx'),
  type('xls', 'application/vnd.ms-excel', 'xls'),
  type('xlsx', `${office}.spreadsheetml.sheet`, 'xlsx'),
  type('txt', 'text/plain', 'text'),
  type('csv', 'text/csv', 'csv'),
  type('md', 'text/markdown', 'markdown'),
  type('markdown', 'text/markdown', 'markdown'),
  type('json', 'application/json', 'json'),
  type('jsonl', 'application/jsonl', 'jsonl'),
  type('xml', 'application/xml', 'xml'),
  type('html', 'text/html', 'html'),
  type('py', 'text/x-python', 'code'),
  type('js', 'text/javascript', 'code'),
  type('ts', 'text/x-typescript', 'code'),
  type('jsx', 'text/jsx', 'code'),
  type('tsx', 'text/tsx', 'code'),
  type('css', 'text/css', 'code'),
  type('cpp', 'text/x-c++', 'code'),
  type('c', 'text/x-c', 'code'),
  type('h', 'text/x-c', 'code'),
  type('java', 'text/x-java', 'code'),
  type('go', 'text/x-go', 'code'),
  type('rs', 'text/x-rust', 'code'),
  type('rb', 'text/x-ruby', 'code'),
  type('php', 'text/x-php', 'code'),
  type('sql', 'application/sql', 'code'),
  type('png', 'image/png', 'image'),
  type('jpg', 'image/jpeg', 'image'),
  type('jpeg', 'image/jpeg', 'image'),
  type('webp', 'image/webp', 'image'),
  type('gif', 'image/gif', 'image'),
  type('bmp', 'image/bmp', 'image'),
  type('tiff', 'image/tiff', 'image'),
  type('tif', 'image/tiff', 'image'),
]

const byExtension = new Map(fileTypes.map((known) => [known.extension, known]))
const recordings = new Set(
  ['mp3', 'wav', 'm4a', 'ogg', 'flac', 'aac'].concat(
    ['mp4', 'mov', 'avi', 'mkv', 'mpeg', 'mpg', 'webm'], // video
  ),
)

/** The type a file name promises, or null when its extension is not accepted. */
export function fileTypeOf(filename: string): FileType | null {
  return byExtension.get(extensionOf(filename)) ?? null
}

/** As `fileTypeOf`, but says why a name is refused. */
export function requireFileType(filename: string): FileType {
  const known = fileTypeOf(filename)
  if (known) return known
  const extension = extensionOf(filename)
  if (recordings.has(extension)) {
    throw unsupported('Audio and video are not supported here; upload a transcript as .txt or .md.')
  }
  const named = extension ? `Files of type .${extension} are` : 'A file without an extension is'
  throw unsupported(`${named} not supported; upload one of: ${[...byExtension.keys()].join(', ')}.`)
}

/** The last part of a name, in lower case; marks that would turn its reading order do not count. */
export function extensionOf(filename: string): string {
  const visible = filename.replace(/[\p{Cc}\p{Cf}]/gu, '').trim()
  return /[^./\\]\.([^./\\\s]{1,12})$/.exec(visible)?.[1]?.toLowerCase() ?? ''
}

function unsupported(message: string) {
  return new DocumentError('unsupported', message)
}

function type(extension: string, mediaType: string, format: Format): FileType {
  return { extension, mediaType, format }
}
