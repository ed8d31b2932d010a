import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { afterEach, expect, it, vi } from 'vitest'
import { s3Blobs } from '../../src/blobs/s3.ts'

afterEach(() => vi.unstubAllEnvs())

it('a bucket that falls silent in the middle of a file is not waited for without end', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('the first')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const blobs = s3Blobs({ bucket: 'b', prefix: '', endpoint, region: 'us-east-1', silentMs: 200 })
  await expect(blobs.read('a')).rejects.toThrow(/timed out|aborted/)
  await expect(buffer(blobs.open('a'))).rejects.toThrow(/timed out|aborted/)
  server.closeAllConnections()
  server.close()
})
