import { describe, expect, it } from 'vitest'
import type { Prompt, Turn } from '../../src/models/model.ts'
import { offlineModel } from '../../src/models/offline/offline.ts'

const user = (text: string): Turn => ({ role: 'user', text })

async function answer(turns: Turn[], rest: Partial<Prompt> = {}) {
  const empty = { system: null, tools: [], json: true, thinking: null }
  const prompt: Prompt = { provider: 'offline', model: 'offline', ...empty, turns, ...rest }
  let text = ''
  let pieces = 0
  for await (const delta of offlineModel().stream(prompt, new AbortController().signal)) {
    if (delta.type !== 'text') continue
    text += delta.text
    pieces += 1
  }
  return { text, pieces, value: JSON.parse(text) }
}

describe('a JSON answer', () => {
  it('is one compact object with an answer', async () => {
    const { text, pieces } = await answer([user('Hello "there"')])
    expect(text).toBe('{"answer":"You said: \\"Hello \\"there\\"\\""}')
    expect(pieces).toBeGreaterThan(3)
  })

  it.each<[string, object]>([
    [
      'Return JSON with keys name and age. My name is Sarah and I am 31 years old.',
      { name: 'Sarah', age: 31 },
    ],
    [
      'Extract name, age and city as JSON: "John is 30 and lives in Paris"',
      { name: 'John', age: 30, city: 'Paris' },
    ],
    [
      'John Smith, email john@x.com, lives in Berlin. Respond as {"name": "string", "email": "string", "city": "string", "age": 0}',
      { name: 'John Smith', email: 'john@x.com', city: 'Berlin', age: null },
    ],
    [
      'Give me JSON with the fields `product`, `price` (number) and `date`: the shoe costs $59.90, on 2026-11-01',
      { product: null, price: 59.9, date: '2026-11-01' },
    ],
    ['Answer as {name: string, total: number}: name: Bob, total: 7', { name: 'Bob', total: 7 }],
  ])('has the keys the message names: %s', async (message, expected) => {
    const { value } = await answer([user(message)])
    expect(value).toEqual(expected)
    expect(Object.keys(value)).toEqual(Object.keys(expected))
  })

  it('has the keys the instructions name, and an answer where one is wanted', async () => {
    const system = 'Always answer in JSON like {"mood": "positive", "reply": "text"}'
    const { value } = await answer([user('Hi')], { system })
    expect(value).toMatchObject({ mood: null, reply: expect.stringContaining('You said: "Hi"') })
  })

  it('reads values from earlier turns', async () => {
    const turns: Turn[] = [
      user('My name is Ann.'),
      { role: 'assistant', text: 'Noted.', calls: [] },
      user('Return JSON with the keys name, city'),
    ]
    expect((await answer(turns)).value).toEqual({ name: 'Ann', city: null })
  })

  it('reads values from tool outputs', async () => {
    const turns: Turn[] = [
      user('Weather as JSON with keys temperature, condition'),
      { role: 'assistant', text: '', calls: [] },
      {
        role: 'tool',
        callId: 'c',
        name: 'w',
        text: '{"now":{"temperature":72,"condition":"sun"}}',
      },
    ]
    expect((await answer(turns)).value).toEqual({ temperature: 72, condition: 'sun' })
  })

  it.each([
    '',
    '{',
    '{"a":',
    '{}',
    '[]',
    'keys',
    'keys: ,',
    '{"__proto__": 1}',
    '🙂 {"é": 1}',
  ])('is valid JSON for %j', async (message) => {
    expect(typeof (await answer([user(message)])).value).toBe('object')
  })
})
