import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openaiText, openProvider, statusReply } from '../support/provider.ts'
import { openWorld } from '../support/world.ts'
import { output, snippetsOf } from './snippets.ts'

const page = 'docs/models.md'
const ollama = 'http://localhost:11434/v1'

/** The variables that the page has its reader set. */
function documentedEnv(): Record<string, string> {
  const lines = [...readFileSync(page, 'utf8').matchAll(/^export (\w+)=(\S+)$/gm)]
  return Object.fromEntries(lines.map(([, name = '', value = '']) => [name, value]))
}

describe(page, () => {
  const examples = snippetsOf(page).filter(({ language }) => ['bash', 'js'].includes(language))

  it('sets up a local server, and its examples show what they say', async () => {
    await using provider = await openProvider()
    provider.models = statusReply(200, { object: 'list', data: [{ id: 'llama3.2' }] })
    provider.always(() => openaiText('Hello from a llama.'))
    const env = documentedEnv()
    expect(env).toEqual({ OLLAMA_BASE_URL: ollama, HOMECOURT_DEFAULT_MODEL: 'ollama/llama3.2' })
    const here = { ...env, OLLAMA_BASE_URL: provider.openaiUrl }
    await using world = await openWorld({ env: here })
    expect(examples.map(({ language }) => language)).toEqual(['bash', 'js'])
    for (const example of examples) {
      expect((await output(example, world.url)).trim()).toBe(example.shown?.trim())
    }
    expect(provider.requests.map(({ body }) => body.model)).toEqual(['llama3.2', 'llama3.2'])
  })
})
