import { describe, expect, it, vi } from 'vitest'
import { calls, hangs, says, scripted } from '../support/model.ts'
import { openWorld, type World } from '../support/world.ts'
import { collect, openClient, textOf, versions } from './official.ts'
import { PythonClient, type Turn } from './python-client.ts'
import { readStrictly, readUntil } from './strict-reader.ts'

const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
}
const twoCities = calls(['get_weather', { city: 'Oslo' }], ['get_weather', { city: 'Rome' }])
const outputs = [
  { tool_call_id: 'call_1', output: '3 C' },
  { tool_call_id: 'call_2', output: '21 C' },
]
const question = 'How warm is it?'
const toolTurns = [
  { role: 'user', text: question },
  { role: 'assistant', calls: [{ id: 'call_1' }, { id: 'call_2' }] },
  { role: 'tool', callId: 'call_1', name: 'get_weather', text: '3 C' },
  { role: 'tool', callId: 'call_2', name: 'get_weather', text: '21 C' },
]

describe.each(versions)('tool calls by npm backboard-sdk %s', (version) => {
  it('200 a message is paused for tools and goes on with their outputs', async () => {
    const model = scripted(twoCities, says('3 and 21'))
    await using world = await openWorld({ model })
    const client = await openClient(version, world)
    const { threadId } = await world.thread({ tools: [weather] })
    const paused = await client.addMessage(threadId, { content: question })
    expect(paused).toMatchObject({ status: 'REQUIRES_ACTION', threadId, content: null })
    expect(paused.toolCalls).toMatchObject([
      { id: 'call_1', type: 'function', function: { parsedArguments: { city: 'Oslo' } } },
      { id: 'call_2', type: 'function', function: { parsedArguments: { city: 'Rome' } } },
    ])
    const done = await client.submitToolOutputs(threadId, paused.runId, outputs)
    expect(done).toMatchObject({
      ...{ status: 'COMPLETED', content: '3 and 21', runId: paused.runId, toolCalls: null },
    })
    expect(model.prompts[1]?.turns).toMatchObject(toolTurns)
    const { messages } = await client.getThread(threadId)
    expect(messages.map((message) => message.role)).toEqual([
      ...['user', 'assistant', 'tool', 'tool', 'assistant'],
    ])
  })

  it('200 a stream is paused for tools and goes on as another, until no more are called', async () => {
    const again = calls(['get_weather', { city: 'Bern' }])
    const model = scripted(twoCities, again, says('3, 21', ' and 9'))
    await using world = await openWorld({ model })
    const client = await openClient(version, world)
    const { threadId } = await world.thread({ tools: [weather] })
    const first = await collect(
      await client.addMessage(threadId, { content: question, stream: true }),
    )
    const paused = first.at(-1)
    expect(paused?.type).toBe('tool_submit_required')
    expect(first.map((event) => event.type)).not.toContain('run_ended')
    const runId = paused?.run_id
    const second = await collect(await client.submitToolOutputs(threadId, runId, outputs, true))
    expect(second.at(-1)).toMatchObject({
      ...{ type: 'tool_submit_required', run_id: runId },
      tool_calls: [{ type: 'function', function: { arguments: '{"city":"Bern"}' } }],
    })
    const last = await collect(
      await client.submitToolOutputs(
        threadId,
        runId,
        [{ tool_call_id: second.at(-1)?.tool_calls[0].id, output: '9 C' }],
        true,
      ),
    )
    expect(textOf(last)).toBe('3, 21 and 9')
    expect(last.at(-1)).toMatchObject({ type: 'run_ended', status: 'completed', run_id: runId })
  })
})

describe('tool calls as the Python SDK makes them', () => {
  const ways = [
    [
      'with the run',
      (c: PythonClient, t: Turn) => c.submitToolOutputs(t.thread_id, t.run_id, outputs),
    ],
    [
      'without the run',
      (c: PythonClient, t: Turn) => c.submitToolOutputsSimple(t.thread_id, outputs),
    ],
  ] as const
  const streams = [
    [
      'with the run',
      (c: PythonClient, t: Turn) => c.submitToolOutputsStreamed(t.thread_id, t.run_id, outputs),
    ],
    [
      'without the run',
      (c: PythonClient, t: Turn) => c.submitToolOutputsSimpleStreamed(t.thread_id, outputs),
    ],
  ] as const
  const open = ({ url, key }: World) => new PythonClient({ apiKey: key, baseUrl: url })

  it.each(ways)('200 outputs are submitted %s', async (_, submit) => {
    const model = scripted(twoCities, says('3 and 21'))
    await using world = await openWorld({ model })
    const client = open(world)
    const paused = await client.sendMessage(question, { tools: [weather] })
    expect(paused.status).toBe('REQUIRES_ACTION')
    const done = await submit(client, paused)
    expect(done).toMatchObject({ status: 'COMPLETED', content: '3 and 21', run_id: paused.run_id })
    expect(model.prompts[1]).toMatchObject({ turns: toolTurns, tools: [{ name: 'get_weather' }] })
  })

  it.each(streams)('200 outputs are submitted %s, streamed', async (_, submit) => {
    await using world = await openWorld({ model: scripted(twoCities, says('3', ' and 21')) })
    const client = open(world)
    const paused = await client.sendMessage(question, { tools: [weather] })
    const events = await collect(submit(client, paused))
    expect(events[0]).toMatchObject({ type: 'run_continuing', run_id: paused.run_id })
    expect(textOf(events)).toBe('3 and 21')
    expect(events.at(-1)).toMatchObject({ type: 'run_ended', run_id: paused.run_id })
    expect((await client.getThread(paused.thread_id)).messages).toHaveLength(5)
  })

  it('200 cancel_run ends a run that waits, again and again, and says so', async () => {
    await using world = await openWorld({ model: scripted(twoCities, says('Never mind')) })
    const client = open(world)
    const { thread_id, run_id } = await client.sendMessage(question, { tools: [weather] })
    const answer = { thread_id, run_id, cancelled: true }
    expect(await client.cancelRun(thread_id, run_id)).toEqual(answer)
    expect(await client.cancelRun(thread_id, run_id)).toEqual(answer)
    const next = await client.sendMessage('Then not', { thread_id })
    expect(next.content).toBe('Never mind')
    expect(await client.cancelRun(thread_id, next.run_id)).toMatchObject({ cancelled: false })
    expect((await client.getThread(thread_id)).messages.at(-1)?.content).toBe('Never mind')
  })

  it('200 cancel_run ends a stream, which does not raise', async () => {
    const model = scripted(hangs(new Promise(() => {}), 'Half an'))
    await using world = await openWorld({ model })
    const client = open(world)
    let text = ''
    const types: string[] = []
    let thread = ''
    let run = ''
    for await (const event of client.sendMessageStreamed('Hi')) {
      types.push(event.type)
      if (event.type === 'run_started') [thread, run] = [event.thread_id, event.run_id]
      if (event.type !== 'content_streaming') continue
      text += event.content
      expect(await client.cancelRun(thread, run)).toMatchObject({ cancelled: true })
    }
    expect(text).toBe('Half an')
    expect(types.at(-1)).toBe('run_cancelled')
    expect((await client.getThread(thread)).messages.at(-1)?.content).toBe('Half an')
  })
})

