import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { databases } from '../support/databases.ts'
import { says, scripted } from '../support/model.ts'
import { openWeb, type WebAnswer, type WebRequest } from '../support/web.ts'
import { openWorld, type WorldOptions } from '../support/world.ts'

const sample = (name: string) => readFileSync(new URL(`../files/${name}`, import.meta.url))
const said = 'The lighthouse at Cape Foulwind was lit in 1876.'

type Row = {
  document_id: string
  filename: string
  status: string
  status_message: string | null
  summary: string
  chunk_count: number
}
type Found = { passages: { filename: string; text: string }[] }

const hears = (text: string) => (): WebAnswer => ({ body: JSON.stringify({ text }) })

async function openEars(
  answer: (request: WebRequest) => WebAnswer | 'hang',
  options: WorldOptions = {},
) {
  const web = await openWeb(answer)
  const world = await openWorld({
    ...options,
    env: {
      ...{ OPENAI_API_KEY: 'k', OPENAI_BASE_URL: `${web.url}/v1`, HOMECOURT_PROVIDER_RETRIES: '0' },
      HOMECOURT_DEFAULT_EMBEDDING: 'offline',
      HOMECOURT_TRANSCRIPTION_MODEL: 'openai/gpt-4o-mini-transcribe',
      ...options.env,
    },
  })
  const upload = async (path: string, name: string) => {
    const form = new FormData()
    form.set('file', new Blob([new Uint8Array(sample(name))]), name)
    const sent = await world.call<Row>('POST', path, form)
    expect(sent.status).toBe(200)
    await world.ctx.queue.idle()
    return (await world.call<Row>('GET', `/documents/${sent.body.document_id}/status`)).body
  }
  return {
    ...{ web, world, upload },
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]()
      await web[Symbol.asyncDispose]()
    },
  }
}

describe.each(databases)('recordings that are heard, on %s', (_name, openDb) => {
  it('200 are found by what is said in them', async () => {
    await using ears = await openEars(hears(said), { db: await openDb() })
    const { world, web, upload } = ears
    const { assistantId } = await world.thread()
    const path = `/assistants/${assistantId}/documents`
    const row = await upload(path, 'tone.mp3')
    expect(row).toMatchObject({ status: 'indexed', summary: said, chunk_count: 1 })
    const query = { query: 'when was the lighthouse lit?' }
    const { body } = await world.call<Found>('POST', `${path}/search`, query)
    expect(body.passages).toMatchObject([{ filename: 'tone.mp3', text: said }])
    const bytes = await world.raw('GET', `/documents/${row.document_id}/content`)
    expect(Buffer.from(await bytes.arrayBuffer())).toEqual(sample('tone.mp3'))
    expect(web.requests).toHaveLength(1)
    expect(web.requests[0]?.url).toBe('/v1/audio/transcriptions')
    expect(web.requests[0]?.body).toContain(sample('tone.mp3').toString('latin1'))
  })

  it('200 are heard later when the provider was down', async () => {
    const answers: WebAnswer[] = [{ status: 503, body: '{}' }]
    await using ears = await openEars(() => answers.shift() ?? hears(said)(), {
      db: await openDb(),
    })
    const { threadId } = await ears.world.thread()
    const row = await ears.upload(`/threads/${threadId}/documents`, 'tone.wav')
    expect(row).toMatchObject({ status: 'indexed', summary: said, status_message: null })
    expect(ears.web.requests).toHaveLength(2)
  })
})

