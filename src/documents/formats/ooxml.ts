import { posix } from 'node:path'
import { type MarkupHandler, parseMarkup } from './markup.ts'
import type { Parts } from './zip.ts'

/** Reads one part of an Office file, names without their prefix; a missing part is an empty one. */
export function readPart(parts: Parts, path: string, handler: MarkupHandler) {
  const bytes = parts.get(path)
  if (!bytes) return
  parseMarkup(new TextDecoder().decode(bytes), 'xml', {
    open: (name, attributes) => handler.open?.(localName(name), attributes),
    text: (data) => handler.text?.(data),
    close: (name) => handler.close?.(localName(name)),
  })
}

type Relation = { type: string; path: string }

/** What a part refers to, by the id it uses for it. */
export function relationsOf(parts: Parts, path: string): Map<string, Relation> {
  const relations = new Map<string, Relation>()
  const folder = posix.dirname(path)
  readPart(parts, `${folder}/_rels/${posix.basename(path)}.rels`, {
    open(name, { Id, Type, Target, TargetMode }) {
      if (name !== 'Relationship' || !Id || !Target || TargetMode === 'External') return
      const target = Target.startsWith('/') ? Target.slice(1) : posix.join(folder, Target)
      relations.set(Id, { type: Type?.split('/').at(-1) ?? '', path: target })
    },
  })
  return relations
}

/** The parts of one type that a part refers to. */
export function targetsOf(parts: Parts, path: string, type: string): string[] {
  const found = [...relationsOf(parts, path).values()]
  return found.filter((relation) => relation.type === type).map((relation) => relation.path)
}

function localName(name: string) {
  return name.slice(name.indexOf(':') + 1)
}
