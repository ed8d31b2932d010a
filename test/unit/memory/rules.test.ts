import { describe, expect, it } from 'vitest'
import type { KnownMemory } from '../../../src/memory/facts.ts'
import { decideByRules, forgetsEverything, topicsOf } from '../../../src/memory/rules/decide.ts'
import { holdsSecret } from '../../../src/memory/rules/secrets.ts'
import * as seen from './cases.ts'
import * as heldOut from './cases-held-out.ts'
import * as more from './cases-more.ts'
import * as third from './cases-third.ts'
import { casesIn, rememberedAfter, scoreCases } from './score-cases.ts'

const at = new Date('2024-06-12T10:00:00Z')
const decide = (content: string, ...known: string[]) =>
  decideByRules(
    { role: 'user', content, at },
    known.map((one, place): KnownMemory => ({ id: `m${place}`, content: one, at })),
  )

describe.each([
  { set: 'seen while the rules were written', cases: seen, f1: 0.97, silent: 0.98, right: 0.92 },
  { set: 'held out', cases: heldOut, f1: 0.95, silent: 0.97, right: 0.8 },
])('the cases $set', ({ cases, f1, silent, right }) => {
  it('become the facts that they tell', () => {
    const rates = scoreCases([...casesIn(cases.facts), ...casesIn(cases.languages)])
    expect(rates.f1, rates.wrong.join('\n')).toBeGreaterThanOrEqual(f1)
    expect(rates.precision).toBeGreaterThanOrEqual(0.95)
  })

  it('become nothing when they tell nothing', () => {
    const rates = scoreCases(casesIn(cases.silent))
    expect(rates.right, rates.wrong.join('\n')).toBeGreaterThanOrEqual(silent)
  })

  it('replace what they contradict and double nothing', () => {
    const rates = scoreCases(casesIn(cases.changes))
    expect(rates.right, rates.wrong.join('\n')).toBeGreaterThanOrEqual(right)
  })

  it('forget what they ask to forget', () => {
    const rates = scoreCases(casesIn(cases.forget))
    expect(rates.right, rates.wrong.join('\n')).toBeGreaterThanOrEqual(0.92)
  })
})

describe('the second round of cases', () => {
  it('become the facts that they tell, and nothing else', () => {
    const facts = scoreCases(casesIn(more.facts))
    expect(facts.f1, facts.wrong.join('\n')).toBeGreaterThanOrEqual(0.95)
    const silent = scoreCases(casesIn(more.silent))
    expect(silent.right, silent.wrong.join('\n')).toBeGreaterThanOrEqual(0.98)
    const changes = scoreCases(casesIn(more.changes))
    expect(changes.right, changes.wrong.join('\n')).toBeGreaterThanOrEqual(0.88)
  })
})

describe('the third round of cases', () => {
  it('become the facts that they tell, and nothing else', () => {
    const facts = scoreCases(casesIn(third.facts))
    expect(facts.f1, facts.wrong.join('\n')).toBeGreaterThanOrEqual(0.97)
    const silent = scoreCases(casesIn(third.silent))
    expect(silent.right, silent.wrong.join('\n')).toBeGreaterThanOrEqual(0.98)
  })

  it('replace and forget what they are said to', () => {
    const changes = scoreCases(casesIn(third.changes))
    expect(changes.right, changes.wrong.join('\n')).toBeGreaterThanOrEqual(0.95)
    const forget = scoreCases(casesIn(third.forget))
    expect(forget.right, forget.wrong.join('\n')).toBeGreaterThanOrEqual(0.95)
  })
})

