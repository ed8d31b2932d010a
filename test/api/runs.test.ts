import { describe, expect, it } from 'vitest'
import { ModelError } from '../../src/models/model.ts'
import { databases } from '../support/databases.ts'
import { calls, fails, hangs, says, scripted } from '../support/model.ts'
import { openWorld, parseSse, type World } from '../support/world.ts'

const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Weather of a city',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
    },
  },
}

type Turn = {
  run_id: string
  status: string
  content: string | null
  message: string
  tool_calls: { id: string; function: { name: string; arguments: string } }[]
}

type StoredMessage = {
  role: string
  content: string | null
  status: string
  metadata_: Record<string, unknown> | null
}

const submit = (
  world: World,
  threadId: string,
  turn: Turn,
  outputs: [string, unknown][],
  more = {},
) =>
  world.call<Turn>('POST', `/threads/${threadId}/runs/${turn.run_id}/submit-tool-outputs`, {
    tool_outputs: outputs.map(([tool_call_id, output]) => ({ tool_call_id, output })),
    ...more,
  })

const messagesOf = async (world: World, threadId: string) =>
  (await world.call<{ messages: StoredMessage[] }>('GET', `/threads/${threadId}`)).body.messages

describe.each(databases)('tool rounds on %s', (_name, openDb) => {
  it('200 pauses the run at a call and finishes it on the output, under one run id', async () => {
    const model = scripted(calls(['get_weather', { city: 'Oslo' }]), says('18 C'))
    await using world = await openWorld({ db: await openDb(), model })
    const { threadId } = await world.thread({ tools: [weather] })

    const { body: paused } = await world.send<Turn>(threadId, 'How warm is it?')
    expect(paused).toMatchObject({
      status: 'REQUIRES_ACTION',
      tool_calls: [
        {
          id: 'call_1',
          type: 'function',
          function: { name: 'get_weather', arguments: '{"city":"Oslo"}' },
        },
      ],
    })
    const done = await submit(world, threadId, paused, [['call_1', '18']])
    expect(done).toMatchObject({
      status: 200,
      body: { status: 'COMPLETED', content: '18 C', run_id: paused.run_id, tool_calls: null },
    })
    const call = paused.tool_calls[0]
    expect(await messagesOf(world, threadId)).toMatchObject([
      { role: 'user', metadata_: null },
      {
        ...{ role: 'assistant', content: null, status: 'COMPLETED' },
        metadata_: { run_id: paused.run_id, tool_calls: [call] },
      },
      {
        ...{ role: 'tool', content: '18', status: 'COMPLETED' },
        metadata_: { run_id: paused.run_id, tool_call_id: 'call_1', tool_name: 'get_weather' },
      },
      {
        ...{ role: 'assistant', content: '18 C' },
        metadata_: { run_id: paused.run_id, all_run_tool_calls: [call] },
      },
    ])
    expect(model.prompts[1]?.turns).toMatchObject([
      { role: 'user' },
      { role: 'assistant', calls: [{ id: 'call_1', name: 'get_weather' }] },
      { role: 'tool', callId: 'call_1', name: 'get_weather', text: '18' },
    ])
  })

  it('200 streams both legs, and answers on the simple path', async () => {
    const model = scripted(calls(['get_weather', { city: 'Oslo' }]), says('18', ' C'))
    await using world = await openWorld({ db: await openDb(), model })
    const { threadId } = await world.thread({ tools: [weather] })

    const first = await world.stream(`/threads/${threadId}/messages`, { content: 'How warm?' })
    expect(first.map((event) => event.type)).toEqual([
      ...['message_received', 'user_message', 'run_started', 'message_start'],
      ...['tool_call_start', 'tool_call_ready', 'tool_submit_required'],
    ])
    const required = first.at(-1)
    expect(required).toMatchObject({ thread_id: threadId, tool_calls: [{ id: 'call_1' }] })

    const second = await world.stream('/threads/tool-outputs', {
      thread_id: threadId,
      tool_outputs: [{ tool_call_id: 'call_1', output: { celsius: 18 } }],
    })
    expect(second.map((event) => event.type)).toEqual([
      ...['run_continuing', 'message_start', 'content_streaming', 'content_streaming'],
      ...['message_complete', 'run_ended'],
    ])
    expect(second.at(-1)).toMatchObject({
      status: 'completed',
      final_content: '18 C',
      run_id: required?.run_id,
    })
    expect(model.prompts[1]?.turns.at(-1)).toMatchObject({ text: '{"celsius":18}' })
  })

  it('200 goes through parallel and chained calls with the tools of the message', async () => {
    const model = scripted(calls(['a', {}], ['b', {}]), calls(['c', {}]), says('done'))
    await using world = await openWorld({ db: await openDb(), model })
    const { threadId } = await world.thread()
    const { body: one } = await world.send<Turn>(threadId, 'go', { tools: [weather] })
    const { body: two } = await submit(world, threadId, one, [
      ['call_2', 'B'],
      ['call_1', 'A'],
    ])
    expect(two).toMatchObject({ status: 'REQUIRES_ACTION', run_id: one.run_id })
    const more = { tools: [], stream: false }
    expect((await submit(world, threadId, two, [['call_1', 'C']], more)).body.content).toBe('done')
    expect(model.prompts.map((prompt) => prompt.tools.length)).toEqual([1, 1, 0])
    expect(model.prompts[1]?.turns.slice(-2)).toMatchObject([{ text: 'A' }, { text: 'B' }])
  })

  it('400 names missing, unknown and repeated ids, and the run still waits', async () => {
    const model = scripted(calls(['a', {}], ['b', {}]), says('done'))
    await using world = await openWorld({ db: await openDb(), model })
    const { threadId } = await world.thread({ tools: [weather] })
    const { body: turn } = await world.send<Turn>(threadId, 'go')
    const wrong: [[string, unknown][], string][] = [
      [[['call_1', 'A']], 'call_2'],
      [[], 'call_1, call_2'],
      [
        [
          ['call_1', 'A'],
          ['call_2', 'B'],
          ['call_9', 'X'],
        ],
        'call_9',
      ],
      [
        [
          ['call_1', 'A'],
          ['call_2', 'B'],
          ['call_2', 'C'],
        ],
        'call_2',
      ],
    ]
    for (const [outputs, named] of wrong) {
      const reply = await submit(world, threadId, turn, outputs)
      expect(reply).toMatchObject({ status: 400, body: { detail: expect.stringContaining(named) } })
    }
    const right = await submit(world, threadId, turn, [
      ['call_1', ''],
      ['call_2', null],
    ])
    expect(right.body).toMatchObject({ status: 'COMPLETED' })
    expect(model.prompts[1]?.turns.slice(-2)).toMatchObject([{ text: '' }, { text: 'null' }])
  })

  it('200 gives a repeated submission the stored result, also when several come at once', async () => {
    const model = scripted(calls(['get_weather', {}]), says('18 C'))
    await using world = await openWorld({ db: await openDb(), model })
    const { threadId } = await world.thread({ tools: [weather] })
    const { body: turn } = await world.send<Turn>(threadId, 'How warm?')
    const replies = await Promise.all(
      [1, 2, 3].map(() => submit(world, threadId, turn, [['call_1', '18']])),
    )
    for (const reply of replies) {
      expect(reply).toMatchObject({ status: 200, body: { content: '18 C', status: 'COMPLETED' } })
    }
    const path = `/threads/${threadId}/runs/${turn.run_id}/submit-tool-outputs?stream=true`
    const body = { tool_outputs: [{ tool_call_id: 'call_1', output: '18' }] }
    const again = parseSse(await (await world.raw('POST', path, body)).text())
    expect(again.at(-1)).toMatchObject({ type: 'run_ended', final_content: '18 C' })
    expect(await messagesOf(world, threadId)).toHaveLength(4)
    expect(model.prompts).toHaveLength(2)
  })

  it('400 for a run that is not waiting, 404 for an unknown one and another owner’s', async () => {
    const model = scripted(says('Hi'), calls(['a', {}]))
    await using world = await openWorld({ db: await openDb(), model })
    const { threadId } = await world.thread()
    const { body: turn } = await world.send<Turn>(threadId, 'Hello')
    expect((await submit(world, threadId, turn, [['call_1', 'x']])).status).toBe(400)
    const unknown = { ...turn, run_id: '01a20000-0000-7000-8000-000000000000' }
    expect((await submit(world, threadId, unknown, [['call_1', 'x']])).status).toBe(404)

    const { body: waiting } = await world.send<Turn>(threadId, 'Go')
    const body = { tool_outputs: [{ tool_call_id: 'call_1', output: 'x' }] }
    const path = `/threads/${threadId}/runs/${waiting.run_id}`
    const stranger = { 'X-API-Key': 'somebody else' }
    for (const action of ['submit-tool-outputs', 'cancel']) {
      const reply = await world.call('POST', `${path}/${action}`, body, stranger)
      expect(reply.status).toBe(404)
    }
    const other = await world.thread()
    expect((await submit(world, other.threadId, waiting, [['call_1', 'x']])).status).toBe(404)
    const simple = { thread_id: other.threadId, ...body }
    expect((await world.call('POST', '/threads/tool-outputs', simple)).status).toBe(400)
  })

  it('200 a new message closes the run that waits, and the history stays valid', async () => {
    const model = scripted(calls(['a', {}], ['b', {}]), says('Never mind'))
    await using world = await openWorld({ db: await openDb(), model })
    const { threadId } = await world.thread({ tools: [weather] })
    const { body: waiting } = await world.send<Turn>(threadId, 'Go')
    const next = await world.send<Turn>(threadId, 'Forget it')
    expect(next.body).toMatchObject({ content: 'Never mind', status: 'COMPLETED' })
    const messages = await messagesOf(world, threadId)
    expect(messages.map(({ role, status }) => [role, status])).toEqual([
      ['user', 'COMPLETED'],
      ['assistant', 'CANCELLED'],
      ['tool', 'CANCELLED'],
      ['tool', 'CANCELLED'],
      ['user', 'COMPLETED'],
      ['assistant', 'COMPLETED'],
    ])
    expect(model.prompts[1]?.turns.map((turn) => turn.role)).toEqual([
      ...['user', 'assistant', 'tool', 'tool', 'user'],
    ])
    const late = await submit(world, threadId, waiting, [
      ['call_1', 'A'],
      ['call_2', 'B'],
    ])
    expect(late).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('cancelled') },
    })
  })
})

