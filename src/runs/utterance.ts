const BYTES_PER_SAMPLE = 2
const HEADER_BYTES = 44
const FIRST_BYTES = 64 * 1024
/** Shorter than any word, and than what hears will take. */
const SHORTEST_MS = 100

/** What is being said: PCM of 16 bits and one channel, gathered piece by piece under a bound. */
export class Utterance {
  readonly #rate: number
  readonly #mostBytes: number
  /** One growing piece: a client may send its samples one by one. */
  #pcm = Buffer.alloc(0)
  #length = 0
  #full = false

  constructor(rate: number, limits: { bytes: number; milliseconds: number }) {
    this.#rate = rate
    this.#mostBytes = Math.min(limits.bytes, this.#bytesIn(limits.milliseconds))
  }

  /** True for the piece that was too much: it and all before it are dropped, and so is what follows. */
  add(piece: Buffer): boolean {
    if (this.#full) return false
    const length = this.#length + piece.length
    if (length > this.#mostBytes) {
      this.clear()
      this.#full = true
      return true
    }
    if (length > this.#pcm.length) this.#grow(length)
    piece.copy(this.#pcm, this.#length)
    this.#length = length
    return false
  }

  /** Whether more came than is kept. */
  get full(): boolean {
    return this.#full
  }

  clear(): void {
    this.#pcm = Buffer.alloc(0)
    this.#length = 0
    this.#full = false
  }

  /** All that was gathered, as a WAV file, and begins anew; null where it is too short to be a word. */
  end(): Buffer | null {
    const samples = this.#pcm.subarray(0, this.#length - (this.#length % BYTES_PER_SAMPLE))
    this.clear()
    return samples.length < this.#bytesIn(SHORTEST_MS) ? null : wavOf(samples, this.#rate)
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
