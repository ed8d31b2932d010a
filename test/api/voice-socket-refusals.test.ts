import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { says, scripted } from '../support/model.ts'
import { aloud, config, connectVoice, hears, openVoice, soundOf } from '../support/voice.ts'
import { openWorld, type World } from '../support/world.ts'

describe('WS /threads/messages refuses', () => {
  /** The only frame that a client gets who begins so, and the code of the close. */
  async function refusal(
    world: World,
    first: unknown,
    options: Parameters<typeof connectVoice>[1] = {},
  ) {
    const client = await connectVoice(world, options)
    if (Buffer.isBuffer(first)) client.ws.send(first)
    else if (first !== null) client.send(first)
    expect(await client.closed).toBe(1008)
    expect(client.frames).toHaveLength(1)
    return client.frames[0]
  }

  const speech = { OPENAI_API_KEY: 'k' }

  const wrong: [name: string, first: unknown, code: string, message: RegExp][] = [
    ['no JSON', '{"voice":', 'invalid_config', /must be a JSON object/],
    ['JSON that is no object', '[1]', 'invalid_config', /must be a JSON object/],
    ['sound before it', soundOf(20), 'invalid_config', /Sound came before the configuration/],
    ['nothing at all', null, 'invalid_config', /No configuration came/],
    ['no voice.stt', { voice: { tts: {} } }, 'invalid_config', /voice\.stt is missing/],
    ['tools', { ...config, tools: [{}] }, 'tools_not_supported', /leave out tools/],
    ['a wrong type', { ...config, thread_id: 7 }, 'unprocessable', /^thread_id: Input should be/],
    ['NUL', { ...config, system_prompt: 'a\0' }, 'unprocessable', /without NUL/],
  ]
  const sounds: [Record<string, unknown>, RegExp][] = [
    [{ audio_format: 'opus' }, /audio_format must be pcm_16000/],
    [{ sample_rate: 100 }, /sample_rate must be from 8000 to 48000/],
    [{ sample_rate: 'x' }, /sample_rate must be from/],
    [{ sample_rate: 8_000, audio_format: 'pcm_16000' }, /name different rates/],
  ]
  for (const [stt, message] of sounds) {
    wrong.push([JSON.stringify(stt), { voice: { stt } }, 'invalid_config', message])
  }

  it.each(wrong)('a configuration that is %s', async (_, first, code, message) => {
    const limits = { voiceConfigMs: 300 }
    await using world = await openWorld({ model: scripted(), env: speech, limits })
    const refused = await refusal(world, first)
    expect(refused).toMatchObject({ type: 'error', code, message: expect.stringMatching(message) })
    expect((await world.call('GET', '/threads')).body).toEqual([])
  })

  it('any where nothing hears, naming what to set', async () => {
    await using world = await openWorld({ model: scripted() })
    expect(await refusal(world, config)).toMatchObject({
      ...{ code: 'stt_not_available', message: expect.stringMatching(/set OPENAI_API_KEY, GROQ/) },
    })
    expect((await world.call('GET', '/threads')).body).toEqual([])
  })

  it('speech where nothing speaks, rather than a silent session', async () => {
    const env = { OPENAI_BASE_URL: 'http://127.0.0.1:9', HOMECOURT_STT_MODEL: 'openai/whisper-1' }
    await using world = await openWorld({ model: scripted(), env })
    world.ctx.speech = { ...world.ctx.speech, speaker: () => null }
    expect(await refusal(world, aloud)).toMatchObject({
      ...{ code: 'tts_not_available', message: expect.stringMatching(/set .*HOMECOURT_TTS_MODEL/) },
    })
  })

  it.each(['', 'wrong'])('the key %j', async (key) => {
    await using world = await openWorld({ open: false, env: speech })
    const refused = await refusal(world, config, { key })
    expect(refused).toEqual({
      ...{ type: 'error', code: 'unauthorized', message: 'Invalid or missing API key' },
    })
  })

  it('a thread of another owner with the words for one that is unknown', async () => {
    await using world = await openWorld({ model: scripted(), env: speech })
    const { threadId } = await world.as('other').thread()
    const unknown = '018f0000-0000-7000-8000-000000000000'
    const foreign = await refusal(world, { ...config, thread_id: threadId })
    expect(foreign).toEqual({ type: 'error', code: 'not_found', message: 'Thread not found' })
    expect(await refusal(world, { ...config, thread_id: unknown })).toEqual(foreign)
  })

  it('one request too many of a key, and goes on', async () => {
    await using voice = await openVoice(hears('One'), [says('Un')], {
      env: { HOMECOURT_REQUESTS_PER_MINUTE: '1' },
    })
    const client = await connectVoice(voice.world)
    client.send(config)
    client.say()
    await client.until('message_saved')
    client.say()
    expect((await client.until('error')).at(-1)).toMatchObject({ code: 'rate_limited' })
  })

  it('a frame that is too large, by its close', async () => {
    await using world = await openWorld({ env: speech, limits: { voiceFrameBytes: 1_000 } })
    const client = await connectVoice(world)
    client.send(config)
    await client.until('session.begin')
    client.ws.send(soundOf(1_000))
    expect(await client.closed).toBe(1009)
  })

  it('404 any other socket, 503 one too many; a client that breaks off harms nobody', async () => {
    await using world = await openWorld({ env: speech, limits: { voiceSockets: 1 } })
    const { origin, port } = new URL(world.url)
    const headers = {
      ...{ connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' },
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    }
    const statusOf = async (path: string) => {
      const [response] = await once(request(origin + path, { headers }).end(), 'response')
      return response.statusCode
    }
    expect(await statusOf('/api/threads')).toBe(404)
    const client = await connectVoice(world)
    expect(await statusOf('/api/threads/messages')).toBe(503)
    client.ws.terminate()
    const raw = connect(Number(port), '127.0.0.1')
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
    raw.write(['GET /threads/messages HTTP/1.1', 'Host: x', ...lines, '', ''].join('\r\n'))
    await once(raw, 'data')
    raw.resetAndDestroy()
    expect((await world.call('GET', '/threads')).status).toBe(200)
  })

  it('no request that offers to go on in HTTP/2, as Java’s does: it is served as it is', async () => {
    await using world = await openWorld()
    const headers = {
      ...{ connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAEAAEAA' },
      ...{ 'x-api-key': world.key, 'content-type': 'application/json' },
    }
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const post = async (name: string) => {
      const asked = request(`${world.url}/assistants`, { agent, method: 'POST', headers })
      const [response] = await once(asked.end(JSON.stringify({ name })), 'response')
      return { status: response.statusCode, body: JSON.parse(await text(response)) }
    }
    for (const name of ['Ä', 'x'.repeat(300_000), 'z'])
      expect((await post(name)).status).toBe(name.length > 1_000 ? 422 : 200)
    expect((await world.call('GET', '/assistants')).body).toMatchObject([
      { name: 'z' },
      { name: 'Ä' },
    ])
    agent.destroy()
  })
})
