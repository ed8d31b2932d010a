import type { Block, ParsedDocument, Position } from '../parsed.ts'
import { attached, container, type Rules, rulesOf, statements } from './code-rules.ts'

type Definition = { line: number; name: string; headings: string[] }
type Container = { indent: number; label: string; memberIndent?: number }

/** Lines past this are data or minified: no definition begins there that a person would look for. */
const longestLine = 300

/** Source code, cut where definitions begin: by the look of lines, not by a grammar. */
export function readCode(text: string, extension: string): ParsedDocument {
  const lines = text.split('\n')
  const found = findDefinitions(lines, rulesOf[extension] ?? [])
  const blocks: Block[] = []
  const starts = found.map(({ line }) => withAttached(lines, line))
  addBlock(blocks, lines, 0, starts[0] ?? lines.length, {})
  found.forEach(({ name, headings }, at) => {
    const position = headings.length > 0 ? { name, headings } : { name }
    addBlock(blocks, lines, starts[at] ?? 0, starts[at + 1] ?? lines.length, position)
  })
  return { blocks }
}

function addBlock(blocks: Block[], lines: string[], from: number, to: number, position: Position) {
  let [first, last] = [from, to]
  while (first < last && lines[first]?.trim() === '') first += 1
  while (last > first && lines[last - 1]?.trim() === '') last -= 1
  if (first === last) return
  const text = lines.slice(first, last).join('\n').trimEnd()
  blocks.push({ kind: 'code', text, position: { ...position, lines: [first + 1, last] } })
}

/** Definitions at the top level and members of the containers open there, in order. */
function findDefinitions(lines: string[], rules: Rules): Definition[] {
  const found: Definition[] = []
  const open: Container[] = []
  lines.forEach((text, line) => {
    const name = text.length <= longestLine ? nameIn(text, rules) : null
    if (!name) return
    const indent = text.search(/\S/)
    while ((open.at(-1)?.indent ?? -1) >= indent) open.pop()
    const holder = open.at(-1)
    if (holder) holder.memberIndent ??= indent
    if (holder ? holder.memberIndent !== indent : indent > 0) return
    found.push({ line, name, headings: open.map(({ label }) => label) })
    if (container.test(text)) open.push({ indent, label: name })
  })
  return found
}

function nameIn(line: string, rules: Rules): string | null {
  const [first = ''] = line.trim().split(/\W/, 1)
  if (first !== 'function' && statements.has(first)) return null
  for (const rule of rules) {
    const name = rule.exec(line)?.[1]?.trim()
    if (name && !statements.has(name)) return name.slice(0, 120)
  }
  return null
}

function withAttached(lines: string[], line: number) {
  let start = line
  while (start > 0 && attached.test(lines[start - 1] ?? '')) start -= 1
  return start
}
