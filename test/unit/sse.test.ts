import { describe, expect, it } from 'vitest'
import { dataLines } from '../../src/models/sse.ts'

const read = (...parts: (string | Uint8Array)[]) => {
  const lines = dataLines()
  const read = parts.flatMap((part) => lines.push(Buffer.from(part)))
  return [...read, ...lines.end()]
}

describe('data lines', () => {
  it('are the text behind `data:`, with or without a space', () => {
    expect(read('data: {"a":1}\n\ndata:two\n\n')).toEqual(['{"a":1}', 'two'])
  })

  it('keep a second space, and spaces at the end', () => {
    expect(read('data:  a \n')).toEqual([' a '])
  })

  it('leave out comments, events, ids, other fields and empty data', () => {
    const text = ': WORKING\n\nevent: ping\nid: 7\nretry: 3\ndatum: x\ndata\ndata:\ndata: \n'
    expect(read(`${text}data: a\n\n`)).toEqual(['a'])
  })

  it('may end in CRLF', () => {
    expect(read('data: a\r\n\r\ndata: b\r', '\ndata:\r\n')).toEqual(['a', 'b'])
  })

  it('may lack the last line break', () => {
    expect(read('data: a\n\ndata: b')).toEqual(['a', 'b'])
    expect(read('data: a\n')).toEqual(['a'])
    expect(read()).toEqual([])
  })

  it('are the same wherever two cuts fall, also within a character', () => {
    const bytes = Buffer.from('data: {"t":"👩‍🚀é\u2028"}\r\n: c\ndata: 日本\n\ndata: z')
    const whole = read(bytes)
    expect(whole).toEqual(['{"t":"👩‍🚀é\u2028"}', '日本', 'z'])
    for (let i = 0; i <= bytes.length; i++) {
      for (let j = i; j <= bytes.length; j++) {
        expect(read(bytes.subarray(0, i), bytes.subarray(i, j), bytes.subarray(j))).toEqual(whole)
      }
    }
  })

  it('are not disturbed when the reader reuses its buffer view', () => {
    const memory = new Uint8Array(Buffer.from('....data: a\n....'))
    expect(read(memory.subarray(4, 12))).toEqual(['a'])
  })

  it('have a longest length', () => {
    const lines = dataLines()
    const part = Buffer.alloc(1024 * 1024, 'x')
    const feed = () => {
      for (let i = 0; i < 17; i++) lines.push(part)
    }
    expect(feed).toThrow('exceeds 16777216 bytes')
  })
})
