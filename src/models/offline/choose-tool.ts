import type { ToolSpec } from '../model.ts'
import { type Filled, fillArguments } from './fill-arguments.ts'
import { expressionsIn, sqlIn, urlsIn } from './find-values.ts'
import { asSchema, listOf, propertiesOf, resolve } from './schema.ts'
import { isRequest, isStatement, relatedTo, type Verb, verbIn, verbOfWord } from './verbs.ts'
import { stem, stemsOf, wordsOf } from './words.ts'

/** What to do about the tools: call some, ask for what a call lacks, or nothing. */
export type Choice =
  | { type: 'call'; calls: { name: string; arguments: Record<string, unknown> }[] }
  | { type: 'ask'; name: string; missing: string[] }
  | null

/**
 * Matches a message against the tools: words of the name weigh most, then of the description, then
 * of the parameters, and arguments that can be read out of the message count in favour.
 */
export function chooseTools(message: string, tools: ToolSpec[]): Choice {
  const text = message.slice(0, longestMessage)
  const asked = sentences(text).filter((sentence) => !isStatement(sentence))
  if (tools.length === 0 || asked.length === 0) return null
  const known = tools.map(describe)
  const separate = chooseByClause(asked.flatMap(clausesOf), known)
  if (separate) return separate
  const best = bestOf(asked.join(' '), text, known)
  if (!best) return null
  if (best.filled.missing.length === 0) return { type: 'call', calls: callsOf(best) }
  const fair = best.words >= threshold && isRequest(asked.join(' '))
  return fair ? { type: 'ask', name: best.tool.name, missing: best.filled.missing } : null
}

const longestMessage = 4_000
const mostTools = 128
const threshold = 2.5

type Described = {
  name: string
  parameters: ToolSpec['parameters']
  verb: Verb | null
  /** The weight of each stem that speaks for the tool. */
  weights: Map<string, number>
  nameStems: Set<string>
  verbStems: Set<string>
}

type Scored = { tool: Described; filled: Filled; words: number; score: number; text: string }

function describe({ name, description, parameters }: ToolSpec): Described {
  const words = wordsOf(name)
  const nouns = words.filter(
    (word) => !verbOfWord(word) && !weak.has(stem(word)) && word.length > 1,
  )
  const strong = nouns.length > 0 ? stemsOf(nouns.join(' ')) : words.map(stem)
  const weights = new Map<string, number>()
  const weigh = (stems: string[], weight: number) => {
    for (const one of stems) if ((weights.get(one) ?? 0) < weight) weights.set(one, weight)
  }
  weigh(wordsOf(name).map(stem), 0.5)
  weigh(strong, 3 / Math.sqrt(Math.max(1, new Set(strong).size)))
  weigh(
    stemsOf((description ?? '').slice(0, 2_000)).filter((one) => !weak.has(one)),
    0.8,
  )
  weigh(parameterStems(asSchema(parameters)), 0.6)
  const verb = words.map(verbOfWord).find((one) => one !== null) ?? null
  const verbStems = new Set(words.filter(verbOfWord).map(stem))
  return { name, parameters, verb, weights, verbStems, nameStems: new Set(words.map(stem)) }
}

function parameterStems(parameters: Record<string, unknown>) {
  const properties = propertiesOf(resolve(parameters, parameters), parameters).slice(0, 40)
  return properties.flatMap(([name, schema]) => {
    const choices = listOf(schema.enum).filter((one) => typeof one === 'string')
    return stemsOf([name, ...choices.slice(0, 40)].join(' ')).filter((one) => !weak.has(one))
  })
}

/** Scores the words of `asked`, but reads arguments out of the whole `text`. */
function bestOf(asked: string, text: string, tools: Described[]): Scored | null {
  const said = saidIn(asked)
  const verb = verbIn(asked)
  let best: Scored | null = null
  for (const tool of tools.slice(0, mostTools)) {
    const words = scoreWords(said, verb, tool, asked)
    if (words < 1) continue
    const filled = fillFrom(asked, text, tool)
    const told = filled.sure > 0 ? 1.5 : 0.5
    const score = words + (filled.missing.length === 0 ? told : -1)
    if (!best || score > best.score) best = { tool, filled, words, score, text }
  }
  return best && (best.score >= threshold || best.words >= threshold) ? best : null
}

