import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configTable, readConfig, variables } from '../../src/config.ts'

const message = (env: Record<string, string>) => {
  try {
    readConfig(env)
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('the configuration was accepted')
}

describe('the configuration', () => {
  it('has a default for every variable, and cannot be changed', () => {
    const config = readConfig({})
    expect(Object.keys(config)).toEqual([...Object.keys(variables), 'providers'])
    expect(config).toMatchObject({
      ...{ PORT: 8000, HOST: '127.0.0.1', DATABASE_URL: '', HOMECOURT_OFFLINE: 'auto' },
      ...{ HOMECOURT_DATA_DIR: resolve('data'), HOMECOURT_ACCUMULATED_CONTENT: true },
    })
    expect(Object.isFrozen(config)).toBe(true)
  })

  it('takes what is given, whatever is around it', () => {
    const env = {
      ...{ PORT: ' 80 ', HOMECOURT_SQLITE_SYNC: 'FULL', HOMECOURT_ACCUMULATED_CONTENT: '0' },
      ...{ DATABASE_URL: 'postgresql://u:p@h/db', HOMECOURT_CORS_ORIGINS: 'http://a, http://b' },
      ...{ OPENAI_BASE_URL: 'http://localhost:11434/v1', UNKNOWN: 'x', PATH: '/bin' },
    }
    expect(readConfig(env)).toMatchObject({
      ...{ PORT: 80, HOMECOURT_SQLITE_SYNC: 'full', HOMECOURT_ACCUMULATED_CONTENT: false },
      ...{ DATABASE_URL: env.DATABASE_URL, HOMECOURT_CORS_ORIGINS: 'http://a, http://b' },
      OPENAI_BASE_URL: env.OPENAI_BASE_URL,
    })
    expect(readConfig(env)).not.toHaveProperty('UNKNOWN')
  })

  it('treats an empty variable as one that is not set', () => {
    const empty = Object.fromEntries(Object.keys(variables).map((name) => [name, ' ']))
    expect(readConfig(empty)).toEqual(readConfig({}))
  })

  it.each([
    ['PORT', '-1', 'a whole number from 0 to 65535'],
    ['PORT', '1.5', 'a whole number from 0 to 65535'],
    ['PORT', '0x50', 'a whole number from 0 to 65535'],
    ['PORT', '65536', 'a whole number from 0 to 65535'],
    ['HOMECOURT_SQLITE_SYNC', 'off', 'normal, full'],
    ['HOMECOURT_ACCUMULATED_CONTENT', 'maybe', 'true, false'],
    ['DATABASE_URL', 'sqlite:///x', 'a URL starting with postgres:// or postgresql://'],
    ['DATABASE_URL', 'localhost', 'a URL starting with postgres:// or postgresql://'],
    ['OPENAI_BASE_URL', 'localhost:11434', 'a URL starting with http:// or https://'],
    ['HOMECOURT_PROVIDER_RETRIES', '11', 'a whole number from 0 to 10'],
  ])('refuses %s=%s and says what it may be', (name, value, allowed) => {
    expect(message({ [name]: value })).toBe(`${name} is "${value}"; it must be ${allowed}`)
  })

  it('names everything that is wrong at once', () => {
    const lines = message({ PORT: 'x', HOMECOURT_OFFLINE: 'x' }).split('\n')
    expect(lines).toHaveLength(2)
  })

  it('has a table with a row for every variable', () => {
    const rows = configTable().split('\n').slice(2)
    expect(rows).toHaveLength(Object.keys(variables).length)
    for (const [i, name] of Object.keys(variables).entries()) {
      expect(rows[i]).toMatch(new RegExp(`^\\| \`${name}\` \\|.*\\|.+\\|.+\\|$`))
    }
  })
})
