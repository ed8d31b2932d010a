import { EndOfSpeech } from './end-of-speech.ts'

const BYTES_PER_SAMPLE = 2
const HEADER_BYTES = 44
const FIRST_BYTES = 64 * 1024
/** Shorter than any word, and than what hears will take. */
const SHORTEST_MS = 100
/** Kept of the silence before speech, for words that begin softly. */
const RUN_UP_MS = 500

/** What is being said: PCM of 16 bits and one channel, gathered piece by piece under a bound. */
export class Utterance {
  readonly #rate: number
  readonly #mostBytes: number
  readonly #endOfSpeech: EndOfSpeech | null
  /** One growing piece: a client may send its samples one by one. */
  #pcm = Buffer.alloc(0)
  #length = 0
  #full = false
  #heard = 0

  /** It ends by itself after `silenceMs` without speech, or, where that is null, only by `end`. */
  constructor(
    rate: number,
    limits: { bytes: number; milliseconds: number },
    silenceMs: number | null = null,
  ) {
    this.#rate = rate
    this.#endOfSpeech = silenceMs === null ? null : new EndOfSpeech(rate, silenceMs)
    this.#mostBytes = Math.min(limits.bytes, this.#bytesIn(limits.milliseconds))
  }

  /**
   * `too_much` for the piece that was: it and all before it are dropped, and so is what follows.
   * `ended` where something was said and then nothing for long enough.
   */
  add(piece: Buffer): 'more' | 'ended' | 'too_much' {
    if (this.#full) return 'more'
    const length = this.#length + piece.length
    if (length > this.#mostBytes) {
      this.clear()
      this.#full = true
      return 'too_much'
    }
    if (length > this.#pcm.length) this.#grow(length)
    piece.copy(this.#pcm, this.#length)
    this.#length = length
    return this.#hasEnded() ? 'ended' : 'more'
  }

  /** Whether more came than is kept. */
  get full(): boolean {
    return this.#full
  }

  clear(): void {
    this.#pcm = Buffer.alloc(0)
    this.#length = 0
    this.#full = false
    this.#heard = 0
    this.#endOfSpeech?.reset()
  }

  /** All that was gathered, as a WAV file, and begins anew; null where it is too short to be a word. */
  end(): Buffer | null {
    const samples = this.#pcm.subarray(0, this.#length - (this.#length % BYTES_PER_SAMPLE))
    this.clear()
    return samples.length < this.#bytesIn(SHORTEST_MS) ? null : wavOf(samples, this.#rate)
  }

  #hasEnded() {
    if (!this.#endOfSpeech) return false
    for (;;) {
      const heard = this.#pcm.subarray(0, this.#length)
      const { to, before } = this.#endOfSpeech.listen(heard, this.#heard)
      this.#heard = to
      if (before !== 'nothing') return before === 'speech'
      this.#forget(to - this.#bytesIn(RUN_UP_MS))
    }
  }

  /** Silence would fill the utterance before anybody speaks. */
  #forget(bytes: number) {
    if (bytes <= 0) return
    this.#pcm.copyWithin(0, bytes, this.#length)
    this.#length -= bytes
    this.#heard -= bytes
  }

  #grow(needed: number) {
    const doubled = Math.max(needed, this.#pcm.length * 2, FIRST_BYTES)
    const grown = Buffer.alloc(Math.min(doubled, this.#mostBytes))
    this.#pcm.copy(grown, 0, 0, this.#length)
    this.#pcm = grown
  }

  #bytesIn(milliseconds: number) {
    return Math.floor((this.#rate * milliseconds) / 1_000) * BYTES_PER_SAMPLE
  }
}

function wavOf(pcm: Buffer, rate: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.write('RIFF', 0, 'latin1')
  header.writeUInt32LE(HEADER_BYTES - 8 + pcm.length, 4)
  header.write('WAVEfmt ', 8, 'latin1')
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(rate, 24)
  header.writeUInt32LE(rate * BYTES_PER_SAMPLE, 28)
  header.writeUInt16LE(BYTES_PER_SAMPLE, 32)
  header.writeUInt16LE(BYTES_PER_SAMPLE * 8, 34)
  header.write('data', 36, 'latin1')
  header.writeUInt32LE(pcm.length, 40)
  return Buffer.concat([header, pcm])
}
