import { parseSse, type SseEvent } from '../support/world.ts'

const terminal = ['run_ended', 'tool_submit_required', 'run_failed', 'run_cancelled', 'error']

/**
 * A whole stream as the strictest clients read it: comments and `data: ` lines alone, every frame
 * an object with a type, every frame ended by a blank line, and a terminal event at the end.
 */
export async function readStrictly(response: Response): Promise<SseEvent[]> {
  const text = await response.text()
  if (response.status !== 200) throw new Error(`HTTP ${response.status}: ${text}`)
  if (!text.endsWith('\n\n')) throw new Error('the last frame is not ended')
  for (const frame of text.slice(0, -2).split('\n\n')) {
    if (frame.includes('\n')) throw new Error(`a frame of more than one line: ${frame}`)
  }
  const events = parseSse(text)
  for (const event of events) {
    if (typeof event?.type !== 'string') throw new Error(`not an event: ${JSON.stringify(event)}`)
  }
  const last = events.at(-1)?.type ?? 'nothing'
  if (!terminal.includes(last)) throw new Error(`the stream ended with ${last}`)
  return events
}

/** Reads up to the first event of this type and hangs up, as apps do that `break` out of the loop. */
export async function readUntil(response: Response, type: string): Promise<SseEvent> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    const whole = text.slice(0, text.lastIndexOf('\n\n') + 1)
    const found = parseSse(whole).find((event) => event.type === type)
    if (found) return found
  }
  throw new Error(`the stream had no ${type}`)
}
