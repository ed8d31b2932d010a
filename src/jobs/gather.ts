import { setTimeout as wait } from 'node:timers/promises'

/**
 * One piece of work for what several callers ask for within `lingerMs`, at most `most` of them: a
 * transaction costs about the same for one as for ten. `work` answers in the order it was asked.
 */
export function gather<T, R>(
  work: (items: T[]) => Promise<R[]>,
  { most, lingerMs }: { most: number; lingerMs: number },
): (item: T) => Promise<R> {
  type Asked = { item: T; resolve: (result: R) => void; reject: (error: unknown) => void }
  let asked: Asked[] = []

  const start = async (group: Asked[]) => {
    try {
      const results = await work(group.map(({ item }) => item))
      for (const [at, { resolve }] of group.entries()) resolve(results[at] as R)
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }
  const startAll = () => {
    const group = asked
    asked = []
    if (group.length > 0) void start(group)
  }
  return (item) =>
    new Promise<R>((resolve, reject) => {
      asked.push({ item, resolve, reject })
      if (asked.length >= most) startAll()
      else if (asked.length === 1) void wait(lingerMs).then(startAll)
    })
}
