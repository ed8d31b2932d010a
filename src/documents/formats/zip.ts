import { unzipSync, type Zippable, zipSync } from 'fflate'
import { DocumentError, damaged } from '../document-error.ts'
import type { ParseLimits } from '../parsed.ts'

export type Parts = Map<string, Uint8Array>

const mebibyte = 1024 * 1024
const entryLimit = 20_000
/** Small parts may be as empty as they like. */
const ratioFloorBytes = 4 * mebibyte

/**
 * The parts of an archive whose names `wanted` accepts, inflated. The sizes it declares are summed
 * before anything is inflated, and a part is inflated into no more room than it declared, so an
 * archive that lies is cut off and one that tells the truth is refused.
 */
export function openZip(
  bytes: Uint8Array,
  what: string,
  limits: ParseLimits,
  wanted: (name: string) => boolean,
): Parts {
  let entries = 0
  let total = 0
  try {
    const files = unzipSync(bytes, {
      filter({ name, size, originalSize }) {
        entries += 1
        if (entries > entryLimit) throw bomb(what, `it holds more than ${entryLimit} entries`)
        if (!wanted(name)) return false
        total += originalSize
        if (total > limits.inflatedBytes) {
          const most = Math.round(limits.inflatedBytes / mebibyte)
          throw bomb(what, `it unpacks to more than ${most} MB`)
        }
        if (originalSize > ratioFloorBytes && originalSize > size * limits.inflationRatio) {
          throw bomb(what, `it is packed more than ${limits.inflationRatio} to 1, as in a ZIP bomb`)
        }
        return true
      },
    })
    return new Map(Object.entries(files))
  } catch (error) {
    throw damaged(what, error)
  }
}

/** The same parts as an archive again, stored: what a library unpacks is then what we measured. */
export function storeZip(parts: Parts): Uint8Array {
  const files: Zippable = {}
  for (const [name, bytes] of parts) files[name] = bytes
  return zipSync(files, { level: 0 })
}

/** Refuses an archive without the part that makes it the kind of document its name says. */
export function requirePart(parts: Parts, part: string, what: string): Uint8Array {
  const found = parts.get(part)
  if (found) return found
  const kinds = [
    ['word/', 'a Word document (.docx)'],
    ['xl/', 'an Excel workbook (.xlsx)'],
    ['ppt/', 'a PowerPoint presentation (.pptx)'],
    ['content.xml', 'an OpenDocument file'],
    ['META-INF/', 'a Java or EPUB archive'],
  ] as const
  const names = [...parts.keys()]
  const kind = kinds.find(([start]) => names.some((name) => name.startsWith(start)))
  const looks = kind ? kind[1] : 'some other ZIP archive'
  throw new DocumentError(
    'mismatch',
    `The file is named as a ${what} but looks like ${looks}; upload it with its right extension.`,
  )
}

function bomb(what: string, reason: string) {
  return new DocumentError('too_large', `The ${what} is too large to be read: ${reason}.`)
}
