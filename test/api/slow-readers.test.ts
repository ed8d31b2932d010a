import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { type Step, scripted } from '../support/model.ts'
import { postOnSocket } from '../support/socket.ts'
import { openWorld, parseSse, type World } from '../support/world.ts'

const PIECES = 2_000
const piece = 'x'.repeat(500)

/** With the text so far in every event this would be a gigabyte to a client that keeps up. */
const talksOnAndOn: Step = async function* () {
  for (let i = 0; i < PIECES; i += 1) {
    if (i % 50 === 0) await new Promise(setImmediate)
    yield { type: 'text', text: piece } as const
  }
  yield { type: 'end', reason: 'stop', usage: null } as const
}

const askAndLookAway = (world: World, threadId: string) =>
  postOnSocket(world, `/threads/${threadId}/messages`, { content: 'Go on', stream: true })

const stored = async (world: World, threadId: string) => {
  const { body } = await world.call<{ content: string }[]>('GET', `/threads/${threadId}/messages`)
  return body.map(({ content }) => content.length)
}

describe('a client that does not read', () => {
  it('200 holds nothing up, costs little memory, and gets the whole answer later', async () => {
    await using world = await openWorld({ model: scripted(talksOnAndOn) })
    const { threadId } = await world.thread()
    const { ours, theirs } = await askAndLookAway(world, threadId)
    await expect
      .poll(() => stored(world, threadId), { timeout: 10_000 })
      .toEqual([5, PIECES * piece.length])
    expect(theirs.destroyed).toBe(false)
    expect(theirs.writableLength).toBeLessThan(4_000_000)

    const [, chunked = ''] = (await text(ours)).split(/\r\n\r\n([\s\S]*)/)
    expect(chunked.length).toBeLessThan(60_000_000)
    const events = parseSse(dechunk(chunked))
    const pieces = events.filter(({ type }) => type === 'content_streaming')
    expect(pieces.length).toBeLessThan(PIECES)
    expect(pieces.reduce((sum, { content }) => sum + content.length, 0)).toBe(500 * PIECES)
    expect(pieces.at(-1)?.accumulated_content).toHaveLength(500 * PIECES)
    expect(events.at(-1)).toMatchObject({ type: 'run_ended', status: 'completed' })
  })

  it('200 is let go when it reads nothing for too long, and its answer is stored', async () => {
    const limits = { stalledReaderMs: 50 }
    await using world = await openWorld({ model: scripted(talksOnAndOn), limits })
    const { threadId } = await world.thread()
    const { ours, theirs } = await askAndLookAway(world, threadId)
    if (!theirs.destroyed) await once(theirs, 'close')
    await expect
      .poll(() => stored(world, threadId), { timeout: 10_000 })
      .toEqual([5, PIECES * piece.length])
    expect(world.ctx.live.ids()).toEqual([])
    ours.destroy()
  })
})

/** Undoes HTTP's chunks. The text is ASCII, so its length is its bytes. */
function dechunk(chunked: string): string {
  const parts: string[] = []
  for (let at = 0; at < chunked.length; ) {
    const end = chunked.indexOf('\r\n', at)
    const size = Number.parseInt(chunked.slice(at, end), 16)
    parts.push(chunked.slice(end + 2, end + 2 + size))
    at = end + 2 + size + 2
  }
  return parts.join('')
}