describe('tool calls as other clients make them', () => {
  it('200 R-CLI: the tools come with every turn, stream and tools with the outputs', async () => {
    const model = scripted(twoCities, says('3 and 21'))
    await using world = await openWorld({ model })
    const turn = { content: question, stream: true, tools: [weather], system_prompt: 'Be brief.' }
    const first = await readStrictly(await world.raw('POST', '/threads/messages', turn))
    const paused = first.at(-1)
    expect(first.slice(-5).map((event) => event.type)).toEqual([
      ...['tool_call_start', 'tool_call_ready', 'tool_call_start', 'tool_call_ready'],
      'tool_submit_required',
    ])
    expect(paused).toMatchObject({
      ...{ input_tokens: 10, output_tokens: 5, total_tokens: 15 },
      tool_calls: [
        {
          ...{ id: 'call_1', type: 'function' },
          function: { name: 'get_weather', arguments: '{"city":"Oslo"}' },
        },
        { id: 'call_2' },
      ],
    })
    const path = `/threads/${paused?.thread_id}/runs/${paused?.run_id}/submit-tool-outputs`
    const body = { tool_outputs: outputs, stream: true, tools: [weather], thinking: null }
    const second = await readStrictly(await world.raw('POST', path, body))
    expect(second.map((event) => event.type)).toEqual([
      ...['run_continuing', 'message_start', 'content_streaming', 'message_complete', 'run_ended'],
    ])
    expect(model.prompts[1]).toMatchObject({
      system: 'Be brief.',
      tools: [{ name: 'get_weather' }],
    })
  })

  it('200 Nash and R-CLI: a thread read back tells every call and every output of its run', async () => {
    await using world = await openWorld({ model: scripted(twoCities, says('3 and 21')) })
    const { threadId: thread_id } = await world.thread({ tools: [weather] })
    const { body } = await world.send(thread_id, question)
    await world.call('POST', '/threads/tool-outputs', { thread_id, tool_outputs: outputs })
    const thread = await world.call('GET', `/threads/${thread_id}`)
    const { run_id } = body
    const asked = [{ id: 'call_1', type: 'function' }, { id: 'call_2' }]
    expect(thread.body.messages).toMatchObject([
      { role: 'user', content: question },
      { role: 'assistant', status: 'COMPLETED', metadata_: { run_id, tool_calls: asked } },
      {
        ...{ role: 'tool', content: '3 C' },
        metadata_: { run_id, tool_call_id: 'call_1', tool_name: 'get_weather' },
      },
      { role: 'tool', content: '21 C', metadata_: { run_id, tool_call_id: 'call_2' } },
      {
        ...{ role: 'assistant', content: '3 and 21' },
        metadata_: { run_id, all_run_tool_calls: asked },
      },
    ])
  })

  it('200 a client that hangs up on tool_submit_required can submit all the same', async () => {
    await using world = await openWorld({ model: scripted(twoCities, says('3 and 21')) })
    const { threadId: thread_id } = await world.thread({ tools: [weather] })
    const body = { content: question, stream: true }
    const response = await world.raw('POST', `/threads/${thread_id}/messages`, body)
    const { run_id } = await readUntil(response, 'tool_submit_required')
    const waiting = await world.call('GET', `/threads/${thread_id}`)
    expect(waiting.body.messages).toMatchObject([
      { role: 'user' },
      { role: 'assistant', status: 'REQUIRES_ACTION', metadata_: { run_id } },
    ])
    const submission = { thread_id, tool_outputs: outputs, stream: true }
    const next = await world.raw('POST', '/threads/tool-outputs', submission)
    await readUntil(next, 'message_complete')
    await vi.waitFor(async () => {
      const thread = await world.call('GET', `/threads/${thread_id}`)
      expect(thread.body.messages).toMatchObject([{}, {}, {}, {}, { content: '3 and 21' }])
    })
  })
})
