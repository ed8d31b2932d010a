/** A stretch of text by its first and one past its last character. */
export type Span = { start: number; end: number; tokens: number }

/**
 * Units in order as spans of about `target` tokens, evenly filled rather than full with a rest. Up
 * to `overlap` tokens of whole units at the end of a span are repeated at the start of the next, and
 * make it longer.
 */
export function pack(units: readonly Span[], target: number, overlap: number): Span[] {
  const total = units.reduce((sum, unit) => sum + unit.tokens, 0)
  const count = Math.max(1, Math.ceil(total / target))
  const even = (total + (count - 1) * overlap) / count
  const spans: Span[] = []
  let held: Span[] = []
  let tokens = 0
  let fresh = 0
  for (const unit of units) {
    // Half a unit over is as near to the even size as half a unit under.
    if (fresh > 0 && tokens + unit.tokens / 2 > even) {
      spans.push(spanOf(held, tokens))
      held = lastUnits(held, Math.min(overlap, even / 2))
      tokens = held.reduce((sum, repeated) => sum + repeated.tokens, 0)
      fresh = 0
    }
    held.push(unit)
    tokens += unit.tokens
    fresh += 1
  }
  if (fresh > 0) spans.push(spanOf(held, tokens))
  return spans
}

/** Never all of a span: the next would begin where this one did. */
function lastUnits(units: readonly Span[], overlap: number): Span[] {
  let from = units.length
  let tokens = 0
  while (from > 1) {
    tokens += units[from - 1]?.tokens ?? 0
    if (tokens > overlap) break
    from -= 1
  }
  return units.slice(from)
}

function spanOf(units: readonly Span[], tokens: number): Span {
  return { start: units[0]?.start ?? 0, end: units.at(-1)?.end ?? 0, tokens }
}
