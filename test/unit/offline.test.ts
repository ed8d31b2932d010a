import { describe, expect, it } from 'vitest'
import type { Delta, Prompt, ToolSpec, Turn } from '../../src/models/model.ts'
import { offlineModel } from '../../src/models/offline/offline.ts'
import { countTokens } from '../../src/models/tokens.ts'

const introduction = "This is Homecourt's offline model, answering without an LLM."

const weather: ToolSpec = {
  name: 'get_current_weather',
  description: 'Get the current weather in a given location',
  parameters: {
    type: 'object',
    properties: {
      location: { type: 'string', description: 'The city and state, e.g. San Francisco, CA' },
      unit: { type: 'string', enum: ['celsius', 'fahrenheit'] },
    },
    required: ['location'],
  },
}

const user = (text: string): Turn => ({ role: 'user', text })
const assistant = (text: string): Turn => ({ role: 'assistant', text, calls: [] })

function prompt(turns: Turn[], rest: Partial<Prompt> = {}): Prompt {
  const empty = { system: null, tools: [], json: false, thinking: null }
  return { provider: 'offline', model: 'offline', ...empty, turns, ...rest }
}

async function deltas(asked: Prompt, signal = new AbortController().signal) {
  const all: Delta[] = []
  for await (const delta of offlineModel().stream(asked, signal)) all.push(delta)
  return all
}

async function answer(turns: Turn[], rest: Partial<Prompt> = {}) {
  const all = await deltas(prompt(turns, rest))
  return all.map((delta) => (delta.type === 'text' ? delta.text : '')).join('')
}

/** An answer on a thread that has been introduced, so that only what follows is left. */
const later = (message: string, rest: Partial<Prompt> = {}, said: string[] = []) =>
  answer(
    [...said.flatMap((text) => [user(text), assistant('Noted.')]), ...hello, user(message)],
    rest,
  )

const hello = [user('Hello'), assistant('Hi.')]

async function callsOf(turns: Turn[], rest: Partial<Prompt> = {}) {
  const all = await deltas(prompt(turns, { tools: [weather], ...rest }))
  return all.flatMap((delta) => (delta.type === 'call' ? [delta.call] : []))
}

