import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createKey } from '../../src/store/keys.ts'
import { calls, fails, hangs, says } from '../support/model.ts'
import { aloud, config, connectVoice, hears, openVoice, soundOf } from '../support/voice.ts'
import type { WebRequest } from '../support/web.ts'
import { openWorld, type World } from '../support/world.ts'

type Thread = { messages: { role: string; content: string; status: string }[] }

const messagesOf = async (world: World, threadId: string) =>
  (await world.call<Thread>('GET', `/threads/${threadId}`)).body.messages.map(
    ({ role, content }) => [role, content],
  )

const typesOf = (frames: { type: string }[]) => frames.map(({ type }) => type)

describe('WS /threads/messages', () => {
  it.each([
    '/api/threads/messages',
    '/api//threads/messages/',
    '/threads/messages',
  ])('101 at %s: what is said is heard, answered and spoken', async (path) => {
    await using voice = await openVoice(hears('How warm is it?'), [says('Mi', 'ld.')])
    const { world, web, model } = voice
    const client = await connectVoice(world, { path })
    client.send(aloud)
    const [begin] = await client.until('session.begin')
    expect(begin).toEqual({
      ...{ type: 'session.begin', session_id: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      ...{ thread_id: expect.any(String), assistant_id: expect.any(String) },
      pipeline: {
        stt: { provider: 'openai', model: 'gpt-4o-mini-transcribe', sample_rate: 16_000 },
        llm: { provider: 'openai', model: 'gpt-4o' },
        tts: {
          ...{ provider: 'openai', model: 'gpt-4o-mini-tts', voice: 'alloy' },
          content_type: 'audio/mpeg',
        },
      },
    })
    client.say()
    const turn = (await client.until('message_saved')).filter(
      ({ type }) => type !== 'context_usage',
    )
    expect(typesOf(turn)).toEqual([
      ...['transcript.final', 'message_received', 'user_message', 'run_started', 'message_start'],
      ...['content_streaming', 'content_streaming', 'message_complete', 'run_ended'],
      ...['tts_stream_start', 'tts_audio_chunk', 'tts_stream_end', 'message_saved'],
    ])
    const of = (type: string) => turn.find((frame) => frame.type === type)
    expect(of('transcript.final')).toEqual({
      ...{ type: 'transcript.final', text: 'How warm is it?', role: 'user' },
    })
    expect(of('user_message')).toMatchObject({ content: 'How warm is it?' })
    expect(of('run_ended')).toMatchObject({ final_content: 'Mild.', thread_id: begin?.thread_id })
    expect(of('tts_audio_chunk')).toEqual({ type: 'tts_audio_chunk', data: 'AQID' })
    expect(of('message_saved')).toMatchObject({
      ...{ role: 'assistant', message_id: of('run_ended')?.message_id },
    })
    expect(model.prompts[0]?.turns).toEqual([{ role: 'user', text: 'How warm is it?' }])
    const sent = web.requests[0]?.body ?? ''
    const wav = Buffer.from(sent.slice(sent.indexOf('RIFF')), 'latin1')
    expect(wav.subarray(44, 44 + 16_000)).toEqual(soundOf(500))
    expect([wav.readUInt32LE(4), wav.readUInt32LE(24), wav.readUInt32LE(40)]).toEqual([
      ...[16_036, 16_000, 16_000],
    ])
    expect(wav.toString('latin1', 8, 16)).toBe('WAVEfmt ')
    const spoken = await world.raw('GET', `/documents/${of('tts_stream_end')?.document_id}/content`)
    expect([...new Uint8Array(await spoken.arrayBuffer())]).toEqual([1, 2, 3])
  })

  it('goes on with the same thread, which it may be told', async () => {
    await using voice = await openVoice(hears('One', 'Two'), [says('Un'), says('Deux')])
    const { world, model } = voice
    const { threadId, assistantId } = await world.thread()
    const client = await connectVoice(world)
    const own = { thread_id: threadId, system_prompt: 'Be French.', llm_provider: 'openai' }
    client.send({ ...config, ...own, model_name: 'gpt-4o-mini' })
    const [begin] = await client.until('session.begin')
    expect(begin).toMatchObject({ thread_id: threadId, assistant_id: assistantId })
    for (const _ of [1, 2]) {
      client.say()
      const types = typesOf(await client.until('message_saved'))
      expect(types).not.toContain('tts_stream_start')
    }
    expect(await messagesOf(world, threadId)).toEqual([
      ...[
        ['user', 'One'],
        ['assistant', 'Un'],
        ['user', 'Two'],
        ['assistant', 'Deux'],
      ],
    ])
    expect(model.prompts[1]?.turns).toHaveLength(3)
    expect(model.prompts[0]?.system).toContain('Be French.')
  })

  it('ends an utterance by silence where the client says how long that is', async () => {
    await using voice = await openVoice(hears('One', 'Two'), [says('Un'), says('Deux')])
    const client = await connectVoice(voice.world)
    voice.world.ctx.limits.voiceUtteranceMs = 2_000
    client.send({ voice: { stt: { vad_silence_threshold_secs: 0.5, vad_threshold: 0.4 } } })
    const [begin] = await client.until('session.begin')
    client.ws.send(soundOf(2_100))
    expect((await client.until('error')).at(-1)).toMatchObject({ code: 'audio_too_long' })
    for (const _ of [1, 2]) {
      for (const piece of [soundOf(400), soundOf(300, 20), soundOf(400, 20)]) client.ws.send(piece)
      // One more, as clients send that do both.
      await client.until('message_saved')
      client.send({ type: 'commit' })
    }
    client.send({ type: 'stop' })
    expect(typesOf(await client.until('interrupted'))).toEqual(['interrupted'])
    expect(await messagesOf(voice.world, begin?.thread_id)).toHaveLength(4)
  })

  it('send_to_llm=false stores what was said and asks no model', async () => {
    await using voice = await openVoice(hears('Remember the milk'), [])
    const client = await connectVoice(voice.world)
    client.send({ ...aloud, send_to_llm: false })
    const [begin] = await client.until('session.begin')
    expect(begin?.pipeline).toMatchObject({ llm: null, tts: null })
    client.say()
    const frames = await client.until('run_ended')
    expect(typesOf(frames)).toEqual([
      ...['transcript.final', 'user_message', 'message_saved', 'message_complete', 'run_ended'],
    ])
    expect(await messagesOf(voice.world, begin?.thread_id)).toEqual([['user', 'Remember the milk']])
  })

  it('stop breaks the answer off, keeps what was said of it, and the next one is heard', async () => {
    const never = new Promise(() => {})
    await using voice = await openVoice(hears('One', 'Two'), [hangs(never, 'Un'), says('Deux')])
    const client = await connectVoice(voice.world)
    client.send(config)
    const [begin] = await client.until('session.begin')
    client.say()
    await client.until('content_streaming')
    // What is said into an answer is dropped.
    client.say(900)
    client.send({ type: 'stop' })
    expect(typesOf(await client.until('interrupted')).slice(-2)).toEqual([
      ...['run_cancelled', 'interrupted'],
    ])
    client.say()
    await client.until('message_saved')
    expect(await messagesOf(voice.world, begin?.thread_id)).toEqual([
      ...[
        ['user', 'One'],
        ['assistant', 'Un'],
        ['user', 'Two'],
        ['assistant', 'Deux'],
      ],
    ])
    expect(voice.web.requests).toHaveLength(2)
  })

  it('stop in the middle of the speech leaves the answer stored and whole', async () => {
    const texts = hears('One', 'Two')
    let silent = true
    const provider = (asked: WebRequest) =>
      silent && asked.url.endsWith('/speech') ? 'hang' : texts(asked)
    await using voice = await openVoice(provider, [says('Un'), says('Deux')])
    const client = await connectVoice(voice.world)
    client.send(aloud)
    const [begin] = await client.until('session.begin')
    client.say()
    await client.until('tts_stream_start')
    client.send({ type: 'stop' })
    expect(typesOf(await client.until('interrupted'))).toEqual(['message_saved', 'interrupted'])
    silent = false
    client.say()
    expect(typesOf(await client.until('message_saved'))).toContain('tts_stream_end')
    expect(await messagesOf(voice.world, begin?.thread_id)).toHaveLength(4)
  })

  it('stop before the words are known stores nothing, and drops what was not yet committed', async () => {
    await using voice = await openVoice(hears('hang', 'Two'), [says('Deux')])
    const client = await connectVoice(voice.world)
    client.send(config)
    const [begin] = await client.until('session.begin')
    client.say()
    while (voice.web.requests.length === 0) await new Promise(setImmediate)
    client.send({ type: 'stop' })
    await client.until('interrupted')
    client.ws.send(soundOf(900))
    client.send({ type: 'stop' })
    client.say(200)
    const frames = await client.until('message_saved')
    expect(typesOf(frames).slice(0, 2)).toEqual(['interrupted', 'transcript.final'])
    expect(voice.web.requests[1]?.body).toContain(soundOf(200).toString('latin1'))
    expect(voice.web.requests[1]?.body.length).toBeLessThan(10_000)
    expect(await messagesOf(voice.world, begin?.thread_id)).toHaveLength(2)
  })

  it('errors of an utterance are told, and the session goes on', async () => {
    const refused = { status: 401, body: '{"error":{"message":"no such key"}}' }
    const texts = hears(refused, ' ', 'One', 'Two')
    await using voice = await openVoice(texts, [fails(new Error('broken')), says('Deux')], {
      limits: { voiceUtteranceMs: 1_000 },
    })
    const client = await connectVoice(voice.world)
    client.send(config)
    const [begin] = await client.until('session.begin')
    const errorOf = async () => (await client.until('error')).at(-1)
    client.say()
    expect(await errorOf()).toMatchObject({ code: 'upstream', message: expect.any(String) })
    client.say()
    expect(await errorOf()).toEqual({
      type: 'error',
      code: 'no_speech',
      message: 'Nothing was said',
    })
    client.say()
    expect(await errorOf()).toMatchObject({ code: 'internal' })
    client.send({ type: 'commit' })
    expect(await errorOf()).toMatchObject({ code: 'no_audio' })
    client.say(50)
    expect(await errorOf()).toMatchObject({ code: 'no_audio' })
    for (const frame of ['hello', '7', 'null', { type: 'dance' }]) {
      client.send(frame)
      expect(await errorOf()).toMatchObject({ code: 'unknown_frame' })
    }
    client.ws.send(soundOf(900))
    client.say(900)
    expect(await errorOf()).toMatchObject({
      code: 'audio_too_long',
      message: expect.stringMatching(/^More than 1 s were said/),
    })
    client.say()
    const frames = await client.until('message_saved')
    expect(frames.filter(({ type }) => type === 'error')).toEqual([])
    const messages = await messagesOf(voice.world, begin?.thread_id)
    expect(messages.filter(([role]) => role === 'user')).toEqual([
      ['user', 'One'],
      ['user', 'Two'],
    ])
  })

  it('a run that waits for tool outputs is told, and the next utterance closes it', async () => {
    const weather = calls(['weather', {}])
    await using voice = await openVoice(hears('Weather?', 'Never mind'), [weather, says('Fine.')])
    const tool = { type: 'function', function: { name: 'weather', parameters: {} } }
    const { threadId } = await voice.world.thread({ tools: [tool] })
    const client = await connectVoice(voice.world)
    client.send({ ...config, thread_id: threadId })
    client.say()
    const frames = await client.until('tool_submit_required')
    expect(frames.at(-1)).toMatchObject({ tool_calls: [{ function: { name: 'weather' } }] })
    client.say()
    expect((await client.until('message_saved')).at(-1)).toMatchObject({ role: 'assistant' })
  })

  it('a client that leaves in the middle finds its answer in the thread', async () => {
    let goOn = () => {}
    const waiting = new Promise<void>((resolve) => {
      goOn = resolve
    })
    await using voice = await openVoice(hears('One'), [hangs(waiting, 'Un ')])
    const accepted = once(voice.world.app.server, 'connection')
    const client = await connectVoice(voice.world)
    const [theirs] = await accepted
    client.send(aloud)
    const [begin] = await client.until('session.begin')
    client.say()
    await client.until('content_streaming')
    client.ws.terminate()
    await once(theirs, 'close')
    goOn()
    await voice.world.ctx.live.idle()
    expect(await messagesOf(voice.world, begin?.thread_id)).toEqual([
      ...[
        ['user', 'One'],
        ['assistant', 'Un and on'],
      ],
    ])
    expect(voice.web.requests).toHaveLength(1)
  })

  it('a client that reads nothing is let go, and its answer is stored', async () => {
    const long = 'word '.repeat(20_000)
    const texts = Array.from({ length: 200 }, () => long)
    await using voice = await openVoice(hears('One'), [says(...texts)], {
      env: { HOMECOURT_ACCUMULATED_CONTENT: 'false' },
      limits: { stalledReaderMs: 200 },
    })
    const accepted = once(voice.world.app.server, 'connection')
    const client = await connectVoice(voice.world)
    const [theirs] = await accepted
    client.send(config)
    const [begin] = await client.until('session.begin')
    client.ws.pause()
    client.say()
    await once(theirs, 'close')
    await voice.world.ctx.live.idle()
    const messages = await messagesOf(voice.world, begin?.thread_id)
    expect(messages[1]?.[1]?.length).toBeGreaterThan(3_900_000)
    client.ws.terminate()
  })

  it('a client that is gone without a word, or says nothing for too long, is let go', async () => {
    const limits = { pingMs: 20, stalledReaderMs: 100, voiceIdleMs: 60_000 }
    await using world = await openWorld({ env: { OPENAI_API_KEY: 'k' }, limits })
    const accepted = once(world.app.server, 'connection')
    const client = await connectVoice(world)
    const [theirs] = await accepted
    client.send(config)
    await client.until('session.begin')
    client.ws.pause()
    await once(theirs, 'close')
    client.ws.terminate()
    world.ctx.limits.voiceIdleMs = 200
    const quiet = await connectVoice(world)
    quiet.send(config)
    expect(await quiet.closed).toBe(1000)
  })

  it('a key that is revoked says nothing more', async () => {
    await using voice = await openVoice(hears('One'), [says('Un')])
    const client = await connectVoice(voice.world)
    client.send(config)
    await client.until('session.begin')
    const { world } = voice
    // With a first key, any other is none any more; the server believes it for half a second yet.
    await createKey(world.ctx.db, { id: world.ctx.ids(), name: 'first', now: new Date() })
    while ((await world.raw('GET', '/threads')).status !== 401) await new Promise(setImmediate)
    client.say()
    expect((await client.until('error')).at(-1)).toMatchObject({ code: 'unauthorized' })
    expect(voice.web.requests).toEqual([])
  })

  it('a server that stops closes with 1001', async () => {
    await using voice = await openVoice(hears(), [])
    const client = await connectVoice(voice.world)
    client.send(config)
    await client.until('session.begin')
    const closing = voice.world.app.close()
    expect(await client.closed).toBe(1001)
    await closing
  })
})
