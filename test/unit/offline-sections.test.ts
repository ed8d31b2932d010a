import { describe, expect, it } from 'vitest'
import { readSystem } from '../../src/models/offline/system-sections.ts'

describe('readSystem', () => {
  it('tells instructions, memories and passages apart', () => {
    const system = [
      'You are helpful.',
      '',
      '## What you remember (memories)',
      "- User's name is Sarah (2026-11-01)",
      '* User works at Google',
      '',
      'Passages from the documents:',
      '[a.pdf] First line.',
      'Second line.',
      '# a heading of the document',
      '  [1] a foot note',
      '[b c.txt]',
      'text',
    ].join('\r\n')
    expect(readSystem(system)).toEqual({
      instructions: 'You are helpful.',
      memories: [
        { text: "User's name is Sarah", day: '2026-11-01' },
        { text: 'User works at Google', day: null },
      ],
      passages: [
        {
          file: 'a.pdf',
          text: 'First line.\nSecond line.\n# a heading of the document\n[1] a foot note',
        },
        { file: 'b c.txt', text: 'text' },
      ],
    })
  })

  it('has no section where there is no heading, and an empty one where there is', () => {
    const bare = readSystem('I like memories. These passages are long.')
    expect(bare).toMatchObject({ memories: null, passages: null })
    expect(readSystem('# Passages')).toEqual({ instructions: '', memories: null, passages: [] })
  })

  it('goes back to instructions after the memories', () => {
    const { instructions, memories } = readSystem('# Memories\n- a\n\nBe brief.')
    expect(instructions).toBe('Be brief.')
    expect(memories).toHaveLength(1)
  })
})
