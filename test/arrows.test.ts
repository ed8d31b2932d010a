import { readdirSync, readFileSync } from 'node:fs'
import { join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'

/**
 * Which rooms of `src` may import which; a room is a folder, a file directly in `src`, or a file
 * with rules of its own. `type x` allows types only. What is not listed is forbidden.
 */
const arrows: Record<string, string[]> = {
  main: ['config', 'commands', 'version'],
  commands: ['*'],
  config: [],
  errors: [],
  'exact-integers': [],
  ids: [],
  limits: [],
  clock: [],
  // What processes share: one of two implementations, chosen by the configuration.
  shared: [
    'clock',
    'http/rate-counter',
    'jobs',
    'runs/notices',
    'redis',
    ...types('config', 'context'),
  ],
  redis: ['shared', 'jobs', 'http/rate-counter', ...types('config', 'runs/notices')],
  version: [],
  context: [
    'config',
    'web',
    'db',
    'ids',
    'limits',
    'blobs',
    'documents',
    'models',
    'jobs',
    'runs',
    'shared',
    'metrics',
    'tracing',
    'version',
    'type http/rate-counter',
  ],
  server: ['context', 'errors', 'http', 'routes', 'version', 'type wire'],
  db: [],
  // The program of the thread beside the database brings the database and the arithmetic together.
  'db/side-worker': ['db', 'retrieval/scan'],
  web: [...types('config')],
  blobs: ['type config'],
  store: ['db', 'errors'],
  retrieval: ['store', 'errors', ...types('models', 'db')],
  runs: [
    'store',
    'retrieval',
    'errors',
    'models/model',
    'tracing/search',
    ...types('context', 'models', 'db', 'jobs', 'web', 'tracing'),
  ],
  memory: [
    'store',
    'retrieval',
    'errors',
    'exact-integers',
    'models/model',
    'tracing/search',
    ...types('context', 'models', 'db'),
  ],
  documents: ['store', 'retrieval', 'errors', 'models/model', ...types('context', 'db', 'limits')],
  // The program of the reading processes wires rooms that do not know each other, as the main one does.
  'documents/parse-worker': ['documents', 'retrieval', 'models'],
  jobs: [
    'store',
    'documents',
    'memory',
    'errors',
    'models/model',
    'blobs/blobs',
    ...types('context', 'tracing'),
  ],
  models: ['models/model', ...types('config', 'errors')],
  metrics: ['store', 'models/model', ...types('context', 'db', 'models')],
  tracing: [...types('config', 'models'), 'models/model'],
  transfer: ['store', 'version', ...types('blobs', 'db')],
  wire: [
    'errors',
    'exact-integers',
    ...types('db', 'store', 'runs', 'retrieval', 'models'),
    'runs/events',
  ],
  http: [
    'wire',
    'errors',
    'exact-integers',
    'limits',
    'store',
    'models/model',
    'blobs',
    'runs/events',
    ...types('context', 'tracing'),
  ],
  routes: [
    'wire',
    'http',
    'store',
    'retrieval',
    'runs',
    'jobs',
    'documents',
    'memory',
    'errors',
    'tracing/search',
    ...types('context', 'models'),
  ],
}

/** The only files that may import a package. Node’s own modules are free to all. */
const packages: Record<string, RegExp> = {
  '@aws-sdk/': /^blobs\/s3\.ts$/,
  '@anthropic-ai/sdk': /^models\/anthropic/,
  '@e965/xlsx': /^documents\/formats\//,
  '@fastify/': /^(server|http\/.*|routes\/.*)\.ts$/,
  '@opentelemetry/': /^tracing\/(opentelemetry|exporter)\.ts$/,
  '@orama/stemmers': /^retrieval\//,
  '@scalar/': /^routes\/docs\.ts$/,
  ajv: /^http\/validation\.ts$/,
  'better-sqlite3': /^db\/(sqlite|lock|side-worker)\.ts$/,
  bullmq: /^jobs\/bullmq\.ts$/,
  cfb: /^documents\/formats\//,
  'csv-parse': /^documents\/formats\//,
  'drizzle-orm': /^(db|store)\//,
  fastify: /^(server|http\/.*|routes\/.*|commands\/serve)\.ts$/,
  fflate: /^documents\/formats\//,
  'gpt-tokenizer': /^models\/tokens\.ts$/,
  jsonrepair: /^memory\/read-json\.ts$/,
  htmlparser2: /^documents\/formats\//,
  ioredis: /^redis\/|^jobs\/bullmq\.ts$/,
  mammoth: /^documents\/formats\//,
  openai: /^models\/openai/,
  pg: /^db\/postgres\.ts$/,
  pgvector: /^db\/columns\.postgres\.ts$/,
  'pdfjs-dist': /^documents\/formats\//,
  pino: /^commands\//,
  'prom-client': /^metrics\//,
  'read-excel-file': /^documents\/formats\//,
  typebox: /^(wire|routes)\//,
  'word-extractor': /^documents\/formats\//,
  ws: /^http\/voice-/,
}

function types(...rooms: string[]) {
  return rooms.map((room) => `type ${room}`)
}

type Import = { from: string; to: string; typeOnly: boolean }

const src = new URL('../src/', import.meta.url).pathname
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name, text: readFileSync(join(src, name), 'utf8') }))
const imports = files.flatMap(({ name, text }) => importsOf(name, text))

