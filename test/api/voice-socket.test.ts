import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { openWorld, type World } from '../support/world.ts'

const key = 'dGhlIHNhbXBsZSBub25jZQ=='
/** A masked text frame of `{}`. */
const config = Buffer.from([0x81, 0x82, 1, 2, 3, 4, 0x7b ^ 1, 0x7d ^ 2])

function upgrade(world: World, path: string) {
  const headers = {
    ...{ connection: 'Upgrade', upgrade: 'websocket' },
    ...{ 'sec-websocket-key': key, 'sec-websocket-version': '13' },
  }
  const sent = request(`${new URL(world.url).origin}${path}`, { headers })
  sent.end()
  return sent
}

describe('WS /threads/messages', () => {
  it.each([
    '/api',
    '/api/',
    '',
  ])('101, and an error frame once the first frame has come, at %j', async (prefix) => {
    await using world = await openWorld()
    const sent = upgrade(world, `${prefix}/threads/messages?api_key=any`)
    const [response, socket] = await once(sent, 'upgrade')
    // The example of RFC 6455.
    expect(response.headers['sec-websocket-accept']).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
    const parts: Buffer[] = []
    socket.on('data', (part: Buffer) => parts.push(part))
    socket.write(config)
    await once(socket, 'end')
    socket.end()
    const bytes = Buffer.concat(parts)
    expect([bytes[0], bytes[1]]).toEqual([0x81, 126])
    const length = bytes.readUInt16BE(2)
    expect(JSON.parse(bytes.toString('utf8', 4, 4 + length))).toEqual({
      ...{ type: 'error', code: 'voice_socket_not_available' },
      message: expect.stringMatching(/no voice over WebSocket.*POST \/threads\/messages/),
    })
    expect([...bytes.subarray(4 + length)]).toEqual([0x88, 0])
  })

  it('404 any other socket, and a client that breaks off harms nobody', async () => {
    await using world = await openWorld()
    const [response] = await once(upgrade(world, '/api/threads'), 'response')
    expect(response.statusCode).toBe(404)
    const raw = connect(Number(new URL(world.url).port), '127.0.0.1')
    const lines = ['GET /api/threads/messages HTTP/1.1', 'Host: x', 'Connection: Upgrade']
    raw.write(
      `${[...lines, 'Upgrade: websocket', `Sec-WebSocket-Key: ${key}`].join('\r\n')}\r\n\r\n`,
    )
    await once(raw, 'data')
    raw.resetAndDestroy()
    expect((await world.call('GET', '/threads')).status).toBe(200)
  })
})
