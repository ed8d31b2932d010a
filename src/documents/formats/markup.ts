import { Parser } from 'htmlparser2'
import { DocumentError } from '../document-error.ts'

export type MarkupHandler = {
  open?(name: string, attributes: Record<string, string>): void
  text?(data: string): void
  close?(name: string): void
}

/** The parser's own stack takes quadratic time: 20,000 levels half a second, 100,000 half a minute. */
const deepestLevel = 20_000

/** Events of XML or HTML; tags nobody closed are closed where they must have ended. */
export function parseMarkup(text: string, kind: 'xml' | 'html', handler: MarkupHandler) {
  let depth = 0
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        depth += 1
        if (depth > deepestLevel) throw tooDeep()
        handler.open?.(name, attributes)
      },
      ontext(data) {
        handler.text?.(data)
      },
      onclosetag(name) {
        depth -= 1
        handler.close?.(name)
      },
    },
    { xmlMode: kind === 'xml', decodeEntities: true },
  )
  parser.end(text)
}

function tooDeep() {
  const levels = deepestLevel.toLocaleString('en')
  return new DocumentError('damaged', `The file is nested more than ${levels} levels deep.`)
}
