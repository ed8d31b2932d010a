import { describe, expect, it } from 'vitest'
import { Utterance } from '../../src/runs/utterance.ts'
import { RATE, soundOf } from '../support/voice.ts'

const limits = { bytes: 8_000_000, milliseconds: 120_000 }
const open = (silenceMs: number | null = 600) => new Utterance(RATE, limits, silenceMs)

/** What is left of a WAV file without its header, in milliseconds. */
const lengthOf = (wav: Buffer | null) => ((wav?.length ?? 44) - 44) / ((RATE * 2) / 1_000)

/** Noise of a room, the same every time. */
function noiseOf(milliseconds: number, loudness: number) {
  const pcm = Buffer.alloc(((RATE * milliseconds) / 1_000) * 2)
  let seed = 7
  for (let at = 0; at < pcm.length; at += 2) {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
    pcm.writeInt16LE(Math.round((seed / 2 ** 31 - 0.5) * 2 * loudness), at)
  }
  return pcm
}

/** Sends sound as clients do, and says after how many milliseconds it ended; null if it did not. */
function endOf(utterance: Utterance, sound: Buffer, frameBytes = 1_001): number | null {
  for (let at = 0; at < sound.length; at += frameBytes) {
    const end = Math.min(at + frameBytes, sound.length)
    if (utterance.add(sound.subarray(at, end)) === 'ended') return end / ((RATE * 2) / 1_000)
  }
  return null
}

describe('an utterance', () => {
  it('is the samples that came, however they were cut', () => {
    const utterance = open(null)
    expect(endOf(utterance, soundOf(700), 333)).toBe(null)
    const wav = utterance.end()
    expect(wav?.subarray(44)).toEqual(soundOf(700))
    expect(utterance.end()).toBe(null)
  })

  it('drops half a sample at its end, and is none below a tenth of a second', () => {
    const utterance = open(null)
    utterance.add(soundOf(200).subarray(1))
    expect(lengthOf(utterance.end())).toBeCloseTo(200, 0)
    utterance.add(soundOf(99))
    expect(utterance.end()).toBe(null)
  })

  it('is dropped once it is too long, until it is cleared', () => {
    const utterance = new Utterance(RATE, { bytes: 100_000, milliseconds: 1_000 })
    expect(utterance.add(soundOf(1_000))).toBe('more')
    expect(utterance.add(soundOf(1_000))).toBe('too_much')
    expect([utterance.add(soundOf(500)), utterance.full]).toEqual(['more', true])
    utterance.clear()
    expect(utterance.add(soundOf(500))).toBe('more')
    expect(lengthOf(utterance.end())).toBe(500)
  })
})

describe('an utterance that ends by silence', () => {
  const speech = [soundOf(300, 4_000), noiseOf(200, 50), soundOf(400, 2_000)]

  it('ends after that silence, and not in a pause between words', () => {
    const sound = Buffer.concat([...speech, noiseOf(2_000, 50)])
    const end = endOf(open(), sound)
    expect(end).toBeGreaterThanOrEqual(1_500)
    expect(end).toBeLessThan(1_580)
    expect(endOf(open(), Buffer.concat(speech))).toBe(null)
  })

  it('takes a noisy room for speech once, knows it then, and ends in it too', () => {
    const room = (milliseconds: number) => noiseOf(milliseconds, 1_500)
    const utterance = open()
    expect(endOf(utterance, room(6_000))).toBeLessThan(4_000)
    utterance.end()
    expect(endOf(utterance, room(8_000))).toBe(null)
    const end = endOf(utterance, Buffer.concat([soundOf(700, 9_000), room(2_000)]))
    expect(end).toBeGreaterThanOrEqual(1_300)
    expect(end).toBeLessThan(1_380)
  })

  it('does not end by a click, nor by silence however long, of which it keeps little', () => {
    const utterance = open()
    const click = soundOf(60, 20_000)
    const silence = Buffer.concat(Array.from({ length: 60 }, () => noiseOf(4_000, 50)))
    expect(endOf(utterance, Buffer.concat([click, silence]))).toBe(null)
    expect(utterance.full).toBe(false)
    expect(endOf(utterance, Buffer.concat([...speech, noiseOf(1_000, 50)]))).not.toBe(null)
    const kept = lengthOf(utterance.end())
    expect(kept).toBeGreaterThan(1_500 + 400)
    expect(kept).toBeLessThan(1_600 + 1_200)
  })

  it('begins anew after its end', () => {
    const utterance = open()
    for (const _ of [1, 2]) {
      const sound = Buffer.concat([...speech, noiseOf(1_000, 50)])
      expect(endOf(utterance, sound)).toBeLessThan(1_580)
      expect(lengthOf(utterance.end())).toBeLessThan(1_600)
    }
  })
})
