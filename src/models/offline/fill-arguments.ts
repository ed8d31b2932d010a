import { contentOf, titleOf } from './content.ts'
import { severalOf, shapeOf, stringsOf } from './find-strings.ts'
import * as find from './find-values.ts'
import { isFreeText, type Kind, kindOf } from './kinds.ts'
import type { Schema } from './schema.ts'
import * as schemas from './schema.ts'
import { escapeRegex, stem, stemsOf, wordsOf } from './words.ts'

export type Filled = {
  arguments: Record<string, unknown>
  /** Required parameters which the message does not tell. */
  missing: string[]
  /** How many of the required ones were told by a word near them, or are nobody's to tell. */
  sure: number
  /** Values of one required parameter of which the message names several. */
  several: { name: string; values: string[] } | null
}

type Search = { text: string; words: ReadonlySet<string>; used: string[]; numbers: number[] }
type Value = { value: unknown; sure: boolean }

/** Reads the arguments of a tool out of a message; `toolWords` are the stems of the tool's name. */
export function fillArguments(
  text: string,
  parameters: Schema,
  toolWords: ReadonlySet<string>,
  pinned: Record<string, unknown> = {},
): Filled {
  const search = { text, words: toolWords, used: [], numbers: [] }
  return fillObject(schemas.resolve(parameters, parameters), parameters, search, pinned)
}

/** One value of a schema from a text, or undefined; any capitalised word is too little for a place. */
export function findValue(name: string, schema: Schema, text: string): unknown {
  const search = { text, words: new Set<string>(), used: [], numbers: [] }
  const found = findOne(name, schema, schema, search, 0)
  const isGuess = found?.sure === false && kindOf(name, schema) === 'place'
  return isGuess ? undefined : found?.value
}

function fillObject(
  schema: Schema,
  root: Schema,
  search: Search,
  pinned: Record<string, unknown>,
  depth = 0,
): Filled {
  const required = new Set(schemas.requiredOf(schema))
  const properties = schemas.propertiesOf(schema, root)
  const filled: Filled = { arguments: {}, missing: [], sure: 0, several: null }
  const values = new Map<string, unknown>()
  for (const [name, property] of inOrderOfFilling(properties, required)) {
    const found = Object.hasOwn(pinned, name)
      ? { value: pinned[name], sure: true }
      : findOne(name, property, root, search, depth)
    if (required.has(name)) {
      if (!found) filled.missing.push(name)
      else if (found.sure) filled.sure += 1
      filled.several ??= severalOf(name, property, search.text)
    }
    if (found && (required.has(name) || found.sure)) values.set(name, found.value)
  }
  for (const name of required) {
    if (!properties.some(([known]) => known === name)) filled.missing.push(name)
  }
  // Sent in the order of the schema, so that the JSON reads as its author would write it.
  const ordered = properties.filter(([name]) => values.has(name))
  const given = Object.fromEntries(ordered.map(([name]) => [name, values.get(name)]))
  return { ...filled, arguments: given }
}

/** Free text comes last, since it is what the other arguments leave; numbers with a word go first. */
function inOrderOfFilling(properties: [string, Schema][], required: ReadonlySet<string>) {
  const rank = ([name, schema]: [string, Schema]) => {
    const kind = kindOf(name, schema)
    if (isFreeText(kind, schema)) return ['term', 'title', 'text'].indexOf(kind) + 3
    return required.has(name) ? 1 : 2
  }
  return [...properties].sort((one, other) => rank(one) - rank(other))
}

function findOne(
  name: string,
  schema: Schema,
  root: Schema,
  search: Search,
  depth: number,
): Value | null {
  if (schema.const !== undefined) return { value: schema.const, sure: true }
  const found = findByType(name, schema, root, search, depth)
  if (found && (typeof found.value === 'object' || schemas.fits(found.value, schema))) return found
  return schema.default === undefined || schema.default === null
    ? null
    : { value: schema.default, sure: false }
}

function findByType(
  name: string,
  schema: Schema,
  root: Schema,
  search: Search,
  depth: number,
): Value | null {
  if (Array.isArray(schema.enum)) return findChoice(schema.enum, search)
  const type = schemas.typeOf(schema)
  if (type === 'number' || type === 'integer') return findNumber(name, schema, search)
  if (type === 'boolean') return findBoolean(name, search.text)
  if (type === 'array') return findList(name, schema, root, search, depth)
  if (type === 'object') return findObject(schema, root, search, depth)
  if (type === 'null') return { value: null, sure: false }
  return findString(name, schema, search)
}

function findChoice(choices: unknown[], search: Search): Value | null {
  const found = choicesIn(choices, search.text)[0]
  if (found !== undefined) {
    search.used.push(String(found))
    return { value: found, sure: true }
  }
  return choices.length === 1 ? { value: choices[0], sure: false } : null
}

function choicesIn(choices: unknown[], text: string) {
  const stems = ` ${wordsOf(text).map(stem).join(' ')} `
  return choices.filter((choice) => {
    if (typeof choice === 'number') return stems.includes(` ${choice} `)
    if (typeof choice !== 'string' || choice === '') return false
    if (choice.length === 1)
      return new RegExp(`(?<!\\w)°?${escapeRegex(choice)}(?!\\w)`, 'u').test(text)
    const words = wordsOf(choice).map(stem).join(' ')
    return words !== '' && stems.includes(` ${words} `)
  })
}

