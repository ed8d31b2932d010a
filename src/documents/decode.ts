import { DocumentError } from './document-error.ts'
import { isControl, sniff } from './sniff.ts'

/**
 * The characters of a text file in UTF-8, UTF-16 of either byte order (both with or without a byte
 * order mark), the encoding it declares, or else Windows-1252. Lines end in \n in the result.
 */
export function decodeText(bytes: Uint8Array, declared?: string): string {
  const looks = sniff(bytes)
  if (looks) throw notText(looks.name)
  const text = decode(bytes, declared)
  if (isGarbled(text)) throw notText('a binary file')
  return text.replace(/\r\n?/g, '\n')
}

/** The encoding an HTML or XML file names in its first bytes. */
export function declaredEncoding(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 2048))
  const found = /(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)/i.exec(head.toString('latin1'))
  return found?.[1]?.toLowerCase()
}

function notText(looks: string) {
  return new DocumentError(
    'mismatch',
    `The file is named as text but looks like ${looks}; upload it with its right extension.`,
  )
}

function decode(bytes: Uint8Array, declared: string | undefined) {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return utf8(bytes)
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  if (bytes.includes(0)) return utf16(bytes) ?? utf8(bytes)
  return strictly('utf-8', bytes) ?? (declared && named(declared, bytes)) ?? oneByte(bytes)
}

/** A few broken characters among many whole ones are still UTF-8: a cut file, a mixed log. */
function oneByte(bytes: Uint8Array) {
  const text = utf8(bytes)
  const broken = count(text, /\ufffd/g)
  const whole = count(text, /[^\0-\x7f\ufffd]/g)
  return whole > 2 * broken ? text : windows1252(bytes)
}

/** What Windows-1252 has where Latin-1 has control characters; Node 20 decodes it as Latin-1. */
const windowsOnly = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ'

function windows1252(bytes: Uint8Array) {
  const latin1 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  return latin1.replace(/[\x80-\x9f]/g, (char) => windowsOnly[char.charCodeAt(0) - 128] ?? char)
}

/** Text has few NULs of its own, so they tell which half of each unit is the high one. */
function utf16(bytes: Uint8Array) {
  const halves = [0, 0]
  for (let at = 0; at < Math.min(bytes.length, 1_000_000); at += 1) {
    if (bytes[at] === 0) halves[at % 2] = (halves[at % 2] ?? 0) + 1
  }
  const [even = 0, odd = 0] = halves
  const even16 = bytes.length % 2 === 0 ? bytes : bytes.subarray(0, -1)
  return strictly(odd > even ? 'utf-16le' : 'utf-16be', even16)
}

function strictly(encoding: string, bytes: Uint8Array) {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function named(encoding: string, bytes: Uint8Array) {
  // A file that says UTF-8 and is not was already found out.
  if (/^utf-?(8|16)/.test(encoding)) return undefined
  const isWestern = /^(windows-1252|cp1252|iso-8859-1|latin-?1|us-ascii|ascii)$/.test(encoding)
  return isWestern ? windows1252(bytes) : strictly(encoding, bytes)
}

function utf8(bytes: Uint8Array) {
  return new TextDecoder('utf-8').decode(bytes)
}

function isGarbled(text: string) {
  if (text.includes('\0')) return true
  const head = text.slice(0, 200_000)
  let strange = count(head, /[\p{Cn}\p{Co}]/gu)
  for (let at = 0; at < head.length; at += 1) if (isControl(head.charCodeAt(at))) strange += 1
  return strange > head.length / 50
}

function count(text: string, pattern: RegExp) {
  let found = 0
  for (const _ of text.matchAll(pattern)) found += 1
  return found
}
