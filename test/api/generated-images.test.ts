import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { databases } from '../support/databases.ts'
import { calls, says, scripted } from '../support/model.ts'
import { openWeb } from '../support/web.ts'
import { openWorld } from '../support/world.ts'

const png = readFileSync('test/files/picture.png')
const inline = JSON.stringify({ created: 1, data: [{ b64_json: png.toString('base64') }] })
const draws = () => calls(['generate_image', { prompt: 'a grey cat' }])
const auto = { image_generation: 'auto' }

describe.each(databases)('images a model makes, on %s', (_name, openDb) => {
  it('200 media_generated before the text; the image is a document of the thread', async () => {
    await using web = await openWeb(() => ({ body: inline }))
    const model = scripted(draws(), says('Here it is.'), says('Again'))
    const env = { OPENAI_API_KEY: 'secret-1', OPENAI_BASE_URL: `${web.url}/v1` }
    await using world = await openWorld({ db: await openDb(), model, env })
    const { threadId } = await world.thread()
    const path = `/threads/${threadId}/messages`
    const events = await world.stream(path, { content: 'Draw a cat', ...auto })
    const types = events.map(({ type }) => type)
    expect(types.indexOf('media_generated')).toBeLessThan(types.indexOf('content_streaming'))
    const media = events.find(({ type }) => type === 'media_generated')?.media
    expect(media).toMatchObject({ mime_type: 'image/png', file_size_bytes: png.length })
    expect(media.url).toBe(`/api/documents/${media.document_id}/content`)
    expect(events.at(-1)).toMatchObject({ type: 'run_ended', status: 'completed', media: [media] })

    const content = await world.raw('GET', `/documents/${media.document_id}/content`)
    expect(Buffer.from(await content.arrayBuffer())).toEqual(png)
    const documents = await world.call<unknown[]>('GET', `/threads/${threadId}/documents`)
    expect(documents.body).toMatchObject([{ document_id: media.document_id }])
    const thread = await world.call<{ messages: { attachments: unknown[] }[] }>(
      'GET',
      `/threads/${threadId}`,
    )
    expect(thread.body.messages[1]?.attachments).toMatchObject([{ document_id: media.document_id }])
    expect((await world.send(threadId, 'Thanks')).body.content).toBe('Again')

    const [{ url, headers, body }] = web.requests as [(typeof web.requests)[0]]
    expect([url, headers.authorization]).toEqual(['/v1/images/generations', 'Bearer secret-1'])
    expect(JSON.parse(body)).toEqual({ model: 'gpt-image-1', prompt: 'a grey cat', n: 1 })
  })
})

describe('images a model makes', () => {
  it('200 with the model that the message names, fetched where the answer is a link', async () => {
    await using web = await openWeb(({ url }) =>
      url === '/cat.png'
        ? { body: png, type: 'image/png' }
        : { body: JSON.stringify({ data: [{ url: `${web.url}/cat.png` }] }) },
    )
    const env = { XAI_API_KEY: 'k', HOMECOURT_PROVIDER_XAI_URL: `${web.url}/v1` }
    await using world = await openWorld({ model: scripted(draws(), says('Here.')), env })
    const { threadId } = await world.thread()
    const named = {
      image_model_provider: 'xai',
      image_model_name: 'xai/grok-imagine-image-quality',
    }
    const reply = await world.send(threadId, 'Draw', { ...auto, ...named })
    expect(reply.body).toMatchObject({ content: 'Here.', media: [{ mime_type: 'image/png' }] })
    expect(JSON.parse(web.requests[0]?.body ?? '')).toMatchObject({
      model: 'grok-imagine-image-quality',
    })
  })

  it.each([
    [
      'refuses',
      { status: 400, body: '{"error":{"message":"not that"}}' },
      {},
      /No image was made: openai refused the request: not that/,
    ],
    ['sends no image', { body: '{"data":[{"b64_json":"aGVsbG8="}]}' }, {}, /openai sent no image/],
    ['sends nothing', { body: '{}' }, {}, /openai sent no image/],
    [
      'is another',
      { body: inline },
      { image_model_provider: 'groq' },
      /Image provider "groq" is not available here \(openai\)/,
    ],
  ])('200 the run goes on when the provider %s', async (_, answer, named, said) => {
    await using web = await openWeb(() => answer)
    const model = scripted(draws(), says('Sorry.'))
    const env = {
      ...{ OPENAI_API_KEY: 'k', OPENAI_BASE_URL: `${web.url}/v1` },
      HOMECOURT_PROVIDER_RETRIES: '0',
    }
    await using world = await openWorld({ model, env })
    const { threadId } = await world.thread()
    const reply = await world.send(threadId, 'Draw', { ...auto, ...named })
    expect(reply.body).toMatchObject({ status: 'COMPLETED', content: 'Sorry.', media: null })
    expect(model.prompts[1]?.turns.at(-1)?.text).toMatch(said)
    expect((await world.call('GET', `/threads/${threadId}/documents`)).body).toEqual([])
  })

  it.each([
    ['nothing makes images here', {}, 'auto'],
    ['it is off', { OPENAI_API_KEY: 'k' }, 'off'],
    ['it is not asked for', { OPENAI_API_KEY: 'k' }, undefined],
  ])('200 the tool is not offered where %s', async (_, env, image_generation) => {
    const model = scripted(says('Hello'))
    await using world = await openWorld({ model, env })
    const { threadId } = await world.thread()
    expect((await world.send(threadId, 'Hi', { image_generation })).status).toBe(200)
    expect(model.prompts[0]?.tools).toEqual([])
  })
})
