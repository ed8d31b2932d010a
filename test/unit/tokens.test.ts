import { countTokens as countByOracle } from 'gpt-tokenizer/encoding/o200k_base'
import { describe, expect, it } from 'vitest'
import { countTokens, estimateTokens } from '../../src/models/tokens.ts'

const samples: [name: string, text: string, least: number, most: number][] = [
  [
    'English',
    'The quick brown fox jumps over the lazy dog, and then it rests under the old oak.',
    -20,
    30,
  ],
  [
    'French',
    "Le gouvernement a annoncé hier de nouvelles mesures pour améliorer l'air des villes.",
    -20,
    60,
  ],
  [
    'German',
    'Die Bundesregierung hat gestern neue Maßnahmen für die Großstädte angekündigt.',
    -20,
    60,
  ],
  ['Spanish', 'El gobierno anunció ayer nuevas medidas para mejorar la calidad del aire.', -20, 60],
  ['Polish', 'Rząd ogłosił wczoraj nowe środki mające na celu poprawę jakości powietrza.', -20, 30],
  ['Russian', 'Правительство объявило вчера о новых мерах по улучшению качества воздуха.', -20, 60],
  [
    'Greek',
    'Η κυβέρνηση ανακοίνωσε χθες νέα μέτρα για τη βελτίωση της ποιότητας του αέρα.',
    -20,
    30,
  ],
  ['Arabic', 'أعلنت الحكومة أمس عن إجراءات جديدة لتحسين جودة الهواء في المدن الكبرى.', -20, 60],
  ['Hebrew', 'הממשלה הודיעה אתמול על צעדים חדשים לשיפור איכות האוויר בערים הגדולות.', -20, 30],
  ['Hindi', 'सरकार ने कल बड़े शहरों में वायु गुणवत्ता में सुधार के लिए नए उपायों की घोषणा की।', -20, 30],
  ['Thai', 'รัฐบาลประกาศเมื่อวานนี้ถึงมาตรการใหม่เพื่อปรับปรุงคุณภาพอากาศในเมืองใหญ่', -20, 30],
  [
    'Chinese',
    '政府昨天宣布了改善大城市空气质量的新措施。居民们希望这些决定能够迅速得到落实。',
    -20,
    60,
  ],
  ['Japanese', '政府は昨日、大都市の大気質を改善するための新しい対策を発表した。', -20, 30],
  ['Korean', '정부는 어제 대도시의 대기질을 개선하기 위한 새로운 조치를 발표했다.', -20, 60],
  [
    'code',
    'export const fill = (text: string) =>\n  text.replace(/\\$(\\d)/g, (_, n) => groups[n])\n',
    -20,
    30,
  ],
  [
    'JSON',
    '{"type":"object","properties":{"location":{"type":"string"},"days":{"type":"integer"}}}',
    -20,
    60,
  ],
  ['emoji', '😀🎉👩‍👩‍👧‍👦🚀🇫🇷', -20, 30],
  [
    'base64',
    'aW1wb3J0IHsgZXhpc3RzU3luYyB9IGZyb20gJ25vZGU6ZnMnCmltcG9ydCB7IHJlYWRGaWxlIH0=',
    -35,
    30,
  ],
  ['digits', '3141592653589793238462643383279502884197169399375105820974944592307816', -20, 30],
]

const plain = { disallowedSpecial: new Set<string>() }

describe('countTokens', () => {
  it.each(samples)('agrees with the published encoding on %s', async (_name, text) => {
    expect(await countTokens(text)).toBe(countByOracle(text, plain))
    expect(await countTokens(`${text}\n\n`.repeat(40))).toBe(
      countByOracle(`${text}\n\n`.repeat(40), plain),
    )
  })

  it.each([
    ['nothing', ''],
    ['one space', ' '],
    ['spaces', ' '.repeat(200)],
    ['new lines', 'a\r\n\r\n\tb\n   c  \n'],
    ['contractions', "I'm you'Re THEY'LL it's o'clock"],
    ['special tokens', '<|endoftext|> a <|im_start|>system<|im_end|> <|fim_prefix|>'],
    ['lone surrogates', 'a\ud800b\udc00'],
    ['control characters', '\u0000\u0001\u0007\u2028'],
    ['mixed case', 'helloWorld HELLOworld McDonald iPhone15'],
    ['every byte', Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('')],
  ])('agrees with the published encoding on %s', async (_name, text) => {
    expect(await countTokens(text)).toBe(countByOracle(text, plain))
  })

  it('agrees across the seams of a long text', async () => {
    const text = samples
      .map(([, sample]) => sample)
      .join(' ')
      .repeat(60)
    expect(text.length).toBeGreaterThan(70_000)
    expect(await countTokens(text)).toBe(countByOracle(text, plain))
  })

  it('agrees on random text', async () => {
    let seed = 1
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
      return (seed >>> 8) % below
    }
    const alphabet = [...'abcXYZ 0189\n\t.,!\'"/-_éß中文あ한😀\u0301']
    for (let round = 0; round < 300; round += 1) {
      const letters = Array.from({ length: random(120) }, () => alphabet[random(alphabet.length)])
      expect(await countTokens(letters.join(''))).toBe(countByOracle(letters.join(''), plain))
    }
  })

  it.each([
    ['a', 125_000],
    [' ', 7_813],
    ['A', 125_000],
    ['\n', 62_500],
    ['中', 1_000_000],
  ])('counts a million of %j in bounded time', async (letter, most) => {
    const before = performance.now()
    const count = await countTokens(letter.repeat(1_000_000))
    expect(count).toBeGreaterThan(1_000)
    expect(count).toBeLessThanOrEqual(most * 1.05)
    // Quadratic time would be minutes; the bound is wide for the sake of busy machines.
    expect(performance.now() - before).toBeLessThan(10_000)
  })
})

describe('estimateTokens', () => {
  it.each(samples)('keeps to its bounds on %s', async (_name, text, least, most) => {
    const error = (estimateTokens(text) / (await countTokens(text)) - 1) * 100
    expect(error).toBeGreaterThanOrEqual(least)
    expect(error).toBeLessThanOrEqual(most)
  })

  it('is 0 for nothing and grows with the text', () => {
    expect(estimateTokens('')).toBe(0)
    expect(estimateTokens('Hello')).toBeGreaterThan(0)
    expect(estimateTokens('Hello '.repeat(1_000))).toBeGreaterThan(
      estimateTokens('Hello '.repeat(999)),
    )
  })
})
