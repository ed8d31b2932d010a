import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { type Program, startProgram } from '../support/program.ts'
import { parseSse, type SseEvent } from '../support/world.ts'

/** How often the server is killed; `npm run chaos` asks for more. */
const kills = Number(process.env.CHAOS_KILLS ?? 8)
const seed = Number(process.env.CHAOS_SEED ?? Date.now() % 100_000)

const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Weather of a city',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
    },
  },
}

type Stored = { message_id: string; role: string; status: string; content: string | null }

/** What the server has told a client: it must never be missing afterwards. */
type Told = { threadId: string | null; messageIds: string[]; answers: string[] }

it(
  `loses nothing it acknowledged, killed ${kills} times in tool runs (seed ${seed})`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'homecourt-chaos-'))
    const random = randomNumbers(seed)
    const env = { HOMECOURT_DATA_DIR: folder, HOMECOURT_OFFLINE: 'always' }
    let program = await startProgram(env)
    try {
      for (let kill = 0; kill < kills; kill += 1) {
        const told: Told = { threadId: null, messageIds: [], answers: [] }
        const talk = toolTalk(program, told).catch(() => {})
        await wait(random() * 60)
        await program.stop('SIGKILL')
        await talk
        program = await startProgram(env)
        if (told.threadId) await expectUnharmed(program, told, told.threadId)
      }
    } finally {
      await program.stop('SIGTERM')
      rmSync(folder, { recursive: true, force: true })
    }
  },
  kills * 5_000,
)

/** Questions that need a tool, answered, until the connection breaks. */
async function toolTalk({ api }: Program, told: Told) {
  const { threadId } = await api.thread({ tools: [weather] })
  told.threadId = threadId
  for (;;) {
    const body = { content: 'What is the weather in Oslo?', stream: true }
    const asked = await follow(await api.raw('POST', `/threads/${threadId}/messages`, body), told)
    const outputs = asked?.tool_calls.map((call: { id: string }) => ({
      tool_call_id: call.id,
      output: '{"celsius":18}',
    }))
    const answer = { thread_id: threadId, tool_outputs: outputs, stream: true }
    await follow(await api.raw('POST', '/threads/tool-outputs', answer), told)
  }
}

/** Reads a stream as far as it goes and notes every promise in it. Returns its last event. */
async function follow(response: Response, told: Told): Promise<SseEvent | undefined> {
  let text = ''
  let last: SseEvent | undefined
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    const whole = text.slice(0, text.lastIndexOf('\n\n') + 2)
    for (const event of parseSse(whole)) {
      note(event, told)
      last = event
    }
    text = text.slice(whole.length)
  }
  return last
}

function note(event: SseEvent, told: Told) {
  if (event.type === 'user_message') told.messageIds.push(event.message_id)
  if (event.type === 'message_complete') {
    told.messageIds.push(event.message_id)
    told.answers.push(event.final_content)
  }
}

async function expectUnharmed({ api }: Program, told: Told, threadId: string) {
  const path = `/threads/${threadId}`
  const { body } = await api.call<{ messages: Stored[] }>('GET', path)
  const ids = body.messages.map((message) => message.message_id)
  for (const id of told.messageIds) expect(ids).toContain(id)
  const contents = body.messages.map((message) => message.content)
  for (const answer of told.answers) expect(contents).toContain(answer)
  expect(body.messages.map((message) => message.status)).not.toContain('IN_PROGRESS')

  const waiting = await api.call<{ status: string; content: string }>('POST', `${path}/messages`, {
    content: 'Hello again',
  })
  expect(waiting).toMatchObject({ status: 200, body: { status: 'COMPLETED' } })
}

/** A small linear congruential generator, so that a failing run can be repeated by its seed. */
function randomNumbers(from: number) {
  let state = from
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}
