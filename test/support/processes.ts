import { readdirSync, readFileSync } from 'node:fs'

/** The processes that another has started, or this one. */
export function children(of: number | 'self' | undefined = 'self'): number[] {
  return readdirSync(`/proc/${of}/task`)
    .flatMap((task) => readFileSync(`/proc/${of}/task/${task}/children`, 'utf8').split(' '))
    .filter(Boolean)
    .map(Number)
}