/** The number whose neighbours name the parameter; else, when required, the next that is free. */
function findNumber(name: string, schema: Schema, search: Search): Value | null {
  const whole = schemas.typeOf(schema) === 'integer'
  const free = find
    .numbersIn(search.text)
    .filter(({ at, value }) => !search.numbers.includes(at) && (!whole || Number.isInteger(value)))
  const cues = new Set([...wordsOf(name), ...unitsOf(name, schema, search.words)].map(stem))
  const cued = free.find(({ before, after }) =>
    [lastWord(before), firstWord(after)].some((word) => cues.has(stem(word))),
  )
  const money = /amount|price|budget|cost/i.test(name)
    ? free.find(
        ({ before, after }) =>
          /[$€£¥₹]\s*$/.test(before) || /^\s*(?:[$€£¥]|[A-Z]{3}\b|dollar|euro|pound)/.test(after),
      )
    : undefined
  const best = cued ?? money ?? free[0]
  if (!best) return null
  if (cued || money || schema.default === undefined) search.numbers.push(best.at)
  else return null
  return { value: best.value, sure: Boolean(cued ?? money) }
}

const unitsOf = (name: string, schema: Schema, toolWords: ReadonlySet<string>) => {
  const counted = /limit|count|max|top|num|size|^[nk]$/i.test(name)
  return [
    ...stemsOf(String(schema.description ?? '')),
    ...(counted ? ['top', 'first', 'last', 'results', 'items', ...toolWords] : []),
  ]
}

const lastWord = (text: string) => wordsOf(text).at(-1) ?? ''
const firstWord = (text: string) => (/^\s*[,;.]/.test(text) ? '' : (wordsOf(text)[0] ?? ''))

function findBoolean(name: string, text: string): Value | null {
  const words = stemsOf(name).filter((word) => word !== 'includ' && word !== 'enabl')
  const said = wordsOf(text).map(stem)
  const at = said.findIndex((word) => words.includes(word))
  if (at >= 0) {
    const negated = said
      .slice(Math.max(0, at - 3), at)
      .some((word) => /^(no|not|without|don|never|exclud)$/.test(word))
    return { value: !negated, sure: true }
  }
  const [yes] = /\b(?:true|yes|on)\b/i.exec(text) ?? []
  if (yes) return { value: true, sure: false }
  return /\b(?:false|no|off)\b/i.test(text) ? { value: false, sure: false } : null
}

function findList(
  name: string,
  schema: Schema,
  root: Schema,
  search: Search,
  depth: number,
): Value | null {
  const item = schemas.resolve(schema.items, root)
  const values = itemsOf(name, item, root, search, depth)
  const most = typeof schema.maxItems === 'number' ? schema.maxItems : 50
  const least = typeof schema.minItems === 'number' ? schema.minItems : 1
  if (values.length < least || values.length === 0) return null
  return { value: values.slice(0, most), sure: !isFreeText(kindOf(name, item), item) }
}

function itemsOf(
  name: string,
  item: Schema,
  root: Schema,
  search: Search,
  depth: number,
): unknown[] {
  if (Array.isArray(item.enum)) return choicesIn(item.enum, search.text)
  const type = schemas.typeOf(item)
  if (type === 'number' || type === 'integer') return takeNumbers(item, search)
  if (type !== 'string') {
    const one = findByType(name, item, root, search, depth + 1)
    return one ? [one.value] : []
  }
  const kind = kindOf(name, item)
  if (!isFreeText(kind, item))
    return stringsOf(kind, name, search.text, search.used).map(({ value }) => value)
  const parts = contentOf(search.text, search.words, search.used).split(
    /\s*,\s*(?:and\s+)?|\s+and\s+/,
  )
  return parts.map((part) => part.trim()).filter(Boolean)
}

function takeNumbers(item: Schema, search: Search) {
  const found = find.numbersIn(search.text).filter(({ value }) => schemas.fits(value, item))
  search.numbers.push(...found.map(({ at }) => at))
  return found.map(({ value }) => value)
}

function findObject(schema: Schema, root: Schema, search: Search, depth: number): Value | null {
  if (depth > 4) return null
  const filled = fillObject(schema, root, search, {}, depth + 1)
  if (filled.missing.length > 0) return null
  const size = Object.keys(filled.arguments).length
  const bare = schemas.propertiesOf(schema, root).length === 0
  return size > 0 || bare ? { value: filled.arguments, sure: filled.sure > 0 && !bare } : null
}

function findString(name: string, schema: Schema, search: Search): Value | null {
  const kind = kindOf(name, schema)
  if (isFreeText(kind, schema)) return findText(name, kind, schema, search)
  const found = stringsOf(kind, name, search.text, search.used)
  const shape = shapeOf(schema)
  const [best] = found.filter(
    ({ value }) => schemas.fits(value, schema) && (!shape || shape.test(value)),
  )
  const chosen = best ?? found.find(({ value }) => schemas.fits(value, schema))
  if (!chosen) return null
  search.used.push(chosen.value)
  return chosen
}

function findText(name: string, kind: Kind, schema: Schema, search: Search): Value | null {
  const title = kind === 'title' ? titleOf(search.text) : null
  if (title) return { value: title, sure: true }
  const [term] = kind === 'term' ? find.termsIn(search.text, name, String(schema.description)) : []
  if (term) search.used.push(term.value)
  if (term) return term
  if (/^(?:question|prompt|input)$/i.test(name)) return { value: search.text, sure: false }
  const value = contentOf(search.text, search.words, search.used)
  if (kind === 'term' && value.length >= search.text.trim().length - 1) return null
  const most = typeof schema.maxLength === 'number' ? schema.maxLength : 4_000
  const isQuoted = find.quotedIn(search.text)[0]?.value === value && !search.used.includes(value)
  if (isQuoted) search.used.push(value)
  return value === '' ? null : { value: value.slice(0, most), sure: isQuoted }
}
