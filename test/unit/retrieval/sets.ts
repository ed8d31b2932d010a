import { readdirSync, readFileSync } from 'node:fs'

const folder = new URL('../../files/retrieval/', import.meta.url)

export type Asked = { question: string; relevant: Set<string> }
export type Collection = { name: string; texts: { id: string; text: string }[]; asked: Asked[] }

const linesOf = (name: string) =>
  readFileSync(new URL(name, folder), 'utf8').split('\n').filter(Boolean)

/** One question and the one paragraph that answers it per line, in one language per file. */
export function questionSets(): Collection[] {
  return readdirSync(new URL('questions/', folder)).map((file) => {
    const name = file.replace('.txt', '')
    const pairs = linesOf(`questions/${file}`).map((line) => line.split(' | '))
    return {
      name,
      texts: pairs.map(([, text = ''], at) => ({ id: `${name}${at}`, text })),
      asked: pairs.map(([question = ''], at) => ({
        question,
        relevant: new Set([`${name}${at}`]),
      })),
    }
  })
}

/** Short English abstracts, titles on the first line, and queries with one to four right ones. */
export function abstracts(): Collection {
  const texts = linesOf('abstracts/texts.txt').map((line) => {
    const [id = '', title = '', text = ''] = line.split(' | ')
    return { id, text: `${title}\n${text}` }
  })
  const asked = linesOf('abstracts/queries.txt').map((line) => {
    const [question = '', ids = ''] = line.split(' | ')
    return { question, relevant: new Set(ids.split(' ')) }
  })
  return { name: 'abstracts', texts, asked }
}

export type Turn = { id: string; content: string; at: number }
export type Conversation = { name: string; turns: Turn[]; asked: Asked[] }

/** Two written as a whole; two put together of written episodes, 20 days long, with small talk. */
const talks = ['nora-and-felix', 'maya-and-owen', 'marta-and-julian', 'stella-and-bruno']

/** Conversations of several days, `# date` before each, and questions with the turns that answer. */
export function conversations(): Conversation[] {
  return talks.map((name) => {
    const turns: Turn[] = []
    let at = 0
    for (const line of linesOf(`conversations/${name}.txt`)) {
      if (line.startsWith('# ')) at = Date.parse(`${line.slice(2).replace(' ', 'T')}Z`)
      else turns.push({ id: `${name}${turns.length + 1}`, content: line, at })
    }
    const asked = linesOf(`conversations/${name}.questions.txt`).map((line) => {
      const [question = '', ids = ''] = line.split(' | ')
      return { question, relevant: new Set(ids.split(' ').map((id) => name + id)) }
    })
    return { name, turns, asked }
  })
}
