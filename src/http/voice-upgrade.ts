import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { WebSocketServer } from 'ws'
import type { Ctx } from '../context.ts'
import { VoiceSocket } from './voice-socket.ts'

const path = /^\/+(api\/+)?threads\/+messages\/*(\?|$)/

/** Serves one client until it or the server closes; `secret` is the key it came with. Never throws. */
type Serve = (socket: VoiceSocket, secret: string | undefined) => Promise<void>

/**
 * Takes upgrades to the voice WebSocket, at the address of `POST /threads/messages`. The library is
 * loaded when the first one comes. A server that closes tells every client so.
 */
export function acceptVoiceSockets(app: FastifyInstance, { limits }: Ctx, serve: Serve): void {
  const open = new Set<VoiceSocket>()
  let loading: Promise<WebSocketServer> | undefined
  let closing = false

  app.server.on('upgrade', async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    if (!path.test(request.url ?? '')) return refuse(socket, 404)
    if (closing || open.size >= limits.voiceSockets) return refuse(socket, 503)
    loading ??= load(limits.voiceFrameBytes)
    const server = await loading
    server.handleUpgrade(request, socket, head, async (ws) => {
      const client = new VoiceSocket(ws, limits)
      open.add(client)
      client.left.addEventListener('abort', () => open.delete(client))
      if (closing) client.close(1001, GOING)
      else await serve(client, keyOf(request))
    })
  })
  app.addHook('preClose', async () => {
    closing = true
    for (const client of open) client.close(1001, GOING)
  })
}

const GOING = 'the server is stopping'

async function load(maxPayload: number) {
  const { WebSocketServer } = await import('ws')
  return new WebSocketServer({ noServer: true, maxPayload })
}

/** A browser cannot send headers with a WebSocket, so the key comes in the address. */
function keyOf({ url, headers }: IncomingMessage): string | undefined {
  const query = new URLSearchParams(/\?(.*)/s.exec(url ?? '')?.[1])
  return query.get('api_key') ?? headers['x-api-key']?.toString()
}

function refuse(socket: Duplex, status: number) {
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}`
  socket.end(`${head}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
}
