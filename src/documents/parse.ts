import { declaredEncoding, decodeText } from './decode.ts'
import { DocumentError } from './document-error.ts'
import { type FileType, type Format, requireFileType } from './extensions.ts'
import { type Block, defaultParseLimits, type ParsedDocument, type ParseLimits } from './parsed.ts'
import { sniff } from './sniff.ts'

type Reader = (
  bytes: Uint8Array,
  limits: ParseLimits,
  type: FileType,
) => ParsedDocument | Promise<ParsedDocument>

/**
 * The text of a file with its positions. The extension decides how it is read, the content must
 * agree; what cannot be read throws a `DocumentError` that says what to do. Runs in this thread,
 * for as long as the file takes: a server calls it through `openDocumentReader`.
 */
export async function parseDocument(
  bytes: Uint8Array,
  filename: string,
  limits: ParseLimits = defaultParseLimits,
): Promise<ParsedDocument> {
  const type = requireFileType(filename)
  if (bytes.length === 0) throw new DocumentError('empty', 'The file is empty.')
  verify(bytes, type)
  const parsed = await readers[type.format](bytes, limits, type)
  if (parsed.image || parsed.recording) return parsed
  const blocks = parsed.blocks.map(withoutNuls).filter((block) => block.text.trim() !== '')
  if (blocks.length === 0) throw new DocumentError('no_text', 'The file has no text to index.')
  checkSize(blocks, limits)
  return { ...parsed, blocks }
}

/** Libraries are loaded with the first file that needs them. */
const readers: Record<Format, Reader> = {
  pdf: async (bytes, limits) => (await import('./formats/pdf.ts')).readPdf(bytes, limits),
  docx: async (bytes, limits) => (await import('./formats/docx.ts')).readDocx(bytes, limits),
  doc: async (bytes) => (await import('./formats/doc.ts')).readDoc(bytes),
  pptx: async (bytes, limits) => (await import('./formats/pptx.ts')).readPptx(bytes, limits),
  ppt: async (bytes) => (await import('./formats/ppt.ts')).readPpt(bytes),
  xlsx: async (bytes, limits) => (await import('./formats/xlsx.ts')).readXlsx(bytes, limits),
  xls: async (bytes) => (await import('./formats/xls.ts')).readXls(bytes),
  image: async (bytes) => (await import('./formats/image.ts')).readImage(bytes),
  recording: async (bytes, _limits, { mediaType }) =>
    (await import('./formats/recording.ts')).readRecording(bytes, mediaType),
  csv: fromText(async () => (await import('./formats/csv.ts')).readCsv),
  json: fromText(async () => (await import('./formats/json.ts')).readJson),
  jsonl: fromText(async () => (await import('./formats/json.ts')).readJsonl),
  xml: fromText(async () => (await import('./formats/xml.ts')).readXml),
  html: fromText(async () => (await import('./formats/html.ts')).readHtml),
  markdown: fromText(async () => (await import('./formats/markdown.ts')).readMarkdown),
  text: fromText(async () => (await import('./formats/text.ts')).readText),
  code: fromText(async () => (await import('./formats/code.ts')).readCode),
}

function fromText(
  load: () => Promise<(text: string, extension: string) => ParsedDocument>,
): Reader {
  return async (bytes, limits, { format, extension }) => {
    if (bytes.length > limits.textBytes) {
      const most = Math.round(limits.textBytes / 1024 / 1024)
      throw new DocumentError('too_large', `The file has more than ${most} MB of text; split it.`)
    }
    const declares = format === 'html' || format === 'xml'
    const text = decodeText(bytes, declares ? declaredEncoding(bytes) : undefined)
    return (await load())(text, extension)
  }
}

const containers: Partial<Record<Format, { kind: string; name: string }>> = {
  pdf: { kind: 'pdf', name: 'a PDF document' },
  docx: { kind: 'zip', name: 'a Word document' },
  pptx: { kind: 'zip', name: 'a PowerPoint presentation' },
  xlsx: { kind: 'zip', name: 'an Excel workbook' },
  doc: { kind: 'ole', name: 'a Word 97-2003 document' },
  ppt: { kind: 'ole', name: 'a PowerPoint 97-2003 presentation' },
  xls: { kind: 'ole', name: 'an Excel 97-2003 workbook' },
}

/** A renamed file is refused with what it looks like, before its reader makes a guess of it. */
function verify(bytes: Uint8Array, { extension, format }: FileType) {
  const expected = containers[format]
  if (!expected) return
  const looks = sniff(bytes)
  if (looks?.kind === expected.kind) return
  if (expected.kind === 'zip' && looks?.kind === 'ole' && isEncryptedOffice(bytes)) {
    throw new DocumentError(
      'encrypted',
      'The file is encrypted; remove its password and upload it again.',
    )
  }
  const found = looks ? `looks like ${looks.name}` : `is not ${expected.name}`
  throw new DocumentError(
    'mismatch',
    `The file is named .${extension} but ${found}; upload it with its right extension.`,
  )
}

/** With a password, an Office file is an OLE container around the encrypted archive. */
function isEncryptedOffice(bytes: Uint8Array) {
  const name = Buffer.from('EncryptedPackage', 'utf16le')
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(name)
}

/** PDF and JSON can write a character that no database need take in a text. */
function withoutNuls(block: Block): Block {
  const { text, header } = block
  if (!text.includes('\0') && !header?.includes('\0')) return block
  const plain = { ...block, text: text.replaceAll('\0', '') }
  return header === undefined ? plain : { ...plain, header: header.replaceAll('\0', '') }
}

function checkSize(blocks: ParsedDocument['blocks'], limits: ParseLimits) {
  const characters = blocks.reduce((total, block) => total + block.text.length, 0)
  if (characters > limits.characters) throw tooMuch(characters, 'characters', limits.characters)
  if (blocks.length > limits.blocks) throw tooMuch(blocks.length, 'passages', limits.blocks)
}

function tooMuch(count: number, what: string, limit: number) {
  const [has, most] = [count.toLocaleString('en'), limit.toLocaleString('en')]
  return new DocumentError(
    'too_large',
    `The file has ${has} ${what}; at most ${most} are read. Split it and upload the parts.`,
  )
}
