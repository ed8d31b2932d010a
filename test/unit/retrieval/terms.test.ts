import { PGlite } from '@electric-sql/pglite'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { detectLanguage, type Language, queryLanguages } from '../../../src/retrieval/language.ts'
import { prepareQuery } from '../../../src/retrieval/query.ts'
import { stopLanguages } from '../../../src/retrieval/stop-words.ts'
import { termsOf } from '../../../src/retrieval/terms.ts'
import { questionSets } from './sets.ts'

/** One spelling on each side of what a reader takes as the same words. */
const alike: [language: Language, one: string, other: string][] = [
  ['en', 'the children were running', 'a child runs'],
  ['en', 'tumour behaviour organised', 'tumor behavior organized'],
  ['en', 'e-mail', 'email'],
  ['en', 'maxRetryCount', 'max_retry_count'],
  ['en', '1,000 mice', '1000 mouse'],
  ['de', 'die Straßen der Städte', 'der Strasse die Stadt'],
  ['fr', "l'école", 'écoles'],
  ['es', 'las canciones', 'la canción'],
  ['tr', 'İSTANBUL’da IŞIK', 'Istanbul ışık'],
  ['ru', 'чёрные ёлки', 'черная елка'],
  ['ar', 'المُهندسون', 'مهندس'],
  ['el', 'της θάλασσας', 'θάλασσα'],
  ['hi', 'लड़कियों', 'लड़की'],
  ['bg', 'учениците', 'ученик'],
]

const meant = (text: string) =>
  new Set(prepareQuery(text).words.flatMap(({ terms }) => terms[0] ?? []))

describe('terms', () => {
  it.each(alike)('%s: "%s" and "%s" are found by each other', (language, one, other) => {
    const held = new Set(termsOf(one, { language }))
    const asked = prepareQuery(other).words.filter(({ weight }) => weight === 1)
    expect(asked.every(({ terms }) => terms.some((term) => held.has(term)))).toBe(true)
  })

  it('keeps names with digits whole and in parts', () => {
    expect(termsOf('IL-6 and COVID-19')).toEqual([
      'il6',
      'il',
      '6',
      'and',
      'covid19',
      'covid',
      '19',
    ])
  })

  it('cuts Chinese, Japanese, Thai and Korean without a dictionary', () => {
    expect(termsOf('北京大学')).toEqual(expect.arrayContaining(['北京', '京大', '大学', '北']))
    expect(termsOf('東京タワー')).toEqual(['東', '京', '東京', 'タワー'])
    expect(termsOf('서울에서 학교를')).toEqual(['서울', '학교'])
    expect(termsOf('ประเทศไทย').length).toBeGreaterThan(3)
  })

  it('reads a word of every language as every other', () => {
    const words = questionSets().flatMap(({ texts }) =>
      texts.flatMap(({ text }) => text.split(' ')),
    )
    const some = [...new Set(words), 'времени', 'времени’s'].join(' ')
    for (const language of stopLanguages)
      expect(termsOf(some, { language }).length).toBeGreaterThan(0)
  })

  it('reads any digits as digits', () => {
    expect(termsOf('١٩٤٥ १९४५ １９４５')).toEqual(['1945', '1945', '1945'])
  })

  it('stays small and quick on what is no text', () => {
    const started = performance.now()
    const terms = termsOf(`${'A'.repeat(200_000)} ${'=+/'.repeat(10_000)} ${'a-'.repeat(50_000)}`)
    expect(Math.max(...terms.map((term) => term.length))).toBeLessThanOrEqual(64)
    expect(performance.now() - started).toBeLessThan(3_000)
  })

  it.each([
    ...[`a${'𐌰'.repeat(25)}`, '가'.repeat(1_000), 'カ'.repeat(1_000), 'ä'.repeat(1_000)],
    ...[`က${'\u103b'.repeat(1_000)}`, 'Müller-Lüdenscheidt', 'ü&ö+ä_ß'],
  ])('are short and whole letters, in texts and in queries (%#)', (word) => {
    const asked = prepareQuery(`Was bedeutet ${word} im Wörterbuch?`, { languages: ['de'] })
    for (const term of [...termsOf(word), ...asked.terms]) {
      expect([term, term.isWellFormed(), term.length <= 64]).toEqual([term, true, true])
      expect(term).toMatch(/^[\p{L}\p{M}\p{N}]+$/u)
    }
  })

  it('come back from both full-text indexes as they went in', async () => {
    const texts = questionSets().flatMap(({ texts }) => texts.map(({ text }) => text))
    const terms = [...new Set(texts.flatMap((text) => termsOf(text)))]
    expect(await throughPostgres(terms)).toEqual([...terms].sort())
    expect(throughSqlite(terms)).toEqual([...terms].sort())
  })
})

describe('languages', () => {
  it.each(
    questionSets().filter(({ name }) => !/zh|ja|ko|th/.test(name)),
  )('$name is known by its words, and its questions too', ({ name, texts, asked }) => {
    const right = texts.filter(({ text }) => detectLanguage(text) === name)
    expect(right.length / texts.length).toBeGreaterThanOrEqual(0.95)
    const read = asked.filter(({ question }) =>
      queryLanguages(question).some((language) => language === name),
    )
    expect(read.length / asked.length).toBeGreaterThanOrEqual(0.95)
  })

  it('falls back to the language of the document where a chunk shows none', () => {
    expect(detectLanguage('12.5 | 14.0 | 99', 'de')).toBe('de')
  })
})

describe('a query', () => {
  it('takes no longer where nothing sets words apart', () => {
    const quickest = (text: string) => {
      const times = Array.from({ length: 12 }, () => {
        const start = performance.now()
        prepareQuery(text)
        return performance.now() - start
      })
      return Math.min(...times)
    }
    expect(quickest('日本'.repeat(2_000)) / quickest('日本、'.repeat(1_333))).toBeLessThan(6)
  })

  it('drops function words only when others are left', () => {
    expect([...meant('What is the capital of France?')]).toEqual(['capit', 'franc'])
    expect([...meant('the who')]).toEqual(['the', 'who'])
    expect(prepareQuery('?!').terms).toEqual([])
  })

  it('is bounded, whatever is sent', () => {
    const long = Array.from({ length: 20_000 }, (_, at) => `word${at}`).join(' ')
    expect(prepareQuery(long).words.length).toBeLessThanOrEqual(48)
  })

  it('opens compounds', () => {
    const { terms } = prepareQuery('Wer bekommt den Bratschistenpreis?')
    expect(terms).toEqual(expect.arrayContaining(['bratschistenpreis', 'bratschist', 'preis']))
  })
})

function throughSqlite(terms: string[]) {
  const db = new Database(':memory:')
  db.exec(`create virtual table texts using fts5(terms, tokenize = 'ascii');
    create virtual table vocabulary using fts5vocab(texts, 'row')`)
  db.prepare('insert into texts values (?)').run(terms.join(' '))
  const rows = db.prepare('select term from vocabulary').pluck().all() as string[]
  db.close()
  return rows.sort()
}

async function throughPostgres(terms: string[]) {
  await using db = new PGlite()
  const { rows } = await db.query<{ terms: string[] }>(
    `select tsvector_to_array(array_to_tsvector(string_to_array($1, ' '))) as terms`,
    [terms.join(' ')],
  )
  return (rows[0]?.terms ?? []).sort()
}