describe('decideByRules', () => {
  it('tells why, and supersedes a memory whoever worded it', () => {
    for (const known of [
      'User lives in Berlin',
      'Lives in Berlin',
      'I live in Berlin',
      'City: Berlin',
    ]) {
      expect(decide('I moved to Paris', known), known).toEqual([
        expect.objectContaining({
          event: 'UPDATE',
          id: 'm0',
          reason: expect.stringContaining('Berlin'),
        }),
      ])
    }
  })

  it('says NONE of what is known, with the memory that knows it', () => {
    expect(decide('I live in Berlin!', 'User lives in Berlin')).toEqual([
      expect.objectContaining({ event: 'NONE', id: 'm0' }),
    ])
  })

  it('takes nothing from the assistant', () => {
    expect(decideByRules({ role: 'assistant', content: 'My name is Bob.', at }, [])).toEqual([])
  })

  it('forgets everything when asked, documents too', () => {
    const all = decide('Please forget everything about me.', 'User likes tea', 'x'.repeat(60_000))
    expect(all.map(({ event }) => event)).toEqual(['DELETE', 'DELETE'])
    expect(forgetsEverything({ role: 'user', content: 'Delete all my memories', at })).toBe(true)
    expect(forgetsEverything({ role: 'user', content: 'Forget my job', at })).toBe(false)
  })

  it('replaces no document because a fact of it changed', () => {
    const document = `User lives in Berlin. ${'More is told here. '.repeat(60)}`
    expect(decide('I moved to Paris', document)[0]?.event).toBe('ADD')
  })

  it('keeps a bounded number of facts of one message', () => {
    const many = Array.from({ length: 300 }, (_, place) => `I like dish${place}.`).join(' ')
    expect(decide(many).length).toBeLessThanOrEqual(16)
  })

  it('names what to look for', () => {
    expect(topicsOf({ role: 'user', content: 'I moved to Paris. How are you?', at })).toEqual([
      expect.stringContaining('Paris'),
      expect.stringContaining('lives'),
    ])
    expect(topicsOf({ role: 'user', content: 'Forget where I work', at }).join(' ')).toContain(
      'work',
    )
    expect(topicsOf({ role: 'user', content: 'What is a firewall?', at })).toEqual([])
  })
})

describe('hostile text', () => {
  it.each([
    ['one letter', 'a'.repeat(100_000)],
    ['spaces', ' '.repeat(100_000)],
    ['I and spaces', 'I '.repeat(50_000)],
    ['open quotes', '"I '.repeat(33_000)],
    ['commas', 'I like a, '.repeat(10_000)],
    ['and', 'I like and and my dog and '.repeat(4_000)],
    ['dots', 'I live in a.b.c.'.repeat(7_000)],
    ['digits', '4111 1111 1111 111'.repeat(5_500)],
    ['passwords', 'password password for a a a a '.repeat(3_300)],
    ['my', 'my sister my brother my '.repeat(4_000)],
    ['forget', 'please forget please forget '.repeat(3_600)],
    ['remember', 'remember, and please, '.repeat(4_600)],
    ['polite', 'please can you hi '.repeat(5_500)],
    ['capitals', 'I am Aa Bb de de '.repeat(5_900)],
    ['iban', 'DE89 3704 0044 0532 0130 0'.repeat(3_800)],
    ['emoji', '👍🏽'.repeat(25_000)],
    ['asides', 'As a nurse as a nurse, my sister Ana, who my sister, a '.repeat(1_900)],
    ['having', 'having had having had after 20 years in '.repeat(2_500)],
    ['pieces', 'a, b, 38, live in, hate, '.repeat(4_000)],
    ['foreign', 'ich bin und mein hund ist, ¿yo soy y '.repeat(2_700)],
    ['corrections', 'it is Aa, not Bb, not Cc but '.repeat(3_400)],
    ['names', 'my cat pepe my dog Rex is my two cats '.repeat(2_600)],
    ['lone surrogates', '\ud83d'.repeat(100_000)],
  ])('of %s is read in no time', (_, text) => {
    const before = process.cpuUsage()
    decide(text, text.slice(0, 499))
    holdsSecret(text)
    const spent = process.cpuUsage(before)
    expect((spent.user + spent.system) / 1_000).toBeLessThan(250)
  })
})

describe('holdsSecret', () => {
  it.each([
    'my password is hunter2',
    'the wifi password: correct-horse',
    'PIN 4821',
    'sk-proj-abc123def456ghi789jkl',
    'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
    'AKIAIOSFODNN7EXAMPLE',
    '4111 1111 1111 1111',
    '5500000000000004',
    'DE89 3704 0044 0532 0130 00',
    '123-45-6789',
    '-----BEGIN OPENSSH PRIVATE KEY-----',
    'seed phrase: legal winner thank year wave sausage',
    'postgres://bob:s3cret@db.example.com/app',
    'Authorization: Bearer abcdef0123456789abcdef',
    'mein Passwort ist geheim1',
    'mi contraseña es gato99',
  ])('%s', (text) => {
    expect(holdsSecret(text)).toBe(true)
    expect(rememberedAfter([`Remember that ${text}`, `My note: ${text}`])).toEqual([])
  })

  it.each([
    'User uses a password manager',
    'User forgot their password',
    'My password is too weak',
    'User lives at 12 Elm Street, 90210',
    'User was born on 4 May 1990',
    'User has a phone number 555-0142',
    'Order 1234567890123',
    'User works on tokens and keys',
    'id 3f2504e0-4f89-41d3-9a0c-0305e82c3301',
    'The secret of good pasta',
  ])('is not %s', (text) => expect(holdsSecret(text)).toBe(false))
})
