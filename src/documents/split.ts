import type { Span } from './pack.ts'
import type { Block } from './parsed.ts'

type Estimate = (text: string) => number

/** For scripts without spaces, and given a few letters at a time: it slows down on long texts. */
const words = new Intl.Segmenter('und', { granularity: 'word' })
const wordsBefore = 48
const wordsAfter = 16

/**
 * The end of a sentence in any script: its mark and closing quotes, then space before anything but
 * a small letter; the wide marks of Chinese and Japanese need no space; a line's end counts unless
 * the next goes on in small letters. As good as a segmenter's sentences, and 20 times faster. A row
 * of marks is looked at once, from its first: from each of them, a long one would take for ever.
 */
const sentenceEnd =
  /[。！？｡．]+[\p{Pe}\p{Pf}"']*\s*|(?<!(?![。！？｡．])\p{STerm})\p{STerm}+[\p{Pe}\p{Pf}"']*\s+(?!\p{Ll})|\n\s*(?!\p{Ll})/gu

/**
 * A block's text as units that a passage may be cut between, none above `target` tokens: lines of
 * tables and code, sentences of running text, words of a sentence that is too long itself.
 */
export function splitBlock(block: Block, target: number, estimate: Estimate): Span[] {
  const isLined = block.kind === 'table' || block.kind === 'code' || block.kind === 'list'
  const spans = isLined ? lines(block.text) : sentencesOf(block.text)
  const units: Span[] = []
  for (const [start, end] of spans) {
    const tokens = estimate(block.text.slice(start, end))
    if (tokens <= target) units.push({ start, end, tokens })
    else for (const unit of splitLong(block, start, end, target, estimate)) units.push(unit)
  }
  return units
}

type Range = [start: number, end: number]

/** A line or sentence above the target: a line by its sentences, a sentence by its words. */
function splitLong(block: Block, start: number, end: number, target: number, estimate: Estimate) {
  const text = block.text.slice(start, end)
  const units: Span[] = []
  for (const [from, to] of sentencesOf(text)) {
    for (const unit of splitWords(text.slice(from, to), target, estimate)) {
      const shift = start + from
      units.push({ start: unit.start + shift, end: unit.end + shift, tokens: unit.tokens })
    }
  }
  return units
}

/** Cuts in steps of half a passage, so that neighbours can be evened out. */
function splitWords(text: string, target: number, estimate: Estimate): Span[] {
  const tokens = estimate(text)
  if (tokens <= target) return [{ start: 0, end: text.length, tokens }]
  const step = Math.max(1, Math.floor((text.length * target) / tokens / 2))
  const units: Span[] = []
  for (let start = 0; start < text.length; ) {
    const end = wordEnd(text, start, start + step)
    const piece = text.slice(start, end)
    const size = estimate(piece)
    // Where letters and symbols are mixed unevenly, some steps come out too large.
    const parts =
      size > target && piece.length < text.length / 2 ? splitWords(piece, target, estimate) : null
    for (const part of parts ?? [{ start: 0, end: piece.length, tokens: size }]) {
      units.push({ start: start + part.start, end: start + part.end, tokens: part.tokens })
    }
    start = end
  }
  return units
}

/** The last end of a word before `limit`, by spaces where there are any. */
function wordEnd(text: string, start: number, limit: number): number {
  if (limit >= text.length) return text.length
  const least = start + Math.ceil((limit - start) / 2)
  for (let at = limit; at > least; at -= 1) if (/\s/.test(text[at - 1] ?? '')) return at
  const from = Math.max(least, limit - wordsBefore)
  let end = 0
  for (const { index } of words.segment(text.slice(from, limit + wordsAfter))) {
    if (index > 0 && from + index <= limit) end = from + index
  }
  if (end > start) return end
  return /[\udc00-\udfff]/.test(text[limit] ?? '') ? limit + 1 : Math.max(limit, start + 1)
}

function lines(text: string): Range[] {
  const ranges: Range[] = []
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline + 1
    ranges.push([start, end])
    start = end
  }
  return ranges
}

/** Sentences, each with the space after it. */
function sentencesOf(text: string): Range[] {
  const ranges: Range[] = []
  let start = 0
  for (const { index, 0: mark } of text.matchAll(sentenceEnd)) {
    ranges.push([start, index + mark.length])
    start = index + mark.length
  }
  if (start < text.length) ranges.push([start, text.length])
  return ranges
}
