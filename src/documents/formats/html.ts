import type { Block, BlockKind, ParsedDocument } from '../parsed.ts'
import { headingPath, under } from './heading-path.ts'
import { type MarkupHandler, parseMarkup } from './markup.ts'
import { tableBlocks } from './table.ts'

const unread = new Set(
  ['script', 'style', 'noscript', 'template', 'svg', 'iframe', 'object', 'nav', 'select'].concat([
    'button',
    'textarea',
    'canvas',
    'audio',
    'video',
    'datalist',
  ]),
)
/** Left out around the main text, kept inside it: an article has a footer of its own. */
const marginal = new Set(['footer', 'aside'])
const flows = new Set(
  [
    'p',
    'div',
    'section',
    'article',
    'main',
    'header',
    'footer',
    'aside',
    'body',
    'blockquote',
  ].concat(
    ['ul', 'ol', 'dl', 'dt', 'dd', 'figure', 'figcaption', 'details', 'summary', 'address', 'form'],
    ['fieldset', 'legend', 'hr', 'table', 'center', 'hgroup', 'caption', 'option', 'label'],
  ),
)

/** The main text of a page: headings, paragraphs, lists, tables and preformatted text. */
export function readHtml(html: string): ParsedDocument {
  const reader = new HtmlReader()
  parseMarkup(html, 'html', reader)
  return reader.result()
}

/** Takes the events of a parser and never looks back, so depth and size cost nothing extra. */
class HtmlReader implements MarkupHandler {
  private readonly blocks: Block[] = []
  private readonly headings = headingPath()
  private title = ''
  private inline = ''
  private items: string[] = []
  private skipped = 0
  private inTitle = false
  private mainDepth = 0
  private listDepth = 0
  private preDepth = 0
  private isTitleStyle = false
  private tables: { rows: string[][]; isLayout: boolean }[] = []

  open(name: string, attributes: Record<string, string>) {
    if (this.skipped > 0 || this.isUnread(name, attributes)) {
      this.skipped += 1
      return
    }
    if (name === 'title') this.inTitle = true
    if (name === 'main' || name === 'article') this.mainDepth += 1
    if (name === 'br') this.inline += '\n'
    if (name === 'table') this.openTable()
    else if (this.inCell()) this.openInCell(name)
    else if (name === 'li') this.endItem()
    else if (flows.has(name) || isHeading(name) || name === 'pre') this.flush()
    if (name === 'ul' || name === 'ol') this.listDepth += 1
    if (name === 'pre') this.preDepth += 1
    if (isHeading(name)) this.isTitleStyle = attributes.class === 'title'
  }

  text(text: string) {
    if (this.skipped > 0) return
    if (this.inTitle) this.title += text
    else this.inline += this.preDepth > 0 ? text : text.replace(/\s+/g, ' ')
  }

  close(name: string) {
    if (this.skipped > 0) {
      this.skipped -= 1
      return
    }
    if (name === 'title') this.inTitle = false
    if (name === 'main' || name === 'article') this.mainDepth -= 1
    if (name === 'table') this.closeTable()
    else if (this.inCell()) this.closeInCell(name)
    else if (isHeading(name)) this.endHeading(this.isTitleStyle ? 0 : Number(name[1]))
    else if (name === 'li') this.endItem()
    else if (name === 'pre') this.flush('code')
    else if (flows.has(name)) this.flush()
    if (name === 'pre') this.preDepth -= 1
    if (name === 'ul' || name === 'ol') this.endList()
  }

  result(): ParsedDocument {
    while (this.tables.length > 0) this.closeTable()
    this.flush()
    this.endItems()
    const title = clean(this.title)
    return title ? { blocks: this.blocks, title } : { blocks: this.blocks }
  }

  private isUnread(name: string, attributes: Record<string, string>) {
    const isHidden = 'hidden' in attributes || /display:\s*none/i.test(attributes.style ?? '')
    return unread.has(name) || isHidden || (marginal.has(name) && this.mainDepth === 0)
  }

  private flush(kind: BlockKind = 'paragraph') {
    if (this.listDepth > 0 && kind === 'paragraph') return this.endItem()
    const text = kind === 'code' ? this.inline.replace(/^\s*\n/, '').trimEnd() : clean(this.inline)
    this.inline = ''
    if (!text) return
    this.endItems()
    this.blocks.push({ kind, text, position: under(this.headings.current()) })
  }

  private endHeading(level: number) {
    const text = clean(this.inline).replace(/\n/g, ' ')
    this.inline = ''
    if (!text) return
    this.endItems()
    const position = { headings: this.headings.enter(level, text) }
    this.blocks.push({ kind: 'heading', text, position })
  }

  private endItem() {
    const text = clean(this.inline)
    this.inline = ''
    if (text)
      this.items.push(`${'  '.repeat(Math.min(Math.max(this.listDepth - 1, 0), 6))}- ${text}`)
  }

  private endList() {
    this.listDepth = Math.max(0, this.listDepth - 1)
    if (this.listDepth === 0) this.endItems()
  }

  private endItems() {
    if (this.items.length === 0) return
    const position = under(this.headings.current())
    this.blocks.push({ kind: 'list', text: this.items.join('\n'), position })
    this.items = []
  }

  private inCell() {
    const table = this.tables.at(-1)
    return table !== undefined && !table.isLayout
  }

  private openTable() {
    // A table within a table is there for the looks: its cells are read as running text.
    if (this.tables.length > 0) this.becomeLayout()
    this.flush()
    this.tables.push({ rows: [], isLayout: false })
  }

  private openInCell(name: string) {
    if (isHeading(name)) this.becomeLayout()
    else if (name === 'tr') this.tables.at(-1)?.rows.push([])
    else if (name === 'caption') this.inline = ''
    else if (flows.has(name) || name === 'li') this.inline += ' '
  }

  private closeInCell(name: string) {
    if (name === 'caption') this.flush()
    if (name !== 'td' && name !== 'th') return
    this.tables.at(-1)?.rows.at(-1)?.push(clean(this.inline))
    this.inline = ''
  }

  private closeTable() {
    const table = this.tables.pop()
    if (!table || table.isLayout) return this.flush()
    this.endItems()
    const position = under(this.headings.current())
    this.blocks.push(...tableBlocks(table.rows, position))
    this.inline = ''
  }

  /** What was taken for rows turns out to be running text. */
  private becomeLayout() {
    const table = this.tables.at(-1)
    if (!table || table.isLayout) return
    table.isLayout = true
    const held = this.inline
    for (const cell of table.rows.flat()) {
      this.inline = cell
      this.flush()
    }
    this.inline = held
    this.flush()
  }
}

function isHeading(name: string) {
  return /^h[1-6]$/.test(name)
}

function clean(text: string) {
  return text
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{2,}/g, '\n')
    .trim()
}
