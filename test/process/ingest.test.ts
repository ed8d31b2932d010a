import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { type Program, startProgram } from '../support/program.ts'

type Doc = { document_id: string; status: string; chunk_count: number | null }

/** About 1.2 MB in 3,000 distinct paragraphs. */
const text = Array.from({ length: 3_000 }, (_, i) =>
  `Entry ${i}: the ${i}th keeper of the lighthouse wrote about storm ${i * 7}. `.repeat(6),
).join('\n\n')

async function upload({ api }: Program, assistantId: string) {
  const form = new FormData()
  form.append('file', new Blob([text]), 'log.txt')
  const { body } = await api.call<Doc>('POST', `/assistants/${assistantId}/documents`, form)
  return body.document_id
}

async function untilIndexed({ api }: Program, id: string): Promise<Doc> {
  for (;;) {
    const { body } = await api.call<Doc>('GET', `/documents/${id}/status`)
    if (body.status === 'indexed' || body.status === 'failed') return body
    await wait(50)
  }
}

it('kill -9 in the middle of ingest: every document is indexed once, after a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'homecourt-ingest-'))
  const env = { HOMECOURT_DATA_DIR: folder, HOMECOURT_OFFLINE: 'always' }
  let program = await startProgram(env)
  try {
    const { assistantId } = await program.api.thread()
    const whole = await untilIndexed(program, await upload(program, assistantId))
    expect(whole.status).toBe('indexed')
    for (const delayMs of [0, 120, 400]) {
      const id = await upload(program, assistantId)
      await wait(delayMs)
      await program.stop('SIGKILL')
      program = await startProgram(env)
      const again = await untilIndexed(program, id)
      expect(again).toMatchObject({ status: 'indexed', chunk_count: whole.chunk_count })
    }
    const { body } = await program.api.call<{ passages: { document_id: string; text: string }[] }>(
      'POST',
      `/assistants/${assistantId}/documents/search`,
      { query: 'keeper 2222 storm 15554', limit: 20 },
    )
    const exact = body.passages.filter((passage) => passage.text.includes('Entry 2222:'))
    expect(exact.map((passage) => passage.document_id)).toHaveLength(4)
    expect(new Set(exact.map((passage) => passage.document_id)).size).toBe(4)
  } finally {
    await program.stop('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  }
}, 60_000)
