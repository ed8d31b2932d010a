import type { Ctx } from '../context.ts'
import type { OwnerOf } from '../http/auth.ts'
import { checkValue } from '../http/body.ts'
import { bodyChecker } from '../http/validation.ts'
import type { VoiceFrame, VoiceSocket } from '../http/voice-socket.ts'
import { NO_EARS, NO_MOUTH } from '../runs/speech.ts'
import type { FrameOptions } from '../wire/frames.ts'
import {
  NewMessage,
  type NewMessageBody,
  normaliseNewMessage,
  toVoice,
} from '../wire/new-message.ts'
import { badConfig, errorFrame, sessionBegin, toVoiceInput, VoiceError } from '../wire/voice.ts'
import { findPlace } from './place.ts'
import { checkNested, modelOf } from './turn.ts'
import { toVoiceError, VoiceSession } from './voice-session.ts'

/** What closes a connection that was refused. */
const POLICY_VIOLATION = 1008

type Options = FrameOptions & { ownerOf: OwnerOf }

const checkConfig = bodyChecker(NewMessage)

/**
 * Serves a client of the voice WebSocket: its configuration, `session.begin` or an `error`, then
 * utterances and their answers in turn.
 */
export const voiceSessions =
  (ctx: Ctx, options: Options) =>
  async (socket: VoiceSocket, secret: string | undefined): Promise<void> => {
    const frames = socket.frames()
    try {
      // A refusal waits for the configuration too: a client that sends before it reads would break.
      const first = await within(frames.next(), ctx.limits.voiceConfigMs)
      if (first?.done) return
      const session = await begin(ctx, options, socket, secret, first?.value)
      for await (const frame of frames) await session.take(frame)
    } catch (error) {
      await socket.send(errorFrame(toVoiceError(ctx, error)))
      socket.close(POLICY_VIOLATION, 'see the error frame')
    }
  }

async function begin(
  ctx: Ctx,
  options: Options,
  socket: VoiceSocket,
  secret: string | undefined,
  first: VoiceFrame | undefined,
): Promise<VoiceSession> {
  const owner = await options.ownerOf(secret)
  const body = readConfig(first, ctx.limits.jsonDepth)
  const { stt, sampleRate, silenceMs } = toVoiceInput(body.voice)
  const ears = ctx.speech.listener(stt)
  if (!ears) throw new VoiceError('stt_not_available', NO_EARS)
  const { tts } = toVoice(body.voice)
  const model = modelOf(ctx, body)
  const mouth = tts && model && ctx.speech.speaker(tts)
  if (tts && model && !mouth) throw new VoiceError('tts_not_available', NO_MOUTH)
  const { thread } = await findPlace(ctx, owner, body)
  const pipeline = { stt: { ...ears, sampleRate }, llm: model, tts: mouth || null }
  await socket.send(sessionBegin(ctx.ids(), thread, pipeline))
  const whose = () => options.ownerOf(secret)
  return new VoiceSession(ctx, socket, {
    ...{ stt, sampleRate, silenceMs, secret: secret ?? '', whose, frames: options },
    body: { ...body, thread_id: thread.id },
  })
}

/** The fields of a message, without what each message of the session has of its own. */
function readConfig(first: VoiceFrame | undefined, jsonDepth: number): NewMessageBody {
  if (!first) throw badConfig('No configuration came: the first frame is JSON with voice.stt')
  if ('audio' in first) {
    throw badConfig('Sound came before the configuration: the first frame is JSON with voice.stt')
  }
  const given = parse(first.text)
  checkValue(given, jsonDepth)
  const { content: _, ...body } = normaliseNewMessage(given, false)
  checkNested(body, jsonDepth)
  checkConfig(body)
  const config = body as NewMessageBody
  if (!config.tools || config.tools.length === 0) return config
  throw new VoiceError(
    'tools_not_supported',
    'A voice session has no tools of its own: leave out tools',
  )
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value && !Array.isArray(value)) return { ...value }
  } catch {}
  throw badConfig('The configuration must be a JSON object')
}

/** What `promise` comes to, or null when it takes longer. */
async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, milliseconds, null)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
