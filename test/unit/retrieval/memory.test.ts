import { describe, expect, it } from 'vitest'
import {
  alsoAsOf,
  type MemoryCandidate,
  prepareMemoryQuery,
  rankMemories,
  speakerOf,
} from '../../../src/retrieval/memory-score.ts'
import { momentIn, momentOf, spansIn } from '../../../src/retrieval/moments.ts'
import { relatedTerms } from '../../../src/retrieval/paraphrases.ts'
import { termsOf } from '../../../src/retrieval/terms.ts'

const now = Date.parse('2024-06-15T12:00:00Z')
const dayOf = (moment: number) => new Date(moment).toISOString().slice(0, 10)

function recalled(question: string, contents: string[], more: Partial<MemoryCandidate>[] = []) {
  const memories = contents.map((content, order): MemoryCandidate => {
    const terms = termsOf(content, { language: 'en' })
    const stored = { id: String(order), content, order, terms: terms.join(' ') }
    return { ...stored, length: terms.length, ...more[order] }
  })
  const query = prepareMemoryQuery(question, now)
  const frequencyOf = (term: string) =>
    memories.filter(({ terms }) => terms.split(' ').includes(term)).length
  const frequencies = new Map(query.terms.map((term) => [term, frequencyOf(term)]))
  const stats = { chunks: memories.length, averageLength: 8, frequencies }
  return rankMemories(query, memories, stats)
}

describe('rankMemories', () => {
  it('prefers what the person asked about said', () => {
    const found = recalled('What did Ada paint?', [
      'Ben: I painted a fence.',
      'Cy: Nice weather today.',
      'Ada: I painted a portrait.',
    ])
    expect(found[0]).toMatchObject({ id: '2', speaker: 1 })
  })

  it('finds the answer beside the question it answers', () => {
    const found = recalled('Where did Ada go on holiday?', [
      'Cy: The bus was late.',
      'Ben: Where did you go on holiday, Ada?',
      'Ada: Crete, and it was lovely.',
      'Cy: I had soup.',
    ])
    expect(found.slice(0, 2).map(({ id }) => id)).toContain('2')
    expect(found.find(({ id }) => id === '2')?.context).toBeGreaterThan(0)
  })

  it('takes nothing from another thread or another day', () => {
    const contents = ['Ben: Where is the holiday house?', 'Ada: Crete.']
    const inThreads = recalled('holiday house', contents, [{ thread: 'a' }, { thread: 'b' }])
    const onDays = recalled('holiday house', contents, [{ at: now - 9e8 }, { at: now }])
    expect([...inThreads, ...onDays].map(({ context }) => context)).toEqual([0, 0, 0, 0])
  })

  it('prefers the time that was named', () => {
    const contents = ['User visited the dentist', 'User visited the dentist again']
    const at = [Date.parse('2024-03-04'), Date.parse('2024-05-07')]
    const found = recalled(
      'Did I visit the dentist in March?',
      contents,
      at.map((moment) => ({ at: moment })),
    )
    expect(found[0]).toMatchObject({ id: '0', time: 1 })
  })

  it('counts times from the last memory too, for a conversation may be long over', () => {
    const over = alsoAsOf(prepareMemoryQuery('What did Ada do last week?', now), now - 800 * 864e5)
    expect(over.spans.map(({ from }) => dayOf(from))).toEqual(['2024-06-01', '2022-03-24'])
  })

  it.each([
    ['When did Ada move?', 'Ada: I moved last Friday.', 'Ada: I moved into a yellow flat.'],
    ['How many rings did Ada buy?', 'Ada: I bought three rings.', 'Ada: I bought those rings.'],
    ['Where did Ada swim?', 'Ada: I swim in the lake.', 'Ada: I swim badly, honestly.'],
    ['Who did Ada visit?', 'Ada: I visited my cousin.', 'Ada: I visited museums.'],
  ])('%s: prefers what holds such an answer', (question, apt, other) => {
    const apart = [{ thread: 'a' }, { thread: 'b' }]
    expect(recalled(question, [apt, other], apart)[0]?.id).toBe('0')
    expect(recalled(question, [other, apt], apart)[0]?.id).toBe('1')
  })

  it('gives a fact, which stands by itself, half of what it gives a turn', () => {
    const [, fact] = recalled('lovely holiday', ['User had a lovely holiday', 'User likes soup'])
    const [, turn] = recalled('lovely holiday', ['Ada: A lovely holiday', 'Ada: I like soup'])
    expect(fact?.context).toBeCloseTo((turn?.context ?? 0) / 2)
    expect(turn?.context).toBeGreaterThan(0)
  })

  it('prefers the newer of two that are alike', () => {
    const found = recalled('Where do I live?', ['User lives in Bonn', 'User lives in Kiel'])
    expect(found[0]?.id).toBe('1')
  })
})

