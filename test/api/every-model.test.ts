import { describe, expect, it } from 'vitest'
import {
  anthropicText,
  anthropicToolCalls,
  type FakeProvider,
  openaiText,
  openaiToolCalls,
  openProvider,
  type Reply,
} from '../support/provider.ts'
import { openWorld, type World } from '../support/world.ts'

const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Get the current weather of a city',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string', description: 'Name of the city' } },
      required: ['city'],
    },
  },
}

type Call = { id: string; function: { name: string; arguments: string } }
type Turn = { run_id: string; status: string; content: string; tool_calls: Call[] }

const question = 'What is the weather in Paris?'
const paris = [{ id: 'call_a', name: 'get_weather', arguments: { city: 'Paris' } }]
const answer = 'In Paris it is 21 degrees.'

/** Each model behind the same server: what it replies to the round, and how the server reaches it. */
const models: [
  name: string,
  script: Reply[],
  env: (provider: FakeProvider) => Record<string, string>,
][] = [
  [
    'openai',
    [openaiToolCalls(paris), openaiText(answer)],
    ({ openaiUrl }) => ({ OPENAI_API_KEY: 'k', OPENAI_BASE_URL: openaiUrl }),
  ],
  [
    'anthropic',
    [anthropicToolCalls(paris), anthropicText(answer)],
    ({ anthropicUrl }) => ({ ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: anthropicUrl }),
  ],
  ['offline', [], () => ({ HOMECOURT_OFFLINE: 'always' })],
]

describe.each(models)('a tool round with %s', (name, script, env) => {
  const open = async (provider: FakeProvider) => openWorld({ env: env(provider) })

  it('200 calls the tool and answers from its output', async () => {
    await using provider = await openProvider(...script)
    await using world = await open(provider)
    const { threadId } = await world.thread({ tools: [weather] })
    const { body: paused } = await world.send<Turn>(threadId, question)
    expect(paused.status).toBe('REQUIRES_ACTION')
    expect(JSON.parse(paused.tool_calls[0]?.function.arguments ?? '')).toEqual({ city: 'Paris' })
    const done = await answerCalls(world, threadId, paused)
    expect(done.body).toMatchObject({ status: 'COMPLETED', run_id: paused.run_id })
    expect(done.body.content).toContain('21')
    expect(done.headers.get('x-homecourt-model')).toBe(name === 'offline' ? 'offline' : null)
  })

  it('200 streams both legs with the same events', async () => {
    await using provider = await openProvider(...script)
    await using world = await open(provider)
    const { threadId } = await world.thread({ tools: [weather] })
    const first = await world.stream(`/threads/${threadId}/messages`, { content: question })
    const required = first.at(-1)
    expect(required?.type).toBe('tool_submit_required')
    const second = await world.stream('/threads/tool-outputs', {
      thread_id: threadId,
      tool_outputs: required?.tool_calls.map(({ id }: Call) => ({
        tool_call_id: id,
        output: '21',
      })),
    })
    expect(second[0]?.type).toBe('run_continuing')
    const pieces = second.filter((event) => event.type === 'content_streaming')
    expect(pieces.at(-1)?.accumulated_content).toBe(second.at(-1)?.final_content)
    expect(second.at(-1)).toMatchObject({ type: 'run_ended', status: 'completed' })
    expect(second.at(-1)?.input_tokens).toBeGreaterThan(0)
  })
})

function answerCalls(world: World, threadId: string, turn: Turn) {
  return world.call<Turn>('POST', `/threads/${threadId}/runs/${turn.run_id}/submit-tool-outputs`, {
    tool_outputs: turn.tool_calls.map(({ id }) => ({ tool_call_id: id, output: '21 degrees' })),
  })
}
