import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { databases } from '../support/databases.ts'
import { type Step, says, scripted } from '../support/model.ts'
import { postOnSocket } from '../support/socket.ts'
import { openWorld, parseSse, type World } from '../support/world.ts'

type Message = { role: string; content: string; status: string }

/** Repeats what it was last told, a word at a time, giving others a chance in between. */
const repeats: Step = async function* ({ turns }) {
  for (const word of (turns.at(-1)?.text ?? '').split(' ')) {
    await new Promise(setImmediate)
    yield { type: 'text', text: `${word} ` } as const
  }
  yield { type: 'end', reason: 'stop', usage: null } as const
}

/** A promise and the function that settles it. */
function gate() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}

const read = async (world: World, threadId: string) =>
  (await world.call<Message[]>('GET', `/threads/${threadId}/messages`)).body

/** Resolves when the thread has an answer that is `content`, or as many messages as there should be. */
async function answered(world: World, threadId: string, count: number) {
  for (;;) {
    const messages = await read(world, threadId)
    if (messages.length >= count && messages.at(-1)?.status !== 'IN_PROGRESS') return messages
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

describe.each(databases)('messages at once on one thread on %s', (_name, openDb) => {
  it.each([2, 10])('200 %i are answered one after the other, and none is lost', async (count) => {
    const model = scripted(...Array(count).fill(repeats))
    await using world = await openWorld({ db: await openDb(), model })
    const { threadId } = await world.thread()
    const texts = Array.from({ length: count }, (_, i) => `message ${i}`)
    const replies = await Promise.all(
      texts.map(async (content, i) => {
        if (i % 2 === 0) return (await world.send(threadId, content)).body.content
        const events = await world.stream(`/threads/${threadId}/messages`, { content })
        return events.at(-1)?.final_content
      }),
    )
    expect(replies).toEqual(texts.map((text) => `${text} `))
    const stored = await read(world, threadId)
    expect(stored.map(({ role }) => role)).toEqual(texts.flatMap(() => ['user', 'assistant']))
    for (let i = 0; i < stored.length; i += 2) {
      expect(stored[i + 1]?.content).toBe(`${stored[i]?.content} `)
    }
    expect(
      stored
        .filter((_, i) => i % 2 === 0)
        .map(({ content }) => content)
        .sort(),
    ).toEqual(texts)
    expect(model.prompts.map(({ turns }) => turns.length)).toEqual(texts.map((_, i) => 2 * i + 1))
  })

  it('200 in the order they came, saved ones too, while other threads go on', async () => {
    const { open, opened } = gate()
    const waits: Step = async function* (prompt, signal) {
      await opened
      yield* repeats(prompt, signal)
    }
    const model = scripted(waits, repeats, repeats)
    await using world = await openWorld({ db: await openDb(), model })
    const { threadId } = await world.thread()
    const other = await world.thread()
    const first = world.send(threadId, 'first')
    await answered(world, threadId, 1)
    const second = world.send(threadId, 'second', { send_to_llm: false })
    expect((await world.send(other.threadId, 'elsewhere')).body.content).toBe('elsewhere ')
    const third = world.send(threadId, 'third')
    open()
    await Promise.all([first, second, third])
    const stored = await read(world, threadId)
    expect(stored.map(({ content }) => content)).toEqual([
      ...['first', 'first ', 'second', 'third', 'third '],
    ])
  })

  it('503 when its turn does not come in time, and nothing of it is stored', async () => {
    const { open, opened } = gate()
    const model = scripted(async function* (prompt, signal) {
      await opened
      yield* says('done')(prompt, signal)
    })
    await using world = await openWorld({ db: await openDb(), model, limits: { turnWaitMs: 50 } })
    const { threadId } = await world.thread()
    const first = world.send(threadId, 'first')
    await answered(world, threadId, 1)
    for (const more of [{}, { stream: true }, { send_to_llm: false }]) {
      expect(await world.send(threadId, 'second', more)).toMatchObject({
        status: 503,
        body: { detail: expect.stringMatching(/busy with an earlier message/) },
      })
    }
    open()
    expect((await first).body).toMatchObject({ content: 'done' })
    expect(await read(world, threadId)).toHaveLength(2)
  })

  it('200 a client that leaves while it waits leaves nothing behind', async () => {
    const { open, opened } = gate()
    const waits: Step = async function* (prompt, signal) {
      await opened
      yield* repeats(prompt, signal)
    }
    const model = scripted(waits, repeats)
    await using world = await openWorld({ db: await openDb(), model, limits: { pingMs: 10 } })
    const { threadId } = await world.thread()
    const first = world.send(threadId, 'first')
    await answered(world, threadId, 1)
    const message = { content: 'gone', stream: true }
    const { ours, theirs } = await postOnSocket(world, `/threads/${threadId}/messages`, message)
    // A ping: the server knows of the message.
    await once(ours, 'data')
    const third = world.send(threadId, 'third')
    ours.destroy()
    await once(theirs, 'close')
    open()
    await Promise.all([first, third])
    const stored = await read(world, threadId)
    expect(stored.map(({ content }) => content)).not.toContain('gone')
    expect(stored).toHaveLength(4)
  })
})

describe.each(databases)('a client that leaves on %s', (_name, openDb) => {
  it.each([true, false])('200 its answer is finished and stored (stream: %s)', async (stream) => {
    const { open, opened } = gate()
    const model = scripted(async function* () {
      yield { type: 'text', text: 'Half ' } as const
      await opened
      yield { type: 'text', text: 'and whole' } as const
      yield { type: 'end', reason: 'stop', usage: null } as const
    })
    await using world = await openWorld({ db: await openDb(), model })
    const { threadId } = await world.thread()
    const leaving = new AbortController()
    const left = fetch(`${world.url}/threads/${threadId}/messages`, {
      ...{ method: 'POST', signal: leaving.signal },
      body: JSON.stringify({ content: 'Hi', stream }),
      headers: { 'X-API-Key': world.key, 'content-type': 'application/json' },
    })
    if (stream) await (await left).body?.getReader().read()
    else await answered(world, threadId, 1)
    leaving.abort()
    await left.catch(() => {})
    open()
    const stored = await answered(world, threadId, 2)
    expect(stored).toMatchObject([
      { content: 'Hi' },
      { content: 'Half and whole', status: 'COMPLETED' },
    ])
  })

  it.each(['message_complete', 'run_ended'])('200 nothing is lost after %s', async (last) => {
    const model = scripted(says('Hello'), says('Again'))
    await using world = await openWorld({ db: await openDb(), model })
    const { threadId } = await world.thread()
    const leaving = new AbortController()
    const response = await fetch(`${world.url}/threads/${threadId}/messages`, {
      ...{ method: 'POST', signal: leaving.signal, body: '{"content":"Hi","stream":true}' },
      headers: { 'X-API-Key': world.key, 'content-type': 'application/json' },
    })
    let text = ''
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk
      if (text.includes(`"${last}"`)) break
    }
    leaving.abort()
    expect(parseSse(text).map(({ type }) => type)).toContain(last)
    expect(await read(world, threadId)).toMatchObject([{}, { content: 'Hello' }])
    expect((await world.send(threadId, 'More')).body).toMatchObject({ content: 'Again' })
  })
})
