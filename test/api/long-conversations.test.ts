import { describe, expect, it } from 'vitest'
import { databases } from '../support/databases.ts'
import { calls, says, scripted } from '../support/model.ts'
import { openWorld, type Reply } from '../support/world.ts'

/** About `tokens` by the scripted model's measure of four characters each. */
const words = (name: string, tokens: number) => `${name} ${'x'.repeat(tokens * 4)}`

describe.each(databases)('a conversation that outgrows the window on %s', (_name, openDb) => {
  it('200 sums up the oldest turns once, keeps the rest, and says so in context_usage', async () => {
    const model = scripted(
      says(words('A1', 200)),
      says(words('A2', 200)),
      says('SUMMARY'),
      says('A3'),
      says('A4'),
    )
    await using world = await openWorld({ db: await openDb(), model, contextLimit: 1000 })
    const { threadId } = await world.thread({ system_prompt: 'Be kind.' })
    await world.send(threadId, words('Q1', 150))
    await world.send(threadId, words('Q2', 150))
    const { body } = await world.send(threadId, words('Q3', 150))
    expect(body).toMatchObject({
      content: 'A3',
      input_tokens: 20,
      context_usage: { context_limit: 1000, summary_tokens: 2 },
    })

    const [, , summaryPrompt, answerPrompt] = model.prompts
    expect(summaryPrompt?.turns[0]?.text).toContain('Q1')
    expect(summaryPrompt?.tools).toEqual([])
    expect(answerPrompt?.system).toBe(
      'Be kind.\n\n## Summary of the earlier conversation\n\nSUMMARY',
    )
    expect(answerPrompt?.turns.map((turn) => turn.text.slice(0, 2))).toEqual(['Q3'])

    await world.send(threadId, 'Q4')
    expect(model.prompts.at(-1)?.turns.map((turn) => turn.text.slice(0, 2))).toEqual([
      ...['Q3', 'A3', 'Q4'],
    ])
    expect(model.prompts.at(-1)?.system).toContain('SUMMARY')
    const thread: Reply<{ messages: unknown[] }> = await world.call('GET', `/threads/${threadId}`)
    expect(thread.body.messages).toHaveLength(8)
  })

  it('200 never separates a call from its output, and still shows the question', async () => {
    const model = scripted(
      calls(['read', { part: 'a'.repeat(400) }]),
      calls(['read', { part: 2 }]),
      says('SUMMARY'),
      says('done'),
    )
    await using world = await openWorld({ db: await openDb(), model, contextLimit: 1000 })
    const { threadId } = await world.thread()
    const { body: one } = await world.send(threadId, 'Read it all', {
      tools: [{ type: 'function', function: { name: 'read' } }],
    })
    const submit = (output: string) =>
      world.call('POST', `/threads/${threadId}/runs/${one.run_id}/submit-tool-outputs`, {
        tool_outputs: [{ tool_call_id: 'call_1', output }],
      })
    await submit(words('one', 400))
    const last = await submit(words('two', 300))
    expect(last.body).toMatchObject({ content: 'done', status: 'COMPLETED' })
    expect(model.prompts.at(-1)?.turns).toMatchObject([
      { role: 'user', text: 'Read it all' },
      { role: 'assistant', calls: [{ name: 'read' }] },
      { role: 'tool', text: expect.stringContaining('two') },
    ])
  })

  it('200 cuts instead when the model cannot sum up', async () => {
    const model = scripted(says(words('A1', 300)), says(''), says('A2'))
    await using world = await openWorld({ db: await openDb(), model, contextLimit: 1000 })
    const { threadId } = await world.thread()
    await world.send(threadId, words('Q1', 300))
    const { body } = await world.send(threadId, words('Q2', 200))
    expect(body.content).toBe('A2')
    expect(model.prompts.at(-1)?.system).toContain('Q1')
  })
})
