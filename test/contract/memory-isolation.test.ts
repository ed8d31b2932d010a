import { describe, expect, it } from 'vitest'
import { uuidsV7 } from '../../src/ids.ts'
import { addMemory, placeOf } from '../../src/memory/remember.ts'
import { searchMemories } from '../../src/retrieval/memory-search.ts'
import { type Assistant, createAssistant } from '../../src/store/assistants.ts'
import { databases } from '../support/databases.ts'
import { openWorld, type World } from '../support/world.ts'

const ids = uuidsV7(() => new Date())
const each = 5
const topics = ['boat', 'garden', 'piano', 'harbour', 'violin', 'lantern', 'meadow', 'kettle']

/** Everybody remembers the same things but for one word, which is their assistant's alone. */
async function plant(world: World, owners: number) {
  const { ctx } = world
  const planted: { assistant: Assistant; canary: string }[] = []
  for (let at = 0; at < owners * each; at += 1) {
    const assistant = await createAssistant(ctx.db, {
      ...{ id: ids(), ownerId: `owner-${at % owners}`, name: 'A', topK: 10, isDefault: false },
      createdAt: ctx.clock(),
    })
    const canary = `canary${at}x`
    for (const topic of topics) {
      const words = { content: `User keeps the ${topic} ${canary} by the sea`, metadata: null }
      await addMemory(ctx, assistant, words, { dedupe: false })
    }
    planted.push({ assistant, canary })
  }
  return planted
}

describe.each(databases)('memories of many owners on %s', (name, openDb) => {
  // Postgres in this process takes many times as long for each.
  const owners = name === 'sqlite' ? 12 : 2
  const searches = owners * each * topics.length

  it(`every assistant’s ${searches} searches, now and in the past, find no word of another`, {
    timeout: 60_000,
  }, async () => {
    await using world = await openWorld({ db: await openDb() })
    const { ctx } = world
    const planted = await plant(world, owners)
    const { signal } = new AbortController()
    const [anyone] = planted
    if (!anyone) throw new Error('nothing was planted')
    const embedding = await ctx.embeddings.of(anyone.assistant)
    let found = 0
    for (let at = 0; at < searches; at += 1) {
      const { assistant, canary } = planted[Math.floor(at / topics.length)] ?? anyone
      const other = planted[(at * 7 + 1) % planted.length] ?? anyone
      const query = `the ${topics[at % topics.length]} of ${other.canary}`
      const asOf = at % 5 === 0 ? ctx.clock() : null
      const scope = { ...placeOf(assistant), embedding, asOf, now: ctx.clock() }
      for (const { memory } of await searchMemories(ctx.db, scope, query, 10, signal)) {
        found += 1
        if (!memory.content.includes(` ${canary} `)) throw new Error(`a leak: ${memory.content}`)
      }
      // The right assistant with another owner's name finds nothing at all.
      if (at % 10 === 0) {
        const stolen = { ...scope, ownerId: `owner-${(at + 1) % owners}-not` }
        expect(await searchMemories(ctx.db, stolen, query, 10, signal)).toEqual([])
      }
    }
    expect(found).toBeGreaterThan(searches)
  })

  it('200 or 404 by the routes: a stranger’s key reaches no memory, by any id', async () => {
    await using world = await openWorld({ db: await openDb() })
    const clients = ['ann', 'ben', 'cy'].map((key) => world.as(key))
    const homes: string[] = []
    for (const [at, client] of clients.entries()) {
      const { assistantId } = await client.thread()
      homes.push(assistantId)
      const content = `User keeps a boat canary${at}x`
      await client.call('POST', `/assistants/${assistantId}/memories`, { content })
    }
    for (let at = 0; at < 9; at += 1) {
      const [who, whose] = [at % 3, Math.floor(at / 3)]
      const path = `/assistants/${homes[whose]}/memories/search`
      for (const canary of [0, 1, 2]) {
        const reply = await clients[who]?.call('POST', path, { query: `boat canary${canary}x` })
        const told = JSON.stringify(reply?.body)
        expect([who, whose, reply?.status]).toEqual([who, whose, who === whose ? 200 : 404])
        const others = [0, 1, 2].filter((one) => one !== who)
        for (const other of others) expect(told).not.toContain(`canary${other}x`)
      }
    }
  })
})
