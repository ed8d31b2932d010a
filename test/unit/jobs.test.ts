import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { allJobs } from '../../src/jobs/all.ts'

it('a worker takes every job there is, each under a name of its own', () => {
  const folder = new URL('../../src/jobs/', import.meta.url).pathname
  const made = readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .flatMap((text) => [...text.matchAll(/^export const \w+: Job = \{\s+name: '([^']+)'/gm)])
    .map(([, name]) => name)
  expect(made.length).toBeGreaterThan(0)
  expect(allJobs.map(({ name }) => name).toSorted()).toEqual(made.toSorted())
})
