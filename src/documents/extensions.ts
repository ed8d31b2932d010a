import { DocumentError } from './document-error.ts'

export type Format =
  | ('pdf' | 'docx' | 'doc' | 'pptx' | 'ppt' | 'xlsx' | 'xls' | 'csv' | 'json' | 'jsonl' | 'xml')
  | ('html' | 'markdown' | 'text' | 'code' | 'image' | 'recording')

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
  type('mp3', 'audio/mpeg', 'recording'),
  type('wav', 'audio/wav', 'recording'),
  type('m4a', 'audio/mp4', 'recording'),
  type('ogg', 'audio/ogg', 'recording'),
  type('flac', 'audio/flac', 'recording'),
  type('aac', 'audio/aac', 'recording'),
  type('mp4', 'video/mp4', 'recording'),
  type('mov', 'video/quicktime', 'recording'),
  type('avi', 'video/x-msvideo', 'recording'),
  type('mkv', 'video/x-matroska', 'recording'),
  type('mpeg', 'video/mpeg', 'recording'),
  type('mpg', 'video/mpeg', 'recording'),
  type('webm', 'video/webm', 'recording'),
]

const byExtension = new Map(fileTypes.map((known) => [known.extension, known]))

/** The type a file name promises, or null when its extension is not accepted. */
export function fileTypeOf(filename: string): FileType | null {
  return byExtension.get(extensionOf(filename)) ?? null
}

/** As `fileTypeOf`, but says why a name is refused. */
export function requireFileType(filename: string): FileType {
  const known = fileTypeOf(filename)
  if (known) return known
  const extension = extensionOf(filename)
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
