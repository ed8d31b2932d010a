import { describe, expect, it } from 'vitest'
import { databases } from '../support/databases.ts'
import { says, scripted } from '../support/model.ts'
import { openWeb, type WebAnswer, type WebRequest } from '../support/web.ts'
import { openWorld, parseSse, type World } from '../support/world.ts'

const sound = Buffer.from('RIFF....WAVE')
const env = (url: string) => ({ OPENAI_API_KEY: 'secret-1', OPENAI_BASE_URL: `${url}/v1` })

/** A provider that hears one sentence and speaks in three bytes. */
const provider = ({ url }: WebRequest): WebAnswer =>
  url.endsWith('/transcriptions')
    ? { body: JSON.stringify({ text: 'How warm is it?' }) }
    : { body: Buffer.from([1, 2, 3]), type: 'audio/mpeg' }

function spoken(voice: object, more: Record<string, string> = {}, audio: Buffer | null = sound) {
  const form = new FormData()
  form.set('voice', JSON.stringify(voice))
  for (const [name, value] of Object.entries(more)) form.set(name, value)
  if (audio) form.set('audio_file', new Blob([new Uint8Array(audio)]), 'question.wav')
  return form
}

const post = (world: World, body: unknown) => world.call('POST', '/threads/messages', body)

describe.each(databases)('voice on %s', (_name, openDb) => {
  it('200 what is heard is the message, and the answer is spoken after its ending', async () => {
    await using web = await openWeb(provider)
    const model = scripted(says('Mild.'))
    await using world = await openWorld({ db: await openDb(), model, env: env(web.url) })
    const voice = { stt: { language: 'en' }, tts: { provider: 'openai', voice: 'nova' } }
    const form = spoken(voice, { stream: 'true' })
    const response = await world.raw('POST', '/threads/messages', form)
    const events = parseSse(await response.text())
    const types = events.map(({ type }) => type)
    expect(types.slice(0, 3)).toEqual(['stt_stream_start', 'stt_text_delta', 'stt_stream_end'])
    expect(events[1]).toEqual({ type: 'stt_text_delta', delta: 'How warm is it?' })
    expect(events[2]).toEqual({ type: 'stt_stream_end', transcript: 'How warm is it?' })
    const ended = types.indexOf('run_ended')
    expect(types.slice(ended + 1)).toEqual([
      'tts_stream_start',
      'tts_audio_chunk',
      'tts_stream_end',
    ])
    expect(events[ended + 1]).toEqual({ type: 'tts_stream_start', content_type: 'audio/mpeg' })
    expect(events[ended + 2]?.data).toBe('AQID')
    const { document_id, audio_url } = events.at(-1) as unknown as Record<string, string>
    expect(audio_url).toBe(`/api/documents/${document_id}/content`)
    const kept = await world.raw('GET', `/documents/${document_id}/content`)
    expect([...new Uint8Array(await kept.arrayBuffer())]).toEqual([1, 2, 3])

    expect(model.prompts[0]?.turns).toEqual([{ role: 'user', text: 'How warm is it?' }])
    const [heard, said] = web.requests
    expect([heard?.url, said?.url]).toEqual(['/v1/audio/transcriptions', '/v1/audio/speech'])
    expect(heard?.body).toMatch(
      /gpt-4o-mini-transcribe[\s\S]*RIFF\.\.\.\.WAVE|RIFF[\s\S]*gpt-4o-mini/,
    )
    expect(heard?.body).toMatch(/name="language"\r\n\r\nen/)
    expect(JSON.parse(said?.body ?? '')).toEqual({
      ...{ model: 'gpt-4o-mini-tts', voice: 'nova', input: 'Mild.', response_format: 'mp3' },
    })
  })

  it('200 as JSON, with what was heard and said in voice_records', async () => {
    await using web = await openWeb(provider)
    const model = scripted(says('Mild.'))
    await using world = await openWorld({ db: await openDb(), model, env: env(web.url) })
    const voice = {
      stt: {},
      tts: { provider: 'elevenlabs', voice: 'Rachel', output_format: 'mp3_44100_128' },
    }
    const reply = await post(world, spoken(voice, { content: 'Listen:' }))
    expect(reply.body).toMatchObject({
      ...{ status: 'COMPLETED', content: 'Mild.' },
      voice_records: {
        stt: { transcript: 'How warm is it?', provider: 'openai', model: 'gpt-4o-mini-transcribe' },
        tts: {
          provider: 'openai',
          model: 'gpt-4o-mini-tts',
          voice: 'alloy',
          content_type: 'audio/mpeg',
        },
      },
    })
    expect(model.prompts[0]?.turns).toMatchObject([{ text: 'Listen:\n\nHow warm is it?' }])
  })
})

