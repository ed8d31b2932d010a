import { createHash } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'

/** What RFC 6455 has a server add to a client's key. */
const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
/** Short, for a stopping server waits for open sockets. */
const CONFIG_WAIT_MS = 2_000
const GOODBYE_MS = 1_000
const path = /^\/+(api\/+)?threads\/+messages\/*(\?|$)/

const refusal = {
  type: 'error',
  code: 'voice_socket_not_available',
  message:
    'This server has no voice over WebSocket. Send a recording as audio_file with voice.stt, and ask ' +
    'for speech with voice.tts, to POST /threads/messages.',
}

/**
 * Answers the voice WebSocket as far as it goes here: it is opened, its first frame is awaited, and an
 * `error` frame says what to do instead. Nothing is read from the frame, so no key is needed.
 */
export function refuseVoiceSockets(server: Server): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const key = request.headers['sec-websocket-key']
    if (!path.test(request.url ?? '') || !key) {
      socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
      return
    }
    const accept = createHash('sha1').update(`${key}${MAGIC}`).digest('base64')
    const fields = ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${accept}`]
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${fields.join('\r\n')}\r\n\r\n`)
    const late = setTimeout(answer, CONFIG_WAIT_MS)
    socket.once('close', () => clearTimeout(late))
    if (head.length > 0) answer()
    else socket.once('data', answer)

    function answer() {
      clearTimeout(late)
      if (socket.writableEnded) return
      // What else comes is read to nowhere, so that the client's own close is heard.
      socket.resume()
      socket.end(Buffer.concat([frame(TEXT, JSON.stringify(refusal)), frame(CLOSE, '')]))
      setTimeout(() => socket.destroy(), GOODBYE_MS).unref()
    }
  })
}

const TEXT = 0x81
const CLOSE = 0x88

/** One unmasked frame of at most 65,535 bytes. */
function frame(opcode: number, text: string): Buffer {
  const body = Buffer.from(text)
  const length = body.length < 126 ? [body.length] : [126, body.length >> 8, body.length & 0xff]
  return Buffer.concat([Buffer.from([opcode, ...length]), body])
}
