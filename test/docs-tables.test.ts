import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { configTable, readConfig, variables } from '../src/config.ts'
import { version } from '../src/version.ts'

const read = (path: string) => readFileSync(path, 'utf8')

describe('what the documents say of the code', () => {
  it('docs/configuration.md holds the table made from the variables themselves', () => {
    expect(read('docs/configuration.md')).toContain(configTable())
  })

  it('.env.example names only variables that exist', () => {
    const names = [...read('.env.example').matchAll(/^#? ?([A-Z_]+)=/gm)].map((found) => found[1])
    expect(names.length).toBeGreaterThan(3)
    for (const name of names) expect(Object.keys(variables)).toContain(name)
  })

  it('docs/dependencies.md has a line for every package and names no other', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json'))
    const lines = read('docs/dependencies.md')
      .split('\n')
      .filter((line) => line.startsWith('| '))
    const names = lines
      .flatMap((line) => line.split('|')[1]?.split(', ') ?? [])
      .map((n) => n.trim())
    for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
      const own = name.startsWith('backboard-sdk') ? 'backboard-sdk (four versions)' : name
      expect(names).toContain(own)
    }
  })

  it('the version is the package’s', () => {
    expect(version).toBe(JSON.parse(read('package.json')).version)
  })

  it('the defaults are allowed values', () => {
    expect(readConfig({}).PORT).toBe(8000)
  })
})
