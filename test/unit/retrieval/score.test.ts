import { describe, expect, it } from 'vitest'
import { fuse } from '../../../src/retrieval/fuse.ts'
import { prepareQuery } from '../../../src/retrieval/query.ts'
import { cosine, nearest, toVector, unit } from '../../../src/retrieval/scan.ts'
import {
  besideEach,
  type Candidate,
  lexicalScores,
  type Place,
  rank,
} from '../../../src/retrieval/score.ts'
import { termsOf } from '../../../src/retrieval/terms.ts'

type Passage = Candidate & Place & { id: string }

function candidate(id: string, text: string, more: Partial<Passage> = {}): Passage {
  const terms = termsOf(text, { language: 'en' })
  return { id, documentId: id, ordinal: 0, terms: terms.join(' '), length: terms.length, ...more }
}

function ranked(question: string, candidates: Passage[]) {
  const query = prepareQuery(question)
  const has = ({ terms }: Passage, term: string) => terms.split(' ').includes(term)
  const frequencies = new Map(
    query.terms.map((term) => [term, candidates.filter((one) => has(one, term)).length]),
  )
  const stats = { chunks: 100, averageLength: 8, frequencies }
  const lexical = lexicalScores(query, candidates, stats, besideEach(candidates))
  const vectors = candidates.map(() => null)
  const found = rank(query, lexical, vectors, stats)
  return found.map(({ at, ...scores }) => ({ id: candidates[at]?.id, ...scores }))
}

describe('rank', () => {
  it('prefers rare words to common ones', () => {
    const found = ranked('zebra house', [
      candidate('common', 'a house like any house'),
      candidate('also', 'the house of cards'),
      candidate('rare', 'a zebra like any zebra'),
    ])
    expect(found[0]?.id).toBe('rare')
  })

  it('lets headings count for the text below them', () => {
    const found = ranked('engine noise', [
      candidate('other', 'noise of the street'),
      candidate('under', 'noise of the valves', { titleTerms: termsOf('Engine').join(' ') }),
    ])
    expect(found[0]?.id).toBe('under')
  })

  it('lets the next chunk of a document stand by a chunk, and no other document', () => {
    const found = ranked('turbine warranty', [
      candidate('alone', 'warranty terms'),
      candidate('beside', 'warranty terms', { documentId: 'd', ordinal: 4 }),
      candidate('before', 'a new turbine', { documentId: 'd', ordinal: 3 }),
    ])
    const place = (id: string) => found.findIndex((one) => one.id === id)
    expect(place('beside')).toBeLessThan(place('alone'))
  })

  it('prefers words that stand together as they were asked', () => {
    const found = ranked('heat pump', [
      candidate('apart', 'the pump which we use does not need any such heat'),
      candidate('together', 'we use a heat pump here which does not need any'),
    ])
    expect(found[0]?.id).toBe('together')
  })

  it('gives the same order for the same candidates in any order', () => {
    const texts = ['one red apple', 'two red apples', 'a green pear', 'red wine']
    const some = texts.map((text, at) => candidate(String(at), text))
    const scores = (found: ReturnType<typeof ranked>) =>
      Object.fromEntries(found.map(({ id, fused }) => [String(id), fused]))
    const reversed = scores(ranked('red apple', [...some].reverse()))
    expect(scores(ranked('red apple', some))).toEqual(reversed)
  })

  it('says nothing of vectors nobody looked up, and survives having no candidates', () => {
    expect(ranked('apple', [candidate('a', 'apple')])[0]).toEqual({
      id: 'a',
      lexical: 1,
      vector: null,
      fused: 1,
    })
    expect(ranked('apple', [])).toEqual([])
  })

  it('scores a thousand candidates in well under 100 ms', () => {
    const text = 'words of a passage about this and that '.repeat(25)
    const many = Array.from({ length: 1_000 }, (_, at) => candidate(String(at), `${text} ${at}`))
    const started = performance.now()
    ranked('a passage about words and that', many)
    expect(performance.now() - started).toBeLessThan(1_000)
  })
})

describe('fuse', () => {
  it('lets a vector lift what words miss, and leaves words alone without vectors', () => {
    const lifted = fuse([1, 0.9, 0], [0.1, 0.9, 0.2], { trust: 0.5, unseen: 0 })
    expect(lifted[1]?.fused).toBeGreaterThan(lifted[0]?.fused ?? 1)
    const words = fuse([2, 1], [null, null], { trust: 0.5, unseen: 0 })
    expect(words.map(({ fused }) => fused)).toEqual([1, 0.5])
  })

  it('orders by vectors when no word is known', () => {
    const found = fuse([0, 0], [0.2, 0.3], { trust: 0.15, unseen: 1 })
    expect(found[1]?.fused).toBeGreaterThan(found[0]?.fused ?? 1)
  })
})

describe('nearest', () => {
  const vectorOf = (...numbers: number[]) => unit(Float32Array.from(numbers))

  it('finds exactly what sorting all finds', () => {
    const some = Array.from({ length: 200 }, (_, id) => ({
      id,
      vector: vectorOf(...Array.from({ length: 7 }, (_, at) => Math.sin(id * 13 + at * 7))),
    }))
    const query = vectorOf(1, 2, 3, 4, 5, 6, 7)
    const sorted = some
      .map(({ id, vector }) => ({ id, score: cosine(query, vector) }))
      .sort((one, other) => other.score - one.score)
    const found = nearest(query, some, 10)
    expect(found.map(({ id }) => id)).toEqual(sorted.slice(0, 10).map(({ id }) => id))
  })

  it('reads unaligned bytes and passes over other dimensions', () => {
    const bytes = new Uint8Array(9)
    bytes.set(new Uint8Array(Float32Array.of(0.6, 0.8).buffer), 1)
    const stored = [
      { id: 'odd', vector: toVector(bytes.subarray(1)) },
      { id: 'other model', vector: Float32Array.of(1) },
    ]
    const found = nearest(vectorOf(0.6, 0.8), stored, 5)
    expect(found.map(({ id }) => id)).toEqual(['odd'])
    expect(found[0]?.score).toBeCloseTo(1)
  })
})
