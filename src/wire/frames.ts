import type { RunEvent } from '../runs/events.ts'
import { type TurnOptions, toFrames } from './run.ts'

/** Line breaks to the Python client's line splitter, though not to the SSE standard or to JSON. */
const splitters = /[\u2028\u2029\u0085]/g

export type FrameOptions = TurnOptions & { accumulate: boolean }

/** Writes a run's events as server-sent events, for one stream. */
export function frameWriter(options: FrameOptions): (event: RunEvent) => string {
  const json = jsonWriter(options)
  return (event) => {
    let text = ''
    for (const frame of json(event)) text += asEvent(frame)
    return text
  }
}

/** One frame of any object. */
export function write(frame: object): string {
  return asEvent(toJson(frame))
}

/**
 * The frames of a run's events as JSON, for one stream. Every text frame repeats the whole text so
 * far; each piece is escaped once, when it comes, and then only copied.
 */
export function jsonWriter(options: FrameOptions): (event: RunEvent) => string[] {
  let soFar = ''
  return (event) => {
    if (event.type !== 'text') return toFrames(event, options).map(toJson)
    const piece = toJson(event.text).slice(1, -1)
    if (!options.accumulate) return [`{"type":"content_streaming","content":"${piece}"}`]
    soFar += piece
    return [`{"type":"content_streaming","content":"${piece}","accumulated_content":"${soFar}"}`]
  }
}

function asEvent(json: string) {
  return `data: ${json}\n\n`
}

function toJson(value: unknown) {
  return escapeSplitters(JSON.stringify(value))
}

function escapeSplitters(json: string): string {
  return json.replace(splitters, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
