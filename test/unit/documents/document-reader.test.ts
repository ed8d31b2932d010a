import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { strToU8, zipSync } from 'fflate'
import { afterEach, describe, expect, it } from 'vitest'
import {
  type DocumentReader,
  openDocumentReader,
  type ReaderOptions,
} from '../../../src/documents/document-reader.ts'
import { makePdf, showText } from '../../support/pdf.ts'
import { children } from '../../support/processes.ts'
import { sample } from './read.ts'

let reader: DocumentReader
const open = (options: ReaderOptions = {}) => {
  reader = openDocumentReader(options)
  return reader
}
afterEach(() => reader.close())

const bytesOf = (text: string) => new TextEncoder().encode(text)
const failure = (promise: Promise<unknown>) => promise.catch((error: unknown) => error)
const refused = (code: string, message: RegExp) =>
  expect.objectContaining({ name: 'DocumentError', code, message: expect.stringMatching(message) })

/** A long PDF keeps a reader busy for seconds. */
const slow = () => makePdf(3_000, (page) => showText(`Page ${page}`))

describe('the document reader', () => {
  it.each([
    'guide.pdf',
    'guide.docx',
    'guide.doc',
    'deck.pptx',
    'deck.ppt',
    'book.xlsx',
    'book.xls',
    'notes.txt',
  ])('reads %s in the built program', async (name) => {
    const { chunks, characters } = await open().read(await sample(name), name)
    expect(chunks.length).toBeGreaterThan(0)
    expect(characters).toBeGreaterThan(50)
    expect(chunks[0]?.position).toMatchObject({ startChar: 0 })
  })

  it('reads a view of more bytes as what it shows, in as many pieces as it takes', async () => {
    const pool = bytesOf(`before${'many words '.repeat(100_000)}after`)
    const view = pool.subarray(6, -5)
    const { chunks, characters } = await open().read(view, 'a.txt')
    expect(characters).toBe(view.length - 1)
    expect(chunks[0]?.text).toMatch(/^many/)
    expect(chunks.at(-1)?.text).toMatch(/words$/)
  })

  it('passes on why a file is refused, and reads the next', async () => {
    open({ processes: 1 })
    expect(await failure(reader.read(bytesOf(''), 'a.pdf'))).toEqual(refused('empty', /empty/))
    expect(await failure(reader.read(await sample('encrypted.pdf'), 'a.pdf'))).toEqual(
      refused('encrypted', /password/),
    )
    expect((await reader.read(bytesOf('fine'), 'a.txt')).chunks).toHaveLength(1)
  })

  it('reads many at once, each its own', async () => {
    open({ processes: 2, bytesPerProcess: 100 })
    const texts = Array.from({ length: 30 }, (_, at) => `This is file ${at}.`)
    const read = await Promise.all(texts.map((text) => reader.read(bytesOf(text), 'a.txt')))
    expect(read.map(({ chunks }) => chunks[0]?.text)).toEqual(texts)
  })

  it('brings home more passages than fit one message', async () => {
    const { chunks } = await open().read(bytesOf(parts(1_500)), 'a.md')
    expect(chunks).toHaveLength(1_500)
    expect(chunks[1_499]?.text).toBe('Part 1499\n\nText 1499.')
  })

  const parts = (count: number) =>
    Array.from({ length: count }, (_, at) => `# Part ${at}\n\nText ${at}.`).join('\n\n')

  it('hands passages over while it reads, no faster than they are taken, and in order', async () => {
    open({ timeoutMs: 5_000 })
    let release = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    const taken: string[] = []
    let isRead = false
    const isOver = () => {
      isRead = true
    }
    const read = reader.read(bytesOf(parts(2_500)), 'a.md', {
      take: async (chunks) => {
        taken.push(...chunks.map(({ text }) => text))
        await gate
      },
    })
    read.then(isOver, isOver)
    // Longer than reading may take: waiting for who takes is no reading.
    await setTimeout(6_000)
    expect(isRead).toBe(false)
    expect(taken.length).toBeLessThan(500)
    release()
    const { chunks, counts } = await read
    const all = [...taken, ...chunks.map(({ text }) => text)]
    expect(all).toEqual(Array.from({ length: 2_500 }, (_, at) => `Part ${at}\n\nText ${at}.`))
    expect(counts.chunks[counts.terms.indexOf('part')]).toBe(2_500)
  })

  it('a note of many passages that are taken slowly keeps no other waiting', async () => {
    open()
    let release = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    const take = () => gate
    const slowly = reader.read(bytesOf(parts(250)), 'a.md', { isNote: true, take })
    const next = await reader.read(bytesOf('fine'), 'b.txt', { isNote: true })
    expect(next.chunks).toHaveLength(1)
    release()
    expect((await slowly).chunks).toHaveLength(58)
  })

  it('takes the time to fetch a file for none of what reading it takes', async () => {
    const file = makePdf(1_500, (page) => showText(`Page ${page}`))
    open({ processes: 1 })
    await reader.read(bytesOf('warm'), 'a.txt')
    const began = performance.now()
    await reader.read(file, 'a.pdf')
    const readMs = performance.now() - began
    await reader.close()
    open({ processes: 1, timeoutMs: 3 * readMs })
    async function* slowly() {
      yield file.subarray(0, 100)
      await setTimeout(2.4 * readMs)
      yield file.subarray(100)
    }
    const read = reader.read({ length: file.length, pieces: slowly }, 'a.pdf')
    expect((await read).chunks.length).toBeGreaterThan(0)
  })

  it('a file that is not fetched in time may be later', async () => {
    open({ processes: 1, timeoutMs: 300 })
    async function* late() {
      yield bytesOf('many ')
      await setTimeout(2_000)
    }
    expect(await failure(reader.read({ length: 10, pieces: late }, 'a.txt'))).toEqual(
      refused('unavailable', /took too long to be fetched/),
    )
  })

  it('many that wait leave no listeners behind that the process would warn of', async () => {
    const warned: Error[] = []
    const onWarning = (warning: Error) => void warned.push(warning)
    process.on('warning', onWarning)
    open({ processes: 1 })
    await Promise.all(Array.from({ length: 30 }, () => reader.read(bytesOf('fine'), 'a.txt')))
    process.off('warning', onWarning)
    expect(warned).toEqual([])
  })

  it('fails with what taking a passage has thrown, and reads the next', async () => {
    open({ processes: 1 })
    const take = async () => {
      throw new Error('no room')
    }
    const read = reader.read(bytesOf(parts(3_000)), 'a.md', { take })
    expect(await failure(read)).toMatchObject({ message: 'no room' })
    expect((await reader.read(bytesOf('fine'), 'a.txt')).chunks).toHaveLength(1)
  })

  it('reads a file that comes in pieces, and none that is not as long as it was', async () => {
    open({ processes: 1 })
    async function* pieces() {
      yield bytesOf('many ')
      yield bytesOf('words')
    }
    const { chunks } = await reader.read({ length: 10, pieces }, 'a.txt')
    expect(chunks.map(({ text }) => text)).toEqual(['many words'])
    for (const length of [9, 11]) {
      expect(await failure(reader.read({ length, pieces }, 'a.txt'))).toMatchObject({
        message: expect.stringMatching(/not as long as it was/),
      })
    }
    async function* lost() {
      yield bytesOf('many ')
      throw new Error('no such blob')
    }
    expect(await failure(reader.read({ length: 10, pieces: lost }, 'a.txt'))).toMatchObject({
      message: 'no such blob',
    })
    expect((await reader.read(bytesOf('fine'), 'a.txt')).chunks).toHaveLength(1)
  })

  it('stops a file that takes too long, and reads the next', async () => {
    open({ processes: 1, timeoutMs: 700 })
    expect(await failure(reader.read(slow(), 'a.pdf'))).toEqual(
      refused('timeout', /longer than 1 s/),
    )
    await reader.close()
    open({ processes: 1 })
    expect((await reader.read(bytesOf('fine'), 'a.txt')).chunks).toHaveLength(1)
  })

  it('gives a small file less time, whatever it unpacks to', async () => {
    open({ smallTimeoutMs: 400 })
    const paragraphs = '<w:p><w:r><w:t>ab</w:t></w:r></w:p>'.repeat(110_000)
    const main = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main'
    const body = `<w:document xmlns:w="${main}"><w:body>${paragraphs}</w:body></w:document>`
    const file = zipSync({ 'word/document.xml': strToU8(body) })
    expect(await failure(reader.read(file, 'a.docx'))).toEqual(refused('timeout', /longer than/))
  })

  it('stops a file that needs too much memory, and reads the next', async () => {
    open({ processes: 1, memoryMb: 48 })
    const records = JSON.stringify(
      Array.from({ length: 300_000 }, (_, at) => ({ at, name: `Name ${at}` })),
    )
    expect(await failure(reader.read(bytesOf(records), 'a.json'))).toEqual(
      refused('too_large', /48 MB of memory/),
    )
    expect((await reader.read(bytesOf('fine'), 'a.txt')).chunks).toHaveLength(1)
  })

  it.each([
    // The engine reads these on and on in its own code, where it hears no signal.
    ['lists', () => `[${'[],'.repeat(10_000_000)}0]`],
    ['records', () => `[${'{"a":1},'.repeat(5_000_000)}0]`],
  ])(
    'outlives what ends the engine: a file of nothing but %s',
    async (_, text) => {
      open({ memoryMb: 256 })
      const bytes = bytesOf(text())
      const began = performance.now()
      const refusal = failure(reader.read(bytes, 'a.json'))
      // Meanwhile others are read, which need no more than there is.
      expect((await reader.read(bytesOf('fine'), 'a.txt')).chunks).toHaveLength(1)
      expect(await refusal).toEqual(refused('too_large', /256 MB of memory/))
      expect(performance.now() - began).toBeLessThan(30_000)
      expect((await reader.read(bytesOf('fine'), 'a.txt')).chunks).toHaveLength(1)
    },
    60_000,
  )

  it('reads anew what a process died under that had read others before', async () => {
    const before = children()
    open({ processes: 1 })
    await reader.read(bytesOf('warm'), 'a.txt')
    const [warm] = children().filter((pid) => !before.includes(pid))
    process.kill(warm as number, 'SIGKILL')
    expect((await reader.read(bytesOf('fine'), 'b.txt')).chunks).toHaveLength(1)
  })

  it('gives up a process that hangs as it starts, which says nothing of the file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'homecourt-reader-'))
    writeFileSync(join(folder, 'hangs'), '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 })
    const node = process.execPath
    try {
      process.execPath = join(folder, 'hangs')
      open({ startMs: 200 })
      expect(await failure(reader.read(bytesOf('fine'), 'a.txt'))).toEqual(
        refused('unavailable', /not ready in time/),
      )
      process.execPath = node
      open()
      expect((await reader.read(bytesOf('fine'), 'a.txt')).chunks).toHaveLength(1)
    } finally {
      process.execPath = node
      rmSync(folder, { recursive: true })
    }
  })

  it('stops at once when aborted, running or waiting', async () => {
    open({ processes: 1 })
    const [running, waiting] = [new AbortController(), new AbortController()]
    const first = failure(reader.read(slow(), 'a.pdf', { signal: running.signal }))
    const second = failure(reader.read(slow(), 'b.pdf', { signal: waiting.signal }))
    await setTimeout(300)
    waiting.abort()
    expect(await second).toEqual(refused('aborted', /stopped/))
    running.abort()
    expect(await first).toEqual(refused('aborted', /stopped/))
    expect((await reader.read(bytesOf('fine'), 'a.txt')).chunks).toHaveLength(1)
  })

  it('closes under running work', async () => {
    open()
    const read = failure(reader.read(slow(), 'a.pdf'))
    await setTimeout(200)
    await reader.close()
    expect(await read).toEqual(refused('aborted', /stopped/))
    expect(await failure(reader.read(bytesOf('x'), 'a.txt'))).toEqual(refused('aborted', /stopped/))
  })

  it('leaves this thread free while it works', async () => {
    open({ processes: 1 })
    await reader.read(bytesOf('warm'), 'a.txt')
    let done = false
    const read = reader
      .read(
        makePdf(400, (page) => showText(`Page ${page}`)),
        'a.pdf',
      )
      .finally(() => {
        done = true
      })
    let turns = 0
    while (!done) {
      await setTimeout(5)
      turns += 1
    }
    await read
    expect(turns).toBeGreaterThan(10)
  })
})
