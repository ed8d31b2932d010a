import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { databases } from '../support/databases.ts'
import {
  anthropicText,
  openaiText,
  openProvider,
  type ProviderRequest,
  statusReply,
} from '../support/provider.ts'
import { openWorld, type World, type WorldOptions } from '../support/world.ts'

const sample = (name: string) => readFileSync(new URL(`../files/${name}`, import.meta.url))
const base64 = (name: string) => sample(name).toString('base64')

type Doc = {
  document_id: string
  status: string
  status_message: string | null
  summary: string
  chunk_count: number
}
type Found = { passages: { filename: string; text: string }[] }

function form(field: string, names: string[], content?: string) {
  const body = new FormData()
  for (const name of names) body.append(field, new Blob([new Uint8Array(sample(name))]), name)
  if (content !== undefined) body.append('content', content)
  return body
}

async function openBoth(options: WorldOptions = {}) {
  const provider = await openProvider()
  const env = {
    ...{ OPENAI_API_KEY: 'k', OPENAI_BASE_URL: provider.openaiUrl },
    ...{ ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: provider.anthropicUrl },
    ...{ HOMECOURT_PROVIDER_RETRIES: '0', ...options.env },
  }
  const world = await openWorld({ ...options, env })
  const send = async (threadId: string, body: FormData, model = 'openai/gpt-4o') => {
    body.append('model_name', model)
    return world.call('POST', `/threads/${threadId}/messages`, body)
  }
  const upload = async (path: string, name: string) => {
    const sent = await world.call<Doc>('POST', path, form('file', [name]))
    expect(sent.status).toBe(200)
    await world.ctx.queue.idle()
    return (await world.call<Doc>('GET', `/documents/${sent.body.document_id}/status`)).body
  }
  return {
    ...{ provider, world, send, upload },
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]()
      await provider[Symbol.asyncDispose]()
    },
  }
}

type Part = { type: string; text?: string; image_url?: { url: string } }

/** The user messages of a request, as text or as parts. */
const asked = (request: ProviderRequest | undefined) =>
  (request?.body.messages as { role: string; content: string | Part[] }[])
    .filter(({ role }) => role === 'user')
    .map(({ content }) => content)

const image = (name: string, kind = name.split('.').at(-1)) => ({
  type: 'image_url',
  image_url: { url: `data:image/${kind};base64,${base64(name)}` },
})

