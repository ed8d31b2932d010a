import type { Block, ParsedDocument } from '../parsed.ts'
import { type Node, outlineBlocks, recordBlock } from './outline.ts'
import { paragraphs } from './text.ts'

/** JSON as lines of `path: value`; what is not JSON is still read, as plain text. */
export function readJson(text: string): ParsedDocument {
  try {
    return { blocks: outlineBlocks(toNode(parseJson(text))) }
  } catch (error) {
    const lines = readJsonl(text)
    if (lines.blocks.length > 1 && !lines.warnings) return lines
    const reason = error instanceof Error ? error.message.slice(0, 120) : String(error)
    return {
      blocks: paragraphs(text),
      warnings: [`Not valid JSON, so it was read as plain text: ${reason}`],
    }
  }
}

/** One record a line; a line that is not JSON is kept as it stands. */
export function readJsonl(text: string): ParsedDocument {
  const blocks: Block[] = []
  const bad: number[] = []
  let number = 0
  for (const line of text.split('\n')) {
    number += 1
    if (line.trim() === '') continue
    const block = readLine(line, number)
    if (block === undefined) bad.push(number)
    const raw: Block = {
      kind: 'paragraph',
      text: line.trim(),
      position: { lines: [number, number] },
    }
    if (block !== null) blocks.push(block ?? raw)
  }
  if (bad.length === 0) return { blocks }
  const where = bad.length === 1 ? `Line ${bad[0]} is` : `${bad.length} lines are`
  const first = bad.length === 1 ? '' : ` (the first is line ${bad[0]})`
  return { blocks, warnings: [`${where} not valid JSON and kept as plain text${first}.`] }
}

function readLine(line: string, number: number): Block | null | undefined {
  try {
    return recordBlock([toNode(parseJson(line))], { lines: [number, number] })
  } catch {
    return undefined
  }
}

/** Long numbers are kept to the digit: most are identifiers, and a double would round them. */
function parseJson(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text)
  const token = /"[^"\\]*(?:\\.[^"\\]*)*"?|-?\d[\d.eE+-]{15,}/g
  return JSON.parse(text.replace(token, (found) => (found[0] === '"' ? found : `"${found}"`)))
}

type Pending = { value: unknown; node: Node }

/** The value as a tree of nodes, built without recursion. */
function toNode(value: unknown): Node {
  const root: Node = { label: '', children: [] }
  const stack: Pending[] = [{ value, node: root }]
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { value, node } = next
    if (!isBranch(value)) {
      node.text = String(value)
      continue
    }
    if (Array.isArray(value) && value.every((item) => !isBranch(item))) {
      node.text = value.join(value.some((item) => /[\s,]/.test(String(item))) ? '\n' : ', ')
      continue
    }
    // An element is called after its list, so the list itself is left out of paths.
    const name = node.label
    if (Array.isArray(value)) node.label = ''
    const entries = Array.isArray(value)
      ? value.map((item, at) => [elementName(name, at), item] as const)
      : Object.entries(value)
    for (const [label, value] of entries) {
      const child: Node = { label, children: [] }
      node.children.push(child)
      stack.push({ value, node: child })
    }
  }
  return root
}

function elementName(list: string, at: number) {
  return `${list.length > 60 ? '…' : list}[${at}]`
}

function isBranch(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0
}
