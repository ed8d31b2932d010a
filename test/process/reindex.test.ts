import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { runProgram, startProgram } from '../support/program.ts'
import { openProvider, type ProviderRequest, type Reply, statusReply } from '../support/provider.ts'

/** About 120 passages. */
const text = Array.from({ length: 120 }, (_, i) =>
  `Entry ${i}: the ${i}th keeper of the lighthouse wrote about storm ${i * 7}. `.repeat(24),
).join('\n\n')

function embeddings({ body }: ProviderRequest): Reply {
  const input = body.input as string[]
  const data = input.map((_, index) => ({ object: 'embedding', index, embedding: [1, index, 1] }))
  const reply = statusReply(200, { object: 'list', model: 'm', data, usage: { prompt_tokens: 1 } })
  return { ...reply, pieces: [{ waitMs: input.length > 1 ? 400 : 0 }, ...reply.pieces] }
}

it('homecourt reindex, killed half-way and run again, beside a server that goes on answering', async () => {
  await using provider = await openProvider()
  provider.always(embeddings)
  const folder = mkdtempSync(join(tmpdir(), 'homecourt-reindex-'))
  const env = {
    ...{ HOMECOURT_DATA_DIR: folder, OPENAI_BASE_URL: provider.openaiUrl },
    HOMECOURT_DEFAULT_EMBEDDING: 'offline',
  }
  const server = await startProgram(env)
  try {
    const { assistantId } = await server.api.thread()
    const path = `/assistants/${assistantId}/documents`
    const form = new FormData()
    form.append('file', new Blob([text]), 'log.txt')
    const sent = await server.api.call<{ document_id: string }>('POST', path, form)
    for (let status = ''; status !== 'indexed'; await wait(30)) {
      const { body } = await server.api.call('GET', `/documents/${sent.body.document_id}/status`)
      status = String(body.status)
    }
    const search = async () => {
      const query = { query: 'storm 350', limit: 1 }
      const { body } = await server.api.call<{ passages: { vector: number | null }[] }>(
        ...(['POST', `${path}/search`, query] as const),
      )
      return body.passages
    }
    const move = ['reindex', '--assistant', assistantId, '--model', 'openai/m', '--dims', '3']

    const first = spawn(process.execPath, ['dist/main.js', ...move], { env })
    await new Promise((resolve) => first.stdout.once('data', resolve))
    first.kill('SIGKILL')
    const seen = provider.requests.length
    expect(await search()).toMatchObject([{ vector: expect.any(Number) }])
    const read = () => server.api.call('GET', `/assistants/${assistantId}`)
    expect((await read()).body).toMatchObject({ embedding_provider: 'offline' })

    const second = await runProgram(move, env)
    expect(second).toMatchObject({ code: 0, complaints: '' })
    expect(second.out).toMatch(/searches use openai\/m\/3[\s\S]*\d+ old vectors deleted[\s\S]*Done/)
    expect((await read()).body).toMatchObject({ embedding_model_name: 'm', embedding_dims: 3 })
    expect(await search()).toMatchObject([{ vector: expect.any(Number) }])
    const texts = provider.requests.slice(seen).flatMap(({ body }) => body.input as string[])
    // What the first one had done is not done again.
    expect(new Set(texts).size).toBeLessThan(100)

    const back = await runProgram(['reindex', '--all', '--model', 'offline'], env)
    expect(back).toMatchObject({ code: 0, complaints: '' })
    expect((await read()).body).toMatchObject({ embedding_provider: 'offline' })
  } finally {
    await server.stop('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  }
}, 60_000)

it.each([
  [['--all'], /which model/],
  [['--model', 'offline'], /say whose/],
  [['--all', '--model', 'openai/x', '--dims', '3'], /set OPENAI_API_KEY|set its key/],
  [['--assistant', 'x', '--model', 'offline'], /no such assistant/],
  [['--all', '--model', 'offline', '--dims', 'many'], /whole number/],
])('homecourt reindex %j says what is wrong', async (args, why) => {
  const folder = mkdtempSync(join(tmpdir(), 'homecourt-reindex-'))
  const { code, complaints } = await runProgram(['reindex', ...args], {
    HOMECOURT_DATA_DIR: folder,
  })
  expect(code).toBe(2)
  expect(complaints).toMatch(why)
  rmSync(folder, { recursive: true, force: true })
})
