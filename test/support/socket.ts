import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { World } from './world.ts'

/**
 * Posts JSON on a socket of its own, to read or not to read from and to cut when a test likes.
 * `theirs` is the server's end of it.
 */
export async function postOnSocket(
  world: World,
  path: string,
  body: Record<string, unknown>,
): Promise<{ ours: Socket; theirs: Socket }> {
  const { hostname, port, pathname } = new URL(world.url)
  const accepted = once(world.app.server, 'connection') as Promise<[Socket]>
  const ours = connect(Number(port), hostname)
  ours.on('error', () => {})
  const json = JSON.stringify(body)
  ours.write(
    [
      `POST ${pathname}${path} HTTP/1.1`,
      `Host: ${hostname}`,
      `X-API-Key: ${world.key}`,
      'Content-Type: application/json',
      'Connection: close',
      `Content-Length: ${Buffer.byteLength(json)}`,
      '',
      json,
    ].join('\r\n'),
  )
  const [theirs] = await accepted
  return { ours, theirs }
}
