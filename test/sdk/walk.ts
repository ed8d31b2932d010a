import { expect } from 'vitest'
import type { SseEvent } from '../support/world.ts'
import { textOf } from './official.ts'

/** What the steps of a walk leave for those after them. */
export type Place = {
  assistantId: string
  threadId: string
  documentId: string
  memoryId: string
  /** A text file to upload. */
  path: string
  file: File
}

/** One call per method of a client, and what its answer must be. A comma parts a method from its mode. */
export type Walk<Client> = Record<string, (client: Client, place: Place) => Promise<unknown>>

export const script = `\`\`\`offline
when /weather/ call get_weather {"city": "Oslo"}
when output /./ say It is cold.
otherwise say Hello
\`\`\``
export const tool = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
  },
}

export function expectAnswer(events: SseEvent[], text: string) {
  expect(textOf(events)).toBe(text)
  expect(events.at(-1)).toMatchObject({ type: 'run_ended', status: 'completed' })
}
