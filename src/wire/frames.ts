import type { RunEvent } from '../runs/events.ts'
import { type TurnOptions, toFrames } from './run.ts'

/** Line breaks to the Python client's line splitter, though not to the SSE standard or to JSON. */
const splitters = /[\u2028\u2029\u0085]/g

/**
 * Writes a run's events as server-sent events, for one stream. Every text frame repeats the whole
 * text so far; each piece is escaped once, when it comes, and then only copied.
 */
export function frameWriter(
  options: TurnOptions & { accumulate: boolean },
): (event: RunEvent) => string {
  let soFar = ''
  return (event) => {
    if (event.type !== 'text') return toFrames(event, options).map(write).join('')
    const piece = escapeSplitters(JSON.stringify(event.text).slice(1, -1))
    if (!options.accumulate) return `data: {"type":"content_streaming","content":"${piece}"}\n\n`
    soFar += piece
    return `data: {"type":"content_streaming","content":"${piece}","accumulated_content":"${soFar}"}\n\n`
  }
}

/** One frame of any object. */
export function write(frame: object): string {
  return `data: ${escapeSplitters(JSON.stringify(frame))}\n\n`
}

function escapeSplitters(json: string): string {
  return json.replace(splitters, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
