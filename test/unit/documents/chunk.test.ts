import { describe, expect, it } from 'vitest'
import { type Chunk, chunkDocument } from '../../../src/documents/chunk.ts'
import { type Block, type ParsedDocument, textOf } from '../../../src/documents/parsed.ts'
import { estimateTokens } from '../../../src/models/tokens.ts'
import { parse, parseSample } from './read.ts'

const chunk = (document: ParsedDocument, options = {}) =>
  chunkDocument(document, { estimateTokens, ...options })

const paragraph = (text: string, position = {}): Block => ({ kind: 'paragraph', text, position })
const sentence = (at: number) =>
  `Sentence number ${at} tells of the weather in the north of the land.`
const sentences = (count: number) =>
  Array.from({ length: count }, (_, at) => sentence(at)).join(' ')

/** Every character that is no space is in some chunk, and each chunk is where it says. */
function expectCover(document: ParsedDocument, chunks: Chunk[]) {
  const text = textOf(document)
  let covered = 0
  let last = -1
  for (const { position, text: own } of chunks) {
    expect(position.startChar).toBeGreaterThan(last)
    expect(text.slice(covered, position.startChar).trim()).toBe('')
    expect(own.endsWith(text.slice(position.startChar, position.endChar))).toBe(true)
    covered = Math.max(covered, position.endChar)
    last = position.startChar
  }
  expect(text.slice(covered).trim()).toBe('')
}

