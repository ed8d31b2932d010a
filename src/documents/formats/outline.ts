import type { Block, Position } from '../parsed.ts'

/** A named value: text, children, or both. A node without a label adds nothing to a path. */
export type Node = { label: string; text?: string; children: Node[]; size?: number }

const recordChars = 1200
const pathLimit = 12

type Path = { label: string; above: Path | null } | null
type Visit = { nodes: Node[]; path: Path }

/**
 * A tree of named values as blocks: a branch small enough to be read at once is one record, a line
 * for each leaf with its path inside; the way down to the record is its headings. Walks with a
 * stack of its own, since a hostile file is nested deeper than the machine's.
 */
export function outlineBlocks(root: Node): Block[] {
  measure(root)
  const blocks: Block[] = []
  const stack: Visit[] = [
    { nodes: [root.children.length > 1 ? root : onlyChild(root)], path: null },
  ]
  for (let visit = stack.pop(); visit; visit = stack.pop()) {
    const [first] = visit.nodes
    if (visit.nodes.length === 1 && first && isLarge(first)) {
      stack.push(...visitsBelow(first, visit.path).reverse())
      continue
    }
    const headings = pathLabels(visit.path)
    const block = recordBlock(visit.nodes, headings.length > 0 ? { headings } : {})
    if (block) blocks.push(block)
  }
  return blocks
}

/** A document that is one named value is that value. */
function onlyChild(root: Node): Node {
  const [child] = root.children
  return child && !root.label && !root.text ? child : root
}

/** All leaves below `nodes` as one block, whatever its size. */
export function recordBlock(nodes: readonly Node[], position: Position): Block | null {
  const text = nodes.map(recordText).filter(Boolean).join('\n')
  return text ? { kind: 'record', text, position } : null
}

function isLarge(node: Node) {
  return node.children.length > 0 && (node.size ?? 0) > recordChars
}

/** Neighbouring leaves share a record; each branch is a visit of its own. */
function visitsBelow(node: Node, path: Path): Visit[] {
  const below = node.label ? { label: node.label, above: path } : path
  const visits: Visit[] = []
  const own: Node[] = node.text ? [{ label: '', text: node.text, children: [] }] : []
  let room = 0
  for (const child of [...own, ...node.children]) {
    const last = visits.at(-1)
    const size = child.size ?? child.text?.length ?? 0
    room -= size
    if (last && room >= 0 && child.children.length === 0) {
      last.nodes.push(child)
      continue
    }
    visits.push({ nodes: [child], path: below })
    room = child.children.length === 0 ? recordChars - size : 0
  }
  return visits
}

function recordText(root: Node): string {
  const lines: string[] = []
  const stack: { node: Node; path: Path }[] = [{ node: root, path: null }]
  for (let visit = stack.pop(); visit; visit = stack.pop()) {
    const { node } = visit
    const isTitle = node === root && node.children.length > 0
    const path = node.label && !isTitle ? { label: node.label, above: visit.path } : visit.path
    const text = node.text?.replace(/[^\S\n]+/g, ' ').trim()
    const name = isTitle ? node.label : pathLabels(path).join('.')
    if (text) lines.push(name ? `${name}: ${text}` : text)
    else if (isTitle && name) lines.push(name)
    for (const child of node.children.toReversed()) stack.push({ node: child, path })
  }
  return lines.join('\n')
}

function pathLabels(path: Path): string[] {
  const labels: string[] = []
  for (let at = path; at; at = at.above) {
    if (labels.length === pathLimit) {
      labels.push('…')
      break
    }
    labels.push(at.label)
  }
  return labels.reverse()
}

/** Sizes of all branches, children before parents. */
function measure(root: Node) {
  const order: Node[] = [root]
  for (let at = 0; at < order.length; at += 1) {
    for (const child of order[at]?.children ?? []) order.push(child)
  }
  for (const node of order.reverse()) {
    let size = node.label.length + (node.text?.length ?? 0) + 3
    for (const child of node.children) size += child.size ?? 0
    node.size = size
  }
}
