import { atOnce, Line } from './client.ts'
import { type Figures, quantile } from './measures.ts'
import { cpuMs, type Server } from './processes.ts'
import { writer } from './texts.ts'

const ADDS = 2_000
const SEARCHES = 300
const MESSAGES = 60
const WARM_UP = 50

/** What it costs to add, to search and to talk once an assistant remembers so many turns. */
export async function memories(server: Server, count: number): Promise<Figures> {
  const [assistant, thread] = await openThread(server)
  const { paragraph, question } = writer(count)
  const path = `/api/assistants/${assistant}/memories`
  let said = 0
  const add = (line: Line) => {
    const at = said++
    // A turn every few minutes, in sittings of some forty turns.
    const date = new Date(Date.UTC(2024, 0, 1) + Math.floor(at / 40) * 86_400_000 + at * 120_000)
    const content = `${at % 2 ? 'Ana' : 'Ben'}: ${paragraph(8 + (at % 17))}`
    return line.ask('POST', path, { content, metadata: { turn: at, date: date.toISOString() } })
  }
  const most = Math.max(count - ADDS, 0)
  await atOnce(server.port, 8, Array(most).fill(null), add)
  // Opened now: one that idles for as long as the filling takes, the server closes.
  const line = new Line(server.port)
  const started = performance.now()
  for (let left = count - most; left > 0; left -= 1) await add(line)
  const perSecond = ((count - most) * 1_000) / (performance.now() - started)

  const ms: number[] = []
  for (let at = 0; at < SEARCHES + WARM_UP; at += 1) {
    const answer = await line.ask('POST', `${path}/search`, { query: question(), limit: 10 })
    if (at >= WARM_UP) ms.push(answer.totalMs)
  }
  const before = cpuMs(server)
  for (let at = 0; at < MESSAGES; at += 1) {
    const body = { content: question(), memory: 'Readonly', llm_provider: 'offline' }
    await line.ask('POST', `/api/threads/${thread}/messages`, body)
  }
  const after = cpuMs(server)
  line.close()
  const messageMs = before === null || after === null ? null : (after - before) / MESSAGES
  return { perSecond, p50Ms: quantile(ms, 0.5), p95Ms: quantile(ms, 0.95), messageMs }
}

async function openThread(server: Server): Promise<[assistant: string, thread: string]> {
  const line = new Line(server.port)
  const made = await line.ask('POST', '/api/assistants', { name: 'Bench' })
  const assistant = JSON.parse(made.body).assistant_id
  const opened = await line.ask('POST', `/api/assistants/${assistant}/threads`, {})
  line.close()
  return [assistant, JSON.parse(opened.body).thread_id]
}
