import { pack, type Span } from './pack.ts'
import { type Block, blockSeparator, type ParsedDocument, type Position, textOf } from './parsed.ts'
import { splitBlock } from './split.ts'

export type ChunkOptions = {
  /** Cheap and rough is enough: the sizes are targets, not limits of a model. */
  estimateTokens: (text: string) => number
  targetTokens?: number
  /** How much of a passage is repeated where it was cut in two. */
  overlapTokens?: number
}

/**
 * A passage with its place. `startChar` and `endChar` count in `textOf(document)`; a row group of
 * a table has the table's header in front of what stands there.
 */
export type Chunk = {
  text: string
  tokens: number
  position: Position & { lastPage?: number; startChar: number; endChar: number }
}

/** A block, or the piece of one too large for a passage, by its place in the whole text. */
type Piece = Span & {
  block: Block
  isWhole: boolean
  lines?: [number, number] | undefined
  header?: string | undefined
}

type Group = { pieces: Piece[]; tokens: number; isHeading: boolean }

const defaultTargetTokens = 512
const defaultOverlapTokens = 77
/** A passage may exceed its target by this before whole blocks are cut. */
const slack = 1.3
/**
 * Paragraphs share a passage up to this share of the target only: what is short answers one
 * question, and in a file of many small texts a passage of several is found for none of them.
 * Definitions of code lean on each other and share more, and a file that fits one passage is one.
 */
const sharedShare = { prose: 0.3125, code: 0.625 }
/** Below this share of the target, the last passage of a section joins the one before. */
const tailShare = 0.25
const nameChars = 200

/**
 * The document as passages of up to about `targetTokens`. Blocks stay whole where they can; neighbours
 * under the same heading share a passage; headings stay with what follows them. The same document
 * always gives the same passages, and no text is left out.
 */
export function chunkDocument(document: ParsedDocument, options: ChunkOptions): Chunk[] {
  const target = options.targetTokens ?? defaultTargetTokens
  const overlap = options.overlapTokens ?? defaultOverlapTokens
  const whole = document.blocks.reduce((sum, { text }) => sum + options.estimateTokens(text), 0)
  const { prose, code } = whole <= target ? { prose: 1, code: 1 } : sharedShare
  const { estimateTokens } = options
  const sizes = { estimateTokens, target, overlap, prose: target * prose, code: target * code }
  const groups: Group[] = []
  let start = 0
  for (const block of document.blocks) {
    for (const piece of piecesOf(block, start, sizes)) {
      const group = groups.at(-1)
      if (group && belongs(group, piece, sizes)) add(group, piece)
      else groups.push({ pieces: [piece], tokens: piece.tokens, isHeading: isHeading(piece) })
    }
    start += block.text.length + blockSeparator.length
  }
  const text = textOf(document)
  return joinTails(groups, sizes).map((group) => toChunk(group, text))
}

/** In tokens; `prose` and `code` are up to where their blocks are put together in one passage. */
type Sizes = {
  estimateTokens: (text: string) => number
  target: number
  overlap: number
  prose: number
  code: number
}

function piecesOf(block: Block, start: number, sizes: Sizes): Piece[] {
  const { estimateTokens, target, overlap } = sizes
  const end = start + block.text.length
  const tokens = estimateTokens(block.text)
  if (tokens <= target * slack) {
    return [{ start, end, tokens, block, isWhole: true, lines: block.position.lines }]
  }
  const header = repeatedHeader(block, estimateTokens, target)
  const units = splitBlock(block, target, estimateTokens)
  const repeats = block.kind === 'table' || block.kind === 'code' ? 0 : overlap
  let line = block.position.lines?.[0] ?? 1
  return pack(units, target, repeats).map((span, at) => {
    const repeated = at > 0 ? header : null
    const piece: Piece = {
      start: start + span.start,
      end: start + span.end,
      tokens: span.tokens + (repeated?.tokens ?? 0),
      block,
      isWhole: false,
      header: repeated?.text,
      lines: block.position.lines,
    }
    if (block.kind === 'code' && piece.lines) {
      const last = line + newlines(block.text, span.start, span.end - 1)
      piece.lines = [line, last]
      line = last + newlines(block.text, span.end - 1, span.end)
    }
    return piece
  })
}

function newlines(text: string, from: number, to: number) {
  let count = 0
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1))
    count += 1
  return count
}

