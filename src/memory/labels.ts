import { toText } from '../exact-integers.ts'
import { momentIn } from '../retrieval/moments.ts'

/** Values of one memory that lists can be filtered by; the rest of its metadata is only kept. */
const MOST_LABELS = 64
const MOST_DEPTH = 5
/** Characters of a path and of a value that are compared. */
const PATH_CHARS = 200
const VALUE_CHARS = 500

export type Label = [path: string, value: string]

/**
 * The plain values in metadata by their dotted paths, as a filter in a URL names them:
 * `{user: {id: 7}, tags: ['a', 'b']}` has `user.id` 7 and `tags` a and b.
 */
export function labelsOf(metadata: Readonly<Record<string, unknown>> | null): Label[] {
  const labels: Label[] = []
  const collect = (value: unknown, path: string, depth: number) => {
    if (labels.length >= MOST_LABELS || depth > MOST_DEPTH) return
    if (Array.isArray(value)) for (const one of value) collect(one, path, depth + 1)
    else if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) {
        collect(inner, path === '' ? name : `${path}.${name}`, depth + 1)
      }
    } else labels.push(toLabel(path, value))
  }
  if (metadata) collect(metadata, '', 0)
  const distinct = new Map(labels.map((label) => [JSON.stringify(label), label]))
  return [...distinct.values()]
}

/** A path and a value as they are compared. */
export function toLabel(path: string, value: unknown): Label {
  return [cut(path, PATH_CHARS), cut(toText(value), VALUE_CHARS)]
}

const cut = (text: string, chars: number) => text.slice(0, chars).toWellFormed()

/** When metadata says a memory was said; dates of birth and of what is still to come do not. */
export function saidAtIn(metadata: Readonly<Record<string, unknown>> | null): Date | null {
  const dated = Object.entries(metadata ?? {}).filter(([name]) => !otherDates.test(name))
  const moment = momentIn(Object.fromEntries(dated))
  return moment === null ? null : new Date(moment)
}

const otherDates = /birth|expir|due|dead|until|end|next|remind/i

/** The thread or session that metadata names, so that its memories are read together. */
export function sessionIn(metadata: Readonly<Record<string, unknown>> | null): string | null {
  const found = Object.entries(metadata ?? {}).find(
    ([name, value]) => /^(thread|session|conversation|chat)(_?id)?$/i.test(name) && isPlain(value),
  )
  return found ? cut(toText(found[1]), PATH_CHARS) : null
}

const isPlain = (value: unknown) => typeof value === 'string' || typeof value === 'number'
