import { describe, expect, it } from 'vitest'
import { parseExactly, writeExactly } from '../../src/exact-integers.ts'

describe('integers that JavaScript would round', () => {
  it('go out as they came in', () => {
    const json = '{"id":9007199254740993,"text":"9007199254740993"}'
    expect(writeExactly(JSON.stringify(parseExactly(json)))).toBe(json)
  })

  it('are none inside a text, whatever it holds', () => {
    const json = JSON.stringify({ text: 'a"\u0001integer:5', other: '"\u0001integer:5"' })
    expect(writeExactly(json)).toBe(json)
  })
})
