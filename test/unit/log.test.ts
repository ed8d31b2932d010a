import { DrizzleQueryError } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { openLog } from '../../src/commands/log.ts'

it('the log tells of a query that failed why, and not with what', () => {
  const lines: string[] = []
  const log = openLog('error', { write: (line) => void lines.push(line) })
  const cause = Object.assign(new Error('value too long'), {
    ...{ code: '22001', detail: 'Failing row contains (canary)' },
  })
  const failed = new DrizzleQueryError('insert into messages values ($1)', ['canary'], cause)
  log.error({ err: failed }, 'run failed')
  log.error({ err: new Error('on the way', { cause: failed }) }, 'run failed')
  const [first, second] = lines.map((line) => JSON.parse(line).err)
  expect(first).toMatchObject({ message: 'value too long', code: '22001' })
  expect(first.query).toContain('insert into messages')
  expect(second).toMatchObject({ message: 'on the way', cause: { message: 'value too long' } })
  expect(lines.join()).not.toContain('canary')
})
