import type { ParsedDocument } from '../parsed.ts'
import { parseMarkup } from './markup.ts'
import { type Node, outlineBlocks } from './outline.ts'

type Open = { node: Node; inline: string; hasText: boolean; attributes: Node[] }

/** With its declarations in brackets, which the parser would take for text. */
const doctype = /<!DOCTYPE[^>[]*(?:\[[^\]]*\]\s*)?>/i
const unreadAttributes = /^(xmlns|xsi:|class$|style$|xml:(space|id)$)/

/**
 * Any XML, with the path of elements to each text. Entities the document declares are left as they
 * are written, never expanded. Malformed files are read as far as they make sense.
 */
export function readXml(text: string): ParsedDocument {
  const root: Open = open('', {})
  const stack = [root]
  parseMarkup(text.replace(doctype, ''), 'xml', {
    open(name, attributes) {
      stack.push(open(name, attributes))
    },
    text(data) {
      const top = stack.at(-1) ?? root
      top.inline += data
      top.hasText ||= /\S/.test(data)
    },
    close() {
      const closed = stack.pop() ?? root
      const parent = stack.at(-1) ?? root
      // Words run on through an element among words; fields beside each other do not.
      parent.inline += parent.hasText ? closed.inline : `${closed.inline} `
      parent.node.children.push(close(closed))
    },
  })
  return { blocks: outlineBlocks(close(root)) }
}

function open(name: string, attributes: Record<string, string>): Open {
  const known = Object.entries(attributes).filter(([name]) => !unreadAttributes.test(name))
  return {
    node: { label: name.replace(/^[^:]+:/, ''), children: [] },
    inline: '',
    hasText: false,
    attributes: known.map(([label, text]) => ({ label, text, children: [] })),
  }
}

/** An element with words of its own is a passage, and the elements among the words are in it. */
function close({ node, inline, hasText, attributes }: Open): Node {
  if (hasText) node.text = inline
  node.children = hasText ? attributes : [...attributes, ...node.children]
  return node
}
