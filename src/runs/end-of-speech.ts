const WINDOW_MS = 20
const BYTES_PER_SAMPLE = 2
/** Shorter is a click or a cough. */
const SHORTEST_SPEECH_MS = 200
/** What a quiet room measures, and how much louder than the room a voice is. */
const QUIET = 150
const LOUDER = 3
/** The room is taken to have become louder by so much with every window that is not quieter. */
const RISE = 1.005

/**
 * Finds the end of speech by loudness alone: after something that was louder than the room for long
 * enough, nothing was for `silenceMs`. It knows the room by the quietest it has lately heard.
 */
export class EndOfSpeech {
  readonly #windowBytes: number
  readonly #silenceMs: number
  #room = QUIET
  #speechMs = 0
  #quietMs = 0

  constructor(rate: number, silenceMs: number) {
    this.#windowBytes = Math.floor((rate * WINDOW_MS) / 1_000) * BYTES_PER_SAMPLE
    this.#silenceMs = silenceMs
  }

  /**
   * Listens to PCM from an offset on, in whole windows. Returns how far it came and, where there
   * was silence for long enough, what went before: `speech`, or `nothing` to keep.
   */
  listen(pcm: Buffer, from: number): { to: number; before: 'speech' | 'nothing' | null } {
    let to = from
    for (; to + this.#windowBytes <= pcm.length; to += this.#windowBytes) {
      const loudness = loudnessOf(pcm, to, to + this.#windowBytes)
      this.#room = Math.min(Math.max(loudness, 1), this.#room * RISE)
      const isSpeech = loudness > Math.max(this.#room, QUIET) * LOUDER
      if (isSpeech) this.#speechMs += WINDOW_MS
      this.#quietMs = isSpeech ? 0 : this.#quietMs + WINDOW_MS
      if (this.#quietMs < this.#silenceMs) continue
      const before = this.#speechMs >= SHORTEST_SPEECH_MS ? 'speech' : 'nothing'
      this.reset()
      return { to: to + this.#windowBytes, before }
    }
    return { to, before: null }
  }

  /** What comes next has nothing to do with what was. The room is the same. */
  reset(): void {
    this.#speechMs = 0
    this.#quietMs = 0
  }
}

function loudnessOf(pcm: Buffer, from: number, to: number) {
  let squares = 0
  for (let at = from; at < to; at += BYTES_PER_SAMPLE) squares += pcm.readInt16LE(at) ** 2
  return Math.sqrt((squares * BYTES_PER_SAMPLE) / (to - from))
}
