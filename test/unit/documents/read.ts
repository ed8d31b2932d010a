import { readFile } from 'node:fs/promises'
import { parseDocument } from '../../../src/documents/parse.ts'
import { defaultParseLimits, type ParseLimits, textOf } from '../../../src/documents/parsed.ts'

const folder = new URL('../../files/', import.meta.url)

/** The bytes of a sample file. */
export async function sample(name: string): Promise<Uint8Array> {
  return new Uint8Array(await readFile(new URL(name, folder)))
}

/** A sample file, parsed. */
export async function parseSample(name: string) {
  return parseDocument(await sample(name), name)
}

/** A file made in the test, parsed. */
export function parse(
  content: string | Uint8Array,
  name: string,
  limits: Partial<ParseLimits> = {},
) {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  return parseDocument(bytes, name, { ...defaultParseLimits, ...limits })
}

/** Only the text of a file made in the test. */
export async function textIn(content: string | Uint8Array, name: string) {
  return textOf(await parse(content, name))
}
