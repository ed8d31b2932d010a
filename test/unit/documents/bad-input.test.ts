import { utils, write } from 'cfb'
import { strToU8, zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { chunkDocument } from '../../../src/documents/chunk.ts'
import { fileTypes } from '../../../src/documents/extensions.ts'
import { makePdf, showText } from '../../support/pdf.ts'
import { workbook } from '../../support/workbook.ts'
import { parse, sample, textIn } from './read.ts'

const refused = (code: string, message: RegExp) =>
  expect.objectContaining({ name: 'DocumentError', code, message: expect.stringMatching(message) })

const failure = async (content: string | Uint8Array, name: string, limits = {}) =>
  parse(content, name, limits).catch((error: unknown) => error)

const withParts = (parts: Record<string, string>) =>
  zipSync(Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, strToU8(text)])))

describe('a name', () => {
  it.each([
    ['a.exe', /\.exe are not supported; upload one of: pdf, doc/],
    ['README', /without an extension/],
    ['.md', /without an extension/],
  ])('%s is refused', async (name, message) => {
    expect(await failure('x', name)).toEqual(refused('unsupported', message))
  })

  it.each([
    'NOTES.TXT',
    '../../etc/notes.txt',
    'a\0b.txt',
    `${'n'.repeat(300)}.txt`,
    'a.exe.txt',
  ])('%j is read by its extension', async (name) => {
    expect(await textIn('hello', name)).toBe('hello')
  })

  it('with a mark that turns its end around is taken for what it is', async () => {
    expect(await failure('x', 'a\u202etxt.exe')).toEqual(refused('unsupported', /\.exe/))
    expect(await textIn('x', 'a\u202eexe.txt')).toBe('x')
  })
})

describe('content', () => {
  it.each(
    fileTypes.map(({ extension }) => extension),
  )('nothing in .%s is an empty file', async (extension) => {
    expect(await failure('', `a.${extension}`)).toEqual(refused('empty', /empty/))
  })

  it.each([
    'txt',
    'md',
    'csv',
    'json',
    'html',
    'xml',
    'py',
  ])('only spaces in .%s is no text', async (extension) => {
    expect(await failure(' \n\t\n ', `a.${extension}`)).toEqual(refused('no_text', /no text/))
  })

  it.each([
    ['picture.png', 'a.pdf', /named \.pdf but looks like a PNG image/],
    ['guide.pdf', 'a.docx', /looks like a PDF document/],
    ['guide.pdf', 'a.txt', /named as text but looks like a PDF/],
    ['book.xlsx', 'a.docx', /looks like an Excel workbook .*right extension/],
    ['deck.pptx', 'a.xlsx', /looks like a PowerPoint presentation/],
    ['guide.docx', 'a.doc', /looks like a ZIP archive/],
    ['guide.doc', 'a.docx', /looks like an Office 97-2003 file/],
    ['guide.doc', 'a.md', /looks like an Office 97-2003 file/],
    ['notes.txt', 'a.xls', /is not an Excel 97-2003 workbook/],
    ['notes.txt', 'a.png', /named as an image but does not look like one/],
    [
      'book.xlsx',
      'a.jpg',
      /named as an image but looks like a ZIP archive; upload it with its right/,
    ],
  ])('%s renamed to %s is refused', async (from, to, message) => {
    expect(await failure(await sample(from), to)).toEqual(refused('mismatch', message))
  })

  it.each([
    ['\x7fELF\x02\x01\x01\0', /Linux program/],
    ['MZ\x90\0\x03\0', /Windows program/],
    ['SQLite format 3\0', /SQLite database/],
    ['{\\rtf1 hello}', /rich text/],
    ['some text\0\0\0and a hole', /binary/],
    ['\x01\x02\x03\x04\x05\x06\x07 noise', /binary/],
  ])('%j as text is refused', async (content, message) => {
    const bytes = Buffer.from(content, 'latin1')
    expect(await failure(bytes, 'a.txt')).toEqual(refused('mismatch', message))
  })

  it('that merely begins like a signature is text', async () => {
    expect(await textIn('BMW builds cars.', 'a.txt')).toBe('BMW builds cars.')
    expect(await textIn('MZ and ID3 are names.', 'a.txt')).toBe('MZ and ID3 are names.')
  })
})

