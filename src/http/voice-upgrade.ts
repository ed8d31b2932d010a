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
export function acceptVoiceSockets(app: FastifyInstance, { limits, log }: Ctx, serve: Serve): void {
  const open = new Set<VoiceSocket>()
  let loading: Promise<WebSocketServer | null> | undefined
  let closing = false

  app.server.on('upgrade', async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!isWebSocket(request)) return serveWithout(app, request, socket, head)
    socket.on('error', () => socket.destroy())
    if (!path.test(request.url ?? '')) return refuse(socket, 404)
    if (closing || open.size >= limits.voiceSockets) return refuse(socket, 503)
    loading ??= load(limits.voiceFrameBytes).catch((error) => {
      // As where the program was replaced beneath its server.
      log.error({ err: error }, 'the voice WebSocket cannot be loaded')
      return null
    })
    const server = await loading
    if (!server) return refuse(socket, 503)
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

function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket'
}

/**
 * Other upgrades are passed over, as HTTP has it: Java’s own client offers HTTP/2 with any request.
 * Whoever listens for upgrades gets all of them, so the request is given back without its offer.
 */
function serveWithout(
  app: FastifyInstance,
  request: IncomingMessage,
  socket: Duplex,
  body: Buffer,
) {
  const { method, url, httpVersion, rawHeaders } = request
  const lines = [`${method} ${url} HTTP/${httpVersion}`]
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    if (name.toLowerCase() !== 'upgrade') lines.push(`${name}: ${rawHeaders[at + 1]}`)
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]))
  app.server.emit('connection', socket)
}

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