describe('moments', () => {
  it.each([
    ['What happened on 8 May 2023?', '2023-05-08', '2023-05-08'],
    ['and on May 8, 2023 then', '2023-05-08', '2023-05-08'],
    ['What did we do in May 2023?', '2023-05-01', '2023-05-31'],
    ['What did we do in October?', '2023-10-01', '2023-10-31'],
    ['Where was I last summer?', '2023-06-01', '2023-08-31'],
    ['Where was I in 2022?', '2022-01-01', '2022-12-31'],
    ['What did I say yesterday?', '2024-06-13', '2024-06-15'],
    ['What did I buy two weeks ago?', '2024-05-25', '2024-06-08'],
  ])('%s', (question, from, to) => {
    expect(spansIn(question, now).map((span) => [dayOf(span.from), dayOf(span.to)])).toEqual([
      [from, to],
    ])
  })

  it('takes "may" for a verb where it is one', () => {
    expect(spansIn('What may I eat?', now)).toEqual([])
  })

  it.each([
    ['2023-05-08', '2023-05-08T00:00:00.000Z'],
    ['2023-05-08T10:00:00Z', '2023-05-08T10:00:00.000Z'],
    ['1:56 pm on 8 May, 2023', '2023-05-08T13:56:00.000Z'],
    ['2023/05/08 (Mon) 02:21', '2023-05-08T02:21:00.000Z'],
    [1_683_540_000, '2023-05-08T10:00:00.000Z'],
    ['1683540000', '2023-05-08T10:00:00.000Z'],
    ['1683540000000', '2023-05-08T10:00:00.000Z'],
    ['5/8/2023, 1:56 PM', '2023-05-08T13:56:00.000Z'],
    ['25.12.2023', '2023-12-25T00:00:00.000Z'],
    ['Mon, 08 May 2023 13:56:00 GMT', '2023-05-08T13:56:00.000Z'],
  ])('reads %s', (value, moment) => {
    expect(new Date(momentOf(value) ?? 0).toISOString()).toBe(moment)
  })

  it('finds the date in metadata and takes nothing else for one', () => {
    expect(momentIn({ turn: 12, session_date: '2024-01-02' })).toBe(Date.UTC(2024, 0, 2))
    expect(momentIn({ speaker: 'Ada', mood: 3, date: 'soon' })).toBeNull()
    expect(momentOf({ date: 1 })).toBeNull()
    expect(momentIn({ day: 3, time: 12 })).toBeNull()
    expect(momentIn({ session: { date: '8 May, 2023' } })).toBe(Date.UTC(2023, 4, 8))
  })
})

describe('speakers and paraphrases', () => {
  it('knows a speaker by the colon, and a url or a sentence by its lack of one', () => {
    expect(speakerOf('Ada: hello')).toBe('ada')
    expect(speakerOf('Ada Byron: hello')).toBe('ada byron')
    expect(speakerOf('https://example.org')).toBeNull()
    expect(speakerOf('User lives in Bonn')).toBeNull()
  })

  it('knows everyday stand-ins', () => {
    expect(relatedTerms('pet')).toEqual(expect.arrayContaining(['dog', 'cat']))
    expect(relatedTerms('dog')).not.toContain('pet')
    expect(relatedTerms('quux')).toEqual([])
  })
})
