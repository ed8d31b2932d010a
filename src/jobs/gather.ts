type Bounds = {
  most: number
  lingerMs: number
  /** How many may still ask, those who have asked among them: the last of them waits for nobody. */
  coming: () => number
}

/**
 * One piece of work for what several callers ask for within `lingerMs`, at most `most` of them: a
 * transaction costs about the same for one as for ten. `work` answers in the order it was asked;
 * where it fails, it is done for each of them alone, so that nobody fails for another.
 */
export function gather<T, R>(
  work: (items: T[]) => Promise<R[]>,
  { most, lingerMs, coming }: Bounds,
): (item: T) => Promise<R> {
  type Asked = { item: T; resolve: (result: R) => void; reject: (error: unknown) => void }
  const asked: Asked[] = []
  let timer: NodeJS.Timeout | undefined

  const start = async (group: Asked[]) => {
    try {
      const results = await work(group.map(({ item }) => item))
      for (const [at, { resolve }] of group.entries()) resolve(results[at] as R)
    } catch (error) {
      if (group.length === 1) group[0]?.reject(error)
      else for (const one of group) await start([one])
    }
  }
  const startAll = () => {
    clearTimeout(timer)
    timer = undefined
    void start(asked.splice(0))
  }
  return (item) =>
    new Promise<R>((resolve, reject) => {
      asked.push({ item, resolve, reject })
      if (asked.length >= Math.min(most, coming())) startAll()
      else timer ??= setTimeout(startAll, lingerMs)
    })
}
