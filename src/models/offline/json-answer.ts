import { findValue } from './fill-arguments.ts'
import { isFreeText, kindOf } from './kinds.ts'
import type { Schema } from './schema.ts'
import { parseJson } from './tell-outputs.ts'
import { stem, wordsOf } from './words.ts'

/** Where the values of a JSON answer come from, best first; `instructions` and text name the keys. */
export type JsonSources = {
  instructions: string
  text: string
  earlier: string[]
  outputs: string[]
  answer: string
}

/**
 * The answer as one compact JSON object. Keys come from an example object or a list of keys in the
 * request; values from tool outputs and from what was said, else null. With no keys it is
 * `{"answer": …}`.
 */
export function jsonAnswer(sources: JsonSources): string {
  const keys = keysIn(sources.text) ?? keysIn(sources.instructions)
  if (!keys) return JSON.stringify({ answer: sources.answer })
  const texts = [withoutKeys(sources.text), ...sources.earlier.slice(0, 50)].map((text) =>
    text.slice(0, longestText),
  )
  return JSON.stringify(
    Object.fromEntries(
      Object.entries(keys).map(([key, schema]) => [key, answerFor(key, schema, sources, texts)]),
    ),
  )
}

/** The keys an answer should have and a schema for each, or null when the text names none. */
export function keysIn(text: string): Record<string, Schema> | null {
  return fromExample(text) ?? fromList(text)
}

function answerFor(key: string, schema: Schema, { outputs, answer }: JsonSources, texts: string[]) {
  const given = outputs
    .map((output) => search(parseJson(output), key))
    .find((one) => one !== undefined)
  if (given !== undefined) return given
  if (
    /^(?:answer|response|reply|message|text|output|result)$/i.test(key) &&
    schema.type === 'string'
  )
    return answer
  for (const text of texts) {
    const found = labelled(key, schema, text) ?? findUnlessFree(key, schema, text)
    if (found !== undefined) return found
  }
  return null
}

/** "age is 31", "age: 31", "31 years old" and "I am 31" are all an age. */
function labelled(key: string, schema: Schema, text: string) {
  const words = wordsOf(key).join('[\\s_-]+')
  const said = new RegExp(
    `\\b${words}(?:'s)?\\s*(?:is|are|was|=|:)\\s*"?([^",.;!?\\n]+)`,
    'iu',
  ).exec(text)?.[1]
  const value = said?.split(/\s+and\s+/)[0]?.trim()
  if (/^age$/i.test(key)) {
    const age = /\b(\d{1,3})\s*(?:years?|yrs?)\b|\b(?:am|i'm|is|aged?)\s+(\d{1,3})\b/i.exec(text)
    if (age) return Number(age[1] ?? age[2])
  }
  if (!value) return undefined
  if (schema.type === 'number')
    return Number(/-?\d+(?:\.\d+)?/.exec(value)?.[0] ?? Number.NaN) || undefined
  if (schema.type === 'array') return value.split(/\s*,\s*/)
  return schema.type === 'string' ? value : undefined
}

function findUnlessFree(key: string, schema: Schema, text: string) {
  if (schema.type === 'array') return undefined
  if (isFreeText(kindOf(key, schema), schema)) return quoted(text)
  const found = findValue(key, schema, text)
  return typeof found === 'string' && !text.includes(found) ? undefined : found
}

const quoted = (text: string) => /["“]([^"”]+)["”]/.exec(text)?.[1]

function search(value: unknown, key: string, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth > 4) return undefined
  const same = Object.entries(value).find(([name]) => stemmed(name) === stemmed(key))
  if (same) return same[1]
  return Object.values(value)
    .map((inner) => search(inner, key, depth + 1))
    .find((one) => one !== undefined)
}

const longestText = 4_000

const stemmed = (name: string) => wordsOf(name).map(stem).join(' ')

const exampleObject = /\{[^{}]{0,2000}(?:\{[^{}]{0,500}\}[^{}]{0,500}){0,8}\}/

function fromExample(text: string): Record<string, Schema> | null {
  const example = exampleObject.exec(text.slice(0, longestText))?.[0]
  if (!example) return null
  const parsed = parseJson(example)
  const entries =
    typeof parsed === 'object' && parsed !== null
      ? Object.entries(parsed).map(([key, value]) => [key, schemaLike(value)] as const)
      : [...example.matchAll(/["']?([\w-]{1,60})["']?\s*:\s*["']?(\w*)/g)].map(
          ([, key = '', type = '']) => [key, schemaNamed(key, type)] as const,
        )
  return entries.length > 0 ? Object.fromEntries(entries) : null
}

const keyWord = '[`"\']?[\\w-]+[`"\']?(?:\\s*\\([^)]*\\))?'
const keyWords = `(?:${keyWord}(?:\\s*,\\s*(?:and\\s+)?|\\s+and\\s+|\\s*&\\s*)){0,40}${keyWord}`
const keyList = new RegExp(
  `\\b(?:keys?|fields?|properties|attributes)\\b\\s*(?:named|called|are|of|:)*\\s*(${keyWords})`,
  'i',
)

const keysBefore = new RegExp(
  `\\b(?:extract|return|give me|provide|list|get)\\s+(?:the\\s+|their\\s+)?(${keyWords})\\s+(?:as|in)\\s+(?:an?\\s+)?json`,
  'i',
)

function fromList(text: string): Record<string, Schema> | null {
  const start = text.slice(0, longestText)
  const list = keyList.exec(start)?.[1] ?? keysBefore.exec(start)?.[1]
  if (!list || /^\d/.test(list)) return null
  const keys = list.split(/\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*/).flatMap((part) => {
    const [, key, type = ''] = /^[`"']?([\w-]+)[`"']?\s*(?:\(([^)]*)\))?/.exec(part) ?? []
    return key ? [[key, schemaNamed(key, type)] as const] : []
  })
  return keys.length > 0 ? Object.fromEntries(keys) : null
}

function schemaLike(value: unknown): Schema {
  if (Array.isArray(value)) return { type: 'array', items: schemaLike(value[0] ?? '') }
  if (typeof value === 'number') return { type: 'number' }
  if (typeof value === 'boolean') return { type: 'boolean' }
  if (typeof value === 'object') return { type: 'object' }
  return schemaNamed('', String(value))
}

function schemaNamed(key: string, type: string): Schema {
  if (/^(?:number|int|integer|float)/i.test(type) || (type === '' && numeric.test(key)))
    return { type: 'number' }
  if (/^bool/i.test(type)) return { type: 'boolean' }
  return { type: /^(?:array|list)/i.test(type) ? 'array' : 'string' }
}

const numeric = /^(?:age|count|total|amount|price|quantity|year|score|rating|temperature)$/i

/** The part of a request that names the keys is not where their values are. */
const withoutKeys = (text: string) =>
  text
    .slice(0, longestText)
    .replace(exampleObject, ' ')
    .replace(/[^.!?:\n]{0,200}\bjson\b[^.!?:\n]{0,200}[.!?:]?/gi, ' ')
    .replace(keyList, ' ')
