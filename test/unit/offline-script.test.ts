import { describe, expect, it } from 'vitest'
import { ModelError, type Prompt, type Turn } from '../../src/models/model.ts'
import { offlineModel } from '../../src/models/offline/offline.ts'
import { followScript, withoutScript } from '../../src/models/offline/script.ts'

const script = (...rules: string[]) => ['You sell shoes.', '```offline', ...rules, '```'].join('\n')

const follow = (text: string, ...rules: string[]) =>
  followScript(script(...rules), { text, isOutput: false })

describe('a script', () => {
  const rules = [
    '# what a test of the shop needs',
    'when /refund/i say I am sorry.\\nLet me look.',
    'when /order (\\d+)/ call get_order {"id": "$1", "note": "from $0"}',
    'when /list/ call list_orders',
    'when /busy/ fail rate_limit 3',
    'when /down/ fail overloaded',
    'when /a\\/b/ say slash',
    'when output /shipped on (\\w+)/ say It left on $1.',
    'when output /again/ call list_orders {}',
    'otherwise say Pardon?',
  ]

  it.each([
    ['A REFUND please', { type: 'say', text: 'I am sorry.\nLet me look.' }],
    [
      'where is order 42',
      { type: 'call', name: 'get_order', arguments: '{"id": "42", "note": "from order 42"}' },
    ],
    ['list', { type: 'call', name: 'list_orders', arguments: '{}' }],
    ['busy?', { type: 'fail', kind: 'rate_limit', retryAfterSeconds: 3 }],
    ['down?', { type: 'fail', kind: 'overloaded', retryAfterSeconds: null }],
    ['a/b', { type: 'say', text: 'slash' }],
    ['shipped on Monday', { type: 'say', text: 'Pardon?' }],
    ['refund of order 42', { type: 'say', text: 'I am sorry.\nLet me look.' }],
    ['', { type: 'say', text: 'Pardon?' }],
  ])('answers %j by the first rule that fits', (text, expected) => {
    expect(follow(text, ...rules)).toEqual(expected)
  })

  it('reads outputs with the rules for outputs alone', () => {
    const output = (text: string) => followScript(script(...rules), { text, isOutput: true })
    expect(output('shipped on Monday')).toEqual({ type: 'say', text: 'It left on Monday.' })
    expect(output('again')).toMatchObject({ type: 'call', name: 'list_orders' })
    expect(output('refund')).toBeNull()
  })

  it('is nothing without a block, or when no rule fits', () => {
    expect(followScript(null, { text: 'refund', isOutput: false })).toBeNull()
    expect(followScript('You sell shoes.', { text: 'refund', isOutput: false })).toBeNull()
    expect(follow('hello', 'when /refund/ say no')).toBeNull()
  })

  it('keeps the JSON of a call whole whatever the message holds', () => {
    const found = follow('say "hi" \\ there', 'when /say (.*)/ call note {"text": "$1"}')
    expect(found).toMatchObject({
      arguments: JSON.stringify({ text: '"hi" \\ there' }).replace(':', ': '),
    })
  })

  it.each([
    ['a line that is no rule', 'if refund then no', 'Rule 1'],
    ['a verb that is none', 'when /a/ shout no', 'Rule 1'],
    ['a broken expression', 'when /(/ say no', 'Rule 1'],
    ['arguments that are no object', 'otherwise call a [1]', 'JSON object'],
    ['a failure of no known kind', 'otherwise fail badly', 'fail takes one of'],
    ['an expression that never ends', 'when /^(a+)+$/ say no', 'timed out'],
  ])('fails with bad_request on %s', (_name, rule, message) => {
    const following = () => follow(`${'a'.repeat(40)}!`, rule)
    expect(following).toThrow(ModelError)
    expect(following).toThrow(message)
    expect(following).toThrow(expect.objectContaining({ kind: 'bad_request' }))
  })

  it('is no part of the instructions', () => {
    expect(withoutScript(script('otherwise say no'))).toBe('You sell shoes.')
    expect(withoutScript(null)).toBe('')
  })
})

describe('the model with a script', () => {
  const run = async (turns: Turn[], ...rules: string[]) => {
    const prompt: Prompt = {
      provider: 'offline',
      model: 'offline',
      system: script(...rules),
      turns,
      tools: [],
      json: false,
      thinking: null,
    }
    const all = []
    for await (const one of offlineModel().stream(prompt, new AbortController().signal))
      all.push(one)
    return all
  }
  const user: Turn = { role: 'user', text: 'order 7' }

  it('says exactly what it is told to', async () => {
    const all = await run([user], 'otherwise say Exactly this.')
    expect(all.map((delta) => (delta.type === 'text' ? delta.text : '')).join('')).toBe(
      'Exactly this.',
    )
  })

  it('calls what it is told to, then reads the output', async () => {
    const rules = ['when /order (\\d)/ call get_order {"id":$1}', 'when output /paid/ say Paid.']
    const called = await run([user], ...rules)
    expect(called).toMatchObject([
      { type: 'call_start', name: 'get_order' },
      { type: 'call', call: { name: 'get_order', arguments: '{"id":7}' } },
      { type: 'end', reason: 'calls' },
    ])
    const output: Turn = { role: 'tool', callId: 'c', name: 'get_order', text: 'paid' }
    const told = await run([user, { role: 'assistant', text: '', calls: [] }, output], ...rules)
    expect(told[0]).toEqual({ type: 'text', text: 'Paid.' })
  })

  it('fails as it is told to, before the first word', async () => {
    await expect(run([user], 'otherwise fail rate_limit 7')).rejects.toMatchObject({
      name: 'ModelError',
      kind: 'rate_limit',
      retryAfterSeconds: 7,
    })
  })
})