describe.each(databases)('images of messages, on %s', (_name, openDb) => {
  it('200 go to OpenAI as they are, and are still there in later turns', async () => {
    await using both = await openBoth({ db: await openDb() })
    const { provider, world, send } = both
    provider.always(() => openaiText('A lighthouse.'))
    const { threadId } = await world.thread()
    const { body } = await send(
      threadId,
      form('files', ['picture.png', 'picture.jpg'], 'What is this?'),
    )
    expect(body).toMatchObject({
      content: 'A lighthouse.',
      attachments: [
        {
          filename: 'picture.png',
          status: 'indexed',
          summary: 'Image, stored without a description: no vision model is configured.',
        },
        { filename: 'picture.jpg', status: 'indexed' },
      ],
    })
    const first = [
      image('picture.png'),
      image('picture.jpg', 'jpeg'),
      { type: 'text', text: 'What is this?' },
    ]
    expect(asked(provider.requests[0])).toEqual([first])
    const { body: next } = await world.send(threadId, 'And its colour?', { model_name: 'gpt-4o' })
    expect(next.status).toBe('COMPLETED')
    expect(asked(provider.requests[1])).toEqual([first, 'And its colour?'])
  })

  it('200 go to Anthropic as its image blocks', async () => {
    await using both = await openBoth({ db: await openDb() })
    const { provider, world, send } = both
    provider.always(() => anthropicText('A lighthouse.'))
    const { threadId } = await world.thread()
    const message = form('files', ['picture.webp', 'picture.gif'])
    await send(threadId, message, 'anthropic/claude-sonnet-4-5')
    const source = (name: string, media_type: string) => ({
      ...{ type: 'image', source: { type: 'base64', media_type, data: base64(name) } },
    })
    expect(provider.requests[0]?.path).toBe('/v1/messages')
    expect(asked(provider.requests[0])).toEqual([
      [
        source('picture.webp', 'image/webp'),
        source('picture.gif', 'image/gif'),
        { type: 'text', text: '(see the attached files)' },
      ],
    ])
  })

  it('200 are known by their content, whatever their name', async () => {
    await using both = await openBoth({ db: await openDb() })
    const { provider, world, send } = both
    provider.always(() => openaiText('ok'))
    const { threadId } = await world.thread()
    const body = new FormData()
    body.append('files', new Blob([new Uint8Array(sample('picture.jpg'))]), 'misnamed.png')
    body.append('files', new Blob(['no image']), 'broken.png')
    body.append('content', 'What?')
    const turn = await send(threadId, body)
    expect(turn.body.attachments).toMatchObject([{ status: 'indexed' }, { status: 'failed' }])
    expect(asked(provider.requests[0])).toEqual([
      [image('picture.jpg', 'jpeg'), { type: 'text', text: 'What?' }],
    ])
  })

  it('200 a model that cannot see, and a kind no model takes: it is told what it misses', async () => {
    await using both = await openBoth({ db: await openDb() })
    const { provider, world, send } = both
    provider.always(() => openaiText('ok'))
    const { threadId } = await world.thread()
    const files = ['picture.png', 'picture.bmp', 'picture.tiff']
    const { body } = await send(threadId, form('files', files, 'What?'), 'openai/gpt-3.5-turbo')
    expect(body.attachments).toMatchObject([
      {},
      { summary: expect.stringMatching(/do not take BMP images; upload it as PNG/) },
      { summary: expect.stringMatching(/do not take TIFF/) },
    ])
    await world.send(threadId, 'And now?', { model_name: 'gpt-4o' })
    const missing = (...names: string[]) =>
      `What?\n\n(Images that came with this but cannot be shown to you: ${names.join(', ')})`
    expect(asked(provider.requests[0])).toEqual([missing(...files)])
    expect(asked(provider.requests[1])[0]).toEqual([
      image('picture.png'),
      { type: 'text', text: missing('picture.bmp', 'picture.tiff') },
    ])
  })

  it('200 no more of them than the limits say, the latest first', async () => {
    const bytes = sample('picture.png').length
    const limits = { picturesPerPrompt: 2, pictureBytes: bytes, pictureBytesPerPrompt: bytes * 9 }
    await using both = await openBoth({ db: await openDb(), limits })
    const { provider, world, send } = both
    provider.always(() => openaiText('ok'))
    const { threadId } = await world.thread()
    for (const names of [['picture.png', 'picture.gif'], ['picture.png'], ['picture.png']]) {
      await send(threadId, form('files', names, 'Look'))
    }
    const shown = asked(provider.requests[2]).map((content) =>
      typeof content === 'string' ? 0 : content.filter(({ type }) => type === 'image_url').length,
    )
    expect(shown).toEqual([0, 1, 1])
    expect(asked(provider.requests[2])[0]).toMatch(/shown to you: picture.png, picture.gif/)
  })

  it('200 an image uploaded to the thread goes with the next message', async () => {
    await using both = await openBoth({ db: await openDb() })
    const { provider, world, upload } = both
    provider.always(() => openaiText('ok'))
    const { threadId } = await world.thread()
    await upload(`/threads/${threadId}/documents`, 'picture.png')
    for (const text of ['What?', 'Why?']) {
      await world.send(threadId, text, { model_name: 'gpt-4o' })
    }
    const first = [image('picture.png'), { type: 'text', text: 'What?' }]
    expect(asked(provider.requests[1])).toEqual([first, 'Why?'])
    const other = await world.call('POST', '/threads/messages', {
      ...{ content: 'Hi', model_name: 'gpt-4o' },
    })
    expect(other.status).toBe(200)
    expect(asked(provider.requests[2])).toEqual(['Hi'])
  })
})

