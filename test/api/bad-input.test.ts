import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databases } from '../support/databases.ts'
import { says, scripted } from '../support/model.ts'
import { openWorld, type World } from '../support/world.ts'

const issue = (loc: (string | number)[], msg: string, type: string) => ({
  ...{ status: 422, body: { detail: [{ loc, msg, type }] } },
})
const notAnObject = issue(['body'], 'Input should be a valid dictionary', 'dict_type')
const notJson = issue(['body'], 'JSON decode error', 'json_invalid')
const missing = issue(['body'], 'Field required', 'missing')
const notJsonAtAll = issue(
  ['body'],
  'Input should be a valid dictionary or object to extract fields from',
  'model_attributes_type',
)
const badText = issue(
  ['body'],
  'Input should be a valid string, without NUL characters or unpaired surrogates',
  'string_unicode',
)
const tooDeep = { status: 400, body: { detail: 'The JSON is nested too deeply' } }
const badForm = { status: 400, body: { detail: 'There was an error parsing the body' } }
const tooLarge = { status: 413, body: { detail: 'The request is too large' } }
const json = { 'content-type': 'application/json' }
const deep = (levels: number) => `${'['.repeat(levels)}1${']'.repeat(levels)}`

describe.each(databases)('what no route can take on %s', (_name, openDb) => {
  let world: World
  let threadId = ''

  beforeAll(async () => {
    const limits = { bodyBytes: 1_500_000 }
    world = await openWorld({ db: await openDb(), model: scripted(says('ok')), limits })
    threadId = (await world.thread()).threadId
  })
  afterAll(() => world[Symbol.asyncDispose]())

  const nothingChanged = async () => {
    expect((await world.call<[]>('GET', '/assistants')).body).toHaveLength(1)
    expect((await world.call('GET', '/threads')).body).toMatchObject([{ message_count: 0 }])
  }

  it.each<[string, string, object, Record<string, string>?]>([
    ['an array', '[]', notAnObject],
    ['a string', '"name"', notAnObject],
    ['a number', '7', notAnObject],
    ['true', 'true', notAnObject],
    ['null', 'null', missing],
    ['nothing', '', missing],
    ['white space', ' \n', missing],
    ['half an object', '{"name":"x"', notJson],
    ['two objects', '{"name":"x"}{}', notJson],
    ['single quotes', "{'name':'x'}", notJson],
    ['a trailing comma', '{"name":"x",}', notJson],
    ['NaN', '{"name":NaN}', notJson],
    ['a raw line break in text', '{"name":"a\nb"}', notJson],
    ['a byte order mark', '\ufeff{"name":"x"}', notJson],
    ['a form called JSON', 'name=x', notJson],
    ['a form', 'name=x', notJsonAtAll, { 'content-type': 'application/x-www-form-urlencoded' }],
    ['JSON called text', '{"name":"x"}', notJsonAtAll, { 'content-type': 'text/plain' }],
    ['XML', '<name>x</name>', notJsonAtAll, { 'content-type': 'application/xml' }],
    [
      'a multipart form',
      '--b--',
      notJsonAtAll,
      { 'content-type': 'multipart/form-data; boundary=b' },
    ],
    ['NUL', '{"name":"a\\u0000"}', badText],
    ['NUL in a key', '{"name":"x","a\\u0000":1}', badText],
    ['half a surrogate pair', '{"name":"\\ud83d"}', badText],
    ['the other half', '{"name":"\\uDE00x"}', badText],
    ['both in the wrong order', '{"name":"x","tools":[{"a":["\\ude00\\ud83d"]}]}', badText],
    ['10,000 levels', `{"name":"x","tools":${deep(10_000)}}`, tooDeep],
    ['a million levels', '['.repeat(1_000_000), notJson],
    ['101 levels', deep(101), tooDeep],
  ])('4xx %s as the body of a new assistant', async (_what, body, refused, headers = json) => {
    expect(await world.call('POST', '/assistants', body, headers)).toMatchObject(refused)
    await nothingChanged()
  })

  it('200 JSON as deep as it may be, brackets in texts, and both halves of a surrogate pair', async () => {
    const ann = world.as('ann')
    const tools = [{ a: JSON.parse(deep(96)), b: '['.repeat(500) }]
    expect((await ann.call('POST', '/assistants', { name: 'x', tools })).status).toBe(200)
    const smile = await ann.call('POST', '/assistants', '{"name":"\\uD83D\\ude00 \\\\u0000"}')
    expect(smile).toMatchObject({ status: 200, body: { name: '😀 \\u0000' } })
  })

  it('4xx what only shows once a text inside the body is read as JSON', async () => {
    const path = `/threads/${threadId}/messages`
    const nested = '{"a":'.repeat(50_000) + 1 + '}'.repeat(50_000)
    for (const [field, value, refused] of [
      ['metadata', nested, tooDeep],
      ['tools', `[{"a":${deep(10_000)}}]`, tooDeep],
      ['thinking', `{"a":${deep(10_000)}}`, tooDeep],
      ['metadata', '{"a":"\\u0000"}', badText],
      ['metadata', '{"\\ud800":1}', badText],
      ['tools', '[{"a":"\\u0000"}]', badText],
    ] as const) {
      const fields = { content: 'Hi', [field]: value }
      const multipart = new FormData()
      for (const [name, part] of Object.entries(fields)) multipart.set(name, part)
      for (const body of [fields, new URLSearchParams(fields), multipart]) {
        expect(await world.call('POST', path, body)).toMatchObject(refused)
      }
    }
    await nothingChanged()
  })

  it('4xx broken forms', async () => {
    const head = '--b\r\nContent-Disposition: form-data; name="content"\r\n\r\n'
    const type = 'multipart/form-data; boundary=b'
    const broken: [string, string, object][] = [
      [`${head}Hi`, type, badForm],
      [`${head}Hi\r\n--b`, type, badForm],
      ['--b\r\nContent-Disposition: form-data; name="content"', type, badForm],
      [`${head}Hi\r\n--b--`, 'multipart/form-data', badForm],
      [`${head}Hi\r\n--b--`, 'multipart/form-data; boundary=', badForm],
      [`${head}a\0b\r\n--b--`, type, badText],
      ['content=a%00b', 'application/x-www-form-urlencoded', badText],
      [`${head}${'x'.repeat(1_500_001)}\r\n--b--`, type, { status: 413 }],
      [`${`${head}${'x'.repeat(1_000_000)}\r\n`.repeat(2)}--b--`, type, tooLarge],
      [`${`${head}x\r\n`.repeat(300)}--b--`, type, { status: 413 }],
      ['{"content":"Hi"}', 'text/plain', notJsonAtAll],
      ['{"content":"Hi"}', 'application/octet-stream', notJsonAtAll],
    ]
    for (const [body, contentType, refused] of broken) {
      const headers = { 'content-type': contentType }
      const reply = await world.call('POST', `/threads/${threadId}/messages`, body, headers)
      expect(reply).toMatchObject(refused)
    }
    await nothingChanged()
  })

  it('200 a form with names of our objects’ own insides', async () => {
    const ann = world.as('bea')
    const { threadId } = await ann.thread()
    const form = new URLSearchParams({ content: 'Hi', send_to_llm: 'false' })
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
      form.set(name, 'x')
    const reply = await ann.call('POST', `/threads/${threadId}/messages`, form)
    expect(reply).toMatchObject({ status: 200, body: { content: 'Hi' } })
  })

  it('422 a name of a megabyte, 413 a body over the limit; the connection stays usable', async () => {
    const long = { name: 'x'.repeat(1_000_000) }
    expect(await world.call('POST', '/assistants', long)).toMatchObject({
      ...{ status: 422, body: { detail: [{ type: 'string_too_long' }] } },
    })
    for (const body of [
      { name: 'x'.repeat(1_500_000) },
      new URLSearchParams({ c: 'x'.repeat(2e6) }),
    ]) {
      expect(await world.call('POST', '/assistants', body)).toMatchObject(tooLarge)
      expect(await world.call('POST', '/threads/messages', body)).toMatchObject(tooLarge)
    }
    await nothingChanged()
  })

  it('405 with Allow for another method of a path, 404 for a path that is none', async () => {
    const refused = { status: 405, body: { detail: 'Method Not Allowed' } }
    for (const [method, path, allow] of [
      ['PATCH', '/assistants', 'GET, HEAD, POST'],
      ['DELETE', '/assistants', 'GET, HEAD, POST'],
      ['POST', `/threads/${threadId}`, 'GET, HEAD, DELETE'],
      ['GET', '/threads/messages', 'POST'],
      ['PUT', `/threads/${threadId}/messages`, 'GET, HEAD, POST'],
      ['POST', '/models', 'GET, HEAD'],
    ] as const) {
      const reply = await world.call(method, path)
      expect(reply).toMatchObject(refused)
      const allowed = reply.headers.get('allow')?.split(', ').sort()
      expect(allowed).toEqual(allow.split(', ').sort())
    }
    for (const path of ['/nope', '/assistant', '/assistants/x/y/z', '/threads/x/y']) {
      for (const method of ['GET', 'POST', 'DELETE']) {
        expect(await world.call(method, path)).toMatchObject({
          ...{ status: 404, body: { detail: 'Not Found' } },
        })
      }
    }
    await nothingChanged()
  })

  it('200 under /api and at the root, with trailing and doubled slashes, without a redirect', async () => {
    const base = world.url.replace('/api', '')
    for (const path of [
      ...['/api/threads', '/threads', '/api/threads/', '/threads/', '//threads', '/api//threads//'],
      ...['//api/threads', '/api/threads?limit=5', '/threads/?limit=5'],
    ]) {
      const headers = { 'X-API-Key': world.key }
      const response = await fetch(base + path, { headers, redirect: 'manual' })
      expect([path, response.status]).toEqual([path, 200])
      expect(await response.json()).toMatchObject([{ thread_id: threadId }])
    }
    const posted = await fetch(`${base}//threads/messages/`, {
      ...{ method: 'POST', redirect: 'manual', body: '{"content":"x","send_to_llm":false}' },
      headers: { 'X-API-Key': 'cleo', ...json },
    })
    expect(posted.status).toBe(200)
  })

  it('200 HEAD says what GET would, without a body', async () => {
    const response = await world.raw('HEAD', '/threads')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
    expect(await response.text()).toBe('')
    expect((await world.raw('HEAD', '/nope')).status).toBe(404)
  })

  it('4xx URLs that cannot be read, in the API’s own shape', async () => {
    const malformed = { status: 400, body: { detail: 'The URL is malformed' } }
    for (const path of ['/threads/%', '/threads/%E0%A4%A', '/threads/%zz/messages', '/%ff']) {
      expect(await world.call('GET', path)).toMatchObject(malformed)
    }
    const long = await world.call('GET', `/threads/${'a'.repeat(5_000)}`)
    expect(long).toMatchObject({ status: 404, body: { detail: 'Not Found' } })
    const query = await world.call('GET', `/threads?x=${'a'.repeat(10_000)}`)
    expect(query.status).toBe(200)
    expect(await world.call('GET', `/threads/${'a'.repeat(20_000)}`)).toMatchObject({
      ...{ status: 431, body: { detail: 'Request Header Fields Too Large' } },
    })
    for (const bad of ['/threads/%00', `/threads/${threadId}%00`, '/threads/..%2f..%2fetc']) {
      expect(await world.call('GET', bad)).toMatchObject({
        ...{ status: 422, body: { detail: [{ loc: ['path', 'thread_id'] }] } },
      })
    }
  })

  it('400 what is not HTTP at all, and the server goes on', async () => {
    const { hostname, port } = new URL(world.url)
    const socket = connect(Number(port), hostname)
    await once(socket, 'connect')
    socket.write('\x16\x03\x01\x02\x00 hello\r\n\r\n')
    const reply = await text(socket)
    expect(reply).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(JSON.parse(reply.split('\r\n\r\n')[1] ?? '')).toEqual({ detail: 'Bad Request' })
    await nothingChanged()
  })
})