function importsOf(from: string, text: string): Import[] {
  const statements = text.matchAll(/^(?:import|export)\s+([^'"]*?from\s+)?'([^']+)'/gms)
  const lazy = text.matchAll(/import\('([^']+)'\)/g)
  return [
    ...[...statements].map(([, names = '', to = '']) => ({ from, to, typeOnly: isTypes(names) })),
    ...[...lazy].map(([, to = '']) => ({ from, to, typeOnly: false })),
  ]
}

/** `import type …`, or braces in which every name says `type`. */
function isTypes(names: string) {
  if (names.startsWith('type ')) return true
  const inner = /^\{(.*)\}/s.exec(names)?.[1]
  const each = inner?.split(',').map((name) => name.trim()) ?? []
  return inner !== undefined && each.every((name) => name === '' || name.startsWith('type '))
}

const target = ({ from, to }: Import) => normalize(join(from, '..', to)).replace(/\.ts$/, '')
const roomOf = (path: string) => path.replace(/\.ts$/, '').split('/')[0] ?? ''

function mayImport(one: Import): boolean {
  const [room, to] = [roomOf(one.from), target(one)]
  const own = arrows[one.from.replace(/\.ts$/, '')]
  const allowed = own ?? arrows[room] ?? []
  const names = [to, roomOf(to)]
  if (roomOf(to) === room || allowed.includes('*')) return true
  if (names.some((name) => allowed.includes(name))) return true
  return one.typeOnly && names.some((name) => allowed.includes(`type ${name}`))
}

function mayUse({ from, to }: Import): boolean {
  const rule = Object.entries(packages).find(([name]) =>
    name.endsWith('/') ? to.startsWith(name) : to === name || to.startsWith(`${name}/`),
  )
  return rule?.[1].test(from) ?? false
}

const told = (wrong: Import[]) =>
  wrong.map(({ from, to, typeOnly }) => `${from} -> ${to}${typeOnly ? ' (type)' : ''}`)

describe('the arrows', () => {
  it('point only where the table says', () => {
    expect(imports.length).toBeGreaterThan(100)
    const inside = imports.filter(({ to }) => to.startsWith('.'))
    expect(told(inside.filter((one) => !mayImport(one)))).toEqual([])
  })

  it('lead from every room that there is', () => {
    const rooms = new Set(files.map(({ name }) => roomOf(name)))
    expect([...rooms].filter((room) => !(room in arrows))).toEqual([])
  })

  it('reach a package only from its own files', () => {
    const outside = imports.filter(({ to }) => !to.startsWith('.') && !to.startsWith('node:'))
    expect(told(outside.filter((one) => !mayUse(one)))).toEqual([])
  })

  it('spare the environment, the exit and the console from all but the program’s own edge', () => {
    const using = (pattern: RegExp) =>
      files.filter(({ text }) => pattern.test(text)).map(({ name }) => name)
    expect(using(/process\.env\b/)).toEqual(['main.ts'])
    expect(using(/process\.exit\(/).sort()).toEqual(['commands/process.ts'])
    expect(using(/\bconsole\./)).toEqual([])
    expect(using(/export default/)).toEqual([])
  })

  it('import with the file’s ending, and no file is longer than it should be', () => {
    const relative = imports.filter(({ to }) => to.startsWith('.'))
    expect(told(relative.filter(({ to }) => !to.endsWith('.ts')))).toEqual([])
    const long = files.filter(({ text }) => text.split('\n').length > 301)
    expect(long.map(({ name }) => name)).toEqual([])
  })
})