/** A header as long as a passage is no header, but a row of data taken for one. */
function repeatedHeader(block: Block, estimateTokens: (text: string) => number, target: number) {
  if (!block.header) return null
  const tokens = estimateTokens(block.header)
  return tokens <= target / 2 ? { text: block.header, tokens } : null
}

function belongs(group: Group, next: Piece, sizes: Sizes) {
  const { target, prose } = sizes
  const { pieces, tokens, isHeading: leads } = group
  const last = pieces.at(-1)?.block
  if (!last || !isSameUnit(last.position, next.block.position)) return false
  // A heading goes with what follows, even if that was cut to the full size.
  if (leads) return tokens <= target / 2
  if (isHeading(next) || !next.isWhole || !isSameSection(last, next.block)) return false
  if (prose < target && tokens > prose / 2 && isTitle(next.block) && !isTitle(last)) return false
  const sum = tokens + next.tokens
  const most = isSource(last) ? sizes.code : prose
  return sum <= most || (sum <= target * slack && tokens < most / 2)
}

function add(group: Group, piece: Piece) {
  group.pieces.push(piece)
  group.tokens += piece.tokens
  group.isHeading &&= isHeading(piece)
}

function isHeading(piece: Piece) {
  return piece.block.kind === 'heading'
}

/** A short line that is no sentence, after one that is: in plain text nothing else marks a title. */
function isTitle({ kind, text }: Block) {
  return kind === 'paragraph' && text.length < 160 && !/\n|[\p{Po}\p{Pe}\p{Pf}]$/u.test(text)
}

/** Slides and sheets are what a reader would be sent to: no passage spans two. */
function isSameUnit(a: Position, b: Position) {
  return a.slide === b.slide && a.sheet === b.sheet
}

function isSameSection(a: Block, b: Block) {
  // Small definitions share a passage whatever class they are in: together they are the file.
  if (isSource(a) && isSource(b)) return true
  const [left, right] = [a.position.headings ?? [], b.position.headings ?? []]
  return left.length === right.length && left.every((title, at) => title === right[at])
}

/** A short rest at the end of a section is joined to the passage before it. */
function joinTails(groups: Group[], sizes: Sizes): Group[] {
  const joined: Group[] = []
  for (const group of groups) {
    const before = joined.at(-1)
    if (before && isTail(before, group, sizes)) for (const piece of group.pieces) add(before, piece)
    else joined.push(group)
  }
  return joined
}

function isTail(before: Group, group: Group, { target, prose, code }: Sizes) {
  const [last, first] = [before.pieces.at(-1), group.pieces[0]]
  if (!last || !first || last.header || !first.isWhole || isHeading(first)) return false
  const isSmall = group.tokens < target * tailShare
  const most = isSource(last.block) ? code : prose
  const fits = before.tokens + group.tokens <= most * slack
  const isNear = isSameUnit(last.block.position, first.block.position)
  return isSmall && fits && isNear && isSameSection(last.block, first.block)
}

function isSource({ kind, position }: Block) {
  return kind === 'code' && position.lines !== undefined
}

function toChunk({ pieces, tokens }: Group, whole: string): Chunk {
  const first = pieces[0] as Piece
  const last = pieces.at(-1) as Piece
  const text = whole.slice(first.start, last.end).trimEnd()
  const { headings: _, name: __, ...place } = first.block.position
  const headings = isSource(last.block) ? sharedHeadings(pieces) : last.block.position.headings
  const names = new Set(pieces.flatMap(({ block }) => block.position.name ?? []))
  const lastPage = last.block.position.page
  return {
    text: first.header ? `${first.header}\n${text}` : text,
    tokens,
    position: {
      ...place,
      // Otherwise the last block is under the deepest of the headings that came first.
      ...(headings && headings.length > 0 ? { headings } : {}),
      ...(names.size > 0 ? { name: [...names].join(', ').slice(0, nameChars) } : {}),
      ...(first.lines && last.lines ? { lines: [first.lines[0], last.lines[1]] } : {}),
      ...(lastPage !== undefined && lastPage !== place.page ? { lastPage } : {}),
      startChar: first.start,
      endChar: first.start + text.length,
    },
  }
}

/** The path that all pieces are under. */
function sharedHeadings(pieces: readonly Piece[]) {
  const paths = pieces.map(({ block }) => block.position.headings ?? [])
  const [first = []] = paths
  const end = first.findIndex((title, at) => paths.some((path) => path[at] !== title))
  return end < 0 ? first : first.slice(0, end)
}