describe.each(databases)('POST /threads/:id/runs/:id/cancel on %s', (_name, openDb) => {
  const cancel = (world: World, threadId: string, runId: string) =>
    world.call('POST', `/threads/${threadId}/runs/${runId}/cancel`)

  it('200 stops a live run, streams run_cancelled, keeps the partial text; and again', async () => {
    const model = scripted(hangs(new Promise(() => {}), 'Once upon'), says('Next'))
    await using world = await openWorld({ db: await openDb(), model })
    const { threadId } = await world.thread()
    const body = { content: 'Tell me', stream: true }
    const response = await world.raw('POST', `/threads/${threadId}/messages`, body)
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    while (!text.includes('Once upon')) text += (await reader?.read())?.value ?? ''
    const runId = parseSse(text).find((event) => event.type === 'run_started')?.run_id

    const done = { thread_id: threadId, run_id: runId, cancelled: true }
    expect(await cancel(world, threadId, runId)).toMatchObject({ status: 200, body: done })
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      text += part.value
    }
    expect(parseSse(text).at(-1)).toMatchObject({ type: 'run_cancelled', run_id: runId })
    expect((await messagesOf(world, threadId)).at(-1)).toMatchObject({
      ...{ role: 'assistant', status: 'CANCELLED', content: 'Once upon' },
    })
    expect(await cancel(world, threadId, runId)).toMatchObject({ status: 200, body: done })
    expect((await world.send<Turn>(threadId, 'Go on')).body.content).toBe('Next')
    expect(model.prompts[1]?.turns.map((turn) => turn.text)).toEqual([
      ...['Tell me', 'Once upon', 'Go on'],
    ])
  })

  it('200 cancels a run that waits for tools; a finished one says cancelled: false', async () => {
    const model = scripted(calls(['a', {}]), says('Hi'))
    await using world = await openWorld({ db: await openDb(), model })
    const { threadId } = await world.thread({ tools: [weather] })
    const { body: waiting } = await world.send<Turn>(threadId, 'Go')
    expect((await cancel(world, threadId, waiting.run_id)).body.cancelled).toBe(true)
    const { body: done } = await world.send<Turn>(threadId, 'Hello')
    expect((await cancel(world, threadId, done.run_id)).body.cancelled).toBe(false)
  })

  it('200 reaches a run that another process executes', async () => {
    const db = await openDb()
    const model = scripted(hangs(new Promise(() => {}), 'Once'))
    await using world = await openWorld({ db, model })
    const { threadId } = await world.thread()
    const answer = world.send<Turn>(threadId, 'Tell me')
    const runId = await liveRun(world)
    // The same database seen by a process that executes nothing itself.
    const { LiveRuns } = await import('../../src/runs/live.ts')
    const { cancelRun } = await import('../../src/runs/cancel.ts')
    const { getThread } = await import('../../src/store/threads.ts')
    const { ownerOfSecret } = await import('../../src/store/keys.ts')
    const elsewhere = { ...world.ctx, live: new LiveRuns() }
    const thread = await getThread(db, ownerOfSecret(world.key), threadId)
    expect((await cancelRun(elsewhere, thread, runId)).status).toBe('cancelled')
    expect((await answer).body).toMatchObject({ status: 'CANCELLED', content: 'Once' })
  })
})

