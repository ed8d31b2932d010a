import { readdir } from 'node:fs/promises'
import { strToU8, zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { fileTypeOf, fileTypes } from '../../../src/documents/extensions.ts'
import { textOf } from '../../../src/documents/parsed.ts'
import { makePdf } from '../../support/pdf.ts'
import { parse, parseSample, textIn } from './read.ts'

describe('the sample folder', () => {
  it('has a file of every accepted extension, and each is read', async () => {
    const names = await readdir(new URL('../../files/', import.meta.url))
    const known = names.filter((name) => fileTypeOf(name) && name !== 'encrypted.pdf')
    const extensions = new Set(known.map((name) => fileTypeOf(name)?.extension))
    expect(fileTypes.filter(({ extension }) => !extensions.has(extension))).toEqual([])
    for (const name of known) {
      const document = await parseSample(name)
      const { image, recording } = document
      expect(image ?? recording ?? textOf(document).length, name).toBeTruthy()
    }
  })
})

const facts = [
  '412 grams',
  'KX-20417',
  'above 40 newtons',
  'Grüße aus Köln',
  '電池は九日間もちます',
]

describe.each([
  'guide.html',
  'guide.docx',
  'guide.doc',
  'guide.pdf',
  'restricted.pdf',
])('%s', (name) => {
  it('is read to the last fact', async () => {
    const text = textOf(await parseSample(name))
    for (const fact of facts) expect(text).toContain(fact)
  })

  it('keeps headings and where they lead', async () => {
    const { blocks } = await parseSample(name)
    expect(blocks.filter((block) => block.kind === 'heading').map((block) => block.text)).toEqual(
      expect.arrayContaining([
        'Kestrel Field Guide',
        'Setting up',
        'Specifications',
        'Maintenance',
      ]),
    )
    const under = blocks.find((block) => block.text.includes('KX-20417'))?.position.headings
    expect(under?.at(-1)).toBe('Setting up')
  })

  it('keeps its table under a header', async () => {
    const { blocks } = await parseSample(name)
    const table = blocks.find((block) => block.kind === 'table')
    expect(table?.header).toBe('Quantity | Range | Accuracy')
    expect(table?.text.split('\n')).toHaveLength(4)
  })
})

describe('guide.pdf', () => {
  it('numbers pages and has its title', async () => {
    const { blocks, title } = await parseSample('guide.pdf')
    expect(title).toBe('The Kestrel Field Guide')
    const page = (text: string) => blocks.find((block) => block.text.includes(text))?.position.page
    expect([page('412 grams'), page('Grüße')]).toEqual([1, 2])
  })
})

describe('pdf', () => {
  it('in Japanese without fonts of its own is read by the predefined character maps', async () => {
    const code = Buffer.from('日本語の文書', 'utf16le').swap16().toString('hex')
    const system = '/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 2>>'
    const look = '/FontDescriptor<</Type/FontDescriptor/FontName/HeiseiMin-W3/Flags 4>>'
    const glyphs = `<</Type/Font/Subtype/CIDFontType0/BaseFont/HeiseiMin-W3${system}${look}>>`
    const font = `/Subtype/Type0/BaseFont/HeiseiMin-W3/Encoding/UniJIS-UCS2-H/DescendantFonts[${glyphs}]`
    const pdf = makePdf(1, () => `BT /F1 12 Tf 72 720 Td <${code}> Tj ET`, font)
    expect(await textIn(pdf, 'a.pdf')).toBe('日本語の文書')
  })

  it('joins lines to paragraphs, mends broken words, and drops running heads', async () => {
    const line = (y: number, text: string) => `1 0 0 1 72 ${y} Tm (${text}) Tj`
    const pdf = makePdf(5, (page) => {
      const head = line(760, `Annual report, page ${page}`)
      const body = [line(700, 'The quick brown fox of the com-'), line(686, 'pany jumps over it.')]
      const rest = line(650, `A total of ${page * 7} foxes.`)
      return `BT /F1 12 Tf ${head} ${body.join(' ')} ${rest} ET`
    })
    const { blocks } = await parse(pdf, 'a.pdf')
    expect(blocks.slice(0, 2)).toEqual([
      {
        kind: 'paragraph',
        text: 'The quick brown fox of the company jumps over it.',
        position: { page: 1 },
      },
      { kind: 'paragraph', text: 'A total of 7 foxes.', position: { page: 1 } },
    ])
    expect(blocks).toHaveLength(10)
  })
})

describe.each(['deck.pptx', 'deck.ppt'])('%s', (name) => {
  it('numbers slides in the order of showing, with titles and notes', async () => {
    const { blocks } = await parseSample(name)
    const titles = blocks.filter((block) => block.kind === 'heading')
    expect(titles.map(({ text, position }) => [position.slide, text])).toEqual([
      [1, 'Launch plan'],
      [2, 'Risks'],
      [3, 'Numbers'],
    ])
    const note = blocks.find((block) => block.kind === 'note')
    expect(note).toMatchObject({
      text: 'Notes: Thank Marta before the demo.',
      position: { slide: 1 },
    })
    expect(textOf({ blocks })).toContain('Übergabe im Herbst')
    expect(textOf({ blocks })).toMatch(/City[\s\S]*Tampere[\s\S]*A loose text box\./)
  })
})

describe('pptx', () => {
  it('goes by the list of slides, not by their file names', async () => {
    const slide = (title: string) =>
      `<p:sld><p:sp><p:nvPr><p:ph type="title"/></p:nvPr><a:p><a:r><a:t>${title} &amp; so</a:t></a:r></a:p></p:sp></p:sld>`
    const relation = (id: string, target: string) =>
      `<Relationship Id="${id}" Type="http://x/slide" Target="slides/${target}"/>`
    const bytes = zipSync({
      'ppt/presentation.xml': strToU8(
        '<p:presentation><p:sldId r:id="b"/><p:sldId r:id="a"/></p:presentation>',
      ),
      'ppt/_rels/presentation.xml.rels': strToU8(
        `<Relationships>${relation('a', 'slide1.xml')}${relation('b', 'slide2.xml')}</Relationships>`,
      ),
      'ppt/slides/slide1.xml': strToU8(slide('Last')),
      'ppt/slides/slide2.xml': strToU8(slide('First')),
    })
    const { blocks } = await parse(bytes, 'a.pptx')
    expect(blocks.map(({ text, position }) => [position.slide, text])).toEqual([
      [1, 'First & so'],
      [2, 'Last & so'],
    ])
  })
})

describe.each(['book.xlsx', 'book.xls'])('%s', (name) => {
  it('has every sheet, what stands above a table, and plain dates', async () => {
    const { blocks } = await parseSample(name)
    expect(blocks.map(({ kind, position }) => [kind, position.sheet])).toEqual([
      ['paragraph', 'Sales'],
      ['table', 'Sales'],
      ['table', 'Staff'],
    ])
    expect(blocks[1]?.header).toBe('Region | Quarter | Revenue | Date')
    expect(blocks[1]?.text).toContain('Østlandet | Q2 | 730 | 2024-06-30')
  })
})

describe('csv', () => {
  it.each([',', ';', '\t', '|'])('finds the delimiter %j', async (mark) => {
    const rows = [
      ['name', 'note'],
      ['Ada', `"so${mark} ""well"""`],
      ['Bo', 'x'],
    ]
    const { blocks } = await parse(rows.map((row) => row.join(mark)).join('\n'), 'a.csv')
    expect(blocks).toMatchObject([
      {
        header: 'name | note',
        text: `name | note\nAda | so${mark === '\t' ? '' : mark} "well"\nBo | x`,
      },
    ])
  })

  it('takes ragged rows, empty lines, and cells over several lines', async () => {
    const text = await textIn('a,b,c\n1\n\n1,2,3,4\n"two\nlines",x', 'a.csv')
    expect(text).toBe('a | b | c\n1\n1 | 2 | 3 | 4\ntwo lines | x')
  })

  it('without names in the first row has no header', async () => {
    const { blocks } = await parse('1,2\n3,4\n', 'a.csv')
    expect(blocks[0]).not.toHaveProperty('header')
  })

  it('reads line by line when a quote never closes', async () => {
    const { blocks, warnings } = await parse(`a,b\n"open,1\n${'x,2\n'.repeat(5)}`, 'a.csv')
    expect(blocks[0]?.text.split('\n')).toHaveLength(7)
    expect(warnings?.[0]).toContain('quotes do not match')
  })
})

describe('json', () => {
  it('has a path to every value, and numbers to the digit', async () => {
    const text = textOf(await parseSample('station.json'))
    expect(text).toContain('id: 12345678901234567890')
    expect(text).toContain('address.city: Tampere')
    expect(text).toContain('readings[1].note: a squall from the lake')
    expect(text).toContain('tags: wind, rain')
  })

  it('cuts a large list into records under the path that leads there', async () => {
    const users = Array.from({ length: 50 }, (_, at) => ({
      name: `User ${at}`,
      about: 'x'.repeat(60),
    }))
    const { blocks } = await parse(JSON.stringify({ company: { users } }), 'a.json')
    expect(blocks).toHaveLength(50)
    expect(blocks[3]).toMatchObject({ position: { headings: ['company'] } })
    expect(blocks[3]?.text).toMatch(/^users\[3\]\nname: User 3\nabout: x/)
  })

  it('that is none is read as text, with a warning', async () => {
    const { blocks, warnings } = await parse('{"a": 1, // the first\n}', 'a.json')
    expect(blocks[0]?.text).toContain('the first')
    expect(warnings?.[0]).toContain('Not valid JSON')
  })

  it('of one record a line is a block a line, bad lines kept and counted', async () => {
    const { blocks, warnings } = await parse('{"a":{"b":1}}\n\nnot json\n{"a":2}\n', 'a.jsonl')
    expect(blocks.map(({ text, position }) => [text, position.lines])).toEqual([
      ['a.b: 1', [1, 1]],
      ['not json', [3, 3]],
      ['a: 2', [4, 4]],
    ])
    expect(warnings).toEqual(['Line 3 is not valid JSON and kept as plain text.'])
  })
})

describe('xml', () => {
  it('has the path of elements, attributes, and running text in one piece', async () => {
    const text = textOf(await parseSample('station.xml'))
    expect(text).toContain('station.id: KX-20417')
    expect(text).toContain('station.price: 490')
    expect(text).toContain('station.price.currency: EUR')
    expect(text).toContain('station.about: Made for rain & wind, by hand.')
    expect(text).not.toContain('maker')
  })

  it('is read as its declaration says', async () => {
    const bytes = Buffer.from(
      '<?xml version="1.0" encoding="windows-1251"?><a>\xcf\xf0\xe8\xe2\xe5\xf2</a>',
      'latin1',
    )
    expect(await textIn(bytes, 'a.xml')).toBe('a: Привет')
  })
})

describe('html', () => {
  it('is the main text, without navigation, scripts and hidden parts', async () => {
    const page = `<nav>Menu</nav><script>var x = 1</script><style>p{}</style><main><h1>News</h1>
      <p>One &amp; two<br>three<p>Four <b>five</b></main><p hidden>secret</p><footer>Imprint</footer>`
    expect(await textIn(page, 'a.html')).toBe('News\n\nOne & two\nthree\n\nFour five')
  })

  it('keeps lists, nested lists and preformatted text', async () => {
    const page = '<ul><li>One<ul><li>Two</ul><li>Three</ul><pre>a\n  b</pre>'
    expect(await textIn(page, 'a.html')).toBe('- One\n  - Two\n- Three\n\na\n  b')
  })

  it('reads a table that only lays out as running text', async () => {
    const page =
      '<table><tr><td><h2>Left</h2><p>Words.</p></td><td><table><tr><td>In</td></tr></table></td></tr></table>'
    const { blocks } = await parse(page, 'a.html')
    expect(blocks.map(({ kind, text }) => [kind, text])).toEqual([
      ['heading', 'Left'],
      ['paragraph', 'Words.'],
      ['table', 'In'],
    ])
  })

  it('survives tags that are never closed', async () => {
    const page = `<div><p>One<td>Two<table><tr><td>Three<ul><li>Four${'<div>'.repeat(5_000)}Five`
    const text = await textIn(page, 'a.html')
    for (const word of ['One', 'Two', 'Three', 'Four', 'Five']) expect(text).toContain(word)
  })

  it('is read in the charset it names', async () => {
    const bytes = Buffer.from('<meta charset="shift_jis"><p>\x93\xfa\x96\x7b</p>', 'latin1')
    expect(await textIn(bytes, 'a.html')).toBe('日本')
  })
})

describe('markdown', () => {
  it('has headings of both kinds, fences, lists and tables', async () => {
    const { blocks, title } = await parseSample('guide.md')
    expect(title).toBe('Kestrel Field Guide')
    expect(blocks.map((block) => block.kind)).toEqual(
      ['paragraph', 'heading', 'paragraph', 'heading', 'list', 'code', 'heading', 'table'].concat([
        'paragraph',
        'heading',
        'paragraph',
      ]),
    )
    const table = blocks.find((block) => block.kind === 'table')
    expect(table?.header).toBe('| Quantity | Range |\n|---|---:|')
    expect(table?.position.headings).toEqual(['Kestrel Field Guide', 'Setting up', 'Ranges'])
  })
})

const definitions: Record<string, [name: string, container?: string][]> = {
  'code.py': [['load'], ['Station'], ['__init__', 'Station'], ['read', 'Station']],
  'code.js': [['load'], ['limits'], ['Station'], ['constructor', 'Station'], ['read', 'Station']],
  'code.ts': [['Reading'], ['Source'], ['middle']],
  'code.jsx': [['Dial']],
  'code.tsx': [['Props'], ['Dial'], ['useDial']],
  'code.css': [[':root'], ['.gauge'], ['@media print']],
  'code.c': [['reading'], ['middle'], ['main']],
  'code.h': [['station']],
  'code.cpp': [['kestrel'], ['Station'], ['Station', 'Station'], ['read', 'Station'], ['describe']],
  'code.java': [['Station'], ['Station', 'Station'], ['toString', 'Station']],
  'code.go': [['Station'], ['Read'], ['Open']],
  'code.rs': [
    ['Station'],
    ['fmt::Display for Station'],
    ['fmt', 'fmt::Display for Station'],
    ['open'],
  ],
  'code.rb': [['Kestrel'], ['Station', 'Kestrel'], ['name', 'Station'], ['read!', 'Station']],
  'code.php': [['Kestrel'], ['Station'], ['__construct', 'Station'], ['read', 'Station'], ['open']],
  'code.sql': [['stations'], ['stations'], ['select']],
}

describe.each(Object.entries(definitions))('%s', (name, expected) => {
  it('is cut where definitions begin', async () => {
    const { blocks } = await parseSample(name)
    const named = blocks.filter((block) => block.position.name)
    expect(
      named.map(({ position }) => [position.name, ...(position.headings?.slice(-1) ?? [])]),
    ).toEqual(expected)
  })
})

describe('code', () => {
  it('loses no line, and comments go with what is under them', async () => {
    const { blocks } = await parseSample('code.rs')
    expect(blocks[1]?.text).toMatch(/^\/\/\/ A station\.\n#\[derive/)
    expect(blocks.map((block) => block.position.lines)).toEqual([
      [1, 1],
      [3, 7],
      [9, 9],
      [10, 13],
      [15, 17],
    ])
  })
})

describe('images', () => {
  it.each([
    ['png', 'image/png', 16, 12],
    ['bmp', 'image/bmp', 16, 12],
    ['jpg', 'image/jpeg', 794, 1123],
    ['gif', 'image/gif', 794, 1123],
    ['webp', 'image/webp', 794, 1123],
    ['tif', 'image/tiff', 794, 1123],
  ])('.%s is a marker with its size', async (extension, mediaType, width, height) => {
    const document = await parseSample(`picture.${extension}`)
    expect(document).toEqual({ blocks: [], image: { mediaType, width, height } })
  })
})
