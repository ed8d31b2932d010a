import { DocumentError } from '../document-error.ts'
import type { ParsedDocument } from '../parsed.ts'
import { isBinary, sniff } from '../sniff.ts'

/** Containers hold sound as well as pictures, so the name decides which of the two it is. */
const containers = new Set(['mp3', 'aac', 'wav', 'ogg', 'flac', 'mp4', 'mov', 'avi', 'mkv', 'mpeg'])
const searchedBytes = 8_192

/** A recording has nothing to read: that it is one is all that is found out. */
export function readRecording(bytes: Uint8Array, mediaType: string): ParsedDocument {
  const kind = mediaType.startsWith('video/') ? 'video' : 'audio'
  const looks = sniff(bytes)
  if (looks ? containers.has(looks.kind) : hasFrame(bytes)) {
    return { blocks: [], recording: { kind } }
  }
  const found = looks
    ? `looks like ${looks.name}; upload it with its right extension`
    : 'does not look like one'
  throw new DocumentError('mismatch', `The file is named as a recording but ${found}.`)
}

/** Some writers put padding or tags of their own before the first frame of MPEG audio. */
function hasFrame(bytes: Uint8Array) {
  const head = bytes.subarray(0, searchedBytes)
  return (
    isBinary(bytes) &&
    head.some((byte, at) => byte === 0xff && ((head[at + 1] ?? 0) & 0xe0) === 0xe0)
  )
}
