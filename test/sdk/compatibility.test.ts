import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Client,
  compatibilityPage,
  type Outcomes,
  routes,
  servedRoutes,
  stateOf,
  unlisted,
  watchRoutes,
} from '../support/compatibility.ts'
import { openWorld } from '../support/world.ts'
import { npmWalk } from './npm-walk.ts'
import { methodsOf, openClient, versions } from './official.ts'
import { PythonClient } from './python-client.ts'
import { pythonWalk } from './python-walk.ts'
import type { Place, Walk } from './walk.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'homecourt-'))
  writeFileSync(join(folder, 'note.txt'), 'The cellar key hangs behind the clock.')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Filled by the walks below, which run before the page is made of it. */
const npm: Client[] = []
let python: Client | undefined

describe('every method of every SDK works', () => {
  it.each(versions)('npm backboard-sdk %s', async (version) => {
    await using world = await openWorld()
    const seen = watchRoutes(world.app)
    const client = await openClient(version, world)
    const has = await methodsOf(version)
    const walk = Object.entries(npmWalk).filter(([label]) => has.includes(methodOf(label)))
    const methods = await take(Object.fromEntries(walk), client)
    expect(new Set([...methods.keys()].map(methodOf))).toEqual(new Set(has))
    npm.push({ name: version, routes: seen, methods })
  })

  it('the Python SDK', async () => {
    await using world = await openWorld()
    const seen = watchRoutes(world.app)
    const client = new PythonClient({ apiKey: world.key, baseUrl: world.url })
    const methods = await take(pythonWalk, client)
    const has = Object.getOwnPropertyNames(PythonClient.prototype)
    const called = [...methods.keys()].map(toCamelCase)
    expect(new Set(['constructor', ...called])).toEqual(new Set(has))
    python = { name: 'Python', routes: seen, methods }
  })
})

describe('docs/compatibility.md', () => {
  it('lists every route the server has', async () => {
    await using world = await openWorld()
    expect(unlisted(await servedRoutes(world.app))).toEqual([])
  })

  it('says of each route what the server answers', async () => {
    await using world = await openWorld()
    const served = await servedRoutes(world.app)
    for (const route of Object.values(routes).flat()) {
      const [method = '', path = ''] = route.split(' ')
      const { status, body } = await world.call(method, path.replace(/:\w+/g, randomUUID()))
      const missing = status === 405 || body.detail === 'Not Found'
      const state = missing ? 'no' : 'yes'
      expect([route, state]).toEqual([route, stateOf(served, route)])
    }
  })

  it('is what the tests saw; `npm run compatibility` writes it anew', async () => {
    await using world = await openWorld()
    if (!python) throw new Error('run the whole file: the page is made of all its tests')
    const page = compatibilityPage(await servedRoutes(world.app), npm, python)
    await expect(page).toMatchFileSnapshot('../../docs/compatibility.md')
  })
})

/** Walks through a client, method by method. Fails unless each works. */
async function take<C>(walk: Walk<C>, client: C): Promise<Outcomes> {
  const place: Place = {
    ...{ assistantId: '', threadId: '', documentId: randomUUID() },
    ...{ memoryId: randomUUID(), path: join(folder, 'note.txt') },
    file: new File(['The cellar key hangs behind the clock.'], 'note.txt'),
  }
  const outcomes: Outcomes = new Map()
  for (const [label, step] of Object.entries(walk)) {
    await step(client, place)
    outcomes.set(label, 'yes')
  }
  return outcomes
}

const methodOf = (label: string) => label.split(',')[0] ?? ''

/** `add_message, streamed` is `addMessageStreamed` in the emulation; files are an option there. */
function toCamelCase(label: string) {
  const [name = '', mode] = label.split(', ')
  const camel = name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase())
  return mode === 'streamed' ? `${camel}Streamed` : camel
}