describe('voice', () => {
  it('200 send_to_llm=false tells what was heard and asks no model', async () => {
    await using web = await openWeb(provider)
    await using world = await openWorld({ model: scripted(), env: env(web.url) })
    const reply = await post(world, spoken({ stt: {} }, { send_to_llm: 'false' }))
    expect(reply.body).toMatchObject({
      ...{ content: 'How warm is it?', role: 'user' },
      voice_records: { stt: { transcript: 'How warm is it?' } },
    })
  })

  it('200 without anything that speaks, tts_error comes after the answer', async () => {
    await using world = await openWorld({ model: scripted(says('Mild.'), says('Mild.')) })
    const body = { content: 'Hi', voice: { tts: { provider: 'openai' } } }
    const events = await world.stream('/threads/messages', body)
    expect(events.slice(-2)).toMatchObject([
      { type: 'run_ended', status: 'completed' },
      {
        type: 'tts_error',
        error: expect.stringMatching(/not available on this server: set OPENAI/),
      },
    ])
    const reply = await post(world, body)
    expect(reply.body).toMatchObject({
      content: 'Mild.',
      voice_records: { tts: { error: expect.any(String) } },
    })
  })

  it('200 a provider that fails to speak leaves the answer whole', async () => {
    await using web = await openWeb(() => ({ status: 401, body: '{"error":{"message":"no"}}' }))
    await using world = await openWorld({ model: scripted(says('Mild.')), env: env(web.url) })
    const events = await world.stream('/threads/messages', { content: 'Hi', voice: { tts: {} } })
    expect(events.map(({ type }) => type).slice(-2)).toEqual(['tts_stream_start', 'tts_error'])
    expect(events.find(({ type }) => type === 'run_ended')).toMatchObject({
      final_content: 'Mild.',
    })
  })

  it.each([
    [
      'nothing hears here',
      {},
      spoken({ stt: {} }),
      /Speech to text is not available on this server: set/,
    ],
    [
      'there is no recording',
      { OPENAI_API_KEY: 'k' },
      spoken({ stt: {} }, {}, null),
      /needs a recording: a part audio_file/,
    ],
    ['there is neither', {}, spoken({}, {}, null), /cannot be empty/],
    ['voice is no JSON', {}, { content: '', voice: 'loud' }, /cannot be empty/],
  ])('400 when %s', async (_, own, body, detail) => {
    await using world = await openWorld({ model: scripted(), env: own })
    const reply = await post(world, body)
    expect(reply).toMatchObject({ status: 400, body: { detail: expect.stringMatching(detail) } })
    expect((await world.call('GET', '/threads')).body).toEqual([])
  })

  it('400 silence, 502 a provider that does not hear', async () => {
    const answers: WebAnswer[] = [{ body: '{"text":" "}' }, { status: 401, body: '{}' }]
    await using web = await openWeb(() => answers.shift() ?? { body: '{}' })
    await using world = await openWorld({ model: scripted(), env: env(web.url) })
    expect((await post(world, spoken({ stt: {} }))).body.detail).toMatch(/Nothing was said/)
    expect((await post(world, spoken({ stt: {} }))).status).toBe(502)
    expect((await post(world, spoken({ stt: {} }))).status).toBe(502)
  })

  it.each([
    null,
    'x',
    7,
    [],
    { stt: null, tts: false },
    { stt: 7 },
  ])('200 %j asks for none', async (voice) => {
    await using world = await openWorld({ model: scripted(says('Hello')) })
    const reply = await post(world, { content: 'Hi', voice })
    expect(reply.body).toMatchObject({ content: 'Hello', voice_records: null })
  })
})
