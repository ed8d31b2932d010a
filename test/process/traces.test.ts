import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openCollector } from '../support/collector.ts'
import { type Program, startProgram } from '../support/program.ts'
import { freePort } from '../support/redis.ts'

let folder = ''
let env: Record<string, string> = {}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'homecourt-traces-'))
  env = { HOMECOURT_DATA_DIR: folder, HOMECOURT_OFFLINE: 'always' }
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function talk({ api }: Program) {
  const { threadId } = await api.thread()
  return api.send(threadId, 'A canary sings')
}

const logged = ({ printed }: Program) =>
  printed
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)

/** Has Node write down every module it loads. */
function watchingModules(): Record<string, string> {
  const hooks = `import { appendFileSync } from 'node:fs'
    export async function load(url, context, next) {
      appendFileSync(${JSON.stringify(join(folder, 'loaded'))}, url + '\\n')
      return next(url, context)
    }`
  const asUrl = (code: string) =>
    `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`
  const register = `import { register } from 'node:module'; register(${JSON.stringify(asUrl(hooks))})`
  return { NODE_OPTIONS: `--import=${asUrl(register)}` }
}

function loadedTelemetry() {
  const urls = readFileSync(join(folder, 'loaded'), 'utf8').trim().split('\n')
  const own = urls.filter((url) => url.includes('/dist/'))
  expect(own.length).toBeGreaterThan(2)
  return own.filter((url) =>
    /BatchSpanProcessor|OTLPTraceExporter|createContextKey/.test(
      readFileSync(fileURLToPath(url), 'utf8'),
    ),
  )
}

describe('the built program', () => {
  it('sends its last spans before it ends', async () => {
    await using collector = await openCollector()
    const program = await startProgram({
      ...{ ...env, ...watchingModules() },
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/own/path`,
    })
    expect((await talk(program)).status).toBe(200)
    expect(await program.stop('SIGTERM')).toBe(0)
    expect(collector.span('run').parentId).toMatch(/^\w{16}$/)
    expect(collector.requests[0]?.path).toBe('/own/path')
    expect(collector.span('run').resource['service.name']).toBe('homecourt')
    expect(loadedTelemetry()).not.toEqual([])
  })

  it('loads nothing of OpenTelemetry where no collector is set', async () => {
    const program = await startProgram({ ...env, ...watchingModules() })
    expect((await talk(program)).status).toBe(200)
    expect(await program.stop('SIGTERM')).toBe(0)
    expect(loadedTelemetry()).toEqual([])
  })

  it('answers as always and stops in time without its collector, with one warning', async () => {
    const program = await startProgram({
      ...{ ...env, OTEL_BSP_SCHEDULE_DELAY: '50' },
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
    })
    const warnings = () => logged(program).filter(({ msg }) => String(msg).includes('traces'))
    expect((await talk(program)).status).toBe(200)
    await expect.poll(() => warnings().length, { timeout: 10_000 }).toBe(1)
    expect((await talk(program)).status).toBe(200)
    const from = performance.now()
    expect(await program.stop('SIGTERM')).toBe(0)
    expect(performance.now() - from).toBeLessThan(10_000)
    expect(warnings()).toHaveLength(1)
  })

  it('stops in time beside a collector that takes everything and says nothing', async () => {
    const sockets: Socket[] = []
    const silent = createServer((socket) => void sockets.push(socket.resume()))
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` }
    const program = await startProgram({ ...env, ...endpoint })
    expect((await talk(program)).status).toBe(200)
    const from = performance.now()
    expect(await program.stop('SIGTERM')).toBe(0)
    expect(performance.now() - from).toBeLessThan(10_000)
    expect(sockets.length).toBeGreaterThan(0)
    for (const socket of sockets) socket.destroy()
    silent.close()
  })

  it('logs which run a request began, and nothing of what was said', async () => {
    const program = await startProgram({ ...env, HOMECOURT_LOG_LEVEL: 'info' })
    const { body } = await talk(program)
    await expect
      .poll(() => logged(program).filter(({ runId }) => runId === body.run_id))
      .toEqual([expect.objectContaining({ msg: 'answered', reqId: expect.any(String) })])
    expect(await program.stop('SIGTERM')).toBe(0)
    expect(program.printed.join('\n')).not.toContain('canary')
  })
})
