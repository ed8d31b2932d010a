import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { followScript } from '../../src/models/offline/script.ts'
import { collect, textOf } from '../sdk/official.ts'
import { PythonClient } from '../sdk/python-client.ts'
import { openWorld } from '../support/world.ts'
import { output, pythonSyntax, snippetsOf } from './snippets.ts'

const page = 'docs/sdks.md'
const snippets = snippetsOf(page)
const named = (language: string) =>
  snippets
    .filter((snippet) => snippet.language === language)
    .map((snippet) => [`line ${snippet.line}`, snippet] as const)

describe(page, () => {
  it('has examples in every language, and in no other', () => {
    const languages = new Set(snippets.map((snippet) => snippet.language))
    expect(languages).toEqual(new Set(['js', 'bash', 'python']))
  })

  it.each([
    ...named('js'),
    ...named('bash'),
  ])('the example of %s does what it shows', async (_, snippet) => {
    await using world = await openWorld()
    const printed = await output(snippet, world.url)
    if (snippet.shown?.startsWith('{')) {
      expect(JSON.parse(printed)).toMatchObject(JSON.parse(snippet.shown))
    } else expect(printed.trimEnd()).toBe(snippet.shown?.trimEnd())
  })

  it.each(named('python'))('the Python example of %s can be read by Python', async (_, {
    code,
  }) => {
    const read = await pythonSyntax(code)
    if (read === null) console.warn(`${page}: no python3 here, so no Python example was read`)
    else expect(read).toBe('fine')
  })

  it('the requests of the Python example get their answers', async () => {
    await using world = await openWorld()
    const client = new PythonClient({ apiKey: 'any', baseUrl: world.url })
    const answer = await client.sendMessage('Hello!')
    const { thread_id } = answer
    const events = await collect(client.sendMessageStreamed('And now?', { thread_id }))
    expect([answer.content, textOf(events)]).toEqual([
      expect.stringContaining('Hello!'),
      expect.stringContaining('And now?'),
    ])
    // What the example calls is what was just called: a changed example needs a changed test.
    const calls = named('python').flatMap(([, { code }]) => code.match(/client\.\w+\(.*\)/g) ?? [])
    expect(calls).toEqual([
      'client.send_message("Hello!")',
      'client.send_message("And now?", thread_id=answer.thread_id, stream=True)',
    ])
  })

  it('the kinds of failure have the statuses the table gives them', async () => {
    await using world = await openWorld()
    const rows = [...readFileSync(page, 'utf8').matchAll(/^\| (`[a-z_`, ]+) \| (\d{3}) \|$/gm)]
    const kinds = rows.flatMap(([, names = '', status]) =>
      names.split(', ').map((name) => [name.replaceAll('`', ''), Number(status)] as const),
    )
    expect(kinds).toHaveLength(9)
    for (const [kind, status] of kinds) {
      const script = `\`\`\`offline\notherwise fail ${kind} 7\n\`\`\``
      expect(followScript(script, { text: 'Hi', isOutput: false })).toMatchObject({ kind })
      const body = { content: 'Hi', system_prompt: script }
      const reply = await world.call('POST', '/threads/messages', body)
      expect([kind, reply.status]).toEqual([kind, status])
      expect(reply.headers.get('retry-after')).toBe('7')
    }
  })
})