function fillFrom(asked: string, text: string, tool: Described) {
  const filled = fillArguments(asked, tool.parameters, tool.nameStems)
  return filled.missing.length === 0 || asked === text
    ? filled
    : fillArguments(text, tool.parameters, tool.nameStems)
}

/** The stems of a message, and what they suggest at a discount: rain speaks for weather. */
function saidIn(text: string) {
  const said = new Map(stemsOf(text).map((one) => [one, 1]))
  for (const word of wordsOf(text)) {
    for (const near of relatedTo(word)) if (!said.has(near)) said.set(near, 0.6)
  }
  for (const one of suggestedBy(text)) said.set(stem(one), 1)
  return said
}

/** What the shape of a message speaks for, whatever its words. */
function suggestedBy(text: string) {
  const [sum] = expressionsIn(text)
  const arithmetic =
    'calculator calculation calculate calc math maths arithmetic expression evaluate'
  return [
    ...(sum ? [...arithmetic.split(' '), ...operationsIn(sum.value)] : []),
    ...(sqlIn(text).length > 0 ? ['sql', 'database', 'query'] : []),
    ...(urlsIn(text).length > 0 ? ['url', 'page', 'link', 'website'] : []),
  ]
}

const operationsIn = (expression: string) =>
  (expression.match(/[-+*/]/g) ?? []).map((sign) => operations[sign] ?? '')

const operations: Record<string, string> = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
}

function scoreWords(said: Map<string, number>, verb: Verb | null, tool: Described, asked: string) {
  let score = 0
  for (const [word, share] of said) score += share * (tool.weights.get(word) ?? 0)
  score += verbCredit(verb, tool, asked, score > 0)
  if (!changes(tool.verb)) return changes(verb) ? score * 0.6 : score
  return verb === null || verb === tool.verb || kindred(verb, tool.verb) ? score : score * 0.3
}

/** A verb of a tool's name counts by itself; one that only means the same needs company. */
function verbCredit(verb: Verb | null, tool: Described, asked: string, hasOther: boolean) {
  const said = wordsOf(asked).filter((word) => tool.verbStems.has(stem(word)))
  if (said.some((word) => verbOfWord(word) !== 'get')) return 1
  return hasOther && verb === tool.verb && verb !== 'get' ? 0.5 : 0
}

const changes = (verb: Verb | null) => verb !== null && !['get', 'search', 'convert'].includes(verb)
const kindred = (one: Verb, other: Verb | null) =>
  [one, other].every((verb) => verb === 'create' || verb === 'update')

/** "the weather in Paris and the time in Tokyo": two tools, when each clause speaks for its own. */
function chooseByClause(clauses: string[], tools: Described[]): Choice {
  if (clauses.length < 2) return null
  const found = clauses.slice(0, 8).map((clause) => bestOf(clause, clause, tools))
  const ready = found.filter(
    (one) => one !== null && one.filled.missing.length === 0 && one.words >= 1.5,
  ) as Scored[]
  if (new Set(ready.map(({ tool }) => tool.name)).size < 2) return null
  return { type: 'call', calls: ready.flatMap(callsOf) }
}

/** One call, or one for each of several places, symbols or ids. */
function callsOf({ tool, filled, text }: Scored) {
  const { several } = filled
  if (!several) return [{ name: tool.name, arguments: filled.arguments }]
  return several.values.map((value) => ({
    name: tool.name,
    arguments: fillArguments(text, tool.parameters, tool.nameStems, { [several.name]: value })
      .arguments,
  }))
}

const sentences = (text: string) =>
  text
    .split(/(?<=[?!])\s+|(?<=\.)\s+(?=\p{Lu})|\n+/u)
    .map((sentence) => sentence.trim())
    .filter(Boolean)

const clausesOf = (sentence: string) =>
  sentence.split(/\s*;\s+|,?\s+and\s+(?:then\s+)?(?:also\s+)?|,?\s+then\s+/).filter(Boolean)

const weak = new Set(
  `data info information api tool function current currently detail value given specific particular
  result return input provide user provided require optional string number by with name id based
  system service new thing use used using example list type text item items request available`
    .split(/\s+/)
    .map(stem),
)
