import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { openKnownModels } from '../../src/models/known-models.ts'
import { openProvider, statusReply, streamOf } from '../support/provider.ts'
import { openWorld, type World } from '../support/world.ts'

type Row = Record<string, unknown> & { name: string; provider: string; context_limit: number }
type Page = { models: Row[]; total: number; detail?: unknown }

const folder = mkdtempSync(join(tmpdir(), 'homecourt-catalog-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, content: string) {
  const path = join(folder, name)
  writeFileSync(path, content)
  return { HOMECOURT_CATALOG_FILE: path }
}

const list = async (world: World, query = '') =>
  (await world.call<Page>('GET', `/models?limit=15000${query}`)).body

describe('GET /models', () => {
  it('200 has every model, by provider and name, and pages through them without a gap', async () => {
    await using world = await openWorld()
    const { models, total } = await list(world)
    expect(total).toBe(models.length)
    expect(total).toBeGreaterThan(1_000)
    const names = models.map((row) => `${row.provider}\n${row.name}`)
    expect(names).toEqual([...names].sort())
    expect(new Set(names).size).toBe(total)
    const first = await world.call<Page>('GET', '/models')
    expect(first.body.models).toEqual(models.slice(0, 100))
    const paged: Row[] = []
    while (paged.length < total) {
      const { body } = await world.call<Page>('GET', `/models?skip=${paged.length}&limit=499`)
      paged.push(...body.models)
    }
    expect(paged).toEqual(models)
  })

  it('200 rows say what is known, and null where nothing is', async () => {
    await using world = await openWorld()
    const { models } = await list(world, '&provider=openai')
    expect(models.find((row) => row.name === 'gpt-4o')).toMatchObject({
      ...{ model_type: 'llm', context_limit: 128_000, context_limit_known: true },
      ...{ supports_tools: true, supports_vision: true, supports_thinking: false },
      ...{ input_cost_per_1m_tokens: 2.5, output_cost_per_1m_tokens: 10 },
      ...{ cached_input_cost_per_1m_tokens: 1.25, cost_per_image: null },
      last_updated: expect.stringMatching(/^20\d\d-\d\d-\d\dT00:00:00.000Z$/),
    })
    for (const row of models) expect(Number.isInteger(row.context_limit)).toBe(true)
  })

  it('200 filters narrow the list, in any spelling, and the absurd find nothing', async () => {
    await using world = await openWorld()
    const { models: all } = await list(world)
    const where = (fits: (row: Row) => boolean) => all.filter(fits)
    const expected: [string, Row[]][] = [
      ['model_type=llm', where((row) => row.model_type === 'llm')],
      [
        'model_type=LLM&provider=OpenAI',
        where((r) => r.model_type === 'llm' && r.provider === 'openai'),
      ],
      ['model_type=stt', where((row) => row.model_type === 'stt')],
      ['model_type=tts', where((row) => row.model_type === 'tts')],
      ['supports_tools=True', where((row) => row.supports_tools === true)],
      ['supports_tools=false', where((row) => row.supports_tools === false)],
      ['supports_vision=true', where((row) => row.supports_vision === true)],
      ['min_context=1000000', where((row) => row.context_limit >= 1_000_000)],
      ['max_context=8192', where((row) => row.context_limit <= 8_192)],
      ['model_type=&provider=', all],
      ['min_context=-5', all],
      ['min_context=9&max_context=3', []],
      ['provider=nobody', []],
      ['model_type=cat', []],
      ['provider=%F0%9F%90%88', []],
      [`skip=${all.length}`, []],
      ['skip=900000000000000', []],
    ]
    for (const [query, rows] of expected) {
      const { body } = await world.call<Page>('GET', `/models?limit=15000&${query}`)
      expect([query, body.models.length]).toEqual([query, rows.length])
      expect(body.models).toEqual(rows)
    }
    for (const [type, count] of [
      ['stt', 4],
      ['tts', 3],
    ] as const) {
      const rows = where((row) => row.model_type === type)
      expect(rows.length).toBeGreaterThanOrEqual(count)
    }
  })

  it('200 a limit is clamped; 422 what is no number, with the field named', async () => {
    await using world = await openWorld()
    expect((await world.call<Page>('GET', '/models?limit=0')).body.models).toHaveLength(1)
    const { body } = await world.call<Page>('GET', '/models?limit=99999999')
    expect(body.models).toHaveLength(body.total)
    for (const query of [
      'limit=abc',
      'limit=-1',
      'skip=-1',
      'min_context=1.5',
      'supports_tools=cat',
    ]) {
      const reply = await world.call<Page>('GET', `/models?${query}`)
      const loc = ['query', query.split('=')[0]]
      expect(reply).toMatchObject({ status: 422, body: { detail: [{ loc }] } })
    }
  })

  it('401 without a key', async () => {
    await using world = await openWorld({ open: false })
    expect((await world.as('wrong').call('GET', '/models')).status).toBe(401)
  })
})

describe('the other lists of models', () => {
  it('200 providers, models of one, embeddings, images and voices; aliases answer the same', async () => {
    await using world = await openWorld()
    const get = async (path: string) => (await world.call<Page>('GET', path)).body
    const { providers, total } = (await get('/models/providers')) as never as {
      providers: string[]
      total: number
    }
    expect(providers).toEqual([...providers].sort())
    expect(providers).toEqual(expect.arrayContaining(['openai', 'anthropic', 'google', 'offline']))
    expect(total).toBe(providers.length)

    const anthropic = await get('/models/provider/Anthropic?limit=500')
    expect(anthropic).toEqual(await get('/models?provider=anthropic&limit=500'))
    expect(await get('/models/providers/anthropic?limit=500')).toEqual(anthropic)
    expect(await get('/models/provider/nobody')).toEqual({ models: [], total: 0 })
    expect((await get('/models/provider/openai?skip=2&limit=3')).models).toHaveLength(3)

    const embeddings = await get('/models/embedding/all?limit=500')
    expect(await get('/models/embedding?limit=500')).toEqual(embeddings)
    expect(embeddings.models).toContainEqual(
      expect.objectContaining({ name: 'text-embedding-3-large', embedding_dimensions: 3072 }),
    )
    const big = await get('/models/embedding/all?min_dimensions=1536&max_dimensions=2000')
    expect(new Set(big.models.map((row) => row.embedding_dimensions))).toEqual(new Set([1536]))
    expect(await get('/models/embedding-providers')).toEqual(
      await get('/models/embedding/providers'),
    )
    const images = await get('/models/image/all?limit=500')
    expect(images.models.every((row) => row.model_type === 'image')).toBe(true)
    expect(images.total).toBe((await get('/models?model_type=image')).total)
    const voices = await get('/models/voice/all')
    const [stt, tts] = [await get('/models/stt/all'), await get('/models/tts/all')]
    expect(voices.total).toBe(stt.total + tts.total)
    expect(voices.models).toEqual(expect.arrayContaining([...stt.models, ...tts.models]))
    expect(stt).toEqual(await get('/models?model_type=stt'))
  })
})

describe('GET /models/{model_name}', () => {
  it.each([
    ['gpt-4o', 'openai', 'gpt-4o'],
    ['GPT-4O', 'openai', 'gpt-4o'],
    ['openai/gpt-4o', 'openai', 'gpt-4o'],
    ['OpenAI%2FGPT-4o', 'openai', 'gpt-4o'],
    ['openai%252Fgpt-4o', 'openai', 'gpt-4o'],
    ['openrouter/openai/gpt-4o', 'openrouter', 'openai/gpt-4o'],
    ['openrouter%2Fopenai%2Fgpt-4o', 'openrouter', 'openai/gpt-4o'],
    ['openrouter/auto', 'openrouter', 'openrouter/auto'],
    ['claude-opus-4-5', 'anthropic', 'claude-opus-4-5'],
    ['offline', 'offline', 'offline'],
  ])('200 %s is %s’s %s', async (asked, provider, name) => {
    await using world = await openWorld()
    const reply = await world.call('GET', `/models/${asked}`)
    expect(reply).toMatchObject({ status: 200, body: { provider, name } })
  })

  it('404 what nobody has, 400 what is no path, 405 what is no reading', async () => {
    await using world = await openWorld()
    const detail = 'Model not found'
    for (const name of [
      'no-such',
      'openai/',
      'openai/no-such',
      '%20',
      '__proto__',
      'constructor',
    ]) {
      const reply = await world.call('GET', `/models/${name}`)
      expect(reply).toMatchObject({ status: 404, body: { detail } })
    }
    expect((await world.call('GET', `/models/${'x'.repeat(5_000)}`)).status).toBe(404)
    expect((await world.call('GET', '/models/%zz')).status).toBe(400)
    expect((await world.call('POST', '/models/gpt-4o', {})).status).toBe(405)
    expect((await world.call('GET', '/models/embedding/gpt-4o')).status).toBe(404)
  })

  it('200 embedding models and what thinking they can be asked for', async () => {
    await using world = await openWorld()
    const embedding = await world.call('GET', '/models/embedding/OpenAI/Text-Embedding-3-Small')
    expect(embedding.body).toMatchObject({ embedding_dimensions: 1536, context_limit: 8192 })
    const query = '?provider=anthropic&model=claude-opus-4-5'
    const thinking = await world.call('GET', `/models/thinking-metadata${query}`)
    expect(thinking.body).toMatchObject({
      ...{ provider: 'anthropic', model: 'claude-opus-4-5', supports_thinking: true },
      thinking_controls: { supported: true, allowed_fields: expect.arrayContaining(['effort']) },
    })
    const plain = await world.call('GET', '/models/thinking-metadata?provider=openai&model=gpt-4o')
    expect(plain.body).toMatchObject({ thinking_controls: { supported: false } })
    const unknown = '/models/thinking-metadata?provider=openai&model=no-such'
    expect((await world.call('GET', unknown)).status).toBe(404)
    expect((await world.call('GET', '/models/thinking-metadata')).status).toBe(422)
  })
})

describe('what can be called now', () => {
  const offline = ['offline/offline', 'offline/subwords-1']
  const names = ({ models }: Page) => models.map((row) => `${row.provider}/${row.name}`)

  it('200 without a provider, the offline model alone', async () => {
    await using world = await openWorld()
    expect(names(await list(world, '&available=true'))).toEqual(offline)
  })

  it('200 a server’s own list decides, and tells the window where it knows one', async () => {
    await using provider = await openProvider()
    const data = [
      { id: 'llama3.2', object: 'model', max_model_len: 8_192 },
      { id: 'GPT-4o' },
      { id: 'models/gemini-x', meta: { n_ctx_train: 4_096 } },
      ...[null, 7, {}, { id: 5 }, { id: '' }, { id: 'x'.repeat(9_999) }, ['a']],
    ]
    provider.models = statusReply(200, { object: 'list', data })
    const env = { OPENAI_BASE_URL: provider.openaiUrl }
    await using world = await openWorld({ env })
    const callable = await list(world, '&available=true')
    expect(names(callable)).toEqual(
      ['openai/gemini-x', 'openai/GPT-4o', 'openai/llama3.2'].concat(offline).sort(),
    )
    const model = await world.call('GET', '/models/llama3.2')
    expect(model.body).toMatchObject({
      ...{ provider: 'openai', available: true, context_limit: 8_192, context_limit_known: true },
      ...{ supports_tools: null, input_cost_per_1m_tokens: null },
    })
    expect((await world.call('GET', '/models/o3')).body).toMatchObject({ available: false })
    expect(world.ctx.models.resolve('openai', 'llama3.2').contextLimit).toBe(8_192)
    expect(world.ctx.models.resolve('openai', 'never-seen').contextLimit).toBe(32_768)
  })

  it('200 an embedding of unknown size is in the list of models, and in neither of embeddings', async () => {
    await using provider = await openProvider()
    provider.models = statusReply(200, { data: [{ id: 'house-embed' }] })
    const env = { HOMECOURT_PROVIDER_BOX_URL: provider.openaiUrl }
    await using world = await openWorld({ env })
    const found = await list(world, '&provider=box&model_type=embedding')
    expect(names(found)).toEqual(['box/house-embed'])
    const { providers } = (await world.call('GET', '/models/embedding/providers')).body
    const { models } = (await world.call('GET', '/models/embedding/all?limit=500')).body
    expect(providers).not.toContain('box')
    const named = new Set((models as { provider: string }[]).map((row) => row.provider))
    expect(providers).toEqual([...named].sort())
  })

  it.each([
    ['is down', null],
    ['is no JSON', streamOf('<html>')],
    ['is no list', statusReply(200, { data: { gpt: 1 } })],
    ['hangs', streamOf('{"data":[', 'hang')],
    ['breaks off', streamOf('{"data":[', 'drop')],
    ['is huge', streamOf(...Array(40).fill(`${' '.repeat(512 * 1024)}`))],
  ])('200 the catalogue stands when a server’s list %s', async (_, models) => {
    await using provider = await openProvider()
    provider.models = models
    await using world = await openWorld({ env: { OPENAI_BASE_URL: provider.openaiUrl } })
    const page = await list(world, '&available=true')
    expect(names(page)).toContain('openai/gpt-4o')
    expect(names(page)).not.toContain('anthropic/claude-opus-4-5')
  })

  it('200 a list of more models than there may be is cut', async () => {
    await using provider = await openProvider()
    const data = Array.from({ length: 30_000 }, (_, i) => ({ id: `m${i}` }))
    provider.models = statusReply(200, { data })
    await using world = await openWorld({ env: { OPENAI_BASE_URL: provider.openaiUrl } })
    expect((await list(world, '&available=true&provider=openai')).total).toBe(20_000)
  })
})

describe('a catalogue of one’s own', () => {
  it('200 wins field by field, adds models and hides others', async () => {
    const own = {
      models: [
        { provider: 'openai', name: 'GPT-4o', context_limit: 64_000, input_cost_per_1m_tokens: 1 },
        { provider: 'openai', name: 'llava', supports_vision: true, display_name: 'My eyes' },
        { provider: 'openai', name: 'o3', hidden: true },
        { provider: 'openai', name: 'blind', supports_vision: false },
        { provider: 'openai', name: 'gpt-4.1', input_cost_per_1m_tokens: null },
      ],
    }
    const env = { OPENAI_API_KEY: 'k', ...file('own.json', JSON.stringify(own)) }
    await using world = await openWorld({ env })
    const { models } = world.ctx
    const { facts } = (await models.known.search('gpt-4o')) ?? {}
    expect(facts).toMatchObject({ context: 64_000, prices: { input: 1, output: 10 } })
    expect(models.resolve('openai', 'gpt-4o').contextLimit).toBe(64_000)
    expect(models.resolve('openai', 'llava').canSee).toBe(true)
    expect(models.resolve('openai', 'gpt-4o').canSee).toBe(true)
    expect(models.resolve('openai', 'blind').canSee).toBe(false)
    expect(models.resolve('openai', 'never-heard').canSee).toBe(false)
    expect(models.known.find('openai', 'gpt-4.1')?.prices).toMatchObject({ input: null, output: 8 })
    expect(models.known.find('openai', 'o3')).toBeNull()
  })

  it('200 has the last word over what a server lists of itself, provider in any case', async () => {
    await using provider = await openProvider()
    const data = ['llama3', 'secret', 'other'].map((id) => ({ id, max_model_len: 131_072 }))
    provider.models = statusReply(200, { data })
    const own = [
      { provider: 'BOX', name: 'Llama3', context_limit: 4_096 },
      { provider: 'box', name: 'llama3', display_name: 'Ours' },
      { provider: 'box', name: 'secret', hidden: true },
      { provider: 'OpenAI', name: 'gpt-4o', context_limit: 64_000 },
    ]
    const env = { HOMECOURT_PROVIDER_BOX_URL: provider.openaiUrl }
    await using world = await openWorld({ env: { ...env, ...file('x.json', JSON.stringify(own)) } })
    expect((await list(world, '&provider=box')).models).toMatchObject([
      { name: 'llama3', context_limit: 4_096, display_name: 'Ours', available: true },
      { name: 'other', context_limit: 131_072 },
    ])
    expect((await world.call('GET', '/models/box/secret')).status).toBe(404)
    expect(world.ctx.models.resolve('box', 'llama3').contextLimit).toBe(4_096)
    expect((await world.call('GET', '/models/gpt-4o')).body).toMatchObject({
      ...{ provider: 'openai', context_limit: 64_000 },
    })
  })

  it('names every mistake by its line when the server starts', () => {
    const lines = [
      '{ "models": [',
      '  { "provider": "openai", "name": "a" },',
      '  { "provider": "openai", "name": "b",',
      '    "context_limit": "big",',
      '    "supports_tools": 1 },',
      '  { "name": "c" },',
      '  [1, 2],',
      '  "d",',
      '  { "provider": "openai", "name": "e", "model_type": "cat", "price": { "in": [1] } }',
      ']}',
    ]
    const config = readConfig(file('bad.json', lines.join('\n')))
    const path = join(folder, 'bad.json')
    const wrong = [
      `${path}:4: context_limit must be a whole number from 1, not "big"`,
      `${path}:5: supports_tools must be true or false, not 1`,
      `${path}:6: provider is missing`,
      `${path}:7: a model must be an object`,
      `${path}:8: a model must be an object`,
      `${path}:9: model_type must be llm, embedding, image, stt, tts, not "cat"`,
      `${path}:9: there is no field "price"`,
    ]
    expect(() => openKnownModels(config)).toThrow(wrong.join('\n'))
  })

  it.each([
    ['[\n{"provider": "a",\n oops', /broken.json:3: this is not JSON/],
    ['', /broken.json:1: this is not JSON/],
    ['{"modles": []}', /broken.json:1: there must be a list named models/],
    ['null', /broken.json:1: there must be a list named models/],
  ])('says of %j where it breaks', (content, message) => {
    const config = readConfig(file('broken.json', content))
    expect(() => openKnownModels(config)).toThrow(message)
  })

  it('says that there is no such file', () => {
    const config = readConfig({ HOMECOURT_CATALOG_FILE: join(folder, 'none.json') })
    expect(() => openKnownModels(config)).toThrow(/HOMECOURT_CATALOG_FILE cannot be read.*ENOENT/)
  })
})
