/** A vector to compare with: `vector` may be a view over the bytes a database returned. */
export type Stored<Id> = { id: Id; vector: Float32Array }

/**
 * The `limit` stored vectors nearest to the query by cosine, best first, exactly. All are of unit
 * length, as `unit` makes them before they are stored, so their product is the cosine. Vectors of
 * other dimensions are passed over: they come from another model. Four accumulators, because one
 * would wait for itself at every step.
 */
export function nearest<Id>(
  query: Float32Array,
  stored: Iterable<Stored<Id>>,
  limit: number,
): { id: Id; score: number }[] {
  const best: { id: Id; score: number }[] = []
  if (limit < 1) return best
  for (const { id, vector } of stored) {
    if (vector.length !== query.length) continue
    const score = dot(query, vector)
    const last = best[limit - 1]
    if (last && last.score >= score) continue
    const at = placeFor(best, score)
    best.splice(at, 0, { id, score })
    if (best.length > limit) best.pop()
  }
  return best
}

/** The cosine of two vectors of one model; 0 when either is empty or they do not fit. */
export function cosine(one: Float32Array, other: Float32Array): number {
  if (one.length !== other.length) return 0
  return dot(one, other) / (Math.sqrt(dot(one, one) * dot(other, other)) || 1)
}

/** How like one vector others are, by their stored bytes: null for none, or of another model. */
export function likenessTo(wanted: Float32Array): (bytes: Uint8Array | undefined) => number | null {
  const square = dot(wanted, wanted)
  return (bytes) => {
    if (bytes?.byteLength !== wanted.byteLength) return null
    const vector = toVector(bytes)
    return dot(wanted, vector) / (Math.sqrt(square * dot(vector, vector)) || 1)
  }
}

/** The vector at length one; a vector of nothing stays as it is. */
export function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector))
  // Most providers send them so.
  const isUnit = Math.abs(length - 1) < 1e-6
  return isUnit || length === 0 ? vector : vector.map((value) => value / length)
}

/** Stored bytes as numbers, without a copy when they happen to be aligned. */
export function toVector(bytes: Uint8Array): Float32Array {
  const size = Math.floor(bytes.byteLength / 4)
  if (bytes.byteOffset % 4 === 0) return new Float32Array(bytes.buffer, bytes.byteOffset, size)
  return new Float32Array(bytes.slice().buffer, 0, size)
}

function dot(one: Float32Array, other: Float32Array) {
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  const length = one.length
  const even = length - (length % 4)
  for (let at = 0; at < even; at += 4) {
    a += one[at]! * other[at]!
    b += one[at + 1]! * other[at + 1]!
    c += one[at + 2]! * other[at + 2]!
    d += one[at + 3]! * other[at + 3]!
  }
  for (let at = even; at < length; at += 1) a += one[at]! * other[at]!
  return a + b + c + d
}

function placeFor(best: readonly { score: number }[], score: number) {
  let low = 0
  let high = best.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (best[middle]!.score >= score) low = middle + 1
    else high = middle
  }
  return low
}
