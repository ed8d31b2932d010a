import { describe, expect, it } from 'vitest'
import { plainBm25 } from './baseline.ts'
import { mean, ndcg10, recall10 } from './measures.ts'
import { abstracts, type Collection, conversations, questionSets } from './sets.ts'
import { type Text, tinyIndex } from './tiny-index.ts'
import { tinyMemory } from './tiny-memory.ts'

/** How far below BM25 a set may never fall: one question answered second instead of first. */
const oneQuestion = 0.016

describe('questions to paragraphs', () => {
  const sets = questionSets()

  it.each(
    sets,
  )('$name: the paragraph that answers is found, no worse than by BM25', async (set) => {
    const ours = await ndcgOf(set)
    expect(ours).toBeGreaterThanOrEqual(Math.max(0.94, baselineOf(set) - oneQuestion))
    expect(ours).toBeGreaterThanOrEqual((await ndcgOf(set, { vectors: false })) - oneQuestion)
  })

  it.each(
    sets,
  )('$name: two words of a question, which show no language, find most of them', async (set) => {
    const asked = set.asked.map((one) => ({ ...one, question: longestWords(one.question, 2) }))
    expect(await ndcgOf({ ...set, asked })).toBeGreaterThanOrEqual(0.75)
  })

  it('all languages in one scope: 14 times the distractors cost little', async () => {
    const all = together(sets)
    expect(await ndcgOf(all)).toBeGreaterThanOrEqual(Math.max(0.97, baselineOf(all) + 0.2))
  })
})

describe('English abstracts', () => {
  const set = abstracts()

  it('gain on BM25 over whole documents, by words alone and more with the embedding', async () => {
    const words = await ndcgOf(set, { vectors: false })
    const ours = await ndcgOf(set)
    expect(words).toBeGreaterThanOrEqual(baselineOf(set))
    expect(ours).toBeGreaterThanOrEqual(baselineOf(set) + 0.01)
    expect(ours).toBeGreaterThanOrEqual(words)
  })

  it('ten in a file lose at most 0.03 by inner document', async () => {
    const ours = await ndcgOf(set)
    expect(await ndcgOf(set, { texts: inFiles(set, 10) })).toBeGreaterThanOrEqual(ours - 0.03)
  })

  it('cut in two lose at most 0.04, for the halves stand by each other', async () => {
    const ours = await ndcgOf(set)
    const halves = await ndcgOf(set, { texts: set.texts.flatMap(inHalves) })
    expect(halves).toBeGreaterThanOrEqual(ours - 0.04)
  })

  it('survive typing errors better than BM25 by far', async () => {
    const asked = set.asked.map((one) => ({ ...one, question: mistyped(one.question) }))
    const set2 = { ...set, asked }
    expect(await ndcgOf(set2)).toBeGreaterThanOrEqual(baselineOf(set2) + 0.03)
  })

  it('keep up with BM25 when every text is drowned in the words of others', async () => {
    const gains = { base: [] as number[], words: [] as number[], ours: [] as number[] }
    for (const seed of [7, 14, 21]) {
      const noisy = { ...set, texts: drowned(set.texts, 100, seed) }
      gains.base.push(baselineOf(noisy))
      gains.words.push(await ndcgOf(noisy, { vectors: false }))
      gains.ours.push(await ndcgOf(noisy))
    }
    expect(mean(gains.words)).toBeGreaterThanOrEqual(mean(gains.base) - 0.01)
    // Half a query of 91: long noisy texts are where spelling alone helps least.
    expect(mean(gains.ours)).toBeGreaterThanOrEqual(mean(gains.words) - 0.005)
  })
})

describe('memory of conversations', () => {
  const talks = conversations()
  const both = {
    name: 'both',
    turns: talks.flatMap(({ turns }) => turns),
    asked: talks.flatMap(({ asked }) => asked),
  }

  it.each([...talks, both])('$name: recall at ten is 0.3 above BM25', async ({ turns, asked }) => {
    const search = await tinyMemory(turns)
    const plain = plainBm25(turns.map(({ content }) => content))
    const ours: number[] = []
    const base: number[] = []
    for (const { question, relevant } of asked) {
      ours.push(
        recall10(
          (await search(question)).map(({ id }) => id),
          relevant,
        ),
      )
      base.push(
        recall10(
          plain(question).map((at) => turns[at]?.id ?? ''),
          relevant,
        ),
      )
    }
    expect(mean(ours)).toBeGreaterThanOrEqual(mean(base) + 0.3)
  })
})

const longestWords = (question: string, count: number) =>
  question
    .split(/[\s?？.,¿]+/)
    .sort((one, other) => other.length - one.length)
    .slice(0, count)
    .join(' ')

type Options = { vectors?: boolean; texts?: Text[] }

async function ndcgOf(set: Collection, { vectors = true, texts = set.texts }: Options = {}) {
  const search = await tinyIndex(texts, vectors)
  const gains: number[] = []
  for (const { question, relevant } of set.asked) {
    const found = (await search(question)).map(({ id }) => id.split('/')[0] ?? id)
    gains.push(ndcg10([...new Set(found)], relevant))
  }
  return mean(gains)
}

function baselineOf({ texts, asked }: Collection) {
  const search = plainBm25(texts.map(({ text }) => text))
  return mean(
    asked.map(({ question, relevant }) =>
      ndcg10(
        search(question).map((at) => texts[at]?.id ?? ''),
        relevant,
      ),
    ),
  )
}

const together = (sets: Collection[]): Collection => ({
  name: 'all',
  texts: sets.flatMap(({ texts }) => texts),
  asked: sets.flatMap(({ asked }) => asked),
})

/** Mixed up first, so that a file holds what has nothing to do with each other. */
function inFiles({ texts }: Collection, size: number): Text[] {
  const mixed = [...texts.entries()].sort(([a], [b]) => ((a * 7_919) % 150) - ((b * 7_919) % 150))
  return mixed.map(([, text], at) => ({
    ...text,
    documentId: `file ${Math.floor(at / size)}`,
    ordinal: at % size,
  }))
}

function inHalves({ id, text }: Text): Text[] {
  const cut = text.indexOf('. ') + 1 || Math.floor(text.length / 2)
  return [text.slice(0, cut), text.slice(cut)].map((half, ordinal) => ({
    id: `${id}/${ordinal}`,
    documentId: id,
    ordinal,
    text: half,
  }))
}

/** Two letters of every other long word change places. */
const mistyped = (question: string) =>
  question
    .split(' ')
    .map((word, at) => (word.length > 5 && at % 2 ? word.replace(/^(..)(.)(.)/, '$1$3$2') : word))
    .join(' ')

function drowned(texts: readonly Text[], extra: number, start: number): Text[] {
  const words = texts.flatMap(({ text }) => text.split(/\s+/))
  let seed = start
  const any = () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff
    // The low bits of such a generator repeat too soon.
    return words[(seed >>> 8) % words.length]
  }
  return texts.map((one) => ({
    ...one,
    text: `${one.text} ${Array.from({ length: extra }, any).join(' ')}`,
  }))
}