describe('encodings', () => {
  const text = 'Grüße, naïve café — “10 €”\n\nПривет 日本'
  const utf16be = (value: string) => Buffer.from(value, 'utf16le').swap16()

  it.each<[string, Uint8Array]>([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-16 LE with a mark', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16 BE with a mark', utf16be(`\ufeff${text}`)],
    ['UTF-16 LE', Buffer.from(text, 'utf16le')],
    ['UTF-16 BE', utf16be(text)],
  ])('%s', async (_name, bytes) => {
    expect(await textIn(bytes, 'a.txt')).toBe(text)
  })

  it('UTF-16 of nothing but Chinese and line ends', async () => {
    expect(await textIn(Buffer.from('这个装置\n\n可以使用', 'utf16le'), 'a.txt')).toBe(
      '这个装置\n\n可以使用',
    )
  })

  it('Windows-1252, quotes and all', async () => {
    const bytes = Buffer.from('Gr\xfc\xdfe, \x93caf\xe9\x94 10 \x80', 'latin1')
    expect(await textIn(bytes, 'a.txt')).toBe('Grüße, “café” 10 €')
  })

  it('UTF-8 cut in the middle of a letter stays UTF-8', async () => {
    expect(await textIn(Buffer.from('Grüße an alle Köche für').subarray(0, -2), 'a.txt')).toMatch(
      /^Grüße an alle Köche f/,
    )
  })

  it.each(['\r\n', '\r', '\n'])('lines that end in %j', async (end) => {
    expect(await textIn(['one', 'two', '', 'three'].join(end), 'a.txt')).toBe('one\ntwo\n\nthree')
    expect(await textIn(['a,b', '1,2', '3,4'].join(end), 'a.csv')).toBe('a | b\n1 | 2\n3 | 4')
  })
})

describe('pdf', () => {
  it('with a password is refused, with one for the owner only is read', async () => {
    expect(await failure(await sample('encrypted.pdf'), 'a.pdf')).toEqual(
      refused('encrypted', /PDF is encrypted; remove its password and upload it again/),
    )
  })

  it('without text is refused as scanned', async () => {
    const scanned = makePdf(3, () => '0 0 100 100 re f')
    expect(await failure(scanned, 'a.pdf')).toEqual(
      refused('no_text', /no text; it may be scanned/),
    )
  })

  it('with some pages of pictures says so', async () => {
    const mixed = makePdf(3, (page) => (page === 2 ? '0 0 9 9 re f' : showText('Words')))
    expect((await parse(mixed, 'a.pdf')).warnings).toEqual(['1 of 3 pages have no text.'])
  })

  it('with too many pages is refused before any is read', async () => {
    const long = makePdf(10_000, (page) => showText(`Page ${page}`))
    expect(await failure(long, 'a.pdf', { pages: 5_000 })).toEqual(
      refused('too_large', /has 10,000 pages; at most 5,000 are read/),
    )
  })

  it('cut short is damaged', async () => {
    const cut = (await sample('guide.pdf')).subarray(0, 9_000)
    expect(await failure(cut, 'a.pdf')).toEqual(
      expect.objectContaining({
        name: 'DocumentError',
        code: expect.stringMatching(/damaged|no_text/),
      }),
    )
    expect(await failure('%PDF-1.7 and nothing else', 'a.pdf')).toEqual(
      refused('damaged', /PDF is damaged/),
    )
  })
})

describe.each(['docx', 'xlsx', 'pptx'])('.%s', (extension) => {
  const files = { docx: 'guide.docx', xlsx: 'book.xlsx', pptx: 'deck.pptx' }
  const from = files[extension as keyof typeof files]
  const main = {
    docx: 'word/document.xml',
    xlsx: 'xl/worksheets/sheet1.xml',
    pptx: 'ppt/slides/slide1.xml',
  }

  it('cut short, or broken in the middle, is damaged', async () => {
    const bytes = await sample(from)
    expect(await failure(bytes.slice(0, bytes.length / 2), from)).toEqual(
      refused('damaged', /damaged/),
    )
    const broken = bytes.slice()
    broken.fill(0x55, 60, bytes.length - 2_000)
    expect(await failure(broken, from)).toEqual(expect.objectContaining({ name: 'DocumentError' }))
  })

  it('with a password is refused', async () => {
    const container = utils.cfb_new()
    utils.cfb_add(container, '/EncryptedPackage', Buffer.alloc(5_000))
    const bytes = new Uint8Array(write(container, { type: 'buffer' }) as Buffer)
    expect(await failure(bytes, from)).toEqual(
      refused('encrypted', /encrypted; remove its password/),
    )
  })

  it('that inflates 1000 to 1 is refused before it does', async () => {
    const bomb = zipSync({ [main[extension as keyof typeof main]]: new Uint8Array(8_000_000) })
    expect(bomb.length).toBeLessThan(10_000)
    expect(await failure(bomb, from)).toEqual(refused('too_large', /packed more than 250 to 1/))
  })

  it('that unpacks to too much in all is refused', async () => {
    const parts = Array.from(
      { length: 10 },
      (_, at) => [`xl/part${at}.xml`, new Uint8Array(300_000)] as const,
    )
    const bytes = zipSync(Object.fromEntries(parts))
    expect(await failure(bytes, from, { inflatedBytes: 2_000_000 })).toEqual(
      refused('too_large', /unpacks to more than 2 MB/),
    )
  })

  it('that declares less than it holds is cut off there', async () => {
    const bytes = zipSync({ [main[extension as keyof typeof main]]: new Uint8Array(8_000_000) })
    const lying = Buffer.from(bytes)
    // The size stands at 22 in the local header and at 24 in the directory, found by its signature.
    lying.writeUInt32LE(1_000, 22)
    lying.writeUInt32LE(1_000, lying.indexOf('PK\x01\x02') + 24)
    const before = process.memoryUsage().arrayBuffers
    expect(await failure(new Uint8Array(lying), from)).toEqual(
      expect.objectContaining({ name: 'DocumentError' }),
    )
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4_000_000)
  })
})

