import { describe, expect, it } from 'vitest'
import { databases } from '../support/databases.ts'
import { calls, hangs, type Step, says, scripted } from '../support/model.ts'
import { openWorld, parseSse, type SseEvent } from '../support/world.ts'

const uuid = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)
const types = (events: SseEvent[]) => events.map(({ type }) => type)
const find = (events: SseEvent[], type: string) => events.find((event) => event.type === type)

describe.each(databases)('a streamed answer on %s', (_name, openDb) => {
  it('200 has exactly the events of the hosted service, in their order and shape', async () => {
    await using world = await openWorld({ db: await openDb(), model: scripted(says('Hel', 'lo')) })
    const { threadId, assistantId } = await world.thread()
    const response = await world.raw('POST', `/threads/${threadId}/messages`, {
      ...{ content: 'Hi', stream: true },
    })
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      ...{ 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
      ...{ 'x-accel-buffering': 'no', 'access-control-allow-origin': '*' },
    })
    const text = await response.text()
    expect(text).toMatch(/^(data: \{.*\}\n\n)+$/)
    const events = parseSse(text)
    const ids = { thread_id: threadId, assistant_id: assistantId }
    const run_id = events[2]?.run_id
    const message_id = events[2]?.message_id
    const completed = {
      ...{ ...ids, run_id, message_id, role: 'assistant', status: 'completed', content: null },
      ...{ final_content: 'Hello', reasoning: null, tool_calls: null, attachments: [] },
      ...{ model_provider: 'openai', model_name: 'gpt-4o', cost_usd: null },
      ...{ input_tokens: 10, output_tokens: 5, total_tokens: 15 },
      ...{ cached_input_tokens: 0, cache_write_input_tokens: 0, memory_operation_id: null },
      ...{ retrieved_memories: null, retrieved_files: null, retrieved_files_count: null },
      ...{ retrieved_passages: null, web_sources: null, media: null, voice_records: null },
      ...{ created_at: expect.any(String), timestamp: expect.any(String) },
      context_usage: {
        ...{ percent: 0.01, used_tokens: 15, context_limit: 128_000 },
        ...{ summary_tokens: 0, model: 'gpt-4o' },
      },
    }
    expect(events).toEqual([
      { type: 'message_received', phase: 'received' },
      { type: 'user_message', ...ids, message_id: uuid, content: 'Hi', role: 'user' },
      {
        ...{ type: 'run_started', run_id: uuid, message_id: uuid, ...ids },
        ...{ provider: 'openai', model_name: 'gpt-4o' },
      },
      { type: 'message_start', message_id, run_id },
      { type: 'content_streaming', content: 'Hel', accumulated_content: 'Hel' },
      { type: 'content_streaming', content: 'lo', accumulated_content: 'Hello' },
      { type: 'message_complete', message: expect.any(String), ...completed },
      { type: 'run_ended', ...completed },
    ])
    const { body } = await world.call('GET', `/threads/${threadId}`)
    expect(body).toMatchObject({
      messages: [{ message_id: events[1]?.message_id }, { message_id, content: 'Hello' }],
    })
  })

  it('200 in every spelling of stream, on both routes, by JSON and by form', async () => {
    const spellings = [true, 'true', 'True', 'TRUE', '1', 1, 'on', 'yes']
    const say = spellings.flatMap((): Step[] => [says('a'), says('b')])
    await using world = await openWorld({ db: await openDb(), model: scripted(...say) })
    const { threadId } = await world.thread()
    for (const stream of spellings) {
      const json = { content: 'Hi', stream }
      const form = new URLSearchParams({ content: 'Hi', stream: String(stream) })
      const one = await world.raw('POST', `/threads/${threadId}/messages`, json)
      const two = await world.raw('POST', '/threads/messages', form)
      for (const response of [one, two]) {
        expect(types(parseSse(await response.text())).at(-1)).toBe('run_ended')
      }
    }
    for (const stream of [false, 'false', 'False', '0', 0, 'off', null]) {
      const more = { stream, send_to_llm: false }
      expect(await world.send(threadId, 'Hi', more)).toMatchObject({ body: { content: 'Hi' } })
    }
  })

  it('200 names the thread and assistant it opened in its first events', async () => {
    await using world = await openWorld({ db: await openDb(), model: scripted(says('Hello')) })
    const events = await world.stream('/threads/messages', { content: 'Hi' })
    for (const type of ['user_message', 'run_started', 'message_complete', 'run_ended']) {
      expect(find(events, type)).toMatchObject({ thread_id: uuid, assistant_id: uuid })
    }
    const thread = await world.call('GET', `/threads/${events[1]?.thread_id}`)
    expect(thread.body).toMatchObject({ message_count: 2 })
  })

  it('200 accumulated_content is the text so far, whatever the text holds', async () => {
    const pieces = [
      '"q"\\',
      '\n\t\u0001',
      '\u2028\u2029\u0085\u000b\u000c',
      '🙂é',
      '',
      ' </s>\u007f',
    ]
    await using world = await openWorld({ db: await openDb(), model: scripted(says(...pieces)) })
    const { threadId } = await world.thread()
    const response = await world.raw('POST', `/threads/${threadId}/messages`, {
      ...{ content: 'Hi', stream: true },
    })
    const text = await response.text()
    expect(text).not.toMatch(/[\u2028\u2029\u0085\v\f]/)
    const events = parseSse(text)
    const streamed = events.filter(({ type }) => type === 'content_streaming')
    let soFar = ''
    for (const { content, accumulated_content } of streamed) {
      soFar += content
      expect(accumulated_content).toBe(soFar)
    }
    expect(soFar).toBe(pieces.join(''))
    expect(find(events, 'run_ended')?.final_content).toBe(soFar)
  })

  it('200 a user’s message with line separators is one line too', async () => {
    await using world = await openWorld({ db: await openDb(), model: scripted(says('ok')) })
    const content = 'a\u2028b\u2029c\u0085d\re\nf'
    const response = await world.raw('POST', '/threads/messages', { content, stream: true })
    const text = await response.text()
    expect(text).not.toMatch(/[\u2028\u2029\u0085\r]/)
    expect(find(parseSse(text), 'user_message')?.content).toBe(content)
  })

  it('200 without accumulated_content where the switch is off', async () => {
    const env = { HOMECOURT_ACCUMULATED_CONTENT: 'false' }
    const model = scripted(says('Hel', 'lo\u2028'))
    await using world = await openWorld({ db: await openDb(), model, env })
    const events = await world.stream('/threads/messages', { content: 'Hi' })
    expect(events.filter(({ type }) => type === 'content_streaming')).toEqual([
      { type: 'content_streaming', content: 'Hel' },
      { type: 'content_streaming', content: 'lo\u2028' },
    ])
    expect(find(events, 'run_ended')?.final_content).toBe('Hello\u2028')
  })

  it('200 reasoning comes before the text, and not at all when it is excluded', async () => {
    const thinks: Step = () => [
      { type: 'reasoning', text: 'Hm' },
      { type: 'reasoning', text: 'm.' },
      { type: 'reasoning_end', kept: [] },
      { type: 'text', text: 'Yes' },
      { type: 'end', reason: 'stop', usage: null },
    ]
    await using world = await openWorld({ db: await openDb(), model: scripted(thinks, thinks) })
    const { threadId } = await world.thread()
    const path = `/threads/${threadId}/messages`
    const shown = await world.stream(path, { content: 'Hi', thinking: {} })
    expect(shown.slice(4, -2)).toEqual([
      { type: 'reasoning_streaming', content: 'Hm' },
      { type: 'reasoning_streaming', content: 'm.' },
      { type: 'reasoning_ended' },
      { type: 'content_streaming', content: 'Yes', accumulated_content: 'Yes' },
    ])
    expect(shown.at(-1)).toMatchObject({ reasoning: 'Hmm.', final_content: 'Yes' })
    const thinking = { exclude_reasoning: true }
    const hidden = await world.stream(path, { content: 'Hi', thinking })
    expect(types(hidden).slice(4)).toEqual(['content_streaming', 'message_complete', 'run_ended'])
    expect(hidden.at(-1)).toMatchObject({ reasoning: null })
  })

  it('200 a tool turn ends with tool_submit_required and nothing after it', async () => {
    const call: Step = (prompt, signal) => [
      { type: 'text', text: 'Let me look.' },
      ...(calls(['f', { a: 1 }], ['g', {}])(prompt, signal) as Iterable<never>),
    ]
    await using world = await openWorld({ db: await openDb(), model: scripted(call) })
    const { threadId, assistantId } = await world.thread()
    const events = await world.stream(`/threads/${threadId}/messages`, { content: 'Hi' })
    const one = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }
    const two = { id: 'call_2', type: 'function', function: { name: 'g', arguments: '{}' } }
    const run_id = find(events, 'run_started')?.run_id
    expect(events.slice(4)).toEqual([
      expect.objectContaining({ type: 'content_streaming', content: 'Let me look.' }),
      { type: 'tool_call_start', tool_call_id: 'call_1', name: 'f' },
      { type: 'tool_call_ready', run_id, tool_call: one },
      { type: 'tool_call_start', tool_call_id: 'call_2', name: 'g' },
      { type: 'tool_call_ready', run_id, tool_call: two },
      {
        ...{ type: 'tool_submit_required', run_id, tool_calls: [one, two] },
        ...{ thread_id: threadId, assistant_id: assistantId, message: expect.any(String) },
        ...{ input_tokens: 10, output_tokens: 5, total_tokens: 15, cost_usd: null },
        ...{ cached_input_tokens: 0, cache_write_input_tokens: 0 },
        context_usage: expect.objectContaining({ used_tokens: 15 }),
      },
    ])
  })

  it('200 send_to_llm=false streams what was saved, without a run', async () => {
    await using world = await openWorld({ db: await openDb(), model: scripted() })
    const { threadId, assistantId } = await world.thread()
    const ids = { thread_id: threadId, assistant_id: assistantId, message_id: uuid }
    const done = { ...ids, run_id: null, status: 'completed', content: null }
    for (const send_to_llm of [false, 'false']) {
      const body = { content: 'Note', send_to_llm }
      expect(await world.stream(`/threads/${threadId}/messages`, body)).toEqual([
        { type: 'user_message', content: 'Note', role: 'user', ...ids },
        { type: 'message_saved', role: 'user', ...ids },
        { type: 'message_complete', ...done },
        { type: 'run_ended', ...done, memory_operation_id: null },
      ])
    }
  })

  it('200 what an event says is in the database when it says it', async () => {
    await using world = await openWorld({ db: await openDb(), model: scripted(says('Hello')) })
    const { threadId } = await world.thread()
    const response = await world.raw('POST', `/threads/${threadId}/messages`, {
      ...{ content: 'Hi', stream: true },
    })
    let text = ''
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk
      if (text.includes('message_complete')) break
    }
    const { body } = await world.call('GET', `/threads/${threadId}`)
    expect(body).toMatchObject({ messages: [{}, { content: 'Hello', status: 'COMPLETED' }] })
  })

  it('200 pings while the model is silent, before its first word and after', async () => {
    let goOn = () => {}
    const silence = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const model = scripted(hangs(silence))
    await using world = await openWorld({ db: await openDb(), model, limits: { pingMs: 20 } })
    const response = await world.raw('POST', '/threads/messages', { content: 'Hi', stream: true })
    let text = ''
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk
      if (text.split(': ping\n\n').length > 3) goOn()
    }
    expect(text.replaceAll(': ping\n\n', '')).toMatch(/^(data: \{.*\}\n\n)+$/)
    expect(types(parseSse(text))).toEqual([
      ...['message_received', 'user_message', 'run_started', 'message_start'],
      ...['content_streaming', 'message_complete', 'run_ended'],
    ])
  })
})
