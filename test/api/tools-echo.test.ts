import { describe, expect, it } from 'vitest'
import { databases } from '../support/databases.ts'
import { says, scripted } from '../support/model.ts'
import { openWorld } from '../support/world.ts'

const rich = {
  type: 'function',
  strict: true,
  function: {
    name: 'search',
    strict: false,
    parameters: {
      type: ['object', 'null'],
      additionalProperties: false,
      required: ['q'],
      $defs: { Unit: { enum: ['C', 'F'] } },
      properties: {
        q: { type: ['null', 'string'], description: 'words' },
        n: { enum: [1, 2, null], description: 7 },
        unit: { $ref: '#/$defs/Unit' },
        either: { anyOf: [{ type: 'string' }, { type: 'integer' }] },
        deep: { properties: { n: { type: 'integer', enum: [1] } } },
        any: true,
      },
    },
  },
}

describe.each(databases)('tools of an assistant on %s', (_name, openDb) => {
  it('200 are echoed in the narrow shape clients can parse, and reach the model as sent', async () => {
    const model = scripted(says('ok'))
    await using world = await openWorld({ db: await openDb(), model })
    const tools = [
      rich,
      { type: 'function', function: { name: 'bare' } },
      { type: 'function', function: { name: 'empty', parameters: {} } },
      { type: 'function', function: { name: 'none', parameters: null } },
    ]
    const { body } = await world.call('POST', '/assistants', { name: 'T', tools })
    const empty = { type: 'object', properties: {} }
    const { parameters } = rich.function
    expect(body.tools).toEqual([
      {
        ...rich,
        function: {
          ...rich.function,
          parameters: {
            ...{ ...parameters, type: 'object' },
            properties: {
              q: { type: 'string', description: 'words' },
              n: { type: 'string', enum: ['1', '2', 'null'] },
              unit: { type: 'string', $ref: '#/$defs/Unit' },
              either: { type: 'string', anyOf: parameters.properties.either.anyOf },
              deep: { type: 'object', ...parameters.properties.deep },
              any: { type: 'string' },
            },
          },
        },
      },
      { type: 'function', function: { name: 'bare', parameters: empty } },
      { type: 'function', function: { name: 'empty', parameters: empty } },
      { type: 'function', function: { name: 'none', parameters: empty } },
    ])
    const list = await world.call<{ tools: unknown }[]>('GET', '/assistants')
    expect(list.body[0]?.tools).toEqual(body.tools)

    await world.call('POST', '/threads/messages', {
      content: 'Hi',
      assistant_id: body.assistant_id,
    })
    expect(model.prompts[0]?.tools).toEqual([
      { name: 'search', parameters },
      { name: 'bare', parameters: empty },
      { name: 'empty', parameters: {} },
      { name: 'none', parameters: empty },
    ])
  })

  it('200 keep a property called __proto__, and the server its prototypes', async () => {
    await using world = await openWorld({ db: await openDb() })
    const tools =
      '[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"__proto__":{"type":"string"}}}}}]'
    const { body } = await world.call('POST', '/assistants', `{"name":"P","tools":${tools}}`)
    expect(JSON.stringify(body.tools)).toBe(tools)
    expect({}).not.toHaveProperty('type')
  })
})
