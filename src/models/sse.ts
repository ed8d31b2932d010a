const newline = 0x0a
const carriageReturn = 0x0d
const space = 0x20
const prefix = Buffer.from('data:')
const maxLineBytes = 16 * 1024 * 1024

export type DataLines = {
  /** The data lines these bytes complete. */
  push(bytes: Uint8Array): string[]
  /** The last line, when the stream ends without a line break. */
  end(): string[]
}

/**
 * Cuts server-sent bytes into the texts of their `data:` lines and drops all else. Lines are cut
 * before they are decoded, so a character that arrives in two reads stays whole. A line is a
 * payload: no provider spreads one JSON over several lines, or ends lines with a lone CR.
 */
export function dataLines(): DataLines {
  let started: Buffer[] = []
  let startedBytes = 0

  function keep(rest: Buffer) {
    startedBytes += rest.length
    if (startedBytes > maxLineBytes) throw new RangeError(`a line exceeds ${maxLineBytes} bytes`)
    started.push(rest)
  }

  function takeStarted(rest: Buffer): Buffer {
    const line = Buffer.concat([...started, rest])
    started = []
    startedBytes = 0
    return line
  }

  return {
    push(bytes) {
      const lines: string[] = []
      const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      let start = 0
      let stop = chunk.indexOf(newline)
      if (stop !== -1 && started.length > 0) {
        const line = takeStarted(chunk.subarray(0, stop))
        readLine(line, 0, line.length, lines)
        start = stop + 1
        stop = chunk.indexOf(newline, start)
      }
      for (; stop !== -1; stop = chunk.indexOf(newline, start)) {
        readLine(chunk, start, stop, lines)
        start = stop + 1
      }
      if (start < chunk.length) keep(chunk.subarray(start))
      return lines
    },
    end() {
      const lines: string[] = []
      const line = takeStarted(Buffer.alloc(0))
      readLine(line, 0, line.length, lines)
      return lines
    },
  }
}

function readLine(bytes: Buffer, start: number, stop: number, lines: string[]) {
  if (stop - start <= prefix.length) return
  for (let i = 0; i < prefix.length; i++) if (bytes[start + i] !== prefix[i]) return
  const from = start + prefix.length + (bytes[start + prefix.length] === space ? 1 : 0)
  const to = bytes[stop - 1] === carriageReturn ? stop - 1 : stop
  if (from < to) lines.push(bytes.toString('utf8', from, to))
}
