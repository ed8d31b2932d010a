import { describe, expect, it } from 'vitest'
import { frameWriter, write } from '../../src/wire/frames.ts'

const text = (piece: string) => ({ type: 'text', text: piece }) as const
const parse = (frame: string) => JSON.parse(frame.slice('data: '.length))
const awkward = [
  '"',
  '\\',
  '\n\r\t',
  '\0\u0001\u001f',
  '\v\f\u0085\u2028\u2029',
  '🙂',
  'é</script>',
  '',
]

describe('frames', () => {
  it('are one line each, escaped so that every client splits them the same', () => {
    for (const piece of awkward) {
      const frame = frameWriter({ accumulate: true, failedWord: 'failed' })(text(piece))
      expect(frame).toMatch(/^data: \{.*\}\n\n$/)
      expect(frame.slice(0, -2)).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
      expect(parse(frame)).toEqual({
        ...{ type: 'content_streaming', content: piece, accumulated_content: piece },
      })
      expect(write({ piece }).slice(0, -2)).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
      expect(parse(write({ [piece]: piece }))).toEqual({ [piece]: piece })
    }
  })

  it('repeat the text so far, each stream its own', () => {
    const [one, two] = [
      frameWriter({ accumulate: true, failedWord: 'failed' }),
      frameWriter({ accumulate: true, failedWord: 'failed' }),
    ]
    const seen = awkward.map((piece) => parse(one(text(piece))).accumulated_content)
    expect(seen).toEqual(awkward.map((_, i) => awkward.slice(0, i + 1).join('')))
    expect(parse(two(text('x'))).accumulated_content).toBe('x')
  })

  it('leave it out where it is not wanted', () => {
    const frame = frameWriter({ accumulate: false, failedWord: 'failed' })(text('a\u2028"'))
    expect(parse(frame)).toEqual({ type: 'content_streaming', content: 'a\u2028"' })
  })

  it('a character cut in two between pieces is whole in the text so far', () => {
    const writer = frameWriter({ accumulate: true, failedWord: 'failed' })
    writer(text('\ud83d'))
    expect(parse(writer(text('\ude42'))).accumulated_content).toBe('🙂')
  })
})
