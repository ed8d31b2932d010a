import { Transform } from 'node:stream'
import { TooLarge } from './blobs.ts'

/** A stream that lets through at most `maxBytes` and knows how many there were. */
export function count(maxBytes: number): { stream: Transform; bytes(): number } {
  let bytes = 0
  const stream = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length
      if (bytes > maxBytes) done(new TooLarge(`more than ${maxBytes} bytes`))
      else done(null, chunk)
    },
  })
  return { stream, bytes: () => bytes }
}
