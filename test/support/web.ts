import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export type WebRequest = { method: string; url: string; headers: IncomingHttpHeaders; body: string }
export type WebAnswer = { status?: number; body: string | Uint8Array; type?: string }

/** Any server on a loopback port; it answers as the test says and remembers what it was asked. */
export async function openWeb(answer: (request: WebRequest) => WebAnswer | 'hang') {
  const requests: WebRequest[] = []
  const server = createServer(async (incoming, response) => {
    const parts: Buffer[] = []
    for await (const part of incoming) parts.push(part)
    const { method = '', url = '', headers } = incoming
    const request = { method, url, headers, body: Buffer.concat(parts).toString('latin1') }
    requests.push(request)
    const said = answer(request)
    if (said === 'hang') return
    response.writeHead(said.status ?? 200, { 'content-type': said.type ?? 'application/json' })
    response.end(said.body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
