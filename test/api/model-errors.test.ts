import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ModelError, type ModelErrorKind } from '../../src/models/model.ts'
import { databases } from '../support/databases.ts'
import { fails, type ScriptedModel, type Step, says, scripted } from '../support/model.ts'
import { openWorld, parseSse, type World } from '../support/world.ts'

const statuses: [ModelErrorKind, number][] = [
  ['bad_request', 400],
  ['unknown_model', 400],
  ['rate_limit', 429],
  ['credentials', 502],
  ['credits', 502],
  ['unavailable', 502],
  ['malformed', 502],
  ['overloaded', 503],
  ['timeout', 504],
]

const thinksThenFails: Step = function* () {
  yield { type: 'reasoning', text: 'Hm' }
  throw new ModelError('unavailable', 'acme is gone')
}

const callsThenFails: Step = function* () {
  yield { type: 'call_start', id: 'c', name: 'f' }
  yield { type: 'call', call: { id: 'c', name: 'f', arguments: '{}' } }
  throw new ModelError('unavailable', 'acme is gone')
}

describe.each(databases)('a model that fails on %s', (_name, openDb) => {
  let world: World
  let model: ScriptedModel
  const script = (...steps: Step[]) => {
    model = scripted(...steps)
  }
  const messages = async (threadId: string) =>
    (await world.call<Record<string, unknown>[]>('GET', `/threads/${threadId}/messages`)).body

  /** The failed turn is on record and out of the conversation, which goes on. */
  async function expectUsable(threadId: string, failed: object) {
    expect(await messages(threadId)).toMatchObject([{ role: 'user', content: 'Hi' }, failed])
    script(says('Fine again'))
    const next = await world.send(threadId, 'And now?')
    expect(next).toMatchObject({ status: 200, body: { content: 'Fine again' } })
    expect(model.prompts[0]?.turns).toEqual([{ role: 'user', text: 'And now?' }])
  }

  beforeAll(async () => {
    const late = { stream: (...args: Parameters<ScriptedModel['stream']>) => model.stream(...args) }
    world = await openWorld({ db: await openDb(), model: late })
  })
  afterAll(() => world[Symbol.asyncDispose]())

  it.each(statuses)('an early %s is an HTTP error: %i, streamed or not', async (kind, status) => {
    for (const stream of [false, true]) {
      const { threadId } = await world.thread()
      script(fails(new ModelError(kind, `acme said ${kind}`, kind === 'rate_limit' ? 6.2 : null)))
      const reply = await world.send(threadId, 'Hi', { stream })
      expect(reply).toMatchObject({ status, body: { detail: `acme said ${kind}` } })
      expect(reply.headers.get('content-type')).toMatch(/^application\/json/)
      expect(reply.headers.get('retry-after')).toBe(kind === 'rate_limit' ? '7' : null)
      await expectUsable(threadId, {
        ...{ role: 'assistant', status: 'FAILED', content: null },
        metadata_: { run_id: expect.any(String), error: `acme said ${kind}` },
      })
    }
  })

  it('500 for a failure nobody foresaw, and it tells nothing of our insides', async () => {
    for (const stream of [false, true]) {
      const { threadId } = await world.thread()
      script(fails(new TypeError('secret is undefined at /etc/passwd')))
      expect(await world.send(threadId, 'Hi', { stream })).toMatchObject({
        ...{ status: 500, body: { detail: 'Internal Server Error' } },
      })
      const metadata_ = { error: 'Internal Server Error' }
      await expectUsable(threadId, { status: 'FAILED', metadata_ })
    }
  })

  it.each(statuses)('200 FAILED when %s comes after the first words', async (kind) => {
    const { threadId } = await world.thread()
    script(fails(new ModelError(kind, `acme said ${kind}`), 'Hel', 'lo'))
    const { status, body } = await world.send(threadId, 'Hi')
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        ...{ status: 'FAILED', message: `acme said ${kind}`, content: 'Hello', role: 'assistant' },
        ...{ run_id: expect.any(String), tool_calls: null, input_tokens: null },
      },
    })
    await expectUsable(threadId, {
      ...{ message_id: body.message_id, status: 'FAILED', content: 'Hello' },
      metadata_: { error: `acme said ${kind}` },
    })
  })

  it.each([
    ['text', fails(new ModelError('unavailable', 'acme is gone'), 'Hel'), 'content_streaming'],
    ['reasoning', thinksThenFails, 'reasoning_streaming'],
    ['a call', callsThenFails, 'tool_call_ready'],
  ])('200 run_failed ends the stream when it breaks after %s', async (_what, step, seen) => {
    const { threadId, assistantId } = await world.thread()
    script(step)
    const events = await world.stream(`/threads/${threadId}/messages`, { content: 'Hi' })
    expect(events.map(({ type }) => type)).toContain(seen)
    expect(events.map(({ type }) => type)).not.toContain('run_ended')
    expect(events.at(-1)).toEqual({
      ...{ type: 'run_failed', error: 'acme is gone', message: 'acme is gone' },
      ...{ run_id: expect.any(String), thread_id: threadId, assistant_id: assistantId },
    })
    await expectUsable(threadId, { status: 'FAILED', metadata_: { error: 'acme is gone' } })
  })

  it('200 run_failed for an early failure where a ping has opened the stream', async () => {
    const { pingMs } = world.ctx.limits
    world.ctx.limits.pingMs = 10
    let fail = (_: Error) => {}
    const failure = new Promise<never>((_, reject) => {
      fail = reject
    })
    failure.catch(() => {}) // it may come before the model is asked
    // biome-ignore lint/correctness/useYield: it fails before it says anything
    script(async function* () {
      await failure
    })
    const { threadId } = await world.thread()
    const response = await world.raw('POST', `/threads/${threadId}/messages`, {
      ...{ content: 'Hi', stream: true },
    })
    world.ctx.limits.pingMs = pingMs
    expect(response.status).toBe(200)
    fail(new ModelError('overloaded', 'acme is busy'))
    const events = parseSse(await response.text())
    expect(events.map(({ type }) => type)).toEqual([
      ...['message_received', 'user_message', 'run_started', 'message_start', 'run_failed'],
    ])
    await expectUsable(threadId, { status: 'FAILED', metadata_: { error: 'acme is busy' } })
  })

  it('200 an answer with NUL and half a character is stored and told without them', async () => {
    const { threadId } = await world.thread()
    const odd: Step = () => [
      { type: 'reasoning', text: 'h\0m' },
      { type: 'reasoning_end', kept: [] },
      { type: 'text', text: 'a\0b \ud83d' },
      { type: 'text', text: '\ude42 \ud83d' },
      { type: 'end', reason: 'stop', usage: null },
    ]
    script(odd, odd)
    const { status, body } = await world.send(threadId, 'Hi', { thinking: {} })
    expect({ status, body }).toMatchObject({ status: 200, body: { status: 'COMPLETED' } })
    expect(body.content).toMatch(/^ab 🙂 \ufffd?$/)
    const events = await world.stream(`/threads/${threadId}/messages`, { content: 'Hi' })
    expect(events.at(-1)).toMatchObject({ type: 'run_ended', final_content: body.content })
    const stored = await messages(threadId)
    expect(stored.map(({ content }) => content)).toEqual(['Hi', body.content, 'Hi', body.content])
    const pieces = events.filter(({ type }) => type === 'content_streaming')
    expect(pieces.map(({ content }) => content).join('')).not.toContain('\0')
  })

  it('200 FAILED when the answer is longer than answers may be', async () => {
    const { answerChars } = world.ctx.limits
    world.ctx.limits.answerChars = 10
    const { threadId } = await world.thread()
    script(says('12345678', '90', 'x', 'never asked for'))
    const { body } = await world.send(threadId, 'Hi')
    world.ctx.limits.answerChars = answerChars
    expect(body).toMatchObject({ status: 'FAILED', message: expect.stringMatching(/more text/) })
  })
})
