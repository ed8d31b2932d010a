import { describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { openModels } from '../../src/models/catalog.ts'
import { costOf } from '../../src/models/facts.ts'
import { openKnownModels } from '../../src/models/known-models.ts'

const models = (env: Record<string, string>) => openModels(readConfig(env))
const findFacts = openKnownModels(readConfig({})).find
const usage = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, cacheWriteInputTokens: 0 }

describe('which model a message gets', () => {
  const configured = models({ OPENAI_API_KEY: 'k', ANTHROPIC_API_KEY: 'k' })

  it.each([
    [undefined, undefined, 'openai', 'gpt-4o', 'gpt-4o'],
    ['openai', undefined, 'openai', 'gpt-4o', 'gpt-4o'],
    ['anthropic', undefined, 'anthropic', 'claude-sonnet-4-5', 'claude-sonnet-4-5'],
    [undefined, 'gpt-4.1', 'openai', 'gpt-4.1', 'gpt-4.1'],
    [undefined, 'anthropic/claude-haiku-4-5', 'anthropic', 'claude-haiku-4-5', 'claude-haiku-4-5'],
    ['openai', 'openai/gpt-4o', 'openai', 'openai/gpt-4o', 'gpt-4o'],
    ['openai', 'z-ai/glm-5.2', 'openai', 'z-ai/glm-5.2', 'z-ai/glm-5.2'],
    [undefined, 'z-ai/glm-5.2', 'openai', 'z-ai/glm-5.2', 'z-ai/glm-5.2'],
  ])('%s and %s: %s, %s, sent as %s', (provider, model, answers, named, sent) => {
    expect(configured.resolve(provider, model)).toMatchObject({
      ...{ provider: answers, model: named, sendAs: sent, offline: false },
    })
  })

  it('takes the default from HOMECOURT_DEFAULT_MODEL', () => {
    const local = { OPENAI_BASE_URL: 'http://127.0.0.1:1/v1', HOMECOURT_DEFAULT_MODEL: 'llama3.2' }
    expect(models(local).resolve(undefined, undefined)).toMatchObject({ model: 'llama3.2' })
    const other = {
      ...local,
      ANTHROPIC_API_KEY: 'k',
      HOMECOURT_DEFAULT_MODEL: 'anthropic/claude-x',
    }
    expect(models(other).resolve(undefined, undefined)).toMatchObject({
      ...{ provider: 'anthropic', model: 'claude-x' },
    })
  })

  it('without any key, the offline model answers to every name and keeps it', () => {
    expect(models({}).resolve('google', 'gemini-x')).toMatchObject({
      ...{ provider: 'google', model: 'gemini-x', offline: true },
    })
  })

  it('with a key, another provider is refused with what to set', () => {
    const openai = models({ OPENAI_API_KEY: 'k' })
    expect(() => openai.resolve('anthropic', 'x')).toThrow(/provider anthropic.*ANTHROPIC_API_KEY/)
    expect(() => openai.resolve('nobody', 'x')).toThrow(/Unknown model provider "nobody"/)
  })

  it.each([
    ['openai', 'gpt-4o-mini', true],
    ['openai', 'gpt-5.1', true],
    ['openai', 'o3-mini', false],
    ['openai', 'gpt-3.5-turbo', false],
    ['openai', 'gpt-4o-audio-preview', false],
    ['openai', 'llama3.2', false],
    ['openai', 'llama3.2-vision:11b', true],
    ['openai', 'qwen2.5-vl-72b', true],
    ['openai', 'google/gemini-3-flash', true],
    ['anthropic', 'claude-haiku-4-5', true],
    ['anthropic', 'claude-2.1', false],
  ])('%s/%s: sees: %s', (provider, model, sees) => {
    expect(configured.resolve(provider, model).canSee).toBe(sees)
  })

  it.each([
    ['anthropic/claude-haiku-4-5', /HOMECOURT_VISION_MODEL cannot be used.*ANTHROPIC_API_KEY/],
    ['openai', /must be provider\/model/],
  ])('HOMECOURT_VISION_MODEL=%s stops the server, which says why', (value, why) => {
    const env = { OPENAI_API_KEY: 'k', HOMECOURT_VISION_MODEL: value }
    expect(() => models(env)).toThrow(why)
  })

  it('HOMECOURT_OFFLINE overrides', () => {
    const always = models({ OPENAI_API_KEY: 'k', HOMECOURT_OFFLINE: 'always' })
    expect(always.resolve('openai', 'x').offline).toBe(true)
    const never = models({ HOMECOURT_OFFLINE: 'never' })
    expect(() => never.resolve(undefined, undefined)).toThrow(/set OPENAI_API_KEY/)
    const auto = models({ OPENAI_API_KEY: 'k' })
    expect(auto.resolve('offline', 'any').offline).toBe(true)
  })
})

describe('what a call costs', () => {
  it('prices plain, cached and written tokens apart', () => {
    const sonnet = findFacts('anthropic', 'claude-sonnet-4-5-20250929')
    const call = { ...usage, inputTokens: 1_000_000, outputTokens: 100_000 }
    expect(costOf(sonnet, call)).toBe(4.5)
    const cached = { ...call, cachedInputTokens: 500_000, cacheWriteInputTokens: 100_000 }
    expect(costOf(sonnet, cached)).toBe(0.4 * 3 + 0.5 * 0.3 + 0.1 * 3.75 + 1.5)
  })

  it('knows a dated release, and does not guess at a relative', () => {
    expect(findFacts('openai', 'gpt-4.1-2025-04-14')).toBe(findFacts('openai', 'gpt-4.1'))
    expect(findFacts('openai', 'GPT-4.1')).toBe(findFacts('openai', 'gpt-4.1'))
    expect(findFacts('openai', 'gpt-4o-audio-preview')).toBeNull()
    expect(findFacts('nobody', 'gpt-4o')).toBeNull()
    expect(costOf(null, usage)).toBeNull()
  })
})
