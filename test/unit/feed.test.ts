import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../../src/runs/events.ts'
import { Feed } from '../../src/runs/feed.ts'

const say = (text: string): RunEvent => ({ type: 'text', text })
const think = (text: string): RunEvent => ({ type: 'reasoning', text })
const done: RunEvent = { type: 'reasoning_ended' }

async function readAll(feed: Feed) {
  const events: RunEvent[] = []
  for await (const event of feed) events.push(event)
  return events
}

const spoken = (events: RunEvent[]) =>
  events.map((event) => (event.type === 'text' ? event.text : '')).join('')

describe('a feed', () => {
  it('carries everything in order to a reader that keeps up', async () => {
    const feed = new Feed(2)
    const reading = readAll(feed)
    const events = [say('a'), say('b'), done, say('c')]
    for (const event of events) {
      feed.push(event)
      await Promise.resolve()
    }
    feed.end()
    expect(await reading).toEqual(events)
  })

  it('carries what was pushed before anybody read', async () => {
    const feed = new Feed(10)
    feed.push(say('a'))
    feed.end()
    expect(await readAll(feed)).toEqual([say('a')])
  })

  it('joins text for a reader that falls behind, loses none, and keeps kinds apart', async () => {
    const feed = new Feed(3)
    const all = Array.from({ length: 1_000 }, (_, i) => `${i} `)
    for (const piece of all.slice(0, 500)) feed.push(say(piece))
    feed.push(done)
    for (const piece of all.slice(500)) feed.push(say(piece))
    feed.push(think('x'))
    feed.push(think('y'))
    feed.end()
    const events = await readAll(feed)
    expect(spoken(events)).toBe(all.join(''))
    expect(events.map(({ type }) => type)).toEqual([
      ...['text', 'text', 'text', 'reasoning_ended', 'text', 'reasoning'],
    ])
  })

  it('does not change an event its reader has already', async () => {
    const feed = new Feed(1)
    const iterator = feed[Symbol.asyncIterator]()
    feed.push(say('a'))
    const { value: first } = await iterator.next()
    feed.push(say('b'))
    feed.push(say('c'))
    expect(first).toEqual(say('a'))
    expect((await iterator.next()).value).toEqual(say('bc'))
  })

  it('throws its error after what was still waiting', async () => {
    const feed = new Feed(10)
    feed.push(say('a'))
    feed.end(new Error('broken'))
    const iterator = feed[Symbol.asyncIterator]()
    expect((await iterator.next()).value).toEqual(say('a'))
    await expect(iterator.next()).rejects.toThrow('broken')
  })

  it('wakes a reader that waits when it ends', async () => {
    const feed = new Feed(10)
    const reading = readAll(feed)
    await Promise.resolve()
    feed.end()
    expect(await reading).toEqual([])
  })

  it('keeps nothing once its reader has left', async () => {
    const feed = new Feed(10)
    feed.push(say('a'))
    for await (const _ of feed) break
    for (let i = 0; i < 100; i += 1) feed.push(done)
    feed.end()
    expect(await readAll(feed)).toEqual([])
  })
})