describe('an answer', () => {
  it('says what it is in its first words, and what it saw', async () => {
    expect(await answer([user('Hello')])).toBe(`${introduction} You said: "Hello"`)
  })

  it('counts instructions and names tools in the first answer', async () => {
    const system = 'You are a helpful assistant.'
    expect(await answer([user('Hello')], { system, tools: [weather] })).toBe(
      `${introduction} You said: "Hello" My instructions have 5 words. I can call get_current_weather.`,
    )
  })

  it('introduces itself once', async () => {
    expect(await later('Nice day')).toBe('You said: "Nice day"')
  })

  it('does not pretend to know', async () => {
    expect(await later('What is the capital of France?')).toBe(
      'You said: "What is the capital of France?" I have no answer to that.',
    )
  })

  it('is the same for the same prompt', async () => {
    const asked = prompt([user("What's the weather in Rome?")], { tools: [weather] })
    expect(await deltas(asked)).toEqual(await deltas(asked))
  })

  it('streams word by word and ends with stop', async () => {
    const all = await deltas(prompt([...hello, user('one two')]))
    expect(all.slice(0, -1)).toEqual(
      ['You ', 'said: ', '"one ', 'two"'].map((text) => ({ type: 'text', text })),
    )
    expect(all.at(-1)).toMatchObject({ type: 'end', reason: 'stop' })
  })

  it('stops between words when the signal says so', async () => {
    const stop = new AbortController()
    const stream = offlineModel().stream(prompt([user('Hello there')]), stop.signal)
    const heard: Delta[] = []
    const listening = (async () => {
      for await (const delta of stream) {
        heard.push(delta)
        if (heard.length === 2) stop.abort(new Error('enough'))
      }
    })()
    await expect(listening).rejects.toThrow('enough')
    expect(heard).toHaveLength(2)
  })

  it('says nothing to a signal that is aborted already', async () => {
    await expect(deltas(prompt([user('Hello')]), AbortSignal.abort())).rejects.toThrow()
  })

  it('counts tokens of the prompt and of the answer', async () => {
    const all = await deltas(prompt([user('Hello')]))
    const text = `${introduction} You said: "Hello"`
    expect(all.at(-1)).toMatchObject({
      usage: {
        inputTokens: await countTokens('user: Hello'),
        outputTokens: await countTokens(text),
        cachedInputTokens: 0,
        cacheWriteInputTokens: 0,
      },
    })
  })

  it('counts the system prompt, the tools and earlier turns too', async () => {
    const count = async (asked: Prompt) => {
      const end = (await deltas(asked)).at(-1)
      return end?.type === 'end' ? (end.usage?.inputTokens ?? 0) : 0
    }
    const bare = await count(prompt([user('Hello')]))
    expect(await count(prompt([user('Hello')], { system: 'Be brief.' }))).toBeGreaterThan(bare)
    expect(await count(prompt([user('Hello')], { tools: [weather] }))).toBeGreaterThan(bare + 40)
    expect(await count(prompt([...hello, user('Hello')]))).toBeGreaterThan(bare)
  })

  it('thinks truthfully when asked to', async () => {
    const all = await deltas(prompt([user('Hello')], { thinking: {} }))
    expect(all.slice(0, 3)).toEqual([
      { type: 'reasoning', text: 'I am a set of rules, not a language model. ' },
      {
        type: 'reasoning',
        text: 'No tool and nothing known fits the message, so I say what I saw.',
      },
      { type: 'reasoning_end', kept: [] },
    ])
  })

  it.each([
    ['nothing', '', 'Your message is empty.'],
    ['white space', ' \n\t ', 'Your message is empty.'],
    ['emoji', '👩‍👩‍👧‍👦🎉', 'You said: "👩‍👩‍👧‍👦🎉"'],
    ['Arabic', 'مرحبا كيف حالك', 'You said: "مرحبا كيف حالك"'],
    ['Chinese', '今天天气很好', 'You said: "今天天气很好"'],
    ['a lone surrogate', 'a\ud800b', 'You said: "a\ud800b"'],
  ])('lives with %s', async (_name, message, expected) => {
    expect(await later(message)).toBe(expected)
  })

  it('answers a prompt without any turn', async () => {
    expect(await answer([])).toBe(`${introduction} Your message is empty.`)
  })

  it.each([
    ['words', 'lorem ipsum dolor sit amet, '],
    ['one letter', 'a'],
    ['spaces', ' '],
    ['capitals', 'Paris and Tokyo, '],
    ['digits', '12 + '],
    ['quotes', '"'],
    ['brackets', '{"a":'],
    ['question marks', '? '],
    ['new lines', '\n'],
  ])('answers 100 KB of %s soon', async (_name, piece) => {
    const message = piece.repeat(100_000 / piece.length)
    await answer([user('warm up')])
    const system = `## Memories\n- ${message}\n## Passages\n[a.txt] ${message}`
    const before = performance.now()
    await answer([user(message)], { tools: [weather] })
    await answer([user(message), assistant('ok'), user('What is my name?')], { system, json: true })
    // Far above what it takes: this guards against quadratic time, not against a busy machine.
    expect(performance.now() - before).toBeLessThan(1_500)
  })

  it('quotes the beginning of 1 MB and says how long it was', async () => {
    const text = await later('word '.repeat(200_000))
    expect(text).toMatch(/^You said \(1,000,000 characters\): "word word/)
    expect(text.length).toBeLessThan(500)
  })
})

describe('recall', () => {
  const said = [
    'Hi! My name is Sarah and I work at Google as a software engineer.',
    'What do you think?',
    'I have a dog called Rex. My favourite colour is green.',
  ]

  it.each([
    ['What is my name?', 'your name is Sarah and you work at Google'],
    ['Where do I work?', 'you work at Google'],
    ["What's my job?", 'you work at Google'],
    ['who am I?', 'your name is Sarah'],
    ['What is the name of my dog?', 'you have a dog called Rex.'],
    ['Do you remember my favorite color?', 'favourite colour is green'],
  ])('answers from earlier turns: %s', async (question, expected) => {
    expect((await later(question, {}, said)).toLowerCase()).toContain(expected.toLowerCase())
  })

  it('takes the newer of two facts', async () => {
    const facts = ['My name is Sarah.', 'My name is Susan.']
    expect(await later('What is my name?', {}, facts)).toBe('You told me: Your name is Susan.')
  })

  it('tells everything it was told', async () => {
    expect(await later('What do you know about me?', {}, said)).toBe(
      [
        'This is what I have about you:',
        '- Your name is Sarah and you work at Google as a software engineer.',
        '- You have a dog called Rex.',
        '- Your favourite colour is green.',
      ].join('\n'),
    )
  })

  it('says when it was told nothing', async () => {
    expect(await later('What is my name?')).toBe('I do not know: you have not told me that.')
    expect(await later('What do you remember about me?')).toBe(
      'You have not told me anything about yourself yet.',
    )
  })

  const system = [
    'You are helpful.',
    '## Relevant memories',
    "- User's name is Sarah (2026-11-01)",
    '- User works at Google',
    '- The user has two cats',
    '',
    '## Passages',
    '[handbook.pdf] Every employee has 25 days of leave. Leave is asked for in the portal.',
    'It does not carry over.',
    '[menu.md] Lunch is served at noon.',
  ].join('\n')

  it.each([
    ['What is my name?', 'I remember that your name is Sarah.'],
    ['Where do I work?', 'I remember that you work at Google.'],
    ['How many cats do I have?', 'I remember that you have two cats.'],
    [
      'How many days of leave are there?',
      'handbook.pdf says: "Every employee has 25 days of leave."',
    ],
    ['When is lunch served?', 'menu.md says: "Lunch is served at noon."'],
    ['What colour is the moon?', 'Nothing in the documents answers that.'],
  ])('answers from the system prompt: %s', async (question, expected) => {
    expect(await later(question, { system })).toBe(expected)
  })

  it('quotes every document when asked for a summary', async () => {
    expect(await later('Summarize the documents', { system })).toBe(
      'handbook.pdf says: "Every employee has 25 days of leave." menu.md says: "Lunch is served at noon."',
    )
  })

  it('leaves small talk alone when there are documents', async () => {
    expect(await later('Good morning', { system })).toBe('You said: "Good morning"')
  })
})

describe('tools', () => {
  it('calls what fits, without a word', async () => {
    const all = await deltas(
      prompt([user("What's the weather in San Francisco?")], { tools: [weather] }),
    )
    const call = {
      id: expect.stringMatching(/^call_[0-9a-f]{24}$/),
      name: 'get_current_weather',
      arguments: '{"location":"San Francisco"}',
    }
    expect(all).toEqual([
      { type: 'call_start', id: call.id, name: call.name },
      { type: 'call', call },
      { type: 'end', reason: 'calls', usage: expect.anything() },
    ])
    expect(all[0]).toMatchObject({ id: all[1]?.type === 'call' ? all[1].call.id : '' })
  })

  it('gives every call in a thread an id of its own', async () => {
    const first = user('Weather in Paris and Rome')
    const calls = await callsOf([first])
    const again = await callsOf([first, assistant('Sunny.'), first])
    expect(new Set([...calls, ...again].map(({ id }) => id)).size).toBe(4)
  })

  it('asks for what is missing, and takes the answer', async () => {
    const question = user("What's the weather?")
    const asked = await answer([question], { tools: [weather] })
    expect(asked).toBe(`${introduction} To use get_current_weather I need the location.`)
    const calls = await callsOf([question, assistant(asked), user('Paris')])
    expect(calls).toMatchObject([{ arguments: '{"location":"Paris"}' }])
  })

  const asked = user("What's the weather in Paris?")
  const calling: Turn = {
    role: 'assistant',
    text: '',
    calls: [{ id: 'c1', name: 'get_current_weather', arguments: '{"location":"Paris"}' }],
  }
  const output = (text: string, callId = 'c1'): Turn => ({
    role: 'tool',
    callId,
    name: 'get_current_weather',
    text,
  })

  it.each([
    [
      'JSON',
      '{"temperature":"72°F","condition":"sunny","wind":{"speed_mph":5},"days":[1,2]}',
      'returned temperature: 72°F, condition: sunny, wind speed mph: 5, days: 1, 2.',
    ],
    ['a list', '[{"a":1},{"a":2}]', 'returned (1) a: 1; (2) a: 2.'],
    ['a number', '18', 'returned 18.'],
    ['text', 'sunny, 18 degrees', 'returned: Sunny, 18 degrees.'],
    ['a JSON string', '"sunny"', 'returned sunny.'],
    ['an error', '{"error":"no such city"}', 'failed: no such city.'],
    ['an error object', '{"error":{"code":404}}', 'failed: code: 404.'],
    ['nothing', '', 'returned nothing.'],
    ['an empty object', '{}', 'returned nothing.'],
    ['an empty list', '[]', 'returned nothing.'],
    ['null', 'null', 'returned null.'],
    ['broken JSON', '{"a":', 'returned {"a":.'],
  ])('tells an output which is %s', async (_name, text, expected) => {
    expect(await answer([...hello, asked, calling, output(text)], { tools: [weather] })).toBe(
      `get_current_weather ${expected}`,
    )
  })

  it('tells several outputs, and calls nothing more', async () => {
    const turns = [asked, calling, output('18'), output('{"temperature":20}', 'c2')]
    expect(await answer(turns, { tools: [weather] })).toBe(
      `${introduction} get_current_weather returned 18.\nget_current_weather returned temperature: 20.`,
    )
    expect(await callsOf(turns)).toEqual([])
  })

  it('cuts a large output', async () => {
    const text = await answer([...hello, asked, calling, output('x'.repeat(1_000_000))])
    expect(text).toContain('(1,000,000 characters in all)')
    expect(text.length).toBeLessThan(2_200)
  })

  it('calls again for the next message', async () => {
    const turns = [asked, calling, output('18'), assistant('18.'), user('And the weather in Rome?')]
    expect(await callsOf(turns)).toMatchObject([{ arguments: '{"location":"Rome"}' }])
  })
})
