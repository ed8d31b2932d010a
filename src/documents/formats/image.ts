import { DocumentError } from '../document-error.ts'
import type { Image, ParsedDocument } from '../parsed.ts'
import { sniff } from '../sniff.ts'

type Size = { width: number; height: number } | null

/** A picture by its content, not its name: what it is and, where the header tells, how large. */
export function readImage(bytes: Uint8Array): ParsedDocument {
  const kind = sniff(bytes)
  const reader = kind ? sizes[kind.kind] : undefined
  if (!kind || !reader) {
    const looks = kind
      ? `looks like ${kind.name}; upload it with its right extension`
      : 'does not look like one'
    throw new DocumentError('mismatch', `The file is named as an image but ${looks}.`)
  }
  const image: Image = { mediaType: `image/${kind.kind}` }
  const size = safely(() => reader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)))
  return { blocks: [], image: size ? { ...image, ...size } : image }
}

const sizes: Record<string, (bytes: Buffer) => Size> = {
  png: (bytes) => ({ width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }),
  gif: (bytes) => ({ width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }),
  bmp: (bytes) => ({ width: bytes.readInt32LE(18), height: Math.abs(bytes.readInt32LE(22)) }),
  jpeg: jpegSize,
  webp: webpSize,
  tiff: tiffSize,
}

/** Walks the segments to the frame header, which has the size. */
function jpegSize(bytes: Buffer): Size {
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1] ?? 0
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) }
    at += 2 + bytes.readUInt16BE(at + 2)
  }
  return null
}

function webpSize(bytes: Buffer): Size {
  const chunk = bytes.toString('latin1', 12, 16)
  if (chunk === 'VP8X') {
    return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 }
  }
  if (chunk === 'VP8L') {
    const bits = bytes.readUInt32LE(21)
    return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 }
  }
  return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff }
}

function tiffSize(bytes: Buffer): Size {
  const little = bytes[0] === 0x49
  const short = (at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at))
  const long = (at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at))
  const directory = long(4)
  const found = new Map<number, number>()
  for (let entry = 0; entry < Math.min(short(directory), 64); entry += 1) {
    const at = directory + 2 + entry * 12
    found.set(short(at), short(at + 2) === 3 ? short(at + 8) : long(at + 8))
  }
  const width = found.get(256)
  const height = found.get(257)
  return width && height ? { width, height } : null
}

/** A header cut short is still the picture it says it is. */
function safely(read: () => Size): Size {
  try {
    return read()
  } catch {
    return null
  }
}