describe.each(databases)('images described by a vision model, on %s', (_name, openDb) => {
  const env = {
    HOMECOURT_VISION_MODEL: 'anthropic/claude-haiku-4-5',
    HOMECOURT_DEFAULT_EMBEDDING: 'offline',
  }
  const description = 'A red lighthouse on a cliff. The sign reads “Cape Foulwind”.'

  it('200 are found by what they show', async () => {
    await using both = await openBoth({ db: await openDb(), env })
    const { provider, world, upload } = both
    provider.always(() => anthropicText(description))
    const { assistantId } = await world.thread()
    const path = `/assistants/${assistantId}/documents`
    const row = await upload(path, 'picture.png')
    expect(row).toMatchObject({ status: 'indexed', summary: description, chunk_count: 1 })
    const query = { query: 'lighthouse at Cape Foulwind' }
    const { body } = await world.call<Found>('POST', `${path}/search`, query)
    expect(body.passages).toMatchObject([{ filename: 'picture.png', text: description }])
    const [sent] = asked(provider.requests[0])
    expect(sent).toMatchObject([
      { type: 'image', source: { data: base64('picture.png') } },
      { type: 'text', text: expect.stringContaining('picture.png') },
    ])
    const bytes = await world.raw('GET', `/documents/${row.document_id}/content`)
    expect(Buffer.from(await bytes.arrayBuffer())).toEqual(sample('picture.png'))
  })

  it('200 a vision model that fails or hangs holds up no message', async () => {
    await using both = await openBoth({ db: await openDb(), env, limits: { describeMs: 300 } })
    const { provider, world, send } = both
    provider.always(({ path }) =>
      path === '/v1/messages'
        ? { status: 200, headers: { 'content-type': 'text/event-stream' }, pieces: [': ', 'hang'] }
        : openaiText('ok'),
    )
    const { threadId } = await world.thread()
    const { body } = await send(threadId, form('files', ['picture.png'], 'What?'))
    expect(body).toMatchObject({
      ...{ status: 'COMPLETED', content: 'ok' },
      attachments: [{ status: 'indexed', summary: expect.stringMatching(/too long to describe/) }],
    })
  })

  it('200 an image of an assistant is described later when the model was down', async () => {
    await using both = await openBoth({ db: await openDb(), env })
    const { provider, world } = both
    const down = statusReply(529, { error: { type: 'overloaded_error', message: 'busy' } })
    provider.script(down)
    provider.always(() => anthropicText(description))
    const { assistantId } = await world.thread()
    const path = `/assistants/${assistantId}/documents`
    const sent = await world.call<Doc>('POST', path, form('file', ['picture.png']))
    await world.ctx.queue.idle()
    const { body } = await world.call<Doc>('GET', `/documents/${sent.body.document_id}/status`)
    expect(body).toMatchObject({ status: 'indexed', summary: description, status_message: null })
    expect(provider.requests).toHaveLength(2)
  })
})

const recordings = [
  ...['tone.mp3', 'tone.wav', 'tone.m4a', 'tone.ogg', 'tone.flac', 'tone.aac'],
  ...['clip.mp4', 'clip.mov', 'clip.avi', 'clip.mkv', 'clip.mpeg', 'clip.mpg', 'clip.webm'],
]

describe('recordings', () => {
  it('200 are stored, say that they were not transcribed, and hold up no message', async () => {
    await using world = await openWorld()
    const { threadId } = await world.thread()
    const { body } = await world.call<{ attachments: Doc[]; status: string }>(
      ...(['POST', `/threads/${threadId}/messages`, form('files', recordings, 'Hi')] as const),
    )
    expect(body.status).toBe('COMPLETED')
    for (const { status, summary } of body.attachments) {
      expect(status).toBe('indexed')
      expect(summary).toMatch(
        /^(Audio|Video), stored without a transcription: no transcription model is configured\.$/,
      )
    }
    expect(body.attachments).toHaveLength(13)
  })

  it.each([
    ['talk.mp3', 'text, not sound', /does not look like one/],
    [
      'clip.mp4',
      sample('picture.png'),
      /looks like a PNG image; upload it with its right extension/,
    ],
    ['clip.webm', '', /empty/],
  ])('failed for %s that is none', async (name, content, why) => {
    await using world: World = await openWorld()
    const { assistantId } = await world.thread()
    const body = new FormData()
    body.append('file', new Blob([new Uint8Array(Buffer.from(content))]), name)
    const path = `/assistants/${assistantId}/documents`
    const sent = await world.call<Doc>('POST', path, body)
    await world.ctx.queue.idle()
    const row = await world.call<Doc>('GET', `/documents/${sent.body.document_id}/status`)
    expect(row.body).toMatchObject({ status: 'failed', status_message: expect.stringMatching(why) })
  })
})
