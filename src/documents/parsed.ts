/** Where a piece of text stands in its file; only what the format knows is present. */
export type Position = {
  page?: number
  slide?: number
  sheet?: string
  /** Titles from the outermost in: of sections, objects, elements or containing definitions. */
  headings?: string[]
  /** The definition this code belongs to. */
  name?: string
  /** First and last line, counted from 1. */
  lines?: [number, number]
}

export type BlockKind = 'heading' | 'paragraph' | 'list' | 'table' | 'code' | 'record' | 'note'

/** A run of text that belongs together. A table's lines are its rows, `header` its first lines. */
export type Block = { kind: BlockKind; text: string; position: Position; header?: string }

/** A picture has nothing to read: it goes to a model that can see, or is only stored. */
export type Image = { mediaType: string; width?: number; height?: number }

/** Sound has nothing to read either. */
export type Recording = { kind: 'audio' | 'video' }

export type ParsedDocument = {
  blocks: Block[]
  title?: string
  warnings?: string[]
  image?: Image
  recording?: Recording
}

export const blockSeparator = '\n\n'

/** The whole text of a document; a chunk's `startChar` and `endChar` count in it. */
export function textOf(document: ParsedDocument): string {
  return document.blocks.map((block) => block.text).join(blockSeparator)
}

export type ParseLimits = {
  /** Characters of text in one document. */
  characters: number
  blocks: number
  chunks: number
  pages: number
  /** Bytes of the parts we read of an Office file or of a workbook, inflated. */
  inflatedBytes: number
  /** Inflated to stored bytes of one part; honest spreadsheets stay below 100. */
  inflationRatio: number
  /** Bytes handed to a decoder for text. */
  textBytes: number
}

export const defaultParseLimits: ParseLimits = {
  characters: 50_000_000,
  blocks: 500_000,
  chunks: 150_000,
  pages: 10_000,
  inflatedBytes: 400 * 1024 * 1024,
  inflationRatio: 250,
  textBytes: 100 * 1024 * 1024,
}

/** How a reading process ends that took more memory than it may. */
export const tooHungrySignal = 'SIGUSR2'
