import { describe, expect, it } from 'vitest'
import { says, scripted } from '../support/model.ts'
import { openWorld } from '../support/world.ts'

const page = { origin: 'https://app.example' }

describe('threads and assistants as clients look them up', () => {
  it.each([
    ['no body and no type', undefined, {}],
    ['no body, said to be JSON', '', { 'content-type': 'application/json' }],
    ['{}', {}, {}],
    ['null', 'null', {}],
    ['an empty form', new URLSearchParams(), {}],
    ['fields nobody knows', { name: 'x' }, {}],
  ] as const)('200 a thread is opened with %s', async (_, body, headers) => {
    await using world = await openWorld()
    const made = await world.call('POST', '/assistants', { name: 'A' })
    const path = `/assistants/${made.body.assistant_id}/threads`
    const opened = await world.call('POST', path, body, headers)
    expect(opened).toMatchObject({ status: 200, body: { messages: [], metadata_: null } })
  })

  it('200 limit=200&name= finds the assistants of exactly that name, newest first', async () => {
    await using world = await openWorld()
    for (const name of ['Nash & co', 'Nash', 'nash', 'Nash & co']) {
      await world.call('POST', '/assistants', { name })
    }
    const all = await world.call<{ assistant_id: string }[]>('GET', '/assistants?limit=200')
    const wanted = `/assistants?limit=200&name=${encodeURIComponent('Nash & co')}`
    const found = await world.call<{ assistant_id: string }[]>('GET', wanted)
    expect(found.body).toEqual([all.body[0], all.body[3]])
    expect((await world.call('GET', '/assistants?limit=100000')).status).toBe(200)
    expect((await world.call('GET', '/assistants?name=Nobody')).body).toEqual([])
  })

  it('200 include_messages=false leaves messages empty, yet tells what the thread is about', async () => {
    await using world = await openWorld({ model: scripted(says('Hello')) })
    const { threadId, assistantId } = await world.thread()
    await world.send(threadId, 'Hi')
    const row = { thread_id: threadId, assistant_id: assistantId, first_user_message: 'Hi' }
    for (const path of ['/threads', `/assistants/${assistantId}/threads`]) {
      const { body } = await world.call('GET', `${path}?limit=200&include_messages=false`)
      expect(body).toMatchObject([{ ...row, message_count: 2, messages: [] }])
      const full = await world.call('GET', path)
      expect(full.body).toMatchObject([{ ...row, messages: [{ role: 'user' }, {}] }])
    }
  })
})

describe('pages in a browser', () => {
  it.each([
    'GET',
    'POST',
    'PUT',
    'DELETE',
  ])('204 a preflight lets %s through with key and JSON', async (method) => {
    await using world = await openWorld({ open: false })
    const response = await fetch(`${world.url}/threads/messages`, {
      method: 'OPTIONS',
      headers: {
        ...page,
        'access-control-request-method': method,
        'access-control-request-headers': 'content-type,x-api-key',
      },
    })
    const allowed = (name: string) => response.headers.get(`access-control-allow-${name}`) ?? ''
    expect(response.status).toBe(204)
    expect(allowed('origin')).toBe('*')
    expect(allowed('methods')).toContain(method)
    expect(allowed('headers').toLowerCase()).toMatch(/content-type.*x-api-key/)
  })

  it('answers, streams and errors may all be read by the page', async () => {
    await using world = await openWorld({ model: scripted(says('One'), says('Two')) })
    const { threadId } = await world.thread()
    const path = `/threads/${threadId}/messages`
    const responses = [
      await world.raw('POST', path, { content: 'Hi' }, page),
      await world.raw('POST', path, { content: 'Hi', stream: true }, page),
      await world.raw('POST', path, { content: '', stream: true }, page),
      await world.raw('GET', '/threads/none', undefined, page),
      await world.raw('GET', '/models', undefined, page),
    ]
    for (const response of responses) {
      expect(response.headers.get('access-control-allow-origin')).toBe('*')
      await response.text()
    }
    expect(responses.map((response) => response.status)).toEqual([200, 200, 400, 422, 200])
  })

  it('only the configured origins may read where there are some', async () => {
    await using world = await openWorld({ corsOrigins: ['https://app.example'] })
    const seenBy = async (origin: string) =>
      (await world.raw('GET', '/threads', undefined, { origin })).headers.get(
        'access-control-allow-origin',
      )
    expect(await seenBy('https://app.example')).toBe('https://app.example')
    expect(await seenBy('https://other.example')).toBeNull()
  })
})