async function liveRun(world: World): Promise<string> {
  for (;;) {
    const [id] = world.ctx.live.ids()
    if (id) return id
    await new Promise((resolve) => setImmediate(resolve))
  }
}

describe.each(databases)('failures between legs on %s', (_name, openDb) => {
  it('200 FAILED with the reason when the provider breaks after the outputs', async () => {
    const down = new ModelError('unavailable', 'openai: connection reset')
    const model = scripted(calls(['a', {}]), fails(down, 'Partial'), says('Fine'))
    await using world = await openWorld({ db: await openDb(), model })
    const { threadId } = await world.thread({ tools: [weather] })
    const { body: turn } = await world.send<Turn>(threadId, 'Go')
    const failed = await submit(world, threadId, turn, [['call_1', 'A']])
    expect(failed).toMatchObject({
      status: 200,
      body: { status: 'FAILED', content: 'Partial', message: 'openai: connection reset' },
    })
    expect((await messagesOf(world, threadId)).at(-1)).toMatchObject({
      status: 'FAILED',
      metadata_: { error: 'openai: connection reset', run_id: turn.run_id },
    })
    expect((await world.send<Turn>(threadId, 'Again')).body.content).toBe('Fine')
    expect(model.prompts[2]?.turns.map((t) => t.text)).toEqual(['Again'])
  })

  it('200 FAILED past the limit on rounds of tool calls', async () => {
    const model = scripted(calls(['a', {}]), calls(['a', {}]), calls(['a', {}]), says('Fine'))
    await using world = await openWorld({ db: await openDb(), model, limits: { roundsPerRun: 2 } })
    const { threadId } = await world.thread({ tools: [weather] })
    const { body: one } = await world.send<Turn>(threadId, 'Go')
    const { body: two } = await submit(world, threadId, one, [['call_1', 'A']])
    const { body: three } = await submit(world, threadId, two, [['call_1', 'A']])
    expect(three).toMatchObject({ status: 'FAILED', message: expect.stringContaining('rounds') })
    expect((await world.send<Turn>(threadId, 'Again')).body.content).toBe('Fine')
  })

  it('504 FAILED when a run takes longer than it may', async () => {
    const model = scripted(hangs(new Promise(() => {})), says('Fine'))
    await using world = await openWorld({ db: await openDb(), model, limits: { runMs: 50 } })
    const { threadId } = await world.thread()
    const reply = await world.send<Turn>(threadId, 'Go')
    expect(reply).toMatchObject({
      status: 504,
      body: { detail: expect.stringContaining('operation timed out') },
    })
    expect((await world.send<Turn>(threadId, 'Again')).body.content).toBe('Fine')
  })
})