describe('recordings', () => {
  it('200 are not sent to a provider that hears unless it is named for them', async () => {
    await using ears = await openEars(hears(said), { env: { HOMECOURT_TRANSCRIPTION_MODEL: '' } })
    const { assistantId } = await ears.world.thread()
    const row = await ears.upload(`/assistants/${assistantId}/documents`, 'tone.mp3')
    expect(row).toMatchObject({
      ...{ status: 'indexed', chunk_count: 0 },
      summary: 'Audio, stored without a transcription: no transcription model is configured.',
    })
    expect(ears.web.requests).toEqual([])
  })

  it.each([
    ['groq/whisper-large-v3', /HOMECOURT_TRANSCRIPTION_MODEL must be.*of a configured provider/],
    ['openai', /HOMECOURT_TRANSCRIPTION_MODEL.* must be provider\/model/],
  ])('HOMECOURT_TRANSCRIPTION_MODEL=%s stops the server, which says why', async (value, why) => {
    const env = { HOMECOURT_TRANSCRIPTION_MODEL: value }
    await expect(openEars(hears(said), { env })).rejects.toThrow(why)
  })

  it('200 of every kind that endpoints take are sent under its ending, others say so', async () => {
    await using ears = await openEars(hears(said))
    const { assistantId } = await ears.world.thread()
    const path = `/assistants/${assistantId}/documents`
    const endings: Record<string, string> = {
      ...{ 'tone.mp3': 'mp3', 'tone.wav': 'wav', 'tone.m4a': 'm4a', 'tone.ogg': 'ogg' },
      ...{ 'tone.flac': 'flac', 'clip.mp4': 'mp4', 'clip.mpeg': 'mpeg', 'clip.mpg': 'mpeg' },
      'clip.webm': 'webm',
    }
    for (const [name, ending] of Object.entries(endings)) {
      expect(await ears.upload(path, name)).toMatchObject({ status: 'indexed', summary: said })
      expect(ears.web.requests.at(-1)?.body).toContain(`filename="recording.${ending}"`)
    }
    const others = { 'tone.aac': 'Audio', 'clip.mov': 'Video', 'clip.avi': 'Video' }
    for (const [name, kind] of Object.entries({ ...others, 'clip.mkv': 'Video' })) {
      const { status, summary, chunk_count } = await ears.upload(path, name)
      const instead = kind === 'Video' ? 'MP4 or WebM' : 'MP3 or M4A'
      const type = name.slice(-3).toUpperCase()
      expect([status, chunk_count, summary]).toEqual([
        ...['indexed', 0],
        `${kind}, stored without a transcription: speech-to-text takes no ${type} files; upload it as ${instead}.`,
      ])
    }
    expect(ears.web.requests).toHaveLength(9)
  })

  it.each([
    ['are larger than endpoints take', hears(said), 'takes at most 0 MB', { recordingBytes: 100 }],
    ['the provider refuses', () => ({ status: 400, body: '{}' }), 'transcription: openai', {}],
  ])('200 that %s are stored, and say so', async (_, answer, why, limits) => {
    await using ears = await openEars(answer, { limits })
    const { assistantId } = await ears.world.thread()
    const row = await ears.upload(`/assistants/${assistantId}/documents`, 'tone.ogg')
    expect(row).toMatchObject({ status: 'indexed', chunk_count: 0 })
    expect(row.summary).toMatch(/^Audio, stored without a transcription: /)
    expect(row.summary).toContain(why)
  })

  it('200 without a word in them, or with very many', async () => {
    const long = `${'A long talk of many words. '.repeat(200)}The end is a marmoset.`
    const texts = [' ', long]
    await using ears = await openEars(() => hears(texts.shift() ?? '')())
    const { assistantId } = await ears.world.thread()
    const path = `/assistants/${assistantId}/documents`
    const silent = await ears.upload(path, 'tone.flac')
    expect(silent).toMatchObject({
      ...{ status: 'indexed', chunk_count: 0, summary: 'Audio, in which no words were heard.' },
    })
    const talk = await ears.upload(path, 'clip.mp4')
    expect(talk.summary).toBe(`${long.slice(0, 1_000)}…`)
    const { body } = await ears.world.call<Found>('POST', `${path}/search`, { query: 'marmoset' })
    expect(body.passages[0]?.text).toContain('The end is a marmoset.')
  })

  it('200 a provider that hangs holds up no message', async () => {
    await using ears = await openEars(() => 'hang', {
      ...{ model: scripted(says('ok')), limits: { describeMs: 200 } },
    })
    const { threadId } = await ears.world.thread()
    const form = new FormData()
    form.append('files', new Blob([new Uint8Array(sample('tone.wav'))]), 'tone.wav')
    form.append('content', 'What is said?')
    const path = `/threads/${threadId}/messages`
    const { body } = await ears.world.call<{ attachments: Row[] }>('POST', path, form)
    expect(body).toMatchObject({ status: 'COMPLETED', content: 'ok' })
    expect(body.attachments[0]?.summary).toMatch(/openai took too long to transcribe it/)
  })

  it('200 speech that this server made of an answer is not heard again', async () => {
    const provider = ({ url }: WebRequest): WebAnswer =>
      url.endsWith('/speech') ? { body: sample('tone.mp3'), type: 'audio/mpeg' } : hears(said)()
    await using ears = await openEars(provider, { model: scripted(says('Mild.')) })
    const { threadId } = await ears.world.thread()
    const sent = await ears.world.send(threadId, 'How warm is it?', { voice: { tts: {} } })
    expect(sent.status).toBe(200)
    await ears.world.ctx.queue.idle()
    const { body } = await ears.world.call<Row[]>('GET', `/threads/${threadId}/documents`)
    expect(body).toMatchObject([
      { status: 'indexed', summary: 'Audio of the answer it came with.' },
    ])
    expect(ears.web.requests.map(({ url }) => url)).toEqual(['/v1/audio/speech'])
  })
})
