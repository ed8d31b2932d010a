import { once } from 'node:events'
import { WebSocket } from 'ws'
import { type Step, scripted } from './model.ts'
import { openWeb, type WebAnswer, type WebRequest } from './web.ts'
import { openWorld, type SseEvent, type World, type WorldOptions } from './world.ts'

export const RATE = 16_000

export const config = { voice: { stt: { model: 'scribe_v2_realtime', sample_rate: 16_000 } } }
export const aloud = { voice: { stt: { audio_format: 'pcm_16000' }, tts: { provider: 'openai' } } }

/** A provider that hears these sentences, one after the other, and speaks in three bytes. */
export function hears(...texts: (string | WebAnswer | 'hang')[]) {
  const left = [...texts]
  return ({ url }: WebRequest): WebAnswer | 'hang' => {
    if (!url.endsWith('/transcriptions'))
      return { body: Buffer.from([1, 2, 3]), type: 'audio/mpeg' }
    const next = left.shift() ?? { status: 400, body: '{"error":{"message":"not in the script"}}' }
    return typeof next === 'string' && next !== 'hang'
      ? { body: JSON.stringify({ text: next }) }
      : next
  }
}

/** A world whose models follow a script, and whose speech is that provider's. */
export async function openVoice(
  provider: (request: WebRequest) => WebAnswer | 'hang',
  steps: Step[],
  options: WorldOptions = {},
) {
  const web = await openWeb(provider)
  const model = scripted(...steps)
  const env = {
    ...{ OPENAI_API_KEY: 'k', OPENAI_BASE_URL: `${web.url}/v1`, HOMECOURT_PROVIDER_RETRIES: '0' },
    ...options.env,
  }
  const world = await openWorld({ model, ...options, env })
  return {
    ...{ web, world, model },
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]()
      await web[Symbol.asyncDispose]()
    },
  }
}

/** A voice client: it sends what a test says and keeps every frame it is sent. */
export async function connectVoice(world: World, options: { key?: string; path?: string } = {}) {
  const { key = world.key, path = '/api/threads/messages' } = options
  const query = key === '' ? '' : `?api_key=${encodeURIComponent(key)}`
  const ws = new WebSocket(`${new URL(world.url).origin.replace('http', 'ws')}${path}${query}`)
  const frames: SseEvent[] = []
  let wake = () => {}
  ws.on('message', (data) => {
    frames.push(JSON.parse(String(data)))
    wake()
  })
  const closed = once(ws, 'close').then(([code]) => {
    wake()
    return code as number
  })
  await once(ws, 'open')
  let read = 0
  return {
    ...{ ws, frames, closed },
    send: (frame: unknown) => ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    /** So much sound, and the end of what is said. */
    say(milliseconds = 500) {
      ws.send(soundOf(milliseconds))
      ws.send('{"type":"commit"}')
    },
    /** The next frames up to the first of this type. */
    async until(type: string): Promise<SseEvent[]> {
      for (;;) {
        const at = frames.findIndex((frame, i) => i >= read && frame.type === type)
        if (at >= 0) {
          const from = read
          read = at + 1
          return frames.slice(from, read)
        }
        if (ws.readyState === WebSocket.CLOSED) {
          throw new Error(`closed before ${type}, after ${JSON.stringify(frames.slice(read))}`)
        }
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}

/** PCM of 16 bits, one channel: a tone that is no silence. */
export function soundOf(milliseconds: number, loudness = 8_000): Buffer {
  const samples = (RATE * milliseconds) / 1_000
  const pcm = Buffer.alloc(samples * 2)
  for (let i = 0; i < samples; i += 1) {
    pcm.writeInt16LE(Math.round(loudness * Math.sin((i * 440 * 2 * Math.PI) / RATE)), i * 2)
  }
  return pcm
}
