import type { Line } from './pdf-lines.ts'

/** Fewer pages than this show no pattern. */
const leastPages = 4
/** Left and right pages may have heads of their own, and chapters begin without. */
const leastShare = 0.4

/** Tells the running heads and feet, which repeat at their place with no change but the page number. */
export function findRunning(
  pages: readonly Line[][],
): (lines: readonly Line[], at: number, page: number) => boolean {
  const seen = new Map<string, number>()
  const filled = pages.filter((lines) => lines.length > 0).length
  pages.forEach((lines, page) => {
    const edges = [lines[0], lines.length > 1 ? lines.at(-1) : undefined]
    for (const shape of edges.flatMap((line) => shapes(line, page))) {
      seen.set(shape, (seen.get(shape) ?? 0) + 1)
    }
  })
  const least = filled < leastPages ? Number.POSITIVE_INFINITY : filled * leastShare
  return (lines, at, page) => {
    const isEdge = at === 0 || at === lines.length - 1
    // A page of nothing else keeps its line.
    if (!isEdge || lines.length < 3) return false
    return shapes(lines[at], page).some((shape) => (seen.get(shape) ?? 0) >= least)
  }
}

/** The line with its first or its last number told relative to the page, and its height. */
function shapes(line: Line | undefined, page: number): string[] {
  if (!line) return []
  const relative = (digits: string) => `#${Number(digits) - page}`
  const first = line.text.replace(/\d{1,6}/, relative)
  const last = line.text.replace(/\d{1,6}(?!.*\d)/, relative)
  return [...new Set([first, last])].map((text) => `${Math.round(line.y / 2)} ${text}`)
}