describe('chunks', () => {
  it('keep blocks whole and share neighbours under the same heading', () => {
    const blocks = Array.from({ length: 12 }, (_, at) => paragraph(`${at}: ${sentences(3)}`))
    const chunks = chunk({ blocks })
    expect(chunks.length).toBeLessThan(8)
    for (const { text, tokens } of chunks) {
      expect(text).toMatch(/^\d+: [\s\S]*land\.$/)
      expect(tokens).toBeLessThanOrEqual(512 * 0.3125 * 1.3)
    }
  })

  it('do not mix paragraphs that are long enough to answer alone, and let a short first line lead', () => {
    const blocks = [0, 1, 2, 3].flatMap((at) => [
      paragraph(`Title ${at}`),
      paragraph(`${at}: ${sentences(8)}`),
    ])
    expect(chunk({ blocks }).map(({ text }) => text.match(/\d/)?.[0])).toEqual(['0', '1', '2', '3'])
    expect(chunk({ blocks }).every(({ text }) => text.startsWith('Title'))).toBe(true)
  })

  it('of a file that fits one passage are one', () => {
    const blocks = [0, 1, 2].map((at) => paragraph(`${at}: ${sentences(8)}`))
    expect(chunk({ blocks })).toHaveLength(1)
    const more = [...blocks, paragraph(sentences(8))]
    expect(chunk({ blocks: more })).toHaveLength(4)
  })

  it('begin at headings, which are never left alone', async () => {
    const text = '# A\n\n## B\n\nUnder B.\n\n## C\n\nUnder C.\n\nMore of C.\n'
    const chunks = chunk(await parse(text, 'a.md'))
    expect(chunks.map(({ text, position }) => [text, position.headings])).toEqual([
      ['A\n\nB\n\nUnder B.', ['A', 'B']],
      ['C\n\nUnder C.\n\nMore of C.', ['A', 'C']],
    ])
  })

  it('of a long paragraph end at sentences, evenly sized, with a little repeated', () => {
    const chunks = chunk({ blocks: [paragraph(sentences(90))] })
    expect(chunks.length).toBeGreaterThan(2)
    const tokens = chunks.map((each) => each.tokens)
    expect(Math.max(...tokens) - Math.min(...tokens)).toBeLessThan(120)
    chunks.forEach(({ text, position }, at) => {
      expect(text).toMatch(/^Sentence number \d+ [\s\S]*land\.$/)
      const next = chunks[at + 1]
      if (next) expect(next.position.startChar).toBeLessThan(position.endChar)
    })
  })

  it('repeat nothing when asked to', () => {
    const chunks = chunk({ blocks: [paragraph(sentences(60))] }, { overlapTokens: 0 })
    chunks.slice(1).forEach(({ position }, at) => {
      expect(position.startChar).toBeGreaterThanOrEqual(chunks[at]?.position.endChar ?? 0)
    })
  })

  it('of a table carry its header', async () => {
    const rows = Array.from({ length: 200 }, (_, at) => `${at},Name ${at},Town ${at % 7}`)
    const document = await parse(`id,name,town\n${rows.join('\n')}`, 'a.csv')
    const chunks = chunk(document)
    expect(chunks.length).toBeGreaterThan(3)
    for (const { text } of chunks)
      expect(text).toMatch(/^id \| name \| town\n\d+ \| Name \d+ \| Town \d(\n|$)/)
    expectCover(document, chunks)
  })

  it('never span two slides or sheets', async () => {
    const slides = chunk(await parseSample('deck.pptx')).map(({ position }) => position.slide)
    expect(slides).toEqual([1, 2, 3])
    const sheets = chunk(await parseSample('book.xlsx')).map(({ position }) => position.sheet)
    expect(sheets).toEqual(['Sales', 'Staff'])
  })

  it('may span pages, and name both', () => {
    const blocks = [paragraph('One.', { page: 3 }), paragraph('Two.', { page: 4 })]
    expect(chunk({ blocks })).toMatchObject([{ position: { page: 3, lastPage: 4 } }])
  })

  it('of code hold whole definitions, with their lines and names', async () => {
    const body = (name: string) =>
      `def ${name}():\n${'    total = total + reading.wind * 2\n'.repeat(12)}    return total\n`
    const document = await parse(['a', 'b', 'c', 'd', 'e', 'f'].map(body).join('\n'), 'a.py')
    const chunks = chunk(document)
    expect(chunks.map(({ position }) => [position.name, position.lines])).toEqual([
      ['a, b', [1, 29]],
      ['c, d', [31, 59]],
      ['e, f', [61, 89]],
    ])
  })

  it('of one long definition know their own lines', async () => {
    const lines = Array.from({ length: 200 }, (_, at) => `    total = total + reading.wind * ${at}`)
    const chunks = chunk(await parse(`def a():\n${lines.join('\n')}\n`, 'a.py'))
    expect(chunks.length).toBeGreaterThan(3)
    let next = 1
    for (const { text, position } of chunks) {
      expect(position.lines?.[0]).toBe(next)
      expect(text.split('\n')).toHaveLength((position.lines?.[1] ?? 0) - next + 1)
      next = (position.lines?.[1] ?? 0) + 1
    }
    expect(next).toBe(202)
  })

  it.each([
    ['Chinese', '这个装置在雨天也可以使用，电池可以用九天。', /。$/],
    ['Japanese', 'この装置は雨の日でも使えます。電池は九日間もちます。', /。$/],
    ['Hindi', 'यह यंत्र बारिश में भी चलता है। बैटरी नौ दिन चलती है। ', /।$/],
    ['Arabic', 'يعمل هذا الجهاز حتى في المطر؟ تدوم البطارية تسعة أيام. ', /[.؟]$/],
  ])('in %s end at sentences', (_name, text, end) => {
    const document = { blocks: [paragraph(text.repeat(100).trim())] }
    const chunks = chunk(document)
    expect(chunks.length).toBeGreaterThan(2)
    for (const { text } of chunks) expect(text).toMatch(end)
    expectCover(document, chunks)
  })

  it('in Thai, without marks or spaces, end at words', () => {
    const words = ['อุปกรณ์', 'นี้', 'ใช้งาน', 'ได้', 'แม้', 'ใน', 'วัน', 'ฝน', 'ตก']
    const document = { blocks: [paragraph(words.join('').repeat(150))] }
    const chunks = chunk(document, { overlapTokens: 0 })
    expect(chunks.length).toBeGreaterThan(3)
    const starts = new Set(words.map((word) => word[0]))
    for (const { text } of chunks) expect(starts).toContain(text[0])
    expectCover(document, chunks)
  })

  it('never cut a character in two', () => {
    const document = { blocks: [paragraph('😀'.repeat(3_000))] }
    for (const { text } of chunk(document)) expect(text).toBe(text.toWellFormed())
  })

  it.each([
    'guide.docx',
    'guide.pdf',
    'guide.md',
    'guide.html',
    'station.xml',
    'code.cpp',
    'deck.ppt',
    'book.xls',
  ])('of %s cover it at any size', async (name) => {
    const document = await parseSample(name)
    for (const targetTokens of [5, 20, 80, 512]) {
      expectCover(document, chunk(document, { targetTokens, overlapTokens: targetTokens / 5 }))
    }
  })

  it('cover whatever the document, in order and the same each time', () => {
    const random = generator(7)
    for (let round = 0; round < 150; round += 1) {
      const document = randomDocument(random)
      const options = { targetTokens: 5 + random(60), overlapTokens: random(20) }
      const chunks = chunk(document, options)
      expectCover(document, chunks)
      expect(chunk(document, options)).toEqual(chunks)
    }
  })

  it('of nothing are none', () => {
    expect(chunk({ blocks: [] })).toEqual([])
  })

  it('of 10 MB take linear time', async () => {
    const line = `${sentences(2_000)} `
    const started = performance.now()
    const document = await parse(line.repeat(80), 'a.txt')
    const chunks = chunk(document)
    expect(chunks.length).toBeGreaterThan(5_000)
    expect(performance.now() - started).toBeLessThan(8_000)
  })
})

/** Numbers that look random and are the same in every run. */
function generator(seed: number) {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return Math.floor((state / 0x80000000) * below)
  }
}

function randomDocument(random: (below: number) => number): ParsedDocument {
  const kinds = ['heading', 'paragraph', 'list', 'table', 'code', 'record', 'note'] as const
  const alphabet = [
    'a',
    'word ',
    'Ü',
    '日本',
    '。',
    '. B',
    '\n',
    '😀',
    'ไทย',
    '| ',
    '  ',
    'x'.repeat(30),
  ]
  const blocks = Array.from({ length: 1 + random(12) }, (): Block => {
    const parts = Array.from({ length: 1 + random(80) }, () => alphabet[random(alphabet.length)])
    const text = `t${parts.join('')}t`
    const kind = kinds[random(kinds.length)] ?? 'paragraph'
    const position = { headings: [`h${random(2)}`], slide: random(2) }
    const header = text.split('\n', 1)[0] ?? ''
    return kind === 'table' ? { kind, text, position, header } : { kind, text, position }
  })
  return { blocks }
}
