import type { Ctx } from '../context.ts'
import { knownError } from '../http/errors.ts'
import { countRequest } from '../http/rate-limit.ts'
import type { VoiceFrame, VoiceSocket } from '../http/voice-socket.ts'
import { cancelRun } from '../runs/cancel.ts'
import type { RunEvent } from '../runs/events.ts'
import { hear } from '../runs/speech.ts'
import { Utterance } from '../runs/utterance.ts'
import type { Thread } from '../store/threads.ts'
import { type FrameOptions, jsonWriter } from '../wire/frames.ts'
import type { NewMessageBody } from '../wire/new-message.ts'
import type { VoiceInput } from '../wire/voice.ts'
import { errorFrame, messageSaved, transcriptFinal, VoiceError } from '../wire/voice.ts'
import { modelOf, openTurn } from './turn.ts'

export type Agreed = VoiceInput & {
  /** Fields of every message of this session. */
  body: NewMessageBody
  secret: string
  /** Whose key it is, asked again for every message: it may be revoked. */
  whose: () => Promise<string>
  frames: FrameOptions
}

/** One utterance on its way to its answer. */
type Turn = { stop: AbortController; run: { thread: Thread; id: string } | null }

/**
 * Half-duplex: it listens, or it answers. What is said into an answer is dropped, for it may be the
 * answer itself, heard by the microphone; `stop` breaks the answer off.
 */
export class VoiceSession {
  readonly #ctx: Ctx
  readonly #socket: VoiceSocket
  readonly #agreed: Agreed
  readonly #said: Utterance
  #turn: Turn | null = null
  #answered: Promise<void> = Promise.resolve()

  constructor(ctx: Ctx, socket: VoiceSocket, agreed: Agreed) {
    const { voiceUtteranceBytes: bytes, voiceUtteranceMs: milliseconds } = ctx.limits
    this.#ctx = ctx
    this.#socket = socket
    this.#agreed = agreed
    const { sampleRate, silenceMs } = agreed
    this.#said = new Utterance(sampleRate, { bytes, milliseconds }, silenceMs)
  }

  /** Takes one frame of the client. */
  async take(frame: VoiceFrame): Promise<void> {
    if ('audio' in frame) return this.#listen(frame.audio)
    const type = typeOf(frame.text)
    if (type === 'commit') return this.#commit()
    if (type === 'stop') return this.#stop()
    await this.#tell(
      new VoiceError('unknown_frame', 'Send sound, {"type":"commit"} or {"type":"stop"}'),
    )
  }

  async #listen(audio: Buffer) {
    const came = this.#turn ? 'more' : this.#said.add(audio)
    if (came === 'ended') await this.#commit()
    if (came !== 'too_much') return
    // Where silence ends an utterance, no commit will come that lets the next one begin.
    const { silenceMs } = this.#agreed
    if (silenceMs !== null) this.#said.clear()
    const most = this.#ctx.limits.voiceUtteranceMs / 1_000
    const until = silenceMs === null ? ', and so is what comes before a commit' : ''
    const message = `More than ${most} s were said at once; they are dropped${until}`
    await this.#tell(new VoiceError('audio_too_long', message))
  }

  async #commit() {
    if (this.#turn) return
    if (this.#said.full) return this.#said.clear()
    const recording = this.#said.end()
    if (!recording) {
      // Silence has ended it before the client did.
      if (this.#agreed.silenceMs !== null) return
      return this.#tell(new VoiceError('no_audio', 'There was no sound since the last commit'))
    }
    const turn: Turn = { stop: new AbortController(), run: null }
    this.#turn = turn
    this.#answered = this.#answer(recording, turn)
  }

  async #stop() {
    this.#said.clear()
    const turn = this.#turn
    turn?.stop.abort(new Error('the client said stop'))
    if (turn?.run) await cancelRun(this.#ctx, turn.run.thread, turn.run.id)
    await this.#answered
    await this.#socket.send({ type: 'interrupted' })
  }

  async #answer(bytes: Buffer, turn: Turn) {
    const { body, stt, secret, whose } = this.#agreed
    const left = AbortSignal.any([turn.stop.signal, this.#socket.left])
    try {
      const owner = await whose()
      await countRequest(this.#ctx, secret)
      const heard = await hear(this.#ctx, stt, { filename: 'speech.wav', bytes }, left)
      if (heard.transcript.trim() === '') throw new VoiceError('no_speech', 'Nothing was said')
      await this.#socket.send(transcriptFinal(heard.transcript))
      const model = modelOf(this.#ctx, body)
      const sent = { owner, body, heard, model, stream: true, attach: null }
      await this.#relay(await openTurn(this.#ctx, sent, left), turn)
    } catch (error) {
      if (!left.aborted) await this.#tell(error)
    } finally {
      this.#turn = null
    }
  }

  async #relay(events: AsyncIterable<RunEvent>, turn: Turn) {
    const write = jsonWriter(this.#agreed.frames)
    let saved: object | null = null
    for await (const event of events) {
      if (event.type === 'started') await this.#begun(turn, event)
      // The transcript was told before there was a message.
      if (event.type === 'voice' && event.name.startsWith('stt_')) continue
      for (const frame of write(event)) await this.#socket.send(frame)
      if (event.type === 'completed') saved = messageSaved(event.thread, event.message)
      if (event.type === 'failed') {
        await this.#tell(new VoiceError(event.failure.kind, event.failure.error))
      }
      if (this.#socket.gone) return
    }
    if (saved) await this.#socket.send(saved)
  }

  /** A `stop` that came before there was a run is for this one. */
  async #begun(turn: Turn, { thread, run }: Extract<RunEvent, { type: 'started' }>) {
    turn.run = { thread, id: run.id }
    if (turn.stop.signal.aborted) await cancelRun(this.#ctx, thread, run.id)
  }

  #tell(error: unknown): Promise<void> {
    return this.#socket.send(errorFrame(toVoiceError(this.#ctx, error)))
  }
}

/** What a client may know of an error; what it may not goes to the log. */
export function toVoiceError(ctx: Ctx, error: unknown): VoiceError {
  if (error instanceof VoiceError) return error
  const known = knownError(error)
  if (known) {
    const issues = known.issues?.map(({ loc, msg }) => `${loc.slice(1).join('.')}: ${msg}`)
    return new VoiceError(known.code, issues?.join('; ') ?? known.message)
  }
  ctx.log.error({ err: error }, 'voice session failed')
  return new VoiceError('internal', 'Internal Server Error')
}

function typeOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value && 'type' in value ? value.type : null
  } catch {
    return null
  }
}
