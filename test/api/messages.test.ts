import { describe, expect, it } from 'vitest'
import { databases } from '../support/databases.ts'
import { says, scripted } from '../support/model.ts'
import { openWorld } from '../support/world.ts'

describe.each(databases)('POST /threads/:id/messages on %s', (_name, openDb) => {
  it('200 answers with the flat reply and stores both messages', async () => {
    const model = scripted(says('Hello', ' you'))
    await using world = await openWorld({ db: await openDb(), model })
    const { threadId, assistantId } = await world.thread({ system_prompt: 'Be kind.' })

    const { status, body } = await world.send(threadId, 'Hi')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      ...{ thread_id: threadId, assistant_id: assistantId, role: 'assistant' },
      ...{ content: 'Hello you', status: 'COMPLETED', tool_calls: null },
      ...{ model_provider: 'openai', model_name: 'gpt-4o', total_tokens: 15 },
    })
    expect(model.prompts).toMatchObject([
      { system: 'Be kind.', turns: [{ role: 'user', text: 'Hi' }] },
    ])

    const thread = await world.call('GET', `/threads/${threadId}`)
    expect(thread.body).toMatchObject({
      message_count: 2,
      first_user_message: 'Hi',
      messages: [
        { role: 'user', content: 'Hi', metadata_: null },
        { role: 'assistant', content: 'Hello you', metadata_: { run_id: body.run_id } },
      ],
    })
  })
})
