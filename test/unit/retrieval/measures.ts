/** Discounted gain of the first ten, 0 to 1, all relevant ones counting the same. */
export function ndcg10(found: readonly string[], relevant: ReadonlySet<string>): number {
  const gain = (at: number) => 1 / Math.log2(at + 2)
  const ideal = [...relevant].slice(0, 10).reduce((sum, _, at) => sum + gain(at), 0)
  const got = found.slice(0, 10).reduce((sum, id, at) => sum + (relevant.has(id) ? gain(at) : 0), 0)
  return ideal === 0 ? 0 : got / ideal
}

/** The share of the relevant ones among the first ten. */
export function recall10(found: readonly string[], relevant: ReadonlySet<string>): number {
  const got = found.slice(0, 10).filter((id) => relevant.has(id)).length
  return relevant.size === 0 ? 0 : got / relevant.size
}

export const mean = (numbers: readonly number[]) =>
  numbers.reduce((sum, number) => sum + number, 0) / Math.max(numbers.length, 1)
