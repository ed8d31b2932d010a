import { describe, expect, it } from 'vitest'
import { toWireTools } from '../../src/wire/tools.ts'

const properties = (given: unknown) => {
  const [tool] = toWireTools([
    { function: { name: 'f', parameters: { properties: { p: given } } } },
  ]) as [{ function: { parameters: { properties: { p: unknown } } } }]
  return tool.function.parameters.properties.p
}

describe('tools as clients read them back', () => {
  it.each([null, []])('%j stays what it is', (tools) => {
    expect(toWireTools(tools)).toEqual(tools)
  })

  it('always have a type, a name and an object of parameters', () => {
    const empty = { type: 'object', properties: {} }
    for (const parameters of [
      undefined,
      null,
      {},
      [],
      'x',
      7,
      { type: ['object'], properties: [] },
    ]) {
      expect(toWireTools([{ function: { name: 'f', parameters } }])).toMatchObject([
        { type: 'function', function: { name: 'f', parameters: empty } },
      ])
    }
    expect(
      toWireTools([{ name: 'flat' }, { type: 'web_search' }, { function: { name: 7 } }]),
    ).toMatchObject([
      { type: 'function', function: { name: 'flat' } },
      { type: 'web_search', function: { name: 'web_search' } },
      { type: 'function', function: { name: '7' } },
    ])
  })

  it.each<[unknown, unknown]>([
    [
      { type: 'integer', minimum: 1 },
      { type: 'integer', minimum: 1 },
    ],
    [{ type: ['string', 'null'] }, { type: 'string' }],
    [{ type: ['null', 'integer'] }, { type: 'integer' }],
    [{ type: ['null'] }, { type: 'string' }],
    [{ type: 7 }, { type: 'string' }],
    [{}, { type: 'string' }],
    [true, { type: 'string' }],
    [null, { type: 'string' }],
    [{ $ref: '#/x' }, { type: 'string', $ref: '#/x' }],
    [{ properties: { a: { enum: [1] } } }, { type: 'object', properties: { a: { enum: [1] } } }],
    [{ enum: [1, 'a', null, { b: 1 }] }, { type: 'string', enum: ['1', 'a', 'null', '{"b":1}'] }],
    [{ enum: 'x' }, { type: 'string' }],
    [{ description: 7 }, { type: 'string' }],
    [{ description: 'd' }, { type: 'string', description: 'd' }],
  ])('a property %j is told as %j', (given, expected) => {
    expect(properties(given)).toEqual(expected)
  })

  it('keep everything else, and the list that was given as it was', () => {
    const parameters = { additionalProperties: false, $defs: { a: 1 }, required: ['p', 1] }
    const tools = [{ type: 'function', x: 1, function: { name: 'f', strict: true, parameters } }]
    const before = structuredClone(tools)
    expect(toWireTools(tools)).toEqual([
      {
        ...{ type: 'function', x: 1 },
        function: {
          ...{ name: 'f', strict: true },
          parameters: { ...parameters, type: 'object', properties: {}, required: ['p', '1'] },
        },
      },
    ])
    expect(tools).toEqual(before)
  })

  it('an odd list of required names becomes one of texts', () => {
    const tools = [{ function: { name: 'f', parameters: { required: 'p' } } }]
    expect(toWireTools(tools)).toMatchObject([{ function: { parameters: { required: [] } } }])
  })
})