describe('nesting without end', () => {
  const deep = 100_000

  it('in JSON is read', async () => {
    const arrays = `${'['.repeat(deep)}"core"${']'.repeat(deep)}`
    expect(await textIn(arrays, 'a.json')).toContain('core')
    const objects = `${'{"a":'.repeat(deep)}"core"${'}'.repeat(deep)}`
    expect(await textIn(objects, 'a.json')).toContain('core')
    expect(await textIn(`${objects}\n{"b":1}`, 'a.jsonl')).toContain('core')
  })

  it('in XML and HTML is refused, and thousands of levels are read', async () => {
    const nest = (levels: number) => `${'<a>'.repeat(levels)}core${'</a>'.repeat(levels)}`
    expect(await textIn(nest(5_000), 'a.xml')).toContain('core')
    expect(await textIn(nest(5_000).replaceAll('a>', 'div>'), 'a.html')).toBe('core')
    for (const name of ['a.xml', 'a.html']) {
      const markup = nest(deep).replaceAll('a>', 'div>')
      expect(await failure(markup, name)).toEqual(refused('damaged', /20,000 levels/))
    }
  })

  it('in a Word document is refused', async () => {
    const nested = `${'<w:sdt><w:sdtContent>'.repeat(20_000)}${'</w:sdtContent></w:sdt>'.repeat(20_000)}`
    const bytes = withParts({
      '[Content_Types].xml': '<Types/>',
      '_rels/.rels':
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>',
      'word/document.xml': `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${nested}</w:body></w:document>`,
    })
    expect(await failure(bytes, 'a.docx', { inflationRatio: 10_000 })).toEqual(
      expect.objectContaining({ name: 'DocumentError' }),
    )
  })

  it('of entities is never expanded', async () => {
    const entities = Array.from(
      { length: 10 },
      (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`,
    )
    const laughs = `<!DOCTYPE l [<!ENTITY l0 "lol">${entities.join('')}]><l>&l10; &amp; more</l>`
    expect(await textIn(laughs, 'a.xml')).toBe('l: &l10; & more')
  })
})

describe('size', () => {
  it('of 1 MB on one line is read in every text format', async () => {
    const line = 'word '.repeat(200_000)
    for (const extension of [
      'txt',
      'md',
      'html',
      'csv',
      'py',
      'js',
      'css',
      'sql',
      'cpp',
      'rs',
      'php',
    ]) {
      expect((await textIn(line, `a.${extension}`)).length, extension).toBe(line.length - 1)
    }
    const record = JSON.stringify({ text: line })
    expect((await textIn(record, 'a.json')).length).toBeGreaterThan(999_000)
    expect((await textIn(record, 'a.jsonl')).length).toBeGreaterThan(999_000)
    expect((await textIn(`<a>${line}</a>`, 'a.xml')).length).toBeGreaterThan(999_000)
  })

  it.each([
    ' ',
    '\t',
    '.',
    '?!',
    '。',
    '. ',
    '\n ',
  ])('in a row of %j is read in no time, however long the row', async (mark) => {
    const text = `a${mark.repeat(100_000)}b`
    const began = performance.now()
    for (const extension of ['txt', 'md', 'html', 'py']) {
      const document = await parse(text, `a.${extension}`)
      chunkDocument(document, { estimateTokens: (text) => text.length / 4 })
    }
    expect(performance.now() - began).toBeLessThan(20_000)
  }, 60_000)

  it('past a limit is refused with the figure', async () => {
    expect(await failure('a\n\nb\n\nc', 'a.txt', { blocks: 2 })).toEqual(
      refused('too_large', /3 passages; at most 2/),
    )
    expect(await failure('abcdef', 'a.txt', { characters: 5 })).toEqual(
      refused('too_large', /6 characters; at most 5/),
    )
    expect(await failure('abcdef', 'a.txt', { textBytes: 5 })).toEqual(
      refused('too_large', /of text; split it/),
    )
  })

  it('of a workbook of 100,000 rows is read to the last', async () => {
    expect(await textIn(workbook(100_000), 'a.xlsx')).toMatch(/Name 100000$/)
  })

  it('of a sheet of 100,000 rows is read to the last', async () => {
    const rows = Array.from({ length: 100_000 }, (_, at) => `${at},Name ${at},${at * 2}`)
    expect(await textIn(`id,name,value\n${rows.join('\n')}`, 'a.csv')).toMatch(
      /99999 \| Name 99999 \| 199998$/,
    )
  })
})
